# expect: end
import importlib.util, json, pathlib, sys
here = pathlib.Path(__file__).parent
for manifest in sorted(here.glob('extensions/*/manifest.json')):
    main = manifest.parent / json.loads(manifest.read_text())['main']
    name = 'ext_' + manifest.parent.name
    spec = importlib.util.spec_from_file_location(name, main, submodule_search_locations=[str(main.parent)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    print(module.run())
print('end')
