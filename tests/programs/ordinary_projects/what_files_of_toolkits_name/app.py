# expect: end
import os
here = os.path.dirname(os.path.abspath(__file__))
for start in 'ui/Main.qml', 'theme/theme.tcl':
    folder = os.path.dirname(os.path.join(here, start))
    print(len(open(os.path.join(here, start)).read()))
    for above, _, files in sorted(os.walk(folder)):
        print(os.path.relpath(above, here), sorted(files))
print('end')
