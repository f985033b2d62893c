from PyInstaller.utils.hooks import collect_data_files, get_hook_config, logger

datas = collect_data_files('hooked')
hiddenimports = ['hooked.hidden', 'hooked.missing']
excludedimports = ['wave']
warn_on_missing_hiddenimports = False
module_collection_mode = {'hooked.as_files': 'py'}


def hook(hook_api):
    assert hook_api.__name__ == 'hooked' and hook_api.__path__ and hook_api.__file__.endswith('__init__.py')
    assert get_hook_config(hook_api, 'hooked', 'add') == 'more'
    assert hook_api.graph.find_node('hooked') is not None and hook_api.co is not None
    hook_api.add_imports('hooked.added', 'hooked.as_files')
    hook_api.add_datas([('from hook/renamed.txt', hook_api.__file__, 'DATA')])
    print('hook for hooked')
