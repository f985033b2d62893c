//! Patches every native file of a real environment and imports all its extensions from a copy.
//!
//! `FREEZE_TEST_PYTHON` names the interpreter (default: `python3`); a venv with large wheels is the best
//! test.

// The tests compile libraries for the build system, or load them.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tests::{messages, ship, target};
use super::*;
use crate::analysis::{By, Source};
use crate::contents::Data;

/// Prints the facts of the interpreter, one value per line, then its search path.
const PROBE: &str = "import sys, sysconfig, os\n\
    lib = os.path.join(sysconfig.get_config_var('LIBDIR') or '', sysconfig.get_config_var('INSTSONAME') or '')\n\
    multi = os.path.join(os.path.dirname(lib), sysconfig.get_config_var('MULTIARCH') or '', os.path.basename(lib))\n\
    lib = multi if os.path.exists(multi) else lib\n\
    print(os.path.realpath(sys.executable), sys.prefix, sys.base_prefix, sysconfig.get_path('stdlib'),\n\
        lib if '.so' in lib else '', *[p for p in sys.path if os.path.isdir(p)], sep='\\n')";

/// Imports all modules under the root. Prints failed extensions, and libraries from elsewhere.
const IMPORT: &str = r#"
import sys, os
root, stdlib = os.path.realpath(sys.argv[1]), sys.argv[2]
def loaded():
    with open('/proc/self/maps') as f:
        return {line.split(None, 5)[-1].strip() for line in f if '/' in line}
before = loaded() if sys.argv[3] == 'program' else set()
sys.path[:] = [root, stdlib, root + '/lib-dynload']
import ctypes
failed = []
for folder, _, files in sorted(os.walk(root)):
    for name in sorted(files):
        path = os.path.join(folder, name)
        with open(path, 'rb') as f:
            if f.read(4) != b'\x7fELF' or path in sys.argv[4:]: continue
        if '.so' not in name: continue
        try:
            ctypes.CDLL(path)
        except OSError as e:
            if 'undefined symbol: Py' not in str(e): failed.append(f'{path}: {e}')
for name in ['ssl', 'sqlite3', 'ctypes', 'lzma', 'zlib', 'numpy', 'pandas', 'scipy.linalg', 'lxml.etree', 'PIL.Image',
             'cryptography.hazmat.bindings._rust', 'zmq', 'psycopg', 'pydantic_core', 'matplotlib.pyplot']:
    try: __import__(name)
    except ModuleNotFoundError as e:
        if e.name != name.split('.')[0]: failed.append(f'import {name}: {e}')
    except Exception as e: failed.append(f'import {name}: {e}')
maps = loaded() - before
print('\n'.join(['outside ' + m for m in sorted(maps) if '.so' in m and not m.startswith(root)]))
print('\n'.join(['failed ' + f for f in failed]))
"#;

struct Real {
    folder: tempfile::TempDir,
    python: Python,
    contents: Contents,
}

fn real() -> Real {
    let executable = std::env::var("FREEZE_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let output = Command::new(&executable).args(["-c", PROBE]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.split('\n').map(PathBuf::from);
    let mut next = || lines.next().unwrap();
    let (executable, prefix, base_prefix, stdlib, lib) = (next(), next(), next(), next(), next());
    let search_path: Vec<PathBuf> = lines.filter(|p| p.is_dir()).collect();
    let dynload = stdlib.join("lib-dynload");
    let mut contents = Contents::default();
    for folder in &search_path {
        if *folder == stdlib {
            continue;
        }
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten() {
            let name = entry.file_name().to_string_lossy();
            if !entry.file_type().is_file() || !name.contains(".so") {
                continue;
            }
            let inner = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            let dest = if *folder == dynload { format!("lib-dynload/{inner}") } else { inner };
            let reason = Reason::new("test", By::Package);
            let source = Source::File(entry.path().to_owned());
            contents.libraries.push(Data { dest, source, executable: false, resource: false, reason });
        }
    }
    let python = Python {
        executable,
        version: (3, 0, 0),
        prefix,
        base_exec_prefix: base_prefix.clone(),
        base_prefix,
        stdlib,
        dynload,
        search_path,
        extension_suffixes: vec![".so".into()],
        libpython: (lib != Path::new("")).then_some(lib),
        ..Python::blank(target())
    };
    let mut folder = tempfile::tempdir().unwrap();
    folder.disable_cleanup(std::env::var_os("FREEZE_TEST_KEEP").is_some());
    Real { folder, python, contents }
}

#[test]
fn every_extension_of_an_environment_loads_from_the_product() {
    let real = real();
    let (folder, python) = (real.folder.path().canonicalize().unwrap(), &real.python);
    let store = Store::open(&folder.join("store")).unwrap();
    let mut request = Request { base: folder.join("app"), ..Request::default() };
    if std::env::var_os("FREEZE_TEST_STRIP").is_some() {
        request.bundle.strip = crate::spec::Strip::All;
    }
    let time = std::time::Instant::now();
    let natives = collect(&real.contents, &request, python, &store).unwrap();
    let cold = time.elapsed();
    let time = std::time::Instant::now();
    let again = collect(&real.contents, &request, python, &store).unwrap();
    let warm = time.elapsed();
    println!("cold {cold:?}, warm {warm:?}");
    print_summary(&natives);
    let prepared =
        |n: &Natives| n.files.iter().map(|f| (f.dest.clone(), f.prepared.clone())).collect::<Vec<_>>();
    assert_eq!(prepared(&natives), prepared(&again));

    for file in &natives.files {
        compare(file);
    }
    let root = folder.join("root");
    ship(&natives, &root);
    for site in
        python.search_path.iter().filter(|p| p.ends_with("site-packages") || p.ends_with("dist-packages"))
    {
        copy_rest(site, &root);
    }
    // Programs, and extensions that need symbols of another program, cannot be loaded on their own.
    let skipped = natives.files.iter().filter(|f| f.program).map(|f| root.join(&f.dest));
    let libpython = root.join(natives.libpython.as_deref().unwrap());
    let mut command = Command::new(&python.executable);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    // A static interpreter loads libraries of its own before the script runs.
    let kind = if python.executable == fs_err::canonicalize("/usr/bin/python3").unwrap_or_default() {
        "program"
    } else {
        ""
    };
    if kind.is_empty() {
        command.env("LD_PRELOAD", &libpython);
    }
    let script = folder.join("import.py");
    fs_err::write(&script, IMPORT).unwrap();
    command.args(["-I", "-S"]).arg(&script).arg(&root).arg(&python.stdlib).arg(kind).args(skipped);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}{}", text, String::from_utf8_lossy(&output.stderr));
    println!("{text}");
    let policy = Policy::of(crate::target::Os::Linux).unwrap();
    let outside = text.lines().filter_map(|l| l.strip_prefix("outside ")).filter(|path| {
        let name = path.rsplit('/').next().unwrap();
        policy.stays(name, policy::HostGl::Used) == policy::Stays::No
    });
    assert_eq!(outside.collect::<Vec<_>>(), [""; 0]);
    assert!(!text.lines().any(|l| l.starts_with("failed import")), "{text}");
}

/// Prints the collected files, for manual runs on an environment.
fn print_summary(natives: &Natives) {
    let size = |f: &dyn Fn(&Native) -> &PathBuf| -> u64 {
        natives.files.iter().map(|n| fs_err::metadata(f(n)).unwrap().len()).sum()
    };
    println!("{} files, {} → {} bytes", natives.files.len(), size(&|n| &n.source), size(&|n| &n.prepared));
    let mut compressed = 0;
    for file in &natives.files {
        compressed += zstd::bulk::compress(&fs_err::read(&file.prepared).unwrap(), 3).unwrap().len();
    }
    println!("compressed {compressed}");
    println!("host {:?}\nglibc {:?}\nlinks {:?}", natives.host, natives.glibc, natives.links);
    println!("{}", messages(natives).join("\n"));
    for file in &natives.files {
        if !file.preload.is_empty() {
            println!("{} preloads {:?}", file.dest, file.preload);
        }
    }
}

/// Compares the output of readelf for the patched file and the original, including its warnings.
fn compare(file: &Native) {
    let read = |path: &Path| {
        let output = Command::new("readelf").args(["-W", "-d", "-V"]).arg(path).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let kept = [
            "(NEEDED)",
            "(SONAME)",
            "(FLAGS",
            "(INIT",
            "(FINI",
            "(RELA",
            "(SYMTAB)",
            "(GNU_HASH)",
            "  Name: ",
        ];
        let lines = text.lines().filter(|l| kept.iter().any(|k| l.contains(k)));
        (lines.map(String::from).collect::<Vec<_>>(), output.stderr.len())
    };
    let (before, after) = (read(&file.source), read(&file.prepared));
    assert_eq!(before.0, after.0, "{}", file.dest);
    assert!(after.1 <= before.1, "readelf complains about {}", file.dest);
}

#[test]
fn an_interpreter_without_libpython_is_shipped_itself() {
    let Real { folder, mut python, .. } = real();
    let folder = folder.path().canonicalize().unwrap();
    python.libpython = None;
    let store = Store::open(&folder.join("store")).unwrap();
    let natives = collect(&Contents::default(), &Request::default(), &python, &store).unwrap();
    let dest = natives.libpython.clone().unwrap();
    assert!(natives.files.iter().any(|f| f.dest == dest && f.program));
    let root = folder.join("root");
    ship(&natives, &root);
    let script = "print([l.split()[-1] for l in open('/proc/self/maps') if '.so' in l])";
    let output = Command::new(root.join(&dest))
        .args(["-S", "-c", script])
        .env("PYTHONHOME", &python.base_prefix)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let policy = Policy::of(crate::target::Os::Linux).unwrap();
    for path in text.split('\'').filter(|p| p.starts_with('/') && !p.starts_with(root.to_str().unwrap())) {
        let name = path.rsplit('/').next().unwrap();
        assert_ne!(
            policy.stays(name, policy::HostGl::Unused),
            policy::Stays::No,
            "{path} comes from the host"
        );
    }
}

/// Copies all other files.
fn copy_rest(from: &Path, root: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let to = root.join(entry.path().strip_prefix(from).unwrap());
        if !to.exists() {
            fs_err::create_dir_all(to.parent().unwrap()).unwrap();
            fs_err::copy(entry.path(), &to).unwrap();
        }
    }
}
