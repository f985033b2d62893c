"""Checks a program for macOS by means that are not those of freeze: lief reads its files, hashlib hashes their pages.

usage: python macho.py [--others FILE=ARCH,...] PRODUCT arm64|x86_64|universal2 [CERTIFICATE [TIMES]], where PRODUCT is a file, a
folder or an app bundle. Prints what it has seen, or fails with what is wrong. Of universal files each part is checked as it
lies in the file; with `universal2` all files must be such, but the others, which are for the processors named. With a CERTIFICATE
openssl must verify that it has signed each file, with TIMES that the server with that certificate has said when.
"""

import argparse
import hashlib
import os
import pathlib
import plistlib
import struct
import subprocess
import sys
import tempfile

import lief

PAGE = {"arm64": 0x4000, "x86_64": 0x1000}
CPU = {"arm64": 0x0100000C, "x86_64": 0x01000007}


def blobs(data):
    """The blobs of a signature by their slots."""
    magic, _, count = struct.unpack_from(">III", data)
    assert magic == 0xFADE0CC0, hex(magic)
    found = {}
    for i in range(count):
        slot, at = struct.unpack_from(">II", data, 12 + 8 * i)
        length = struct.unpack_from(">I", data, at + 4)[0]
        found[slot] = data[at : at + length]
    return found


# Where the token of a time stamp server lies in a signature.
TOKEN = bytes.fromhex("060b2a864886f70d010910020e")


def openssl(*arguments):
    done = subprocess.run(("openssl",) + arguments, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def value(data, at):
    """Where the content of the DER value at a place begins, and where it ends."""
    size, at = data[at + 1], at + 2
    if size < 0x80:
        return at, at + size
    count = size & 0x7F
    return at + count, at + count + int.from_bytes(data[at : at + count], "big")


def identity(found, directory, certificate, times):
    """Has openssl verify who has signed the directory of the hashes, and when."""
    message = found[0x10000][8:]
    listed = plistlib.loads(message[message.index(b"<?xml") : message.index(b"</plist>") + 8])
    assert listed["cdhashes"] == [hashlib.sha256(directory).digest()[:20]], listed
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "cms").write_bytes(message)
        (folder / "directory").write_bytes(directory)
        how = ("cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", os.devnull, "-CAfile", certificate)
        openssl(*how, "-in", str(folder / "cms"), "-content", str(folder / "directory"))
        at = message.find(TOKEN)
        assert (at >= 0) == bool(times), "a time" if at >= 0 else "no time"
        if times:
            # The token is the only attribute that is not signed, and follows what it tells the time of.
            assert message[at - 8] == 0xA1 and message[at - 8 - 260 : at - 8 - 256] == bytes.fromhex("04820100")
            (folder / "signed").write_bytes(message[at - 8 - 256 : at - 8])
            start, end = value(message, at + len(TOKEN))
            (folder / "token").write_bytes(message[start:end])
            how = ("ts", "-verify", "-token_in", "-CAfile", times)
            openssl(*how, "-in", str(folder / "token"), "-data", str(folder / "signed"))


def signature(path, binary, data, signers):
    """Checks the hash of each page; returns the directory of the hashes and those of the special slots."""
    assert binary.has_code_signature, "no signature"
    at, size = binary.code_signature.data_offset, binary.code_signature.data_size
    assert at + size == len(data) and at % 16 == 0, "the signature is not the last thing in the file"
    found = blobs(data[at:])
    directory = found[0]
    magic, _, version, flags, hashes, name, special, count, limit = struct.unpack_from(">9I", directory)
    size, kind, _, shift = struct.unpack_from("4B", directory, 36)
    assert magic == 0xFADE0C02 and kind == 2 and size == 32, (hex(magic), kind, size)
    assert limit == at and version >= 0x20400, (limit, hex(version))
    if signers:
        # For the hardened runtime.
        assert flags == 0x10000 and version >= 0x20500, (hex(flags), hex(version))
        identity(found, directory, *signers)
    else:
        assert flags & 2, hex(flags)
    page = 1 << shift
    assert count == -(-limit // page), (count, limit)
    for i in range(count):
        expected = directory[hashes + 32 * i : hashes + 32 * (i + 1)]
        got = hashlib.sha256(data[i * page : min((i + 1) * page, limit)]).digest()
        assert got == expected, "page %d differs from its hash" % i
    slots = {n: directory[hashes - 32 * n : hashes - 32 * (n - 1)] for n in range(1, special + 1)}
    for slot, blob in found.items():
        if 0 < slot < 0x1000:
            assert slots[slot] == hashlib.sha256(blob).digest(), "slot %d differs from its hash" % slot
    return directory, slots


def segments(binary, arch):
    end = address = 0
    for segment in binary.segments:
        if segment.name == "__PAGEZERO":
            address = segment.virtual_size
            continue
        address, before = segment.virtual_address + segment.virtual_size, address
        assert segment.virtual_address >= before, segment.name + " overlaps"
        if segment.file_size == 0:
            # All zeros: it lies nowhere in the file.
            continue
        assert segment.file_offset >= end, segment.name + " overlaps"
        # An object of an older linker for x86-64 may begin anywhere in a page of the other one.
        assert segment.file_offset % PAGE[arch] == 0, segment.name + " is not aligned"
        end = segment.file_offset + segment.file_size
    assert segment.name == "__LINKEDIT", segment.name + " is the last segment"
    return end


def thin(path):
    """The parts of a file by the names of their processors, in its order."""
    data = path.read_bytes()
    if data[:4] == b"\xcf\xfa\xed\xfe":
        kinds = {number: name for name, number in CPU.items()}
        return {kinds[struct.unpack_from("<I", data, 4)[0]]: data}
    magic, count = struct.unpack_from(">II", data)
    assert magic == 0xCAFEBABE and count == 2, "expected two processors"
    parts, end = {}, 8 + 20 * count
    for i, (name, cpu) in enumerate(sorted(CPU.items(), key=lambda item: item[1])):
        number, kind, at, size, align = struct.unpack_from(">5I", data, 8 + 20 * i)
        assert number == cpu and align == 14 and at % (1 << align) == 0, (number, at, align)
        assert end <= at and not any(data[end:at]), "something lies ahead of the part for " + name
        end = at + size
        parts[name] = data[at:end]
        assert struct.unpack_from("<III", parts[name])[1:] == (cpu, kind), "the table names another processor than the part"
    assert end == len(data), "something lies behind the last part"
    return parts


def libraries(path, binary, root, arch):
    """Whether all that a file needs is in the product, or in the system."""
    here = path.resolve().parent
    rpaths = [c.path for c in binary.commands if isinstance(c, lief.MachO.RPathCommand)]
    for entry in rpaths:
        assert entry.startswith(("@loader_path", "/usr/lib", "/System/")), "run path " + entry
    named = 0
    for library in binary.libraries:
        if library.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB:
            continue
        name = library.name
        if name.startswith(("/usr/lib/", "/System/")):
            continue
        token, _, rest = name.partition("/")
        folders = {"@loader_path": ["@loader_path"], "@rpath": rpaths}.get(token, [])
        places = [pathlib.Path(os.path.normpath(str(f).replace("@loader_path", str(here)) + "/" + rest)) for f in folders]
        if not any(p.exists() and root in p.resolve().parents and arch in thin(p.resolve()) for p in places):
            assert library.command == lief.MachO.LoadCommand.TYPE.LOAD_WEAK_DYLIB, "%s is not found" % name
        named += 1
    return named


def check(path, root, wanted, signers):
    """The number of libraries in the product that all parts need, their hashes and those of their special slots."""
    parts = thin(path)
    assert list(parts) == wanted, "it is for " + ", ".join(parts)
    whole = lief.MachO.parse(str(path))
    assert whole is not None and whole.size == len(parts), "lief sees other parts"
    named, cdhashes, slots = 0, [], []
    for i, (arch, data) in enumerate(parts.items()):
        binary = whole.at(i)
        assert int(binary.header.cpu_type) & 0xFFFFFFFF == CPU[arch], binary.header.cpu_type
        assert segments(binary, arch) == len(data), "__LINKEDIT does not reach to the end"
        directory, special = signature(path, binary, data, signers)
        named += libraries(path, binary, root, arch)
        cdhashes.append(hashlib.sha256(directory).digest()[:20])
        slots.append(special)
    return named, cdhashes, slots


def sealed(bundle, cdhashes, slots):
    """Checks what an app bundle says of itself, and the hashes of all that is in it."""
    contents = bundle / "Contents"
    info = plistlib.loads((contents / "Info.plist").read_bytes())
    executable = contents / "MacOS" / info["CFBundleExecutable"]
    resources = contents / "_CodeSignature" / "CodeResources"
    for special in slots[executable]:
        assert special[1] == hashlib.sha256((contents / "Info.plist").read_bytes()).digest()
        assert special[3] == hashlib.sha256(resources.read_bytes()).digest()
    listed = plistlib.loads(resources.read_bytes())
    outside = {contents / "Info.plist", contents / "PkgInfo", executable, resources}
    there = set()
    for folder, folders, files in os.walk(contents):
        for name in files + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
            path = pathlib.Path(folder, name)
            if path in outside:
                continue
            inner = str(path.relative_to(contents))
            there.add(inner)
            entry = listed["files2"][inner]
            if path.is_symlink():
                assert entry["symlink"] == os.readlink(path) and path.exists(), inner
            elif path in cdhashes:
                assert inner.startswith(("Frameworks/", "MacOS/")), inner + " is code among data"
                assert entry["cdhash"] == cdhashes[path][0], inner
                assert entry["requirement"] == " or ".join('cdhash H"%s"' % c.hex() for c in cdhashes[path]), inner
            else:
                assert inner.startswith("Resources/"), inner + " is data among code"
                data = path.read_bytes()
                assert entry["hash2"] == hashlib.sha256(data).digest(), inner
                assert entry["hash"] == listed["files"][inner] == hashlib.sha1(data).digest(), inner
        for name in folders:
            among_code = "Frameworks" in folder and not os.path.islink(os.path.join(folder, name))
            assert not among_code or "." not in name or name.endswith(".framework"), name + " looks like a bundle"
    assert there == set(listed["files2"]), there ^ set(listed["files2"])
    return info


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--others", default="")
    parser.add_argument("product", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("arch", choices=[*CPU, "universal2"])
    parser.add_argument("signers", nargs="*")
    arguments = parser.parse_args()
    product, signers = arguments.product, arguments.signers and (arguments.signers + [None])[:2]
    wanted = {"universal2": ["x86_64", "arm64"]}.get(arguments.arch, [arguments.arch])
    others = dict(other.split("=") for other in arguments.others.split(",") if other)
    paths = [p for p in sorted(product.rglob("*")) if p.is_file() and not p.is_symlink()] if product.is_dir() else [product]
    count = named = 0
    cdhashes, slots = {}, {}
    for path in paths:
        with open(path, "rb") as file:
            magic = file.read(4)
        if magic not in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"):
            continue
        try:
            own = others.pop(path.name, None)
            more, cdhashes[path], slots[path] = check(path, product, [own] if own else wanted, signers)
        except (AssertionError, KeyError) as error:
            sys.exit("%s: %r" % (path, error))
        count += 1
        named += more
    assert not others, "not seen: " + ", ".join(others)
    print("%d files, %d libraries in the product" % (count, named))
    if product.suffix == ".app":
        info = sealed(product, cdhashes, slots)
        print(" ".join("%s=%s" % (key, info[key]) for key in sorted(info) if not isinstance(info[key], list)))


main()
