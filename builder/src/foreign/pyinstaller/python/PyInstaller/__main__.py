"""`PyInstaller.__main__.run` in a spec would build within a build."""


def run(pyi_args=None, pyi_config=None):
    import _freeze_wire
    _freeze_wire.wire.refuse("`PyInstaller.__main__.run` was called while a spec is built",
                             "build with `freeze pyinstaller …` instead")
