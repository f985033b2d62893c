#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = [
#     "six==1.17.0",
#     "tomli<1; python_version < '3'",  # never
# ]
# ///
import importlib.metadata
import sys

import six

print("six", six.__version__, importlib.metadata.version("six"), hasattr(sys, "frozen"))
