"""Setuptools, which the builder collects without a hook."""


class SetuptoolsInfo:
    available = True
    vendored_modules = []

    def __init__(self):
        self.distutils_vendored = True


setuptools_info = SetuptoolsInfo()
