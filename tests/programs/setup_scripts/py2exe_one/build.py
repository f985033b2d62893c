from py2exe import freeze

freeze(
    console=[{"script": ".\\src\\APP.py", "dest_base": "one"}],
    windows=[{"script": "src/window.py", "icon_resources": [(1, "icon.ico")]}],
    data_files=[("data", ["src/data.txt"])],
    options={"bundle_files": 1, "optimize": 2, "dist_dir": "out\\here"},
    version_info={"version": "1.0.0", "product_name": "One"},
)
