import importlib.metadata

import six


def main():
    print("demo", importlib.metadata.version("demo"), "with six", six.__version__)
