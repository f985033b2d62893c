# expect: end
import configparser, importlib.machinery, pathlib, types
here = pathlib.Path(__file__).resolve().parent
page = here / 'ui' / 'home.py'
exec(compile(page.read_text(), str(page), 'exec'), {'__file__': str(page), '__name__': 'page'})
settings = configparser.ConfigParser()
settings.read(here / 'plugins.cfg')
for name, path in settings['plugins'].items():
    module = types.ModuleType(name)
    importlib.machinery.SourceFileLoader(name, str(here / path)).exec_module(module)
    print(name, module.run())
print('end')
