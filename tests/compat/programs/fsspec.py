# /// script
# requires-python = ">=3.10"
# dependencies = ["fsspec", "requests", "aiohttp", "zstandard"]
# ///
"""Opens files by the protocols of its table."""

import tempfile
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

with tempfile.TemporaryDirectory() as folder:
    with fsspec.open(f"memory://a/b.txt", "w") as file:
        file.write("hello")
    assert fsspec.filesystem("memory").cat("/a/b.txt") == b"hello"
    for compression in ("gzip", "bz2", "xz", "zstd"):
        path = f"file://{folder}/x.{compression}"
        with fsspec.open(path, "wb", compression=compression) as file:
            file.write(b"data" * 100)
        with fsspec.open(path, "rb", compression=compression) as file:
            assert file.read() == b"data" * 100
    zipped = f"{folder}/a.zip"
    with fsspec.open(f"zip://in/side.txt::file://{zipped}", "wb", zip={"mode": "w"}) as file:
        file.write(b"zipped")
    with fsspec.open(f"simplecache::zip://in/side.txt::file://{zipped}", simplecache={"cache_storage": folder}) as f:
        assert f.read() == b"zipped"
    directory = fsspec.filesystem("dir", path=folder, target_protocol="file")
    assert "a.zip" in [Path(n).name for n in directory.ls("", detail=False)]
    assert isinstance(fsspec.filesystem("file"), LocalFileSystem)
    for name in ("http", "tar", "ftp", "data", "jupyter", "reference", "cached", "github", "webhdfs"):
        assert fsspec.get_filesystem_class(name), name
    assert fsspec.filesystem("data").cat("data:,hi") == b"hi" and "s3" in fsspec.available_protocols()
print("ok")
