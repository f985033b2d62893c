import importlib

import click

COMMANDS = {"scan": "shield.cmd.scan:scan_cmd", "quota": "shield.cmd.quota:quota_cmd"}


class LazyGroup(click.Group):
    def list_commands(self, ctx):
        return sorted(COMMANDS)

    def get_command(self, ctx, name):
        module, _, attribute = COMMANDS[name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.group(cls=LazyGroup)
def cli():
    pass
