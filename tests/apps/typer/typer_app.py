"""A command line made with typer, whose help is drawn by rich."""

import sys

import typer
from typer.testing import CliRunner

app = typer.Typer()


@app.command()
def greet(name: str, polite: bool = False):
    """Says hello to NAME."""
    typer.echo(f"good day {name}" if polite else f"hello {name}")


@app.command()
def leave(name: str):
    """Says goodbye to NAME."""
    typer.echo(f"goodbye {name}")


def main():
    answer = CliRunner().invoke(app, ["greet", "Ada", "--polite"])
    assert (answer.exit_code, answer.output) == (0, "good day Ada\n"), answer.output
    assert "goodbye" in CliRunner().invoke(app, ["--help"]).output
    app(sys.argv[1:] or ["greet", "typer"])


if __name__ == "__main__":
    main()
