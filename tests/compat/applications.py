"""What tests/compat/apps.py does with each application: its packages, its console script, and a function that uses it.

A function asserts what the application prints, writes or serves. It runs in a process that sees Python; what it starts
does not, unless it is the unfrozen application. commands.py and desktop.py hold more of them.
"""

import http.server
import json
import os
import pathlib
import socket
import struct
import threading
import time

from using import PATIENCE, application, port, read, write


@application("yt-dlp", ["yt-dlp[default]"])
def yt_dlp(use):
    assert use("--version").startswith("20")
    listed = use("--list-extractors").splitlines()
    assert len(listed) > 1500 and "youtube" in listed and "generic" in listed
    assert "error" in use("--simulate", "http://127.0.0.1:9/x.mp4", code=1).lower()


@application("httpie", ["httpie"], "http")
def httpie(use):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps({"got": json.loads(body), "agent": self.headers["User-Agent"]}).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"127.0.0.1:{server.server_port}/x"
    answer = json.loads(use("--ignore-stdin", "--print=b", "POST", url, "name=freeze", "n:=3"))
    assert answer["got"] == {"name": "freeze", "n": 3} and "HTTPie" in answer["agent"]
    shown = use("--ignore-stdin", "--pretty=all", "--style=monokai", "--verbose", "POST", url, "a=b")
    assert "\x1b[" in shown and "201" in shown
    assert "httpie" in use("--help").lower()


@application("black", ["black"])
def black(use):
    for i in range(6):
        write(f"m{i}.py", f"x = {{ 'a':{i} }}\n")
    assert "6 files reformatted" in use("--workers", "2", *(f"m{i}.py" for i in range(6)))
    assert read("m3.py") == 'x = {"a": 3}\n'
    assert "unchanged" in use("--check", "m3.py")


@application("pylint", ["pylint"])
def pylint(use):
    text = '"""A module."""\nimport os\n\n\ndef area(radius):\n    return 3 * radous\n\n\n"".no_such()\n'
    write("bad.py", text)
    write("good.py", '"""A module."""\n\nANSWER = len("x")\n')
    found = use("--load-plugins=pylint.extensions.docparams", "bad.py", code=22)
    for fault in "unused-import", "undefined-variable", "missing-function-docstring", "no-member":
        assert fault in found, found
    assert "import-error" not in found, found
    assert "10.00/10" in use("good.py")
    assert "unused-import" in use("--jobs=2", "--output-format=json", "bad.py", "good.py", code=22)
    assert "cyclic-import" in use("--list-msgs")


@application("poetry", ["poetry"])
def poetry(use):
    assert "Poetry (version" in use("--version")
    use("new", "demo", "--no-interaction")
    assert 'name = "demo"' in read("demo/pyproject.toml")
    assert "All set!" in use("check", "--directory", "demo")
    assert "true" in use("config", "virtualenvs.create")
    assert "self" in use("list")
    write("wheel/pyproject.toml", read("demo/pyproject.toml").replace('requires-python', '#requires-python'))
    assert "demo 0.1.0" in use("version", "--directory", "demo")
    use("self", "show", "plugins")


@application("pdm", ["pdm"])
def pdm(use):
    assert "PDM, version" in use("--version")
    assert "pdm" in use("config")
    assert "build" in use("--help") and "publish" in use("--help")
    write("pyproject.toml", '[project]\nname = "demo"\nversion = "0.1.0"\n[tool.pdm.scripts]\nhello = "echo hi"\n')
    assert "hello" in use("run", "--list")
    assert "No plugin" in use("self", "list", "--plugins", code=1)


@application("ansible", ["ansible-core"])
def ansible(use):
    assert "ansible [core" in use("--version")
    assert '"ping": "pong"' in use("localhost", "-m", "ping")
    assert "ansible_architecture" in use("localhost", "-m", "setup")
    assert '"changed": true' in use("localhost", "-m", "copy", "-a", f"content=hi dest={os.getcwd()}/copied")
    assert read("copied") == "hi"
    assert "hello" in use("localhost", "-m", "shell", "-a", "echo hello")
    assert "DONE" in use("localhost", "-m", "debug", "-a", "msg={{ 'done' | upper }}")
    # On a machine that has a Python for the modules.
    if pathlib.Path("/usr/bin/python3").exists():
        chosen = "ansible_python_interpreter=/usr/bin/python3"
        found = use("localhost", "-m", "setup", "-e", chosen, "-a", "filter=ansible_python", visible="/usr/")
        assert '"executable": "/usr/bin/python3"' in found


@application("ansible-playbook", ["ansible-core"])
def ansible_playbook(use):
    write("t.j2", "port={{ ports | map('int') | max }}\n")
    write(
        "play.yml",
        """\
- hosts: localhost
  gather_facts: true
  vars: {ports: ["80", "443"]}
  tasks:
    - template: {src: t.j2, dest: "{{ playbook_dir }}/out.txt"}
    - lineinfile: {path: "{{ playbook_dir }}/out.txt", line: "arch={{ ansible_architecture }}"}
    - stat: {path: "{{ playbook_dir }}/out.txt"}
      register: out
    - assert: {that: out.stat.exists}
    - debug: {msg: "{{ lookup('file', 'out.txt') }}"}
""",
    )
    assert "failed=0" in use("play.yml")
    assert read("out.txt").startswith("port=443\narch=")


def executed(number, kernel, code):
    """What a kernel prints for a piece of code: over a websocket, with no frame longer than 64 KiB."""
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "1", "username": "", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    body = json.dumps(message).encode()
    with socket.create_connection(("127.0.0.1", number), PATIENCE) as connection, connection.makefile("rb") as answers:
        lines = "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + 22 * "A" + "=="
        first = f"GET /api/kernels/{kernel}/channels HTTP/1.1\r\nHost: 127.0.0.1:{number}\r\n"
        connection.sendall((first + "\r\n".join(lines) + "\r\n\r\n").encode())
        assert b" 101 " in answers.readline()
        while answers.readline().strip():
            pass
        # The mask of zeros leaves the text as it is.
        connection.sendall(b"\x81" + struct.pack(">BH", 0x80 | 126, len(body)) + bytes(4) + body)
        while True:
            kind, length = answers.read(2)
            if length == 126:
                (length,) = struct.unpack(">H", answers.read(2))
            text = answers.read(length)
            if kind & 15 == 1:
                answer = json.loads(text)
                assert answer["msg_type"] != "error", answer
                if answer["msg_type"] == "stream":
                    return answer["content"]["text"]


@application("jupyterlab", ["jupyterlab"], "jupyter-lab")
def jupyterlab(use):
    at = f"http://127.0.0.1:{(number := port())}"
    arguments = "--no-browser", "--allow-root", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"
    use.serve(*arguments, f"--ServerApp.port={number}", "--ServerApp.ip=127.0.0.1")
    assert "kernels" in json.loads(use.fetch(f"{at}/api/status"))
    page = use.fetch(f"{at}/lab")
    assert "<title>JupyterLab</title>" in page
    script = page.split("static/lab/main.")[1].split('"')[0]
    assert len(use.fetch(f"{at}/static/lab/main.{script}")) > 10_000
    assert "notebook" in use.fetch(f"{at}/lab/api/settings")
    assert "python3" in json.loads(use.fetch(f"{at}/api/kernelspecs"))["kernelspecs"]
    kernel = json.loads(use.fetch(f"{at}/api/kernels", b'{"name": "python3"}'))["id"]
    assert "42" in executed(number, kernel, "import json; print(json.dumps(6 * 7))")


@application("streamlit", ["streamlit"])
def streamlit(use):
    write("page.py", "import streamlit as st\nst.title('Hello')\nst.line_chart({'a': [1, 2, 3]})\n")
    number = port()
    options = f"--server.port={number}", "--server.headless=true", "--server.address=127.0.0.1"
    use.serve("run", "page.py", *options)
    at = f"http://127.0.0.1:{number}"
    assert use.fetch(f"{at}/_stcore/health") == "ok"
    page = use.fetch(at)
    assert "<title>Streamlit</title>" in page
    asset = page.split('src="./static/js/')[1].split('"')[0]
    assert len(use.fetch(f"{at}/static/js/{asset}")) > 1000
    assert "Streamlit, version" in use("version")


@application("django", ["django"], "manage.py", files="site")
def django(use):
    assert "No changes detected" in use("makemigrations", "--check")
    assert "shop.0001_initial... OK" in use("migrate")
    use("createsuperuser", "--noinput", "--username=ann", "--email=ann@example.org", DJANGO_SUPERUSER_PASSWORD="secret")
    assert "static files copied" in use("collectstatic", "--noinput")
    assert pathlib.Path("static/admin/css/base.css").exists() and pathlib.Path("static/shop/shop.css").exists()
    assert "no issues" in use("check")
    assert "2 widgets" in use("stock")
    at = f"http://127.0.0.1:{(number := port())}"
    use.serve("runserver", f"127.0.0.1:{number}")
    assert "Widget: small" in use.fetch(f"{at}/")
    assert "<title>Log in | Django site admin</title>" in use.fetch(f"{at}/admin/")
    assert "margin" in use.fetch(f"{at}/static/admin/css/base.css")
    assert "color" in use.fetch(f"{at}/static/shop/shop.css")


@application("uvicorn", ["uvicorn[standard]"])
def uvicorn(use):
    write(
        "served.py",
        """\
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello " + scope["path"].encode()})
""",
    )
    for options in (), ("--workers", "2"), ("--reload",):
        number = port()
        use.serve("served:app", "--port", number, *options)
        assert use.fetch(f"http://127.0.0.1:{number}/x") == "hello /x"


@application("gunicorn", ["gunicorn", "flask"])
def gunicorn(use):
    write("served.py", "def app(environ, start):\n    start('200 OK', [])\n    return [environ['PATH_INFO'].encode()]\n")
    for kind in "sync", "gthread":
        number = port()
        use.serve("served:app", "-b", f"127.0.0.1:{number}", "-w", "2", "-k", kind)
        assert use.fetch(f"http://127.0.0.1:{number}/x") == "/x"


@application("flask", ["flask"])
def flask(use):
    text = "import flask\napp = flask.Flask(__name__)\n@app.route('/')\ndef home():\n    return flask.{}\n"
    write("site1.py", text.format("render_template('a.html', who='you')"))
    write("templates/a.html", "<b>{{ who|upper }}</b>")
    assert "home" in use("--app", "site1", "routes")
    for options in (), ("--debug",):
        number = port()
        use.serve("--app", "site1", "run", "--port", number, *options)
        assert use.fetch(f"http://127.0.0.1:{number}/") == "<b>YOU</b>"


@application("mypy", ["mypy"])
def mypy(use):
    write("a.py", "import json\nimport dataclasses\n\ndef f(x: int) -> str:\n    return json.loads(x)\n")
    found = use("a.py", "--strict", code=1)
    assert "a.py:5: error" in found and "arg-type" in found
    write("b.py", "import collections\nx: collections.Counter[str] = collections.Counter()\n")
    assert "Success" in use("b.py")


@application("flake8", ["flake8", "flake8-bugbear", "pep8-naming"])
def flake8(use):
    write("a.py", "import os\n\n\ndef Bad(x=[]):\n    return x\n")
    write("b.py", "x = 1\n")
    found = use("a.py", "b.py", "--jobs=2", code=1)
    for fault in "F401", "B006", "N802":
        assert fault in found, found
    assert "flake8-bugbear" in use("--version")


@application("pytest", ["pytest", "pytest-mock", "pytest-xdist"])
def pytest(use):
    write("helper.py", "def double(x):\n    return 2 * x\n")
    write("conftest.py", "import pytest\n\n@pytest.fixture\ndef four():\n    return 4\n")
    text = "import helper\n\ndef test_it(four, mocker, tmp_path):\n    mocker.patch('helper.double', return_value=9)\n"
    write("test_a.py", text + "    assert helper.double(2) == 9\n\n\ndef test_bad(four):\n    assert helper.double(four) == 9\n")
    found = use("-q", code=1)
    assert "1 failed, 1 passed" in found and "assert 8 == 9" in found and "where 8 = " in found, found
    assert "1 passed" in use("-q", "-n", "2", "-k", "test_it", "--junitxml=out.xml")
    assert "tests=" in read("out.xml")


@application("ipython", ["ipython"])
def ipython(use):
    assert "49" in use("-c", "print(7 * 7)")
    write("s.py", "%timeit -n1 -r1 1\nimport statistics\nprint(statistics.mean([1, 3]))\n")
    os.rename("s.py", "s.ipy")
    assert "2" in use("s.ipy")


@application("awscli", ["awscli"], "aws")
def awscli(use):
    assert "aws-cli/" in use("--version")
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert "Could not connect" in use("s3", "ls", "--endpoint-url", "http://127.0.0.1:9", code=255, **environment)
    assert "InstanceType" in use("ec2", "run-instances", "--generate-cli-skeleton", **environment)
    assert "MaxKeys" in use("s3api", "list-objects-v2", "--generate-cli-skeleton", **environment)


@application("mkdocs", ["mkdocs", "mkdocs-material"])
def mkdocs(use):
    markdown = "# Home\n\n```python\nx = 1\n```\n\n!!! note\n    Look.\n"
    for theme in "mkdocs", "material":
        write(f"{theme}/docs/index.md", markdown)
        extensions = "markdown_extensions: [admonition, pymdownx.superfences, toc]\n"
        write(f"{theme}/mkdocs.yml", f"site_name: Demo\ntheme: {theme}\nplugins: [search]\n{extensions}")
        use("build", "-f", f"{theme}/mkdocs.yml", "--strict")
        page = read(f"{theme}/site/index.html")
        assert "admonition note" in page and "highlight" in page
        assert "Home" in read(f"{theme}/site/search/search_index.json")
    use("new", "fresh")


@application("sphinx", ["sphinx", "furo"], "sphinx-build")
def sphinx(use):
    extensions = "'sphinx.ext.autodoc', 'sphinx.ext.mathjax', 'sphinx.ext.napoleon'"
    for theme in "furo", "alabaster":
        conf = f"import os, sys\nsys.path.insert(0, os.path.abspath('..'))\nproject = 'Demo'\nextensions = [{extensions}]\n"
        write(f"{theme}/conf.py", conf + f"html_theme = '{theme}'\n")
        write("documented.py", 'def f():\n    """Does it."""\n')
        text = "Demo\n====\n\n.. automodule:: documented\n   :members:\n\n.. code-block:: python\n\n   x = 1\n"
        write(f"{theme}/index.rst", text)
        use("-b", "html", "-W", "-j", "2", theme, f"{theme}/out")
        page = read(f"{theme}/out/index.html")
        assert "Does it." in page and 'class="highlight"' in page
    use("-b", "latex", "furo", "latex")
    assert "Does it." in read("latex/demo.tex")


@application("celery", ["celery"])
def celery(use):
    assert "." in use("--version")
    settings = "broker_url='memory://', result_backend='cache+memory://'"
    write("jobs.py", f"import celery\napp = celery.Celery('jobs', {settings})\n@app.task\ndef f(x):\n    return x\n")
    assert "memory" in use("-A", "jobs", "report")
    use.serve("-A", "jobs", "worker", "--pool", "prefork", "-c", "2", "-l", "info")
    log, end = f"server-{use.servers[-1].pid}.log", time.monotonic() + PATIENCE
    while " ready." not in read(log):
        assert time.monotonic() < end and use.servers[-1].poll() is None, read(log)
        time.sleep(0.2)


@application("pre-commit", ["pre-commit"])
def pre_commit(use):
    assert "pre-commit" in use("--version")
    sample = use("sample-config")
    assert "repos:" in sample
    write(".pre-commit-config.yaml", sample)
    use("validate-config", ".pre-commit-config.yaml")


@application("cookiecutter", ["cookiecutter"])
def cookiecutter(use):
    write("t/cookiecutter.json", '{"name": "demo", "slug": "{{ cookiecutter.name|slugify }}"}')
    write("t/{{cookiecutter.slug}}/a.txt", "{{ cookiecutter.name }} {% now 'utc', '%Y' %}")
    use("t", "--no-input", "name=My App")
    assert read("my-app/a.txt").startswith("My App 20")


@application("tox", ["tox"])
def tox(use):
    assert "4." in use("--version")
    write("tox.ini", "[tox]\nenv_list = a, b\nno_package = true\n[testenv]\ncommands = echo hi\n")
    assert use("list").split().count("a") >= 1
    assert "commands = echo hi" in use("config", "-e", "a", "-k", "commands")


@application("nox", ["nox"])
def nox(use):
    write("noxfile.py", "import nox\n\n@nox.session(venv_backend='none')\ndef greet(s):\n    s.run('echo', 'hi', external=True)\n")
    assert "greet" in use("--list")
    assert "successful" in use("-s", "greet")


@application("virtualenv", ["virtualenv"])
def virtualenv(use):
    assert "virtualenv" in use("--version")
    assert "--seeder" in use("--help")
    assert "RuntimeError: failed to find interpreter" in use("--python", "3.5", "env", code=1)


@application("pip-tools", ["pip-tools"], "pip-compile")
def pip_tools(use):
    assert "version" in use("--version")
    write("requirements.in", "")
    use("--no-index", "requirements.in")
    assert "pip-compile" in read("requirements.txt")


@application("twine", ["twine"])
def twine(use):
    import zipfile

    assert "twine version" in use("--version")
    with zipfile.ZipFile("demo-1.0-py3-none-any.whl", "w") as wheel:
        head = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nDescription-Content-Type: text/x-rst\n\n**Bold**\n"
        wheel.writestr("demo-1.0.dist-info/METADATA", head)
        wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        wheel.writestr("demo-1.0.dist-info/RECORD", "")
    assert "PASSED" in use("check", "demo-1.0-py3-none-any.whl")


@application("datasette", ["datasette"])
def datasette(use):
    import sqlite3

    with sqlite3.connect("d.db") as base:
        base.execute("create table things (id integer primary key, name text)")
        base.execute("insert into things (name) values ('spoon')")
    base.close()
    at = f"http://127.0.0.1:{(number := port())}"
    use.serve("serve", "d.db", "-p", number)
    assert "spoon" in use.fetch(f"{at}/d/things.json")
    assert "<table" in use.fetch(f"{at}/d/things")
    assert "font" in use.fetch(f"{at}/-/static/app.css")


@application("sqlite-utils", ["sqlite-utils"])
def sqlite_utils(use):
    write("rows.json", '[{"id": 1, "name": "spoon"}]')
    use("insert", "d.db", "things", "rows.json", "--pk=id")
    assert json.loads(use("rows", "d.db", "things")) == [{"id": 1, "name": "spoon"}]
    assert "spoon" in use("query", "d.db", "select * from things", "--table")
