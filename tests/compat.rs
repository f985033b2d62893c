//! A slice of the compatibility corpus: a program for each rule that is shipped, and some for what needs none.

use std::collections::BTreeSet;
use std::process::Command;

use harness::{freeze, interpreter, newest, root, scratch, uv};

/// All programs, with the rules that each one tests and whether it runs here. By default, only programs that test a rule run; `ci` in
/// the header overrides this.
fn programs() -> Vec<(String, Vec<String>, bool)> {
    let folder = root().join("tests/compat/programs");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let header = text.split("# ///").nth(1).unwrap_or_default();
        let value = |key: &str| header.lines().find_map(|l| l.strip_prefix(&format!("# {key} = ")));
        let rules = value("rules").unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned);
        let rules: Vec<String> = rules.collect();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_run = match value("ci") {
            Some(ci) => ci.trim_matches('"') == "true",
            None => !rules.is_empty(),
        };
        found.push((name, rules, is_run));
    }
    found.sort();
    found
}

#[test]
fn each_rule_has_a_program_that_needs_its_package() {
    let folder = root().join("builder/src/rules/packages");
    let mut rules: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // Those for Windows alone have a program that is run in wine.
    rules.retain(|rule| {
        let text = std::fs::read_to_string(folder.join(rule)).unwrap();
        let is_elsewhere = text.contains("when = \"platform == win32\"");
        assert!(
            !is_elsewhere
                || harness::apps().join(format!("windows_{}", rule.trim_end_matches(".toml"))).is_dir(),
            "{rule}"
        );
        // Conventions of frameworks are for files, which programs in tests/cases have.
        !is_elsewhere && rule != "conventions.toml"
    });
    let named: BTreeSet<String> = programs().into_iter().flat_map(|(_, rules, _)| rules).collect();
    assert_eq!(rules, named);
    assert!(rules.len() <= 30, "a rule is for what no heuristic can see");
}

#[test]
fn programs_of_the_corpus_work() {
    let names: Vec<String> =
        programs().into_iter().filter(|(_, _, is_run)| *is_run).map(|(name, _, _)| name).collect();
    assert!(names.len() > 20, "{names:?}");
    let work = scratch("compat");
    let results = work.path().join("results.json");
    // What most packages have wheels for.
    let python = &interpreter("3.12").unwrap_or(newest()).exe;
    harness::note_started();
    let done = Command::new(python)
        .arg(root().join("tests/compat/run.py"))
        .args(["--modes", "onefile", "--jobs", "2", "--discard"])
        .arg("--python")
        .arg(python)
        .arg("--freeze")
        .arg(freeze())
        .arg("--uv")
        .arg(uv())
        .arg("--work")
        .arg(work.path())
        .arg("--json")
        .arg(&results)
        .args(&names)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{text}");
    let table: serde_json::Value = serde_json::from_slice(&std::fs::read(&results).unwrap()).unwrap();
    for name in &names {
        let program = &table["programs"][name];
        // What cannot be had from here, or does not run on this machine unfrozen, is no fault of the product.
        if let Some(reason) = program["skip"].as_str() {
            harness::skip_unavailable(&format!("{name}: {}", reason.lines().next().unwrap_or_default()));
            continue;
        }
        assert_eq!(program["onefile"]["pass"], true, "{name}: {program}\n{text}");
    }
    let ran = names.iter().filter(|n| table["programs"][n.as_str()]["skip"].is_null()).count();
    assert!(ran * 10 >= names.len() * 9, "most of them can be run: {ran} of {}\n{text}", names.len());
}
