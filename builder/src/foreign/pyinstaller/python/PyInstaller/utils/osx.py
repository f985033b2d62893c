"""Helpers for macOS: the builder edits and signs files itself."""


def is_framework_bundle_lib(lib_path):
    return ".framework/" in str(lib_path)


def sign_binary(filename, identity=None, entitlements_file=None, deep=False):
    """Files are signed when the product is made."""


def remove_signature_from_binary(filename):
    """Files are signed when the product is made."""
