# /// script
# requires-python = ">=3.10"
# dependencies = ["textual"]
# ///
"""Drives an app through its pilot, with styles, widgets and screens that load lazily."""

import asyncio

from textual.app import App
from textual.widgets import (
    Button,
    DataTable,
    Footer,
    Header,
    Input,
    Label,
    Markdown,
    TabbedContent,
    TabPane,
    TextArea,
    Tree,
)


class Demo(App):
    CSS = "Label { color: red; }"
    BINDINGS = [("a", "add", "Add")]
    count = 0

    def compose(self):
        yield Header()
        yield Input(id="name")
        yield Button("Press", id="press")
        yield Label("0")
        with TabbedContent():
            with TabPane("one"):
                yield Markdown("# Title")
            with TabPane("two"):
                yield DataTable()
        yield TextArea("x = 1", language=None)
        yield Tree("root")
        yield Footer()

    def on_button_pressed(self, event):
        self.count += 1
        self.query_one(Label).update(str(self.count))

    def action_add(self):
        self.count += 10


async def main():
    app = Demo()
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.click("#press")
        assert app.count == 1
        await pilot.click("#name")
        await pilot.press("h", "i")
        assert app.query_one(Input).value == "hi"
        app.set_focus(None)
        await pilot.press("a")
        assert app.count == 11
        assert "svg" in app.export_screenshot()
        app.theme = "gruvbox"
        await pilot.pause()


asyncio.run(main())
print("ok")
