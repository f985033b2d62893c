//! Programs that work unfrozen and that other freezers break, one folder each in tests/cases: what they print frozen, in
//! both forms, moved elsewhere, with no Python to be seen, must be what they print unfrozen ([`Program::check`] runs them).

use std::path::PathBuf;

use harness::{Program, folders_in, root};

macro_rules! cases {
    ($($name:ident: $folder:literal;)*) => {
        $(#[test] fn $name() { Program::in_folder(&folder().join($folder)).check(); })*

        const NAMED: &[&str] = &[$($folder),*];
    };
}

cases! {
    addsitedir: "addsitedir";
    assets: "assets";
    celery: "celery";
    cogs: "cogs";
    dash_m_installed: "dash-m-installed";
    flask: "flask";
    frozen_branch: "frozen-branch";
    getsource: "getsource";
    isres: "isres";
    kinds: "kinds";
    launcher_own: "launcher-own";
    listdir_all: "listdir-all";
    listdir_attr: "listdir-attr";
    listed_package: "listed-package";
    nested_spawn: "nested-spawn";
    own_data: "own-data";
    own_library: "own-library";
    percent_format: "percent-format";
    plugin_discovery_installed: "plugin-discovery-installed";
    plugin_exists_check: "plugin-exists-check";
    relative_plugin: "relative-plugin";
    resource_path: "resource-path";
    scaffold: "scaffold";
    setuptools: "setuptools";
    ui_customwidget: "ui-customwidget";
    ui_installed_widget: "ui-installed-widget";
    vendored_path: "vendored-path";
    walk_tests: "walk-tests";

    files_by_pieces: "files-by-pieces";
    files_from_base_class: "files-from-base-class";
    files_named_by_files: "files-named-by-files";
    files_of_src_layout: "files-of-src-layout";
    files_read_by_frameworks: "files-read-by-frameworks";
    words_in_tables: "words-in-tables";
    words_of_configurations: "words-of-configurations";
    words_of_packages: "words-of-packages";
}

fn folder() -> PathBuf {
    root().join("tests/cases")
}

#[test]
fn each_case_has_a_test() {
    let found = folders_in(&folder());
    let mut named = NAMED.to_vec();
    named.sort_unstable();
    assert_eq!(found, named);
}
