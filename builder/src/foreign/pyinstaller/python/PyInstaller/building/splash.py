"""Splash screens, which a program that starts this fast does not show."""

import _freeze_wire
from PyInstaller.building.datastruct import TOC, Target


class Splash(Target):
    """Accepted without effect."""

    def __init__(self, image_file=None, binaries=None, datas=None, **settings):
        super().__init__()
        self.image_file = image_file
        self.binaries = TOC()
        self.splash_requirements = TOC()
        for name, value in settings.items():
            setattr(self, name, value)
        _freeze_wire.wire.note("`Splash` has no effect: a frozen program starts too fast for a splash screen")
