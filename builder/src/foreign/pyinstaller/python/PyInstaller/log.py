"""Loggers that print to standard error."""

import logging
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING, getLogger

TRACE = DEBUG - 5
DEPRECATION = WARN = WARNING
FATAL = CRITICAL
LEVELS = {"TRACE": TRACE, "DEBUG": DEBUG, "INFO": INFO, "WARN": WARN, "ERROR": ERROR, "CRITICAL": CRITICAL}

logging.addLevelName(TRACE, "TRACE")
logger = getLogger("PyInstaller")
