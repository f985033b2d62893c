"""Makes a Python for macOS from CPython's sources, with zig as the compiler: nobody offers one that could be fetched.

It is laid out as those of python-build-standalone: a shared libpython that holds most extension modules of the standard
library, and libraries with the install names that they have there. Nothing of it is run.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ZIG = "0.17.0"
VERSION = "3.11"
# Extension modules that need what zig does not bring, and those that are only examples.
LEFT_OUT = ["_lzma", "_scproxy", "nis", "xxlimited", "xxlimited_35", "zlib"]
# What configure would have to run on macOS, and what zig's headers do not declare.
KNOWN = [
    "MACHDEP=darwin", "ac_sys_system=Darwin", "ac_sys_release=20.0", "ac_cv_file__dev_ptmx=no", "ac_cv_file__dev_ptc=no",
    "ac_cv_buggy_getaddrinfo=no", "ac_cv_func_openpty=no", "ac_cv_func_forkpty=no", "ac_cv_search_login_tty=no", "READELF=true",
]
# The compiler: without options that only Apple's takes, and without frameworks, of which zig has none.
COMPILER = """#!/bin/sh
n=$#
while [ $n -gt 0 ]; do
    a=$1; shift; n=$((n - 1))
    case $a in
        -arch | -framework) shift; n=$((n - 1)) ;;
        -Wl,-single_module | -Wl,-compatibility_version,* | -Wl,-current_version,*) ;;
        *) set -- "$@" "$a" ;;
    esac
done
exec "{zig}" cc -target {target} "$@"
"""
TARGETS = {"arm64": "aarch64-macos.11.0", "x86_64": "x86_64-macos.10.13"}


def sources(folder, mirror):
    """Unpacks the sources of CPython and zlib, as a mirror of Debian has them."""
    apt = folder / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (apt / name).mkdir(parents=True)
    (apt / "sources.list").write_text("deb-src %s bookworm main\n" % mirror)
    options = [
        "-qq",
        "-o", "Dir::Etc::SourceList=%s" % (apt / "sources.list"),
        "-o", "Dir::Etc::SourceParts=/dev/null",
        "-o", "Dir::State::Lists=%s" % (apt / "lists"),
        "-o", "Dir::Cache=%s" % (apt / "cache"),
        "-o", "APT::Sandbox::User=root",
    ]
    subprocess.run(["apt-get", *options, "update"], check=True)
    subprocess.run(["apt-get", *options, "source", "--download-only", "python3.11", "zlib"], check=True, cwd=folder)
    for archive in folder.glob("*.orig.tar.*"):
        subprocess.run(["tar", "xf", archive, "-C", folder], check=True)
    return next(folder.glob("Python-3*")), next(folder.glob("zlib-*"))


def patched(configure):
    """Makes configure take macOS for a target that it can compile for from elsewhere."""
    text = configure.read_text()
    for old, new in [
        ("\twasm32-*-* | wasm64-*-*)", "\twasm32-*-* | wasm64-*-* | *-apple-darwin*)"),
        ("/usr/bin/arch", "arch"),
        ('test "${ac_osx_32bit}" = "yes"', 'test "${ac_osx_32bit}" = "never"'),
    ]:
        if old not in text:
            raise LookupError("configure has no %r" % old)
        text = text.replace(old, new)
    configure.write_text(text)


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)


def host_python():
    """A Python of the same version that runs here."""
    for path in [*pathlib.Path.home().glob(".pyenv/versions/%s.*/bin/python%s" % (VERSION, VERSION)), shutil.which("python" + VERSION)]:
        if path:
            return str(path)
    raise LookupError("no Python %s on this machine" % VERSION)


def python(folder, mirror):
    """Builds a prefix whose native files are universal, from the sources of a mirror of Debian."""
    work = folder.with_name(folder.name + ".work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "ziglang==" + ZIG], check=True)
    import ziglang

    zig = pathlib.Path(ziglang.__file__).parent / "zig"
    cpython, zlib = sources(work, mirror)
    patched(cpython / "configure")
    tools = work / "tools"
    tools.mkdir()
    script(tools / "sw_vers", "#!/bin/sh\necho 11.0\n")
    script(tools / "arch", "#!/bin/sh\necho arm64\n")
    script(tools / "cc", COMPILER.replace("{zig}", str(zig)).replace("{target}", "$FREEZE_TARGET"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment.update(PATH="%s:%s" % (tools, environment["PATH"]), MACOSX_DEPLOYMENT_TARGET="11.0")
    environment["FREEZE_TARGET"] = TARGETS["arm64"]
    build = work / "arm64"
    build.mkdir()

    def run(*command, **more):
        with open(work / "log", "a") as log:
            subprocess.run([str(c) for c in command], check=True, stdout=log, stderr=log, env=environment, **more)

    run(
        cpython / "configure", "-q", "--host=aarch64-apple-darwin", "--build=x86_64-pc-linux-gnu", "--enable-shared",
        "--with-build-python=" + host_python(), "--prefix=/install", "--without-ensurepip", "--disable-test-modules", *KNOWN,
        "CC=%s" % (tools / "cc"), "CXX=%s" % (tools / "cc"), "AR=%s ar" % zig, "RANLIB=%s ranlib" % zig, "CFLAGS=-w",
        cwd=build,
    )
    lines = (build / "Modules" / "Setup.stdlib").read_text().replace("\n*shared*", "\n*static*").splitlines(True)
    kept = [line for line in lines if line.split(" ")[0] not in LEFT_OUT]
    (build / "Modules" / "Setup.local").write_text("".join(kept))
    run("make", "-s", "Makefile", cwd=build)
    # Sizes and features are the same on both.
    shutil.copytree(build, work / "x86_64", symlinks=True)
    made = {}
    for arch, target in TARGETS.items():
        environment["FREEZE_TARGET"] = target
        build = work / arch
        # For tests the optimiser's time is wasted.
        run("make", "-s", "-j%d" % os.cpu_count(), "OPT=-O0 -DNDEBUG -g0", "libpython3.11.dylib", cwd=build)
        cc, flags = tools / "cc", ["-w", "-O1", "-shared"]
        names = "adler32 compress crc32 deflate infback inffast inflate inftrees trees uncompr zutil"
        run(cc, *flags, "-o", build / "libz.1.dylib", "-install_name", "/install/lib/libz.1.dylib", "-Wl,-headerpad,0x200",
            "-include", "stdio.h", *[zlib / (n + ".c") for n in names.split()])
        run(cc, *flags, "-o", build / "zlib.so", "-undefined", "dynamic_lookup", "-Wl,-headerpad,0x200", "-install_name", "zlib.so",
            "-DPy_BUILD_CORE_MODULE", "-I", zlib, "-I", build, "-I", cpython / "Include", "-I", cpython / "Include" / "internal",
            cpython / "Modules" / "zlibmodule.c", build / "libz.1.dylib")
        made[arch] = build
    lib = folder / "lib"
    ignored = shutil.ignore_patterns("test", "tests", "idlelib", "turtledemo", "ensurepip", "lib2to3", "__pycache__")
    shutil.copytree(cpython / "Lib", lib / "python3.11", ignore=ignored)
    (lib / "python3.11" / "lib-dynload").mkdir()
    for name, place in [
        ("libpython3.11.dylib", "libpython3.11.dylib"),
        ("libz.1.dylib", "libz.1.dylib"),
        ("zlib.so", "python3.11/lib-dynload/zlib.cpython-311-darwin.so"),
    ]:
        universal(lib / place, {arch: (build / name).read_bytes() for arch, build in made.items()})
    data = next((work / "arm64").glob("build/lib.*/_sysconfigdata*.py"), None)
    if data:
        shutil.copy(data, lib / "python3.11")
    shutil.rmtree(work)


def universal(path, parts):
    """Puts files for several processors into one, as lipo does."""
    kinds = {"arm64": (0x0100000C, 0), "x86_64": (0x01000007, 3)}
    page = 0x4000
    content, table = b"", b""
    at = page
    for arch, data in sorted(parts.items()):
        cpu, sub = kinds[arch]
        table += b"".join(n.to_bytes(4, "big") for n in (cpu, sub, at, len(data), 14))
        content += data.ljust(-(-len(data) // page) * page, b"\0")
        at = page + len(content)
    head = b"\xca\xfe\xba\xbe" + len(parts).to_bytes(4, "big") + table
    path.write_bytes(head.ljust(page, b"\0") + content)


def wheels(folder):
    """Packages with native libraries for macOS, and what they require."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
    for platform in ("macosx_11_0_arm64", "macosx_10_9_x86_64"):
        options = ["--platform", platform, "--python-version", VERSION, "--implementation", "cp"]
        subprocess.run([*command, *options, "numpy==1.26.4", "pandas==2.2.3"], check=True)
    plain = ["python-dateutil==2.9.0.post0", "pytz==2024.2", "tzdata==2024.2", "six==1.17.0"]
    subprocess.run([*command, *plain], check=True)
