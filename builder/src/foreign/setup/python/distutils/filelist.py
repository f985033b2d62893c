"""Lists of files, for setup scripts."""

import os


def findall(dir=os.curdir):
    """Returns the files below a folder."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(dir, followlinks=True) for name in names]
    return [os.path.relpath(path, dir) if dir == os.curdir else path for path in found]


class FileList:
    """Files that are collected by their names."""

    def __init__(self, warn=None, debug_print=None):
        self.files, self.allfiles = [], None

    def findall(self, dir=os.curdir):
        self.allfiles = findall(dir)

    def append(self, item):
        self.files.append(item)

    def extend(self, items):
        self.files.extend(items)

    def sort(self):
        self.files.sort()
