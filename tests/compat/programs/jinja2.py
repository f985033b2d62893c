# /// script
# requires-python = ">=3.10"
# dependencies = ["jinja2"]
# ///
"""Renders templates from a folder, in sandboxes and asynchronously."""

import asyncio
import tempfile
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, ModuleLoader, select_autoescape
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "base.html").write_text("<b>{% block x %}{% endblock %}</b>")
    (Path(folder) / "page.html").write_text(
        "{% extends 'base.html' %}{% block x %}{{ t }}{% for i in n %}{{ loop.index }}{% endfor %}{% endblock %}"
    )
    (Path(folder) / "cache").mkdir()
    cache = FileSystemBytecodeCache(str(Path(folder) / "cache"))
    extensions = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
    options = {"autoescape": select_autoescape(), "bytecode_cache": cache, "extensions": extensions}
    environment = Environment(loader=FileSystemLoader(folder), **options)
    assert environment.get_template("page.html").render(t="<", n=[5, 6]) == "<b>&lt;12</b>"
    with tempfile.TemporaryDirectory() as other:
        environment.compile_templates(other, ["html"], zip=None)
        compiled = Environment(loader=ModuleLoader(other))
        assert compiled.get_template("page.html").render(t="a", n=[]) == "<b>a</b>"
try:
    SandboxedEnvironment().from_string("{{ ''.__class__.__mro__ }}").render()
except SecurityError:
    pass
else:
    raise AssertionError("the sandbox let it through")
template = Environment(enable_async=True).from_string("{{ f() }}")


async def f():
    return "async"


assert asyncio.run(template.render_async(f=f)) == "async"
print("ok")
