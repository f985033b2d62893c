//! Sources that code reads at run time come along, and no others of the program's own.

use harness::{Frozen, Mode, Program, Project};

harness::programs! {
    "sources":
    a_decorator_reads_what_its_users_define;
    a_package_reads_its_own_stub;
    a_frame_tells_the_lines_around_it;
    files_of_modules_are_opened;
    loaders_give_sources;
    a_loader_of_a_found_spec_gives_a_source;
    a_library_takes_a_decorator_from_another_one;
}

/// The sources of the program's own in what was built, by `freeze inspect`.
fn holds_source(frozen: &Frozen, words: &str) -> bool {
    let to = harness::scratch("extracted");
    let folder = to.path().join("all");
    harness::freeze_command().arg("inspect").arg(&frozen.exe).arg("extract").arg(&folder).run().success();
    walkdir::WalkDir::new(&folder).into_iter().flatten().any(|entry| {
        entry.path().extension().is_some_and(|e| e == "py")
            && std::fs::read_to_string(entry.path()).is_ok_and(|text| text.contains(words))
    })
}

#[test]
fn inspect_gives_the_source_of_what_is_named() {
    let program = Program::of("sources/inspect_gives_the_source_of_what_is_named");
    for outcome in program.clone().file("extra.py", "").check() {
        outcome.says(&["app.py", "shapes/flat.py", "shapes/circle.py", "--source none"]);
        assert!(!outcome.stderr.contains("secret"), "{outcome}");
    }
    let source = program.source("app.py");
    let with_secret = program.file("app.py", format!("import shapes.secret\n{source}"));
    assert!(!holds_source(&with_secret.freeze(Mode::Onefile), "hush-hush"));
}

#[test]
fn an_object_of_a_library_reads_what_it_is_given() {
    let program = Program::of("sources/an_object_of_a_library_reads_what_it_is_given");
    for outcome in program.check() {
        outcome.says(&["app.py", "model.py"]);
    }
}

#[test]
fn a_library_reads_the_source_of_a_module_given_to_it() {
    // As torch reads the overloads that its own modules declare.
    Program::of("sources/a_library_reads_the_source_of_a_module_given_to_it").check();
}

#[test]
fn an_object_that_reads_nothing_gets_no_source() {
    let program = Program::of("sources/an_object_that_reads_nothing_gets_no_source");
    program.clone().check();
    assert!(!holds_source(&program.freeze(Mode::Onefile), "hush-hush"));
}

#[test]
fn sources_stay_at_home_unless_they_are_read() {
    let project = || Project::of("sources/sources_stay_at_home_unless_they_are_read");
    let none = project().freeze(["app.py"]);
    none.command().run().prints("False\n");
    assert!(!holds_source(&none, "frozen-marker"));
    assert!(!none.outcome.stderr.contains("source files"), "{}", none.outcome);
    for (which, carried) in [("own", true), ("all", true), ("used", false), ("none", false)] {
        let frozen = project().freeze(["app.py", "--source", which]);
        assert_eq!(holds_source(&frozen, "frozen-marker"), carried, "{which}");
        frozen.command().run().prints(if carried { "True\n" } else { "False\n" });
    }
    let all = Project::script("import inspect, json\nprint(len(inspect.getsource(json.decoder)) > 99)\n");
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nsource = \"all\"\n";
    let frozen = all.file("app.spec", spec).freeze_spec(Mode::Onefile);
    assert!(holds_source(&frozen, "class JSONDecoder"));
}

#[test]
fn none_means_none() {
    let frozen = Project::of("sources/none_means_none").freeze(["app.py", "--source", "none"]);
    frozen.command().run().prints("could not get source code\nFalse\nnot there\n");
    assert!(!holds_source(&frozen, "marked-function"));
}
