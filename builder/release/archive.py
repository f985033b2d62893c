"""Writes archives whose bytes depend only on their content."""

import gzip
import io
import tarfile
import time
import zipfile
from pathlib import Path

from content import File, epoch


def write(folder: Path, name: str, files: "list[File]", windows: bool) -> Path:
    """Writes a zip file for Windows, or a compressed tar file."""
    path = folder / (name + (".zip" if windows else ".tar.gz"))
    path.write_bytes(zipped(name, files) if windows else tarred(name, files))
    return path


def tarred(top: str, files: "list[File]") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for folder in sorted(folders(top, files)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, epoch()
            archive.addfile(entry)
        for file in files:
            entry = tarfile.TarInfo(f"{top}/{file.path}")
            entry.size, entry.mode, entry.mtime = len(file.content), 0o755 if file.executable else 0o644, epoch()
            if file.link:
                entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, file.link, 0o777
            archive.addfile(entry, io.BytesIO(file.content))
    return gzip.compress(data.getvalue(), 9, mtime=epoch())


def zipped(top: str, files: "list[File]") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{top}/{file.path}", time.gmtime(epoch())[:6])
            entry.external_attr = (0o100755 if file.executable else 0o100644) << 16
            archive.writestr(entry, file.content, zipfile.ZIP_DEFLATED, 9)
    return data.getvalue()


def folders(top: str, files: "list[File]") -> "set[str]":
    return {f"{top}/{parent}".removesuffix("/.") for file in files for parent in Path(file.path).parents}
