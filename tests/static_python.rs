//! Interpreters without a shared libpython: their own executable is carried, and run with the launcher in it.

use std::os::unix::fs::PermissionsExt;

use harness::{Frozen, Interpreter, Mode, Project, make_reachable, scratch, without_libpython};

/// A script frozen with each such interpreter in all forms that there are.
fn each_form(source: &str, more: &str, check: impl Fn(&Frozen, &str)) {
    for interpreter in without_libpython() {
        forms_of(interpreter, source, more, &check);
    }
}

fn forms_of(interpreter: &Interpreter, source: &str, more: &str, check: impl Fn(&Frozen, &str)) {
    for form in ["onedir", "cache", "temp", "memory"] {
        let (mode, extract) = match form {
            "onedir" => (Mode::Onedir, String::new()),
            extract => (Mode::Onefile, format!("extract = \"{extract}\"\n")),
        };
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n{extract}{more}",
            mode.name()
        );
        let project = Project::script(source).file("work.py", "def double(n): return 2 * n\n");
        let project = project.file("app.spec", spec);
        check(&project.freeze_spec_for(mode, interpreter), form);
    }
}

#[test]
fn the_interpreter_is_carried_and_not_libpython() {
    for python in without_libpython() {
        forms_of(python, "import sys; print('%d.%d' % sys.version_info[:2])", "", |app, form| {
            app.command().run().prints(&format!("{}\n", python.minor()));
            if form == "onedir" {
                let names = std::fs::read_dir(app.product.join("_internal")).unwrap();
                let names: Vec<String> =
                    names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
                for name in [&format!("python{}", python.minor()), "launcher.so"] {
                    assert!(names.iter().any(|n| n.starts_with(name)), "{name} in {names:?}");
                }
                assert!(!names.iter().any(|n| n.starts_with("libpython")), "{names:?}");
            }
        });
    }
}

#[test]
fn the_program_cannot_tell() {
    let source = "
import os, subprocess, sys
with open('/proc/self/environ', 'rb') as f: environ = f.read()
child = subprocess.run(['/usr/bin/env', '-0'], stdout=subprocess.PIPE).stdout
own = [os.fsencode(k + '=' + v) for k, v in os.environ.items()]
print([v for v in child.split(b'\\0') if v] == own, b'FREEZE' in environ, b'/proc/self/fd' in environ)
print(os.environ.get('LD_PRELOAD'), os.path.samefile(sys.executable, os.environ['APP']), sys.argv[1:])
with open('/proc/self/comm') as f: print(f.read().strip())
# The listing is open itself.
print(len(subprocess.check_output(['/bin/ls', '/proc/self/fd']).split()))
sys.exit(7)
";
    each_form(source, "", |app, form| {
        for preload in [None, Some("/lib/x86_64-linux-gnu/libm.so.6"), Some("")] {
            let mut run = app.command().env("APP", &app.exe).args(["-c", "x y"]);
            if let Some(preload) = preload {
                run = run.env("LD_PRELOAD", preload);
            }
            let outcome = run.run();
            outcome.exits(7);
            let shown = preload.unwrap_or("None");
            let expected = format!("True False False\n{shown} True ['-c', 'x y']\napp\n4\n");
            assert_eq!(outcome.stdout, expected, "{form}\n{outcome}");
            assert_eq!(outcome.stderr, "", "{form}\n{outcome}");
        }
    });
}

#[test]
fn children_are_the_program_again() {
    let source = "
import multiprocessing, os, subprocess, sys
import work
if __name__ == '__main__':
    for method in 'spawn', 'forkserver', 'fork':
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, sum(pool.map(work.double, range(10))))
    print(subprocess.check_output([sys.executable, '-c', 'import work; print(work.double(4))'], text=True), end='')
    if len(sys.argv) < 3:
        sys.stdout.flush()
        os.execv(sys.executable, sys.argv + ['again'])
";
    let more = "[runtime]\ninterpreter = true\n[modules]\ninclude = [\"work\"]\n";
    each_form(source, more, |app, form| {
        let outcome = app.command().arg("one").run();
        let once = "spawn 90\nforkserver 90\nfork 90\n8\n";
        outcome.prints(&once.repeat(2));
        assert_eq!(outcome.stderr, "", "{form}\n{outcome}");
    });
}

#[test]
fn its_folder_may_have_any_name() {
    each_form("import zlib, ssl; print(zlib.crc32(b'x'))", "", |app, form| {
        let folder = scratch("named");
        make_reachable(folder.path());
        let odd = folder.path().join("a b:c,d;e=f\u{fc}");
        std::fs::create_dir(&odd).unwrap();
        let run = app.command().env("FREEZE_CACHE_DIR", &odd).env("TMPDIR", &odd);
        run.run().prints("2363233923\n");
        let is_used = std::fs::read_dir(&odd).unwrap().next().is_some();
        assert_eq!(is_used, form == "cache", "a private folder is removed, and others are not made");
    });
}

#[test]
fn a_setuid_program_is_refused() {
    each_form("print('ran')", "", |app, form| {
        std::fs::set_permissions(&app.exe, std::fs::Permissions::from_mode(0o4755)).unwrap();
        let outcome =
            app.command().arg("-c").arg("print('python')").with_sandbox(|s| s.user = Some(65534)).run();
        outcome.fails(&["setuid", "hint"]);
        assert_eq!(outcome.stdout, "", "{form}\n{outcome}");
    });
}
