# /// script
# requires-python = ">=3.10"
# dependencies = ["ipython", "ipykernel", "jupyter-client"]
# ///
"""Runs cells in a shell and in a kernel of this process, and completes names."""

from ipykernel.inprocess import BlockingInProcessKernelClient, InProcessKernelManager
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import HTML, Markdown
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
result = shell.run_cell("x = [i * 2 for i in range(3)]\nx")
assert result.result == [0, 2, 4] and shell.user_ns["x"] == [0, 2, 4]
with capture_output() as captured:
    shell.run_cell("%timeit -n1 -r1 sum(x)")
    shell.run_cell("1 / 0")
assert "loop" in captured.stdout and "ZeroDivisionError" in captured.stdout
with provisionalcompleter():
    assert any(c.text.endswith("append") for c in shell.Completer.completions("x.app", 5))
assert shell.display_formatter.format(HTML("<b>"))[0]["text/html"] == "<b>" and Markdown("x").data == "x"
InteractiveShell.clear_instance()
manager = InProcessKernelManager()
manager.start_kernel()
client = manager.client()
assert isinstance(client, BlockingInProcessKernelClient)
client.start_channels()
client.execute("y = 6 * 7", silent=False)
assert client.get_shell_msg(timeout=10)["content"]["status"] == "ok" and manager.kernel.shell.user_ns["y"] == 42
print("ok")
