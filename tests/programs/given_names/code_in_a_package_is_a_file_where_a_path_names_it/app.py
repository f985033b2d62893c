# expect: end
import pathlib, runpy, scanner
for path in scanner.plugins():
    print(pathlib.Path(path).name, runpy.run_path(path)['FOUND'])
print('end')
