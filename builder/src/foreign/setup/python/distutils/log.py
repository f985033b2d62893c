"""Messages of setup scripts."""

import sys

DEBUG, INFO, WARN, ERROR, FATAL = 1, 2, 3, 4, 5


def log(level, message, *arguments):
    if level >= WARN:
        print(message % arguments if arguments else message, file=sys.stderr)


def debug(message, *arguments):
    log(DEBUG, message, *arguments)


def info(message, *arguments):
    log(INFO, message, *arguments)


def warn(message, *arguments):
    log(WARN, message, *arguments)


def error(message, *arguments):
    log(ERROR, message, *arguments)


def fatal(message, *arguments):
    log(FATAL, message, *arguments)


def set_threshold(level):
    return WARN


def set_verbosity(level):
    """The command line of the builder decides."""
