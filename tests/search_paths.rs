//! Modules in folders that a program or a package puts on the search path are found, whatever way they are put there.

use std::path::Path;

use harness::{Mode, Program, Project, interpreter, interpreters, skip_unavailable, venv};

harness::programs! {
    "search_paths":
    folders_of_the_program_are_searched;
    folders_of_packages_are_searched;
    code_of_path_files_runs_at_the_start;
}

#[test]
fn the_order_of_the_search_path_decides_between_equal_names() {
    let program = Program::of("search_paths/the_order_of_the_search_path_decides_between_equal_names");
    program.check().last().unwrap().says(&["module `common` is in two folders that are searched"]);
}

/// Freezes a program with packages from PyPI in both forms; it prints `expected`.
#[track_caller]
fn prints(python: &Path, program: &str, expected: &str) {
    for mode in Mode::ALL {
        Project::of(program).freeze_with(mode, python).command().run().prints(expected);
    }
}

#[test]
fn setuptools_and_its_distutils_work() {
    let wanted = ["3.9", "3.12", "3.13"];
    let mut any = false;
    for interpreter in interpreters().iter().filter(|i| wanted.contains(&i.name.as_str())) {
        any = true;
        let python = venv(interpreter, "setuptools==80.9.0").python();
        prints(&python, "search_paths/distutils_of_setuptools", "True True Command\n");
        prints(&python, "search_paths/setup_of_setuptools", "80.9.0 True\nDistutilsSetupError build\n1\n");
        prints(
            &python,
            "search_paths/pkg_resources_of_setuptools",
            // The warning names the line that imports, not one of the importer.
            "[(True, 4)]\nTrue\nTrue\n",
        );
    }
    // Up to 70 they import their vendored packages by other names. Python 3.12 is too new for it.
    if let Some(old) = interpreter("3.9").or_else(|| interpreter("3.11")) {
        let program = "search_paths/vendored_packages_of_old_setuptools";
        prints(
            &venv(old, "setuptools==65.5.0").python(),
            program,
            "True pkg_resources._vendor.packaging\n2\n",
        );
    }
    if !any {
        skip_unavailable("none of the Pythons 3.9, 3.12 and 3.13 on this machine");
    }
}
