#!/usr/bin/env bash
# Builds the launchers of other platforms: bootloader/launchers.sh [--out FOLDER] [--builder [--quick]] [--test] TARGET… | all
#
# Runs on a bare Debian 12: missing tools are installed in pinned versions below target/launchers/.tools. The results go
# to target/launchers/<triple>/, which FREEZE_LAUNCHERS can point to. Each result is checked before it is moved there.
# target/launchers/launchers.zip contains all launchers. If FREEZE_LAUNCHERS names it during a build, `freeze` embeds them.
# With --builder, `freeze` itself is also built for the same targets, next to the launcher that it embeds; with --quick, it is
# not optimized, for tests.
# With --test, the sources are linted for Windows and their unit tests run under Wine, if Windows is a target.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE

ZIG=0.17.0
ZIGBUILD=0.24.0
GLIBC=2.17
MOST=$((700 * 1000))
ALL="x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-pc-windows-gnu \
aarch64-pc-windows-gnullvm x86_64-apple-darwin aarch64-apple-darwin"

out=$PWD/target/launchers
fail() {
    echo "error: $*" >&2
    exit 1
}
say() {
    echo "launchers: $*"
}
usage() {
    echo "usage: bootloader/launchers.sh [--out FOLDER] [--builder [--quick]] [--test] TARGET... | all"
    echo "targets: $ALL"
}

targets=()
tests=false
builder=false
quick=()
while [ $# -gt 0 ]; do
    case $1 in
        --out) out=$(mkdir -p "${2:?--out needs a folder}" && cd "$2" && pwd); shift ;;
        --test) tests=true ;;
        --builder) builder=true ;;
        --quick) quick=(--config profile.release.opt-level=0 --config profile.release.package.freeze.opt-level=0) ;;
        --help | -h) usage; exit 0 ;;
        all) read -r -a more <<<"$ALL"; targets+=("${more[@]}") ;;
        *)
            # The last one also runs on Windows before 10. It is for tests under old Wine, not for releases.
            case " $ALL x86_64-win7-windows-gnu " in
                *" $1 "*) targets+=("$1") ;;
                *) usage >&2; fail "unknown target \`$1\`" ;;
            esac ;;
    esac
    shift
done
[ ${#targets[@]} -gt 0 ] || { usage >&2; exit 2; }

tools=$out/.tools
mkdir -p "$tools"
export CARGO_TARGET_DIR=$tools/target
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_RUSTFLAGS
rustc_version=$(rustc -V | awk '{print $2}')
rustc_host=$(rustc -vV | awk '/^host:/{print $2}')

# install COMMAND PACKAGE: installs a Debian package if the command is missing.
install() {
    command -v "$1" >/dev/null && return
    say "installing $2"
    [ "$(id -u)" = 0 ] || fail "\`$1\` is missing: install the package $2"
    # Another process may be installing packages.
    local wait=(-o DPkg::Lock::Timeout=600)
    [ -e "$tools/.updated" ] || { apt-get "${wait[@]}" update -qq && touch "$tools/.updated"; }
    DEBIAN_FRONTEND=noninteractive apt-get "${wait[@]}" install -qq -y --no-install-recommends "$2" >/dev/null
}

# Installs zig from PyPI, the linker for all targets except Windows.
need_zig() {
    [ -x "$tools/zig-$ZIG/bin/cargo-zigbuild" ] && return
    python3 -c 'import ensurepip' 2>/dev/null || install no-such-command python3-venv
    say "zig $ZIG, cargo-zigbuild $ZIGBUILD"
    rm -rf "$tools/zig-$ZIG"
    python3 -m venv "$tools/zig-$ZIG.new"
    "$tools/zig-$ZIG.new/bin/pip" install -q --disable-pip-version-check "ziglang==$ZIG" "cargo-zigbuild==$ZIGBUILD"
    mv "$tools/zig-$ZIG.new" "$tools/zig-$ZIG"
}

# Prints the path of the standard library's sources, for targets without a precompiled one: those of rustup if installed,
# or else Debian's package for exactly the compiler's version, from any suite.
std_sources() {
    local own; own=$(rustc --print sysroot)/lib/rustlib/src/rust/library
    [ -e "$own/std/Cargo.toml" ] && { echo "$own"; return; }
    local folder=$tools/rust-src-$rustc_version
    local library=$folder/usr/src/rustc-$rustc_version/library
    if [ ! -e "$library/std/Cargo.toml" ]; then
        local mirror apt=$tools/apt suite package
        mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
        [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {print $2; exit}' /etc/apt/sources.list)
        mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
        : >"$apt/sources.list"
        for suite in trixie-backports forky sid experimental; do echo "deb $mirror $suite main" >>"$apt/sources.list"; done
        local options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
            -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
        apt-get -qq "${options[@]}" update >&2
        package=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$rustc_version" '$3 ~ "^"v {print $3; exit}')
        [ -n "$package" ] || fail "no package rust-src of version $rustc_version: \`rustup component add rust-src\` brings it"
        say "rust-src $package" >&2
        (cd "$apt" && apt-get -qq "${options[@]}" download "rust-src=$package" >&2)
        rm -rf "$folder"
        dpkg-deb -x "$apt"/rust-src_*.deb "$folder"
        rm -rf "$apt"
    fi
    # The layout that cargo expects: below a separate root, next to the lock file.
    echo "$library"
}

# Prints options that remove the folders of the build machine from panic messages.
remap() {
    local flags="--remap-path-prefix=$PWD=/freeze --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    [ -n "${1:-}" ] && flags+=" --remap-path-prefix=$1=/std"
    echo "$flags"
}

# prepare TARGET: sets the cargo command in $command and $std, and the compiler options in $flags.
prepare() {
    local target=$1 triple=${1%".$GLIBC"} library=""
    std=()
    if [ "$triple" != "$rustc_host" ]; then
        library=$(std_sources)
        # No features: resolving backtraces would make launchers 25% larger, and they have no symbols anyway.
        std=("-Zbuild-std=std,panic_abort,panic_unwind" "-Zbuild-std-features=")
        export RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT=$library
    else
        unset RUSTC_BOOTSTRAP __CARGO_TESTS_ONLY_SRC_ROOT
    fi
    flags=$(remap "$library")
    command=(zigbuild)
    case $triple in
        *-windows-gnu)
            install x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
            command=(build)
            # Without the link time, the same sources produce the same bytes.
            flags+=" -C linker=x86_64-w64-mingw32-gcc -C link-arg=-Wl,--no-insert-timestamp -C target-feature=+crt-static"
            ;;
        *-windows-gnullvm) flags+=" -C target-feature=+crt-static" ;;
        *-musl) flags+=" -C link-self-contained=no -C target-feature=-crt-static -C link-arg=-dynamic" ;;
        x86_64-apple-darwin) export MACOSX_DEPLOYMENT_TARGET=10.13 ;;
        aarch64-apple-darwin) export MACOSX_DEPLOYMENT_TARGET=11.0 ;;
    esac
    if [ "${command[0]}" = zigbuild ]; then
        need_zig
        command=("$tools/zig-$ZIG/bin/cargo-zigbuild" zigbuild)
        export PATH="$tools/zig-$ZIG/bin:$PATH"
    else
        command=(cargo build)
    fi
}

# build TARGET: sets $results to the folder with the results.
build() {
    local target=$1 triple=${1%".$GLIBC"}
    local packages=(-p freeze-launcher --bin launcher)
    case $triple in *-linux-*) packages+=(-p freeze-launcher-twin --lib) ;; esac
    say "building $target"
    RUSTFLAGS=$flags "${command[@]}" --locked --quiet --profile launcher "${std[@]}" --target "$target" "${packages[@]}"
    results=$CARGO_TARGET_DIR/$triple/launcher
}

# build_builder TARGET LAUNCHER: the same for `freeze` and `freeze-app`. `freeze` embeds this launcher.
build_builder() {
    local target=$1 triple=${1%".$GLIBC"}
    say "building freeze for $target"
    builder_settings "$2"
    local profile=dist
    [ ${#quick[@]} = 0 ] || profile=release
    RUSTFLAGS=$flags "${command[@]}" --locked --quiet --profile $profile "${quick[@]}" "${std[@]}" --target "$target" -p freeze --bins
    results=$CARGO_TARGET_DIR/$triple/$profile
}

# builder_settings LAUNCHER: applies the settings of a release. Tests use the same, so that nothing is compiled twice.
builder_settings() {
    [ ${#std[@]} = 0 ] || std=("-Zbuild-std=std,panic_abort,panic_unwind,test")
    export FREEZE_BOOTLOADER=$1 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=symbols
    # A C library contains the time of its compilation: that of the commit, as in a release, and not the present one.
    if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
        SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 1)
        export SOURCE_DATE_EPOCH
    fi
    # Here, zig refuses such a time, even with SOURCE_DATE_EPOCH.
    export CFLAGS_aarch64_pc_windows_gnullvm=-Wno-date-time
}

# without_time FILE: removes the link time, which zig's linker cannot omit.
without_time() {
    python3 - "$1" <<'P'
import struct, sys
with open(sys.argv[1], "r+b") as file:
    (header,) = struct.unpack_from("<I", file.read(64), 60)
    file.seek(header + 8)
    file.write(bytes(4))
P
}

# Writes launchers.zip from all launchers in the folder with the results.
pack() {
    # shellcheck disable=SC2086
    python3 - "$out" $ALL <<'P'
import os, sys, zipfile
folder, *triples = sys.argv[1:]
path = os.path.join(folder, "launchers.zip")
with zipfile.ZipFile(path + ".new", "w") as archive:
    for name in (f"{triple}/{file}" for triple in triples for file in ("launcher", "launcher.exe", "launcher.so")):
        file = os.path.join(folder, name)
        if os.path.isfile(file):
            with open(file, "rb") as content:
                # The entry has no time, so the same launchers produce the same bytes.
                archive.writestr(zipfile.ZipInfo(name), content.read(), zipfile.ZIP_DEFLATED, 9)
os.replace(path + ".new", path)
P
}

# libraries FILE TRIPLE: prints the names of the libraries that a Windows file needs.
libraries() {
    local objdump=x86_64-w64-mingw32-objdump
    case $2 in aarch64-*) install llvm-objdump llvm >&2; objdump=llvm-objdump ;; esac
    "$objdump" -p "$1" | sed -n 's/.*DLL Name: //p' | sort -u | tr '\n' ' '
}

# check FILE TRIPLE: fails if the file would not run on its target.
check() {
    local file=$1 triple=$2 size needs versions
    size=$(stat -c %s "$file")
    [ "$size" -le "$MOST" ] || fail "\`$file\` has $size bytes, more than $MOST"
    case $triple in
        *-linux-*)
            needs=$(readelf -dW "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')
            case $needs in *libgcc_s*) fail "\`$file\` needs libgcc_s" ;; esac
            [ -n "$needs" ] || fail "\`$file\` is linked statically: it could not load libpython"
            versions=$(readelf -VW "$file" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 || true)
            case $triple in
                *-gnu)
                    local newest; newest=$(printf 'GLIBC_%s\n%s\n' "$GLIBC" "$versions" | sort -V | tail -n 1)
                    [ "$newest" = "GLIBC_$GLIBC" ] || fail "\`$file\` needs $versions, expected at most GLIBC_$GLIBC" ;;
                *) [ -z "$versions" ] || fail "\`$file\` needs $versions, expected musl" ;;
            esac
            say "$triple/$(basename "$file"): $size bytes, needs $needs$versions" ;;
        *-windows-*)
            needs=$(libraries "$file" "$triple")
            [ -n "$needs" ] || fail "\`$file\` needs no library, which no file of Windows does"
            # For any other library, Windows would load a file with the same name next to the program.
            for name in $needs; do
                case ${name,,} in
                    kernel32.dll | ntdll.dll | msvcrt.dll | bcryptprimitives.dll | advapi32.dll | api-ms-win-core-* | api-ms-win-crt-*) ;;
                    *) fail "\`$file\` needs $name, which is not among the libraries that Windows itself knows" ;;
                esac
            done
            say "$triple/$(basename "$file"): $size bytes, needs $needs" ;;
        *-darwin)
            [ "$(od -An -tx4 -N4 "$file" | tr -d ' ')" = feedfacf ] || fail "\`$file\` is no Mach-O file"
            say "$triple/$(basename "$file"): $size bytes" ;;
    esac
}

# check_builder FILE TRIPLE: the same for `freeze`.
check_builder() {
    local file=$1 triple=$2 needs versions newest
    case $triple in
        *-linux-gnu)
            versions=$(readelf -VW "$file" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 || true)
            newest=$(printf 'GLIBC_%s\n%s\n' "$GLIBC" "$versions" | sort -V | tail -n 1)
            [ "$newest" = "GLIBC_$GLIBC" ] || fail "\`$file\` needs $versions, expected at most GLIBC_$GLIBC"
            needs=$versions ;;
        *-linux-musl) needs=musl ;;
        *-windows-*)
            needs=$(libraries "$file" "$triple")
            for name in $needs; do
                # Libraries of a compiler do not exist on other machines.
                case ${name,,} in
                    libgcc* | libstdc* | libwinpthread*) fail "\`$file\` needs $name, which Windows has not" ;;
                esac
            done ;;
        *-darwin)
            [ "$(od -An -tx4 -N4 "$file" | tr -d ' ')" = feedfacf ] || fail "\`$file\` is no Mach-O file"
            needs="the system's libraries" ;;
    esac
    say "$triple/$(basename "$file"): $(stat -c %s "$file") bytes, needs $needs"
}

# Runs lints and unit tests for Windows, in Debian 12's Wine. It lacks the library that Rust uses for random numbers.
test_windows() {
    local wine=/usr/lib/wine/wine64 library
    [ -x $wine ] || install no-such-command wine64
    library=$(std_sources)
    export RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT=$library CARGO_TARGET_DIR=$tools/target-tests
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine
    export WINEPREFIX=$tools/wine WINEARCH=win64 WINEDEBUG=-all
    unset DISPLAY
    local system=$WINEPREFIX/drive_c/windows/system32
    if [ ! -e "$system/bcryptprimitives.dll" ]; then
        $wine wineboot -i >"$tools/wine.log" 2>&1 || true
        [ -d "$system" ] || fail "failed to set wine up: \`$tools/wine.log\` tells why"
        x86_64-w64-mingw32-gcc -shared -o "$system/bcryptprimitives.dll" -x c - -ladvapi32 <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, (ULONG)n); }
C
    fi
    local options=(-Zbuild-std=std,panic_unwind,test --locked --quiet --target x86_64-pc-windows-gnu -p freeze-launcher -p freeze-archive)
    cargo clippy "${options[@]}" --all-targets -- -D warnings
    cargo test "${options[@]}" --lib --bins
    if $builder; then
        # Use the folder of the build.
        builder_settings "$out/$1/launcher.exe"
        options=("${std[@]}" --locked --quiet --release --target "$1" -p freeze)
        export RUSTFLAGS=$flags CARGO_TARGET_DIR=$tools/target
        # Without native thread locals, as here, clippy does not recognize `const` initializers.
        cargo clippy "${options[@]}" --all-targets -- -D warnings -A clippy::missing-const-for-thread-local
        cargo test "${options[@]}" --lib --bins
    fi
}

install readelf binutils
for triple in "${targets[@]}"; do
    target=$triple
    case $triple in *-linux-gnu) target=$triple.$GLIBC ;; esac
    (
        prepare "$target"
        build "$target"
        new=$out/.new-$triple
        rm -rf "$new"
        mkdir -p "$new"
        case $triple in
            *-linux-*) cp "$results/launcher" "$new/launcher"; cp "$results/liblauncher_twin.so" "$new/launcher.so" ;;
            *-windows-*)
                cp "$results/launcher.exe" "$new/launcher.exe"
                case $triple in *-gnullvm) without_time "$new/launcher.exe" ;; esac ;;
            *-darwin) cp "$results/launcher" "$new/launcher" ;;
        esac
        for file in "$new"/*; do check "$file" "$triple"; done
        if $builder; then
            case $triple in *-windows-*) suffix=.exe ;; *) suffix="" ;; esac
            build_builder "$target" "$new/launcher$suffix"
            for name in freeze freeze-app; do
                cp "$results/$name$suffix" "$new/$name$suffix"
                case $triple in *-gnullvm) without_time "$new/$name$suffix" ;; esac
                check_builder "$new/$name$suffix" "$triple"
            done
        fi
        rm -rf "${out:?}/$triple"
        mv "$new" "$out/$triple"
    )
    case $tests-$triple in true-*-windows-gnu) (prepare "$target"; test_windows "$triple") ;; esac
done
pack
