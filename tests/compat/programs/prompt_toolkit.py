# /// script
# requires-python = ">=3.10"
# dependencies = ["prompt-toolkit", "questionary"]
# ///
"""Edits a line through a pipe."""

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import HTML, to_plain_text
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from questionary import Choice, select

with create_pipe_input() as pipe:
    pipe.send_text("helo\x1b[Dl\n")
    session = PromptSession(input=pipe, output=DummyOutput(), completer=WordCompleter(["hello"]))
    assert session.prompt("> ") == "hello"
    pipe.send_text("\x1b[B\r")
    question = select("Which?", [Choice("a", 1), Choice("b", 2)], input=pipe, output=DummyOutput())
    assert question.ask() == 2
assert to_plain_text(HTML("<b>x</b>")) == "x"
print("ok")
