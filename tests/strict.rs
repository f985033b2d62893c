//! Machines that forbid things: docs/reference/runtime.md has a table of what happens, and each cell is true.

use harness::{EmptyRoot, Mode, Project, Run, Sandbox, copy_tree, newest, root, without_libpython};

const SOURCE: &str = "
import hashlib, pkgutil, sqlite3, ssl, sys, zlib
import kit
print(pkgutil.get_data('kit', 'text.txt').decode(), sqlite3.connect(':memory:').execute('select 1').fetchone(), zlib.crc32(b'x'))
";

/// The rows of the table: what is forbidden, and what happens in each form.
fn table() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(root().join("docs/reference/runtime.md")).unwrap();
    let part = text.split("## What a strict machine forbids").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = part.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| the machine"));
    let cells =
        |row: &str| row.trim_matches('|').split(" | ").map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    rows.map(|row| (cells(row)[0].clone(), cells(row)[1..].to_vec())).collect()
}

#[test]
fn each_form_does_what_the_table_says() {
    let table = table();
    assert_eq!(table.len(), 5, "{table:?}");
    for python in std::iter::once(newest()).chain(without_libpython()) {
        for (column, form) in ["onedir", "cache", "temp", "memory"].into_iter().enumerate() {
            let (mode, extract) = match form {
                "onedir" => (Mode::Onedir, String::new()),
                extract => (Mode::Onefile, format!("extract = \"{extract}\"\n")),
            };
            let spec = format!(
                "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n{extract}",
                mode.name()
            );
            let project = Project::script(SOURCE).file("kit/__init__.py", "").file("kit/text.txt", "text");
            let app = project.file("app.spec", spec).freeze_spec_for(mode, python);
            for (what, cells) in &table {
                // Each with a cold cache.
                let machine = EmptyRoot::new();
                let inside = machine.path().join("app");
                match mode {
                    Mode::Onedir => copy_tree(&app.product, &inside),
                    Mode::Onefile => drop(std::fs::copy(&app.exe, inside.join("app")).unwrap()),
                }
                let mut sandbox: Sandbox = machine.sandbox();
                sandbox.no_memory_files = what.contains("in memory");
                if what.contains("write anywhere") {
                    sandbox.read_only.push(machine.path().to_owned());
                }
                if what.contains("execute") {
                    for folder in ["home", "tmp"] {
                        sandbox.tmpfs.push((
                            machine.path().join(folder),
                            "size=200m,mode=1777".into(),
                            false,
                        ));
                    }
                }
                let run = Run::new("/app/app").in_folder("/").sandbox(sandbox);
                let outcome = run.env("HOME", "/home").env("TMPDIR", "/tmp").run();
                let cell = &cells[column];
                let title = format!("Python {}, {form}: {what}: {cell}", python.name);
                if let Some(code) = cell.strip_prefix("exit ") {
                    if outcome.code() != code.parse().ok() {
                        outcome.fail(&title);
                    }
                    outcome.fails(&["error: ", "hint: "]);
                } else if !cell.starts_with("runs") || outcome.stdout != "text (1,) 2363233923\n" {
                    outcome.fail(&title);
                }
            }
        }
    }
}
