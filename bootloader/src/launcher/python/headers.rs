//! Compares the launcher's struct definitions with the headers of the interpreters on this machine, for
//! tests.

use std::path::PathBuf;
use std::process::Command;

use super::version::Version;

/// The headers of one build of Python.
pub(super) struct Headers {
    /// The version that they are compiled for.
    pub(super) version: Version,
    /// Whether they belong to a debug build.
    pub(super) debug: bool,
    folder: PathBuf,
}

/// Returns the headers in the folders of interpreters: of the system, of pyenv, and of the executables in
/// `FREEZE_TEST_PYTHONS` (separated by `:`).
pub(super) fn all() -> Vec<Headers> {
    let named = std::env::var_os("FREEZE_TEST_PYTHONS");
    let named: Vec<PathBuf> = named.map(|all| std::env::split_paths(&all).collect()).unwrap_or_default();
    let mut roots: Vec<PathBuf> =
        named.iter().filter_map(|exe| Some(exe.parent()?.parent()?.to_owned())).collect();
    roots.extend(["/usr", "/usr/local"].map(PathBuf::from));
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    let versions = pyenv.and_then(|p| std::fs::read_dir(p.join("versions")).ok());
    roots.extend(versions.into_iter().flatten().flatten().map(|e| e.path()));
    let mut found = Vec::new();
    for root in roots {
        for (minor, flags) in (9..=15).flat_map(|minor| ["", "t", "d", "td"].map(|flags| (minor, flags))) {
            let folder = root.join(format!("include/python3.{minor}{flags}"));
            if !folder.join("cpython/initconfig.h").is_file() {
                continue;
            }
            // Headers without their own definition can be compiled as either kind.
            let kinds: &[bool] = match (flags.contains('t'), minor) {
                (true, _) => &[true],
                (false, 13..) => &[false, true],
                (false, _) => &[false],
            };
            found.extend(kinds.iter().map(|free_threaded| Headers {
                version: Version { minor, free_threaded: *free_threaded },
                debug: flags.contains('d'),
                folder: folder.clone(),
            }));
        }
    }
    found
}

impl Headers {
    /// Prints pairs of a name and a numeric expression with C: lines of `name number`. `None` without a
    /// compiler.
    pub(super) fn ask(&self, expressions: &[(String, String)]) -> Option<String> {
        let compiler = ["cc", "gcc", "clang"]
            .into_iter()
            .find(|c| Command::new(c).arg("--version").output().is_ok_and(|o| o.status.success()))?;
        let mut source = String::new();
        if self.version.free_threaded {
            source.push_str("#ifndef Py_GIL_DISABLED\n#define Py_GIL_DISABLED 1\n#endif\n");
        }
        source.push_str("#include <Python.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n");
        for (name, expression) in expressions {
            source.push_str(&format!("printf(\"{name} %zu\\n\", (size_t)({expression}));\n"));
        }
        source.push_str("return 0; }\n");
        let folder =
            std::env::temp_dir().join(format!("freeze-headers-{:016x}", crate::launcher::os::random()));
        std::fs::create_dir(&folder).unwrap();
        let (file, program) = (folder.join("l.c"), folder.join("l"));
        std::fs::write(&file, source).unwrap();
        let compiled = Command::new(compiler)
            .arg("-I")
            .arg(&self.folder)
            .args(["-w", "-o"])
            .args([&program, &file])
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        let said = Command::new(&program).output().unwrap().stdout;
        std::fs::remove_dir_all(&folder).unwrap();
        Some(String::from_utf8_lossy(&said).into_owned())
    }

    /// Like [`Headers::ask`], for the configuration as compiled for Windows. Nothing runs: the numbers are in
    /// the assembly. `None` without such a compiler.
    pub(super) fn ask_for_windows(&self, expressions: &[(String, String)]) -> Option<String> {
        let compiler = "x86_64-w64-mingw32-gcc";
        Command::new(compiler).arg("--version").output().ok().filter(|o| o.status.success())?;
        // Python.h would read the configuration of its own system. This header needs little of it.
        let mut source = "#include <stddef.h>\n#include <wchar.h>\ntypedef ptrdiff_t Py_ssize_t;\n\
                          typedef struct _object PyObject;\n#define PyAPI_FUNC(type) type\n"
            .to_owned();
        if self.version.free_threaded {
            source.push_str("#define Py_GIL_DISABLED 1\n");
        }
        source.push_str("#include \"cpython/initconfig.h\"\n");
        source.push_str("const unsigned long long answers[] = {\n");
        for (_, expression) in expressions {
            source.push_str(&format!("0x40000000 + (unsigned long long)({expression}),\n"));
        }
        source.push_str("};\n");
        let folder =
            std::env::temp_dir().join(format!("freeze-headers-{:016x}", crate::launcher::os::random()));
        std::fs::create_dir(&folder).unwrap();
        let (file, assembly) = (folder.join("l.c"), folder.join("l.s"));
        std::fs::write(&file, source).unwrap();
        let compiled = Command::new(compiler)
            .arg("-I")
            .arg(&self.folder)
            .args(["-DMS_WINDOWS", "-w", "-S", "-o"])
            .args([&assembly, &file])
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        let text = std::fs::read_to_string(&assembly).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let numbers = text.lines().filter_map(|l| l.trim().strip_prefix(".quad")?.trim().parse::<u64>().ok());
        let lines = expressions.iter().zip(numbers);
        Some(lines.map(|((name, _), n)| format!("{name} {}\n", n - 0x4000_0000)).collect())
    }

    /// Formats the headers for messages.
    pub(super) fn shown(&self) -> String {
        format!("{}, free-threaded: {}", self.folder.display(), self.version.free_threaded)
    }
}
