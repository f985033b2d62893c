//! Modules whose names a program computes: they are in the product, however the text is put together.

use harness::{Mode, Project};

harness::programs! {
    "computed_names":
    functions_of_a_library_that_import_patched;
}

/// Freezes a program beside a package with some modules, each of which says its name, and compares what it prints.
#[track_caller]
fn prints(program: &str, modules: &[&str], expected: &str) {
    let mut project = Project::of(program).file("pack/__init__.py", "");
    for name in modules {
        project = project.file(&format!("pack/{name}.py"), format!("NAME = '{name}'\n"));
    }
    project.freeze_as(Mode::Onefile, ["app.py"]).command().args(["7", "ab"]).run().prints(expected);
}

#[test]
fn printf_formats() {
    prints("computed_names/printf_formats", &["x007", "y70_7", "ab_z", "p7"], "x007\ny70_7\nab_z\np7\n");
}

#[test]
fn fields_with_specifications() {
    prints("computed_names/fields_with_specifications", &["a07", "b07", "cab_7"], "a07 b07 cab_7\n");
}

#[test]
fn templates_and_methods_of_texts() {
    prints(
        "computed_names/templates_and_methods_of_texts",
        &["t_ab", "M_AB", "u_x"],
        "['t_ab', 'M_AB', 'u_x']\n",
    );
}

#[test]
fn statements_that_are_texts() {
    prints("computed_names/statements_that_are_texts", &["e_ab", "n7", "fixed"], "e_ab n7 fixed\n");
}

#[test]
fn relative_names_from_the_own_name() {
    for mode in Mode::ALL {
        let project = Project::of("computed_names/relative_names_from_the_own_name");
        project.freeze_as(mode, ["app.py"]).command().run().prints("unix far fixed\n");
    }
}

#[test]
fn relative_names_from_the_name_of_a_package() {
    let package = "
import importlib
def load(name): return importlib.import_module(f'.{name}', __name__).NAME
def above(name): return importlib.import_module(f'..{name}', __name__).NAME
";
    let source = "from pack import inner\nprint(inner.load('near'), inner.above('beside'))\n";
    let project = Project::script(source)
        .file("pack/__init__.py", "")
        .file("pack/inner/__init__.py", package)
        .file("pack/inner/near.py", "NAME = 'near'\n")
        .file("pack/beside.py", "NAME = 'beside'\n");
    project.freeze_as(Mode::Onedir, ["app.py"]).command().run().prints("near beside\n");
}

#[test]
fn folders_of_modules_without_init() {
    prints("computed_names/folders_of_modules_without_init", &["ab/x7", "ab/deep/y"], "pack.ab ab/x7\n");
}
