"""Files, for what setup scripts do besides building."""

import shutil


def copy_file(src, dst, *arguments, **options):
    return shutil.copy2(src, dst), 1


def move_file(src, dst, *arguments, **options):
    return shutil.move(src, dst)


def write_file(filename, contents):
    with open(filename, "w", encoding="utf-8") as file:
        file.writelines("%s\n" % line for line in contents)
