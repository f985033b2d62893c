"""A command line made with click, run with arguments of its own and read by its own test runner."""

import sys

import click
from click.testing import CliRunner


@click.group()
@click.version_option("1.0")
def cli():
    """Greets people."""


@cli.command()
@click.option("--count", default=1, show_default=True)
@click.argument("name")
def greet(count, name):
    """Says hello to NAME."""
    for _ in range(count):
        click.secho(f"hello {name}", fg="green")


def main():
    answer = CliRunner().invoke(cli, ["greet", "--count", "2", "Ada"])
    assert (answer.exit_code, answer.output) == (0, "hello Ada\nhello Ada\n"), answer
    assert "Greets people." in CliRunner().invoke(cli, ["--help"]).output
    assert CliRunner().invoke(cli, ["greet"]).exit_code == 2
    cli(sys.argv[1:] or ["greet", "click"])


if __name__ == "__main__":
    main()
