"""More applications for tests/compat/apps.py, with a command line: those with plugins, lazy parts and servers."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

from using import PATIENCE, application, port, read, serving, write


@application("glances", ["glances[web]"])
def glances(use):
    assert "cpu.user: " in use("--stdout", "cpu.user,mem.used", "--stop-after", "2")
    listed = use("--modules-list")
    assert "processlist" in listed and "influxdb2" in listed and "csv" in listed, listed
    number = port()
    use.serve("-w", "-p", number, "-B", "127.0.0.1", "--disable-check-update")
    assert "total" in json.loads(use.fetch(f"http://127.0.0.1:{number}/api/4/cpu"))
    assert "glances.js" in use.fetch(f"http://127.0.0.1:{number}/")
    use.terminal(["--disable-check-update"], ("MEM", "q"))


@application("conan", ["conan"])
def conan(use):
    assert "compiler=gcc" in use("profile", "detect")
    use("new", "header_lib", "-d", "name=demo", "-d", "version=1.0")
    assert "demo" in read("conanfile.py")
    write(
        "r/conanfile.py",
        """\
from conan import ConanFile
from conan.tools.files import copy, save


class Demo(ConanFile):
    name, version, settings = "demo", "1.0", "os"
    exports_sources = "*.h"

    def package(self):
        copy(self, "*.h", self.source_folder, self.package_folder)
        save(self, self.package_folder + "/note.txt", str(self.settings.os))
""",
    )
    write("r/demo.h", "#define X 1\n")
    assert "demo/1.0" in use("create", "r")
    for generator in "CMakeDeps", "CMakeToolchain", "MesonToolchain", "PkgConfigDeps", "BazelDeps", "MSBuildDeps":
        use("install", "--requires=demo/1.0", "-g", generator, f"--output-folder={generator}")
        assert list(pathlib.Path(generator).iterdir())
    assert "demo/1.0" in json.loads(use("list", "*", "-v", "quiet", "--format=json"))["Local Cache"]
    assert "<html" in use("graph", "info", "--requires=demo/1.0", "-v", "quiet", "--format=html")


@application("meson", ["meson"])
def meson(use):
    write(
        "meson.build",
        """\
project('demo', 'c', version: '1.0', default_options: ['warning_level=3'])
fs = import('fs')
pkg = import('pkgconfig')
assert(fs.exists('main.c'))
conf = configuration_data({'ANSWER': 42})
configure_file(output: 'config.h', configuration: conf)
made = custom_target('made', output: 'made.txt', command: ['echo', 'made'], capture: true, build_by_default: true)
lib = static_library('part', 'part.c')
pkg.generate(lib)
exe = executable('demo', 'main.c', link_with: lib)
test('demo', exe)
""",
    )
    write("main.c", '#include "config.h"\nint part(void);\nint main(void) { return part() - ANSWER; }\n')
    write("part.c", "int part(void);\nint part(void) { return 42; }\n")
    assert "Found ninja" in use("setup", "b")
    use("compile", "-C", "b")
    assert read("b/made.txt") == "made\n"
    assert "1/1 demo" in use("test", "-C", "b")
    assert "demo" in [t["name"] for t in json.loads(use("introspect", "b", "--targets"))]
    pathlib.Path("fresh").mkdir()
    use("init", "-l", "cpp", "-n", "fresh", "-C", "fresh")
    write("meson.build", read("meson.build") + "message('again')\n")
    assert "again" in use("compile", "-C", "b")
    assert "buildtype" in use("configure", "b")


@application("scons", ["scons"])
def scons(use):
    write(
        "SConstruct",
        """\
env = Environment(tools=['default', 'textfile'])
conf = Configure(env)
conf.CheckCHeader('stdio.h')
env = conf.Finish()
part = env.StaticLibrary('part', 'part.c')
env.Program('demo', ['main.c'], LIBS=[part], LIBPATH='.')
env.SharedLibrary('shared', 'part.c')
env.Zip('all.zip', ['main.c', 'part.c'])
env.Tar('all.tar.gz', ['main.c'], TARFLAGS='-c -z')
env.Textfile('note.txt', ['hello'])
""",
    )
    write("main.c", '#include <stdio.h>\nint part(void);\nint main(void) { printf("%d\\n", part()); return 0; }\n')
    write("part.c", "int part(void) { return 42; }\n")
    assert "done building targets" in use("-j", "2")
    assert subprocess.check_output(["./demo"]) == b"42\n" and pathlib.Path("all.zip").exists()
    assert "up to date" in use("demo")
    assert "Removed demo" in use("-c")


@application("visidata", ["visidata", "openpyxl", "lxml"], "vd")
def visidata(use):
    write("a.csv", "name,n\nspoon,3\nfork,4\n")
    for kind in "json", "jsonl", "tsv", "md", "html", "xlsx", "vds":
        use("-b", "a.csv", "-o", f"a.{kind}")
        assert pathlib.Path(f"a.{kind}").stat().st_size > 20
    use("-b", "a.xlsx", "-o", "back.csv")
    assert json.loads(read("a.json"))[0]["name"] == "spoon"
    use.terminal(["a.csv"], ("spoon", "F"), ("histogram", "gq"))


@application("litecli", ["litecli"])
def litecli(use):
    use("d.db", "-e", "create table things (id integer, name text)")
    use("d.db", "-e", "insert into things values (1, 'spoon')")
    assert "spoon" in use("d.db", "-t", "-e", "select * from things")
    use.terminal(["d.db"], ("d.db>", ".tables\r"), ("things", "select upper(name) from things;\r"), ("SPOON", "exit\r"))


@application("harlequin", ["harlequin"])
def harlequin(use):
    for adapter in "duckdb", "sqlite":
        use.terminal(["-a", adapter, f"{adapter}.db"], ("Database Connected", "\x11"))


@application("beets", ["beets[fetchart,lyrics,web]"], "beet")
def beets(use):
    import wave

    pathlib.Path("music").mkdir()
    with wave.open("music/01 song.wav", "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    plugins = "fetchart lyrics convert duplicates inline fromfilename mbsync missing info export web scrub zero types smartplaylist"
    write(
        "c.yaml",
        f"directory: {os.getcwd()}/lib\nlibrary: {os.getcwd()}/lib.db\nimport: {{copy: yes}}\nplugins: {plugins}\n",
    )
    assert "plugins: convert" in use("-c", "c.yaml", "version")
    use("-c", "c.yaml", "import", "-A", "-q", "music")
    assert "wav" in use("-c", "c.yaml", "ls", "-f", "$format $path").lower()
    use("-c", "c.yaml", "modify", "-y", "title=Tune", "artist=Ann")
    assert "Ann - " in use("-c", "c.yaml", "ls")
    assert json.loads(use("-c", "c.yaml", "export", "-f", "json", "Tune"))[0]["title"] == "Tune"
    assert "Tracks: 1" in use("-c", "c.yaml", "stats")


@application("esphome", ["esphome"])
def esphome(use):
    write(
        "x.yaml",
        """\
esphome: {name: demo}
host:
logger:
api:
sensor:
  - platform: template
    name: Heat
    lambda: "return 20.5;"
    filters: [{sliding_window_moving_average: {window_size: 3}}]
  - platform: uptime
    name: Up
switch:
  - platform: template
    name: Relay
    optimistic: true
interval:
  - interval: 5s
    then: [{logger.log: tick}]
""",
    )
    assert "Configuration is valid" in use("config", "x.yaml")
    write(
        "y.yaml",
        """\
esphome: {name: board}
esp8266: {board: d1_mini}
wifi: {ssid: a, password: bbbbbbbbb}
ota: [{platform: esphome}]
web_server: {port: 80}
i2c:
sensor:
  - {platform: bme280_i2c, temperature: {name: T}, address: 0x76}
  - {platform: dht, pin: D5, temperature: {name: U}}
display:
  - {platform: ssd1306_i2c, model: SSD1306 128X64}
""",
    )
    assert "Configuration is valid" in use("config", "y.yaml")
    use("compile", "--only-generate", "x.yaml")
    assert "sliding" in read(".esphome/build/demo/src/main.cpp").lower()
    assert pathlib.Path(".esphome/build/demo/src/esphome/components/logger/logger.cpp").exists()


@application("dbt", ["dbt-core<1.11", "dbt-duckdb"])
def dbt(use):
    write("dbt_project.yml", "name: demo\nversion: '1.0'\nprofile: demo\nmodel-paths: [models]\nseed-paths: [seeds]\n")
    write("profiles.yml", "demo: {target: dev, outputs: {dev: {type: duckdb, path: d.duckdb}}}\n")
    write("seeds/things.csv", "id,name\n1,spoon\n2,fork\n")
    write(
        "models/big.sql",
        "{{ config(materialized='table') }}\nselect id, upper(name) as name from {{ ref('things') }}\n",
    )
    write(
        "models/inc.sql", "{{ config(materialized='incremental', unique_key='id') }}\nselect * from {{ ref('big') }}\n"
    )
    write("models/s.yml", "models: [{name: big, columns: [{name: id, data_tests: [unique, not_null]}]}]\n")
    environment = {"DBT_PROFILES_DIR": ".", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    assert "duckdb" in use("--version", **environment)
    assert "All checks passed" in use("debug", **environment)
    assert "ERROR=0" in use("build", **environment)
    assert "SPOON" in use("show", "--select", "big", **environment)
    use("docs", "generate", **environment)
    assert "<html" in read("target/index.html")


@application("cfn-lint", ["cfn-lint[full]"])
def cfn_lint(use):
    write(
        "t.yaml",
        """\
AWSTemplateFormatVersion: '2010-09-09'
Parameters: {Unused: {Type: String}}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketNam: x}
  Machine:
    Type: AWS::EC2::Instance
    Properties: {InstanceType: !Ref Nowhere}
""",
    )
    found = use("t.yaml", code=6)
    for fault in "E3002", "W2001", "E1020":
        assert fault in found, found
    assert "E3002" in use("--list-rules")
    for form in "json", "junit", "sarif":
        assert "E3002" in use("-f", form, "t.yaml", code=6)
    use("-g", "t.yaml", code=6)


@application("streamlink", ["streamlink"])
def streamlink(use):
    listed = use("--plugins")
    assert "twitch" in listed and "hls" in listed
    parts = {"/a.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n"}
    with serving({**parts, "/a.ts": 188 * b"a", "/b.ts": 188 * b"b"}) as at:
        use("--json", f"hls://{at}/a.m3u8")
        use(f"hls://{at}/a.m3u8", "best", "-o", "out.ts")
    assert read("out.ts") == 188 * "a" + 188 * "b"


@application("gallery-dl", ["gallery-dl"])
def gallery_dl(use):
    listed = use("--list-modules").split()
    assert len(listed) > 200 and "pixiv" in listed
    assert "Category: pixiv" in use("--list-extractors")
    with serving({"/a/b.png": b"\x89PNG\r\n\x1a\n" + bytes(100)}) as at:
        use("-d", "out", "--write-metadata", "-v", f"{at}/a/b.png")
    assert list(pathlib.Path("out").rglob("*.png"))


@application("xonsh", ["xonsh[full]"])
def xonsh(use):
    assert (
        use("--no-rc", "-c", "import json; x = $(echo hi); print(json.dumps([x.strip(), 6 * 7]))").strip()
        == '["hi", 42]'
    )
    write(
        "s.xsh",
        "for i in range(3):\n    echo @(i) | tr 012 abc\n$FOO = 'bar'\nprint(${'FOO'})\naliases['q'] = 'echo aliased'\nq\n",
    )
    assert sorted(use("--no-rc", "s.xsh").split()) == ["a", "aliased", "b", "bar", "c"]
    use.terminal(["--no-rc"], ("@#", "print('s' + 'um', 6 * 7)\r"), ("sum 42", "exit\r"))


@application("snakemake", ["snakemake", "pygments"])
def snakemake(use):
    write(
        "Snakefile",
        """\
rule all:
    input: "sum.txt"

rule make:
    output: "part{n}.txt"
    shell: "echo {wildcards.n} > {output}"

rule sum:
    input: expand("part{n}.txt", n=[1, 2, 3])
    output: "sum.txt"
    run:
        with open(output[0], "w") as out:
            out.write(str(sum(int(open(name).read()) for name in input)))
""",
    )
    use("--cores", "2")
    assert read("sum.txt") == "6"
    assert "digraph" in use("--dag", "--forceall")
    use("--report", "report.html")
    assert "<html" in read("report.html")


@application("mitmproxy", ["mitmproxy"], "mitmdump")
def mitmproxy(use):
    write("addon.py", "def response(flow):\n    flow.response.headers['x-seen'] = flow.request.path\n")
    number = port()
    use.serve("-v", "-p", number, "--listen-host", "127.0.0.1", "-s", "addon.py", "-w", "flows")
    with serving({"/x": b"hello"}) as at:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{number}"}))
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = opener.open(f"{at}/x", timeout=PATIENCE)
                break
            except urllib.error.URLError:
                assert time.monotonic() < end and use.servers[-1].poll() is None
                time.sleep(0.2)
    assert answer.read() == b"hello" and answer.headers["x-seen"] == "/x"
    os.kill(use.servers[-1].pid, signal.SIGTERM)
    use.servers[-1].wait(PATIENCE)
    assert "GET" in use("-n", "-r", "flows")


@application("locust", ["locust"])
def locust(use):
    write(
        "locustfile.py",
        """\
from locust import HttpUser, constant, task

class Visitor(HttpUser):
    wait_time = constant(0.1)

    @task
    def look(self):
        assert self.client.get("/x").text == "hello"
""",
    )
    with serving({"/x": b"hello"}) as at:
        found = use("--headless", "-u", "2", "-r", "2", "-t", "3s", "-H", at, "--html", "report.html", "--csv", "stats")
        assert "Aggregated" in found
        assert "/x" in read("stats_stats.csv") and "<html" in read("report.html")
        use("--headless", "-u", "2", "-r", "2", "-t", "3s", "-H", at, "--processes", "2")
    number = port()
    use.serve("-H", at, "--web-host", "127.0.0.1", "-P", number)
    assert "<title>Locust" in use.fetch(f"http://127.0.0.1:{number}/")


@application("nikola", ["nikola[extras]"])
def nikola(use):
    use("init", "--demo", "--quiet", "site")
    os.chdir("site")
    try:
        use("build")
        assert "Nikola" in read("output/index.html")
        assert pathlib.Path("output/galleries/demo/index.html").exists()
        use("new_post", "-t", "Fresh", "-f", "markdown")
        use("build")
        assert list(pathlib.Path("output/posts").rglob("fresh*"))
        assert "theme" in use("help")
    finally:
        os.chdir("..")


@application("pelican", ["pelican[markdown]", "pelican-sitemap", "pelican-neighbors"])
def pelican(use):
    write("content/a.md", "Title: First\nDate: 2024-01-01\nTags: x\n\n# Head\n\n```python\nx = 1\n```\n")
    write("content/b.rst", "Second\n######\n\n:date: 2024-01-02\n\n.. code-block:: python\n\n   x = 1\n")
    for theme in "simple", "notmyidea":
        use("content", "-o", theme, "-t", theme)
        assert "First" in read(f"{theme}/index.html") and "highlight" in read(f"{theme}/second.html")
        assert pathlib.Path(f"{theme}/sitemap.xml").exists()


@application("frictionless", ["frictionless[json,excel,sql,parquet,ods,html,markdown]"])
def frictionless(use):
    write("a.csv", "id,name\n1,spoon\n2,fork\n")
    write("bad.csv", "id,name\n1,spoon\n1\n,\n")
    assert "VALID" in use("validate", "a.csv").upper()
    assert "missing-cell" in use("validate", "bad.csv", code=1)
    assert "integer" in use("describe", "a.csv")
    for kind in "xlsx", "ods", "jsonl":
        use("convert", "a.csv", "--to-path", f"b.{kind}")
        assert "fork" in use("extract", f"b.{kind}")
    use("index", "a.csv", "--database", "sqlite:///d.db")


@application("moto", ["moto[server]"], "moto_server")
def moto(use):
    number = port()
    use.serve("-H", "127.0.0.1", "-p", number)
    at = f"http://127.0.0.1:{number}"

    def ask(service, body, version):
        sign = (
            f"AWS4-HMAC-SHA256 Credential=a/20240101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=x"
        )
        return use.fetch(f"{at}/", f"{body}&Version={version}".encode(), Authorization=sign)

    assert "QueueUrl" in ask("sqs", "Action=CreateQueue&QueueName=q", "2012-11-05")
    assert "instanceId" in ask("ec2", "Action=RunInstances&ImageId=ami-12c6146b&MinCount=1&MaxCount=1", "2016-11-15")
    assert "TopicArn" in ask("sns", "Action=CreateTopic&Name=t", "2010-03-31")
    assert "Arn" in ask("sts", "Action=GetCallerIdentity", "2011-06-15")
    use.fetch(f"{at}/bucket", b"", method="PUT")
    assert "bucket" in use.fetch(f"{at}/")
    assert "moto" in use.fetch(f"{at}/moto-api/").lower()


@application("kedro", ["kedro", "kedro-datasets[pandas-csvdataset]"])
def kedro(use):
    environment = {"KEDRO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    use("new", "--name", "demo", "--tools", "none", "--example", "n", "--telemetry", "no", **environment)
    write(
        "demo/conf/base/catalog.yml",
        "a: {type: pandas.CSVDataset, filepath: a.csv}\nb: {type: pandas.CSVDataset, filepath: b.csv}\n",
    )
    write("demo/a.csv", "n\n1\n2\n")
    nodes = "from kedro.pipeline import node, pipeline\n\ndef create_pipeline(**_):\n    return pipeline([node(lambda a: a * 2, 'a', 'b', name='twice')])\n"
    write("demo/src/demo/pipelines/two/__init__.py", "from .pipeline import create_pipeline\n")
    write("demo/src/demo/pipelines/two/pipeline.py", nodes)
    os.chdir("demo")
    try:
        use("run", **environment)
        assert read("b.csv").split() == ["n", "2", "4"]
        assert "two" in use("registry", "list", **environment)
        use("pipeline", "create", "more", **environment)
    finally:
        os.chdir("..")


@application("ocrmypdf", ["ocrmypdf"])
def ocrmypdf(use):
    text = [
        "convert",
        "-size",
        "1000x300",
        "xc:white",
        "-pointsize",
        "60",
        "-annotate",
        "+40+150",
        "Hello frozen world",
        "-density",
        "150",
        "a.png",
    ]
    subprocess.run(text, check=True)
    use("--image-dpi", "150", "--sidecar", "a.txt", "--output-type", "pdf", "a.png", "a.pdf")
    assert "frozen" in read("a.txt")
    use("--force-ocr", "--deskew", "-O1", "--jobs", "2", "a.pdf", "b.pdf")
    assert pathlib.Path("b.pdf").read_bytes().startswith(b"%PDF")


@application("behave", ["behave"])
def behave(use):
    write(
        "features/a.feature",
        "Feature: sums\n  Scenario Outline: two\n    Given <a>\n    Then twice is <b>\n    Examples:\n      | a | b |\n      | 1 | 2 |\n      | 2 | 5 |\n",
    )
    write(
        "features/steps/s.py",
        "from behave import given, then\n\n@given('{n:d}')\ndef first(context, n):\n    context.n = n\n\n@then('twice is {n:d}')\ndef second(context, n):\n    assert 2 * context.n == n, 'not so'\n",
    )
    found = use("--junit", code=1)
    assert "1 scenario passed, 1 failed" in found and "not so" in found
    assert "TESTS" in "".join(p.name for p in pathlib.Path("reports").iterdir())
    for form in "json", "progress", "steps.usage", "rerun", "tags", "sphinx.steps":
        use("-f", form, "-o", f"out.{form}", code=1)
    assert json.loads(read("out.json"))[0]["name"] == "sums"
    assert "de:" in use("--lang-list")


@application("csvkit", ["csvkit", "agate-dbf"], "csvsql")
def csvkit(use):
    write("a.csv", "id,name\n1,spoon\n2,fork\n")
    assert "fork" in use("--query", "select * from a where id = 2", "a.csv")
    for dialect in "sqlite", "mysql", "postgresql", "oracle", "mssql":
        assert "CREATE TABLE" in use("-i", dialect, "a.csv")
    use("--db", "sqlite:///d.db", "--insert", "a.csv")
    assert "spoon" in use("--db", "sqlite:///d.db", "--query", "select * from a")


@application("nbconvert", ["nbconvert", "ipykernel"], "jupyter-nbconvert")
def nbconvert(use):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Head $x$"}]
    cells.append(
        {"cell_type": "code", "metadata": {}, "source": "print(6 * 7)", "outputs": [], "execution_count": None}
    )
    write("n.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    for kind, end in ("html", "html"), ("slides", "slides.html"), ("markdown", "md"), ("script", "txt"):
        use("--to", kind, "--no-prompt" if kind == "html" else "--output-dir=.", "n.ipynb")
        assert "6" in read(f"n.{end}"), kind
    for template in "lab", "classic", "basic", "reveal":
        use("--to", "html", "--template", template, "--output", template, "n.ipynb")
    use("--execute", "--to", "markdown", "--output", "done", "n.ipynb")
    assert "42" in read("done.md")


@application("checkov", ["checkov"])
def checkov(use):
    write("main.tf", 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n  acl = "public-read"\n}\n')
    write("Dockerfile", "FROM ubuntu:latest\nRUN sudo apt-get update\n")
    found = use("-f", "main.tf", "--skip-download", "--compact", code=1)
    assert "CKV_AWS_20" in found and "CKV2_AWS_6" in found, found
    assert "CKV_DOCKER_2" in use("-f", "Dockerfile", "--skip-download", code=1)
    assert "CKV_K8S_1" in use("-l", "--framework", "kubernetes")
    use("-f", "main.tf", "--skip-download", "-o", "sarif", "--quiet", "--output-file-path", "o", code=1)
    assert "runs" in json.loads(read("o/results_sarif.sarif"))


@application("openstack", ["python-openstackclient", "python-heatclient"])
def openstack(use):
    listed = use("command", "list")
    assert "server create" in listed and "stack create" in listed and "volume list" in listed
    assert "--flavor" in use("server", "create", "--help")
    options = "--os-username", "a", "--os-password", "b", "--os-project-name", "c"
    assert "127.0.0.1" in use("token", "issue", "--os-auth-url", "http://127.0.0.1:9", *options, code=1)
    assert "openstack" in use("complete")
    assert "openstackclient" in use("module", "list", "--all")


@application("ansible-lint", ["ansible-lint"])
def ansible_lint(use):
    write("play.yml", "- hosts: all\n  tasks:\n  - command: echo hi\n")
    found = use("--offline", "play.yml", code=2)
    assert "name[play]" in found and "fqcn" in found and "no-changed-when" in found
    assert "yaml" in use("-L")
