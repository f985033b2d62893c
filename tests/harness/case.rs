//! Folders that each hold a program: what it prints frozen, in both forms, moved elsewhere, with no Python to be seen,
//! must be what it prints unfrozen.
//!
//! A folder holds `app.py` or `run.py`, or else each `a.py`, `k1.py`, `s1.py` … at its top is a program of its own;
//! `entry` names it where it lies elsewhere. There may be `requirements.txt`; `site-packages/`, which is installed; `*.c`,
//! which become libraries beside them; and `args`, a line for each run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Mode, Project, Run, copy_tree, freeze_command, newest, scratch, uv, venv};

/// The names of the folders in `folder`.
pub fn folders_in(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

/// The programs at the top of a folder.
fn programs(case: &Path) -> Vec<String> {
    if let Ok(entry) = std::fs::read_to_string(case.join("entry")) {
        return vec![entry.trim().to_owned()];
    }
    for name in ["app.py", "run.py"] {
        if case.join(name).is_file() {
            return vec![name.to_owned()];
        }
    }
    let mut found: Vec<String> = std::fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            let stem = name.strip_suffix(".py").unwrap_or_default();
            let (first, rest) = stem.split_at(stem.len().min(1));
            let is_numbered = matches!(first, "k" | "s") && rest.starts_with(|c: char| c.is_ascii_digit());
            stem.len() == 1 || is_numbered
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} holds no program", case.display());
    found
}

/// The virtual environment of a case: one that all of its requirements share, or, with packages of its own, one for itself.
fn environment(case: &Path, scratch: &Path) -> PathBuf {
    let requirements = std::fs::read_to_string(case.join("requirements.txt")).unwrap_or_default();
    let own = case.join("site-packages");
    if !own.is_dir() {
        if requirements.trim().is_empty() {
            return newest().exe.clone();
        }
        return venv(newest(), &requirements).python();
    }
    assert!(requirements.trim().is_empty(), "{}: either packages or requirements", case.display());
    let path = scratch.join("venv");
    let made =
        Command::new(uv()).args(["venv", "-q", "--python"]).arg(&newest().exe).arg(&path).status().unwrap();
    assert!(made.success());
    let version = newest().minor();
    let site = path.join(format!("lib/python{version}/site-packages"));
    copy_tree(&own, &site);
    let names: Vec<String> = std::fs::read_dir(&own)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in names.iter().filter(|n| !n.ends_with(".dist-info")) {
        let start = format!("{name}-");
        if names.iter().any(|n| n.starts_with(&start) && n.ends_with(".dist-info")) {
            continue;
        }
        let info = site.join(format!("{name}-1.0.dist-info"));
        std::fs::create_dir(&info).unwrap();
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
        std::fs::write(info.join("METADATA"), metadata).unwrap();
        let files = walkdir::WalkDir::new(own.join(name)).sort_by_file_name().into_iter().flatten();
        let mut record = String::new();
        for file in files.filter(|f| f.file_type().is_file()) {
            record += &format!("{},,\n", file.path().strip_prefix(&own).unwrap().display());
        }
        record += &format!("{name}-1.0.dist-info/METADATA,,\n{name}-1.0.dist-info/RECORD,,\n");
        std::fs::write(info.join("RECORD"), record).unwrap();
    }
    path.join("bin/python")
}

/// The sources of a case, with its libraries compiled.
fn sources(case: &Path) -> Project {
    let project = Project::new();
    copy_tree(case, project.path());
    let _ = std::fs::remove_dir_all(project.path().join("site-packages"));
    for entry in walkdir::WalkDir::new(project.path()).sort_by_file_name().into_iter().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "c") {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let library = path.with_file_name(format!("lib{stem}.so"));
            let compiler = Run::new("/usr/bin/gcc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(path);
            compiler.env("PATH", "/usr/bin:/bin").run().success();
        }
    }
    project
}

/// Runs each program of a folder unfrozen, then frozen in each of the forms, and compares what they print.
pub fn case(case: &Path, modes: &[Mode]) {
    let work = scratch("case");
    let python = environment(case, work.path());
    let lines = std::fs::read_to_string(case.join("args")).unwrap_or_default();
    let runs: Vec<Vec<&str>> = if lines.is_empty() {
        vec![Vec::new()]
    } else {
        lines.lines().map(|line| line.split_whitespace().collect()).collect()
    };
    for program in programs(case) {
        let unfrozen = sources(case);
        let expected: Vec<String> = runs
            .iter()
            .map(|arguments| {
                let run = Run::new(&python).arg(unfrozen.path().join(&program)).args(arguments);
                run.run().success().stdout.clone()
            })
            .collect();
        drop(unfrozen);
        for &mode in modes {
            let project = sources(case);
            let form = format!("--{}", mode.name());
            let run = freeze_command().in_folder(project.path()).arg(&program).arg("--python").arg(&python);
            let outcome = run.args([&form, "-y", "--name", "app"]).run();
            let app = project.moved(mode, "app", outcome);
            for (arguments, expected) in runs.iter().zip(&expected) {
                let hides = |run: Run| run.with_sandbox(|s| s.hidden.push(work.path().to_owned()));
                hides(app.command()).args(arguments).run().prints(expected);
            }
        }
    }
}
