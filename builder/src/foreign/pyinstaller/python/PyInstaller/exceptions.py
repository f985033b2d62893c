"""Exceptions that hooks raise or expect."""


class ImportErrorWhenRunningHook(Exception):
    """A module that a hook needs is missing."""


class ExecCommandFailed(SystemExit):
    """A command failed."""


class HookError(Exception):
    """A hook failed."""


class RemovedCipherFeatureError(SystemExit):
    """Bytecode is not encrypted any more."""


class RemovedExternalManifestError(SystemExit):
    """The manifest is part of the executable."""


class InvalidSrcDestTupleError(SystemExit):
    """A tuple names no file or no folder."""
