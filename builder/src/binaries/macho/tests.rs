//! Collects small files of macOS and checks their dependencies, their new names and the warnings.

// The test bench requires Linux.
#![cfg(target_os = "linux")]

use std::path::PathBuf;

use object::macho::{self, MH_BUNDLE, MH_DYLIB};

use super::image::tests::{ARM64, X86_64, file, named, universal};
use super::read::read;
use super::sign;
use crate::binaries::Natives;
use crate::binaries::tests::Bench;
use crate::python::Cross;
use crate::target::{Arch, Os, Target};

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.python.target = Target { os: Os::Macos, arch: Arch::Aarch64, musl: false };
    bench.python.libpython = Some(bench.path.join("base/lib/libpython3.12.dylib"));
    bench.python.cross = Some(Cross { program: None, root: bench.path.join("base") });
    put(
        &bench,
        "base/lib/libpython3.12.dylib",
        &[named(macho::LC_ID_DYLIB, 24, "/install/lib/libpython3.12.dylib")],
        99,
    );
    put(&bench, "base/lib/libz.1.dylib", &[named(macho::LC_ID_DYLIB, 24, "/install/lib/libz.1.dylib")], 99);
    bench
}

fn needs(name: &str) -> Vec<u8> {
    named(macho::LC_LOAD_DYLIB, 24, name)
}

fn put(bench: &Bench, name: &str, commands: &[Vec<u8>], room: usize) -> PathBuf {
    let kind = if name.ends_with(".so") { MH_BUNDLE } else { MH_DYLIB };
    write(bench, name, &file(kind, ARM64, commands, room))
}

fn write(bench: &Bench, name: &str, bytes: &[u8]) -> PathBuf {
    let path = bench.path.join(name);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, bytes).unwrap();
    path
}

fn prepared(natives: &Natives, dest: &str) -> Vec<u8> {
    let found = natives.files.iter().find(|f| f.dest == dest);
    let names: Vec<&str> = natives.files.iter().map(|f| f.dest.as_str()).collect();
    fs_err::read(&found.unwrap_or_else(|| panic!("{dest} in {names:?}")).prepared).unwrap()
}

#[test]
fn what_is_needed_is_collected_and_found_by_paths_from_file_to_file() {
    let mut bench = bench();
    let module = [
        needs("/install/lib/libpython3.12.dylib"),
        needs("@rpath/libz.1.dylib"),
        needs("@loader_path/.dylibs/liba.dylib"),
        needs("/usr/lib/libSystem.B.dylib"),
        named(macho::LC_LOAD_WEAK_DYLIB, 24, "@rpath/libweak.dylib"),
        needs("@rpath/libgone.dylib"),
        named(macho::LC_RPATH, 12, "/opt/build/lib"),
    ];
    put(&bench, "site/pkg/sub/m.so", &module, 200);
    let inner = [named(macho::LC_ID_DYLIB, 24, "/DLC/pkg/liba.dylib"), needs("/opt/build/lib/libz.1.dylib")];
    put(&bench, "site/pkg/sub/.dylibs/liba.dylib", &inner, 200);
    bench.library("pkg/sub/m.so");
    let natives = bench.collect();
    let dests: Vec<&str> = natives.files.iter().map(|f| f.dest.as_str()).collect();
    assert_eq!(dests, ["libpython3.12.dylib", "libz.1.dylib", "pkg/sub/.dylibs/liba.dylib", "pkg/sub/m.so"]);
    assert_eq!(natives.libpython.as_deref(), Some("libpython3.12.dylib"));
    assert!(natives.links.is_empty(), "{:?}", natives.links);
    for dest in dests {
        let bytes = prepared(&natives, dest);
        assert!(sign::holds(&bytes), "{dest}");
        let facts = read(&bytes, Arch::Aarch64).unwrap();
        assert!(facts.rpath.is_empty(), "{dest}: {:?}", facts.rpath);
        assert!(facts.name.is_none_or(|n| n.starts_with("@rpath/")), "{dest}");
    }
    let facts = read(&prepared(&natives, "pkg/sub/m.so"), Arch::Aarch64).unwrap();
    let expected = [
        "@loader_path/../../libpython3.12.dylib",
        "@loader_path/../../libz.1.dylib",
        "@loader_path/.dylibs/liba.dylib",
        "/usr/lib/libSystem.B.dylib",
        "@rpath/libweak.dylib",
        "@rpath/libgone.dylib",
    ];
    assert_eq!(facts.needed, expected);
    assert_eq!(natives.host, [("/usr/lib/libSystem.B.dylib".to_owned(), "pkg/sub/m.so".to_owned())]);
    let told: Vec<&str> = natives.warnings.iter().map(|w| w.message.as_str()).collect();
    assert_eq!(told, ["library `libgone.dylib` was not found, needed by `pkg/sub/m.so`"]);
    assert!(natives.files.iter().all(|f| f.preload.is_empty()));
}

#[test]
fn a_file_without_room_is_told_with_what_it_will_not_find() {
    let mut bench = bench();
    put(&bench, "site/tight.so", &[needs("/install/lib/libz.1.dylib")], 16);
    let file = bench.path.join("site/tight.so");
    bench.library_from("deep/in/a/package/tight.so", file);
    let natives = bench.collect();
    let told: Vec<&str> = natives.warnings.iter().map(|w| w.message.as_str()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("`deep/in/a/package/tight.so` will not find `libz.1.dylib`: there is no room"),
        "{told:?}"
    );
    let bytes = prepared(&natives, "deep/in/a/package/tight.so");
    assert!(sign::holds(&bytes));
    assert_eq!(read(&bytes, Arch::Aarch64).unwrap().needed, ["/install/lib/libz.1.dylib"]);
}

#[test]
fn of_a_universal_file_the_part_of_the_target_is_shipped_with_its_signature() {
    let mut bench = bench();
    let seal = sign::Seal { identifier: "whose".into(), ..sign::Seal::default() };
    let part = |cpu| sign::ad_hoc(&file(MH_BUNDLE, cpu, &[], 99), &seal).unwrap();
    let both = universal(&[(X86_64, part(X86_64)), (ARM64, part(ARM64))]);
    write(&bench, "site/m.so", &both);
    write(&bench, "site/intel.so", &part(X86_64));
    bench.library("m.so");
    bench.library("intel.so");
    let natives = bench.collect();
    assert_eq!(prepared(&natives, "m.so"), part(ARM64));
    let told: Vec<&str> = natives.warnings.iter().map(|w| w.message.as_str()).collect();
    assert_eq!(told, ["`intel.so` is included unchanged: it is for another processor"]);
}
