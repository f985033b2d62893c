"""Folders, for what setup scripts do besides building."""

import os
import shutil


def mkpath(name, mode=0o777, verbose=1, dry_run=0):
    new = [] if os.path.isdir(name) else [name]
    os.makedirs(name, exist_ok=True)
    return new


def copy_tree(src, dst, *arguments, **options):
    shutil.copytree(src, dst, dirs_exist_ok=True, symlinks=bool(options.get("preserve_symlinks")))
    return [os.path.join(folder, name) for folder, _, names in os.walk(dst) for name in names]


def remove_tree(directory, verbose=1, dry_run=0):
    shutil.rmtree(directory, ignore_errors=True)


def create_tree(base_dir, files, *arguments, **options):
    for file in files:
        os.makedirs(os.path.join(base_dir, os.path.dirname(file)), exist_ok=True)
