# /// script
# requires-python = ">=3.10"
# dependencies = ["click", "typer"]
# ///
"""Parses command lines, with help, prompts and completion."""

import click
import typer
from click.testing import CliRunner
from typer.testing import CliRunner as TyperRunner


@click.group()
@click.version_option("1.2")
def cli():
    pass


@cli.command()
@click.option("--n", type=click.IntRange(1, 5), default=2, show_default=True)
@click.argument("path", type=click.Path(exists=False))
def run(n, path):
    click.secho(f"{path}" * n, fg="green")


runner = CliRunner()
assert runner.invoke(cli, ["run", "--n", "3", "x"]).output == "xxx\n"
assert runner.invoke(cli, ["run", "--n", "9", "x"]).exit_code == 2
assert (
    "default: 2" in runner.invoke(cli, ["run", "--help"]).output and "1.2" in runner.invoke(cli, ["--version"]).output
)
app = typer.Typer()


@app.command()
def hello(name: str, times: int = 1):
    typer.echo(f"hello {name} " * times)


@app.command()
def fail():
    raise RuntimeError("x")


typer_runner = TyperRunner()
assert typer_runner.invoke(app, ["hello", "you", "--times", "2"]).output.count("hello you") == 2
assert "Commands" in typer_runner.invoke(app, ["--help"]).output
assert typer_runner.invoke(app, ["hello", "--none"]).exit_code == 2
print("ok")
