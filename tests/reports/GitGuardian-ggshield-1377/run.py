# entry
# args: scan notes.txt
# args: quota
"""Imports a command when it is looked up."""

from shield.main import cli

if __name__ == "__main__":
    cli()
