//! Modules of the builder and the launcher import one another in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::root;
use walkdir::WalkDir;

/// Modules of a crate by their path, with their code.
type Modules = BTreeMap<Vec<String>, String>;

/// Names of a folder's entries → those of the same folder that their code uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn modules(source: &Path) -> Modules {
    let mut found = Modules::new();
    for entry in WalkDir::new(source).sort_by_file_name().into_iter().flatten() {
        let path = entry.path().strip_prefix(source).expect("below it").with_extension("");
        let is_test = path.components().any(|c| c.as_os_str().to_string_lossy().starts_with("tests"));
        if is_test || entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let mut parts: Vec<String> =
            path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        let text = std::fs::read_to_string(entry.path()).expect("sources are text");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().map(|l| l.split("//").next().unwrap_or_default());
        found.insert(parts, lines.collect::<Vec<_>>().join("\n"));
    }
    found
}

/// The modules that the code of one names by `crate::…` and `super::…`.
fn targets(own: &[String], code: &str, modules: &Modules) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (word, levels) in [("crate::", None), ("super::", Some(1))] {
        for (at, _) in code.match_indices(word) {
            let before = code[..at].chars().next_back();
            // `super::super::` is seen from its beginning, `pub(in crate::…)` names no use.
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
                || code[..at].ends_with("in ")
            {
                continue;
            }
            let base = match levels {
                None => Vec::new(),
                Some(_) => own[..own.len().saturating_sub(1)].to_vec(),
            };
            for path in paths(&code[at + word.len()..]) {
                let mut place = base.clone();
                for part in path {
                    if part == "super" {
                        place.pop();
                    } else {
                        place.push(part);
                    }
                }
                while !place.is_empty() && !modules.contains_key(&place) {
                    place.pop();
                }
                found.insert(place);
            }
        }
    }
    found
}

/// The paths at the beginning of a text: `a::b`, `a::{b::c, d}`.
fn paths(text: &str) -> Vec<Vec<String>> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let start: Vec<String> = text[..end].split("::").filter(|p| !p.is_empty()).map(str::to_owned).collect();
    let Some(group) = text[end..].strip_prefix('{') else { return vec![start] };
    let (mut depth, mut items) = (1, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if c == ',' && depth == 1 {
            items.push(String::new());
        } else if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    let inner = items.iter().flat_map(|item| paths(item.trim()));
    inner.map(|path| start.iter().cloned().chain(path).collect()).collect()
}

/// Who uses whom among the entries of each folder.
fn uses(modules: &Modules) -> BTreeMap<Vec<String>, Uses> {
    let mut all: BTreeMap<Vec<String>, Uses> = BTreeMap::new();
    for (own, code) in modules {
        for target in targets(own, code, modules) {
            let common = own.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (own.get(common), target.get(common)) {
                let folder = all.entry(own[..common].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    all
}

/// A way from an entry back to itself.
fn circle(start: &str, uses: &Uses) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in uses.get(way.last()?).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(next.clone());
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}

/// All circles of the modules of a crate, and how many uses were looked at.
fn circles(source: &Path) -> (Vec<String>, usize) {
    let (mut found, mut seen) = (Vec::new(), 0);
    for (folder, uses) in uses(&modules(source)) {
        seen += uses.values().map(BTreeSet::len).sum::<usize>();
        for entry in uses.keys() {
            if let Some(way) = circle(entry, &uses) {
                found.push(format!("{}/: {}", folder.join("/"), way.join(" → ")));
            }
        }
    }
    (found, seen)
}

#[test]
fn no_module_imports_what_imports_it() {
    for (source, least) in [("builder/src", 50), ("bootloader/src", 50), ("bootloader/archive/src", 3)] {
        let (found, seen) = circles(&root().join(source));
        assert!(seen >= least, "only {seen} uses seen in {source}");
        assert!(found.is_empty(), "circles in {source}:\n  {}", found.join("\n  "));
    }
}

/// The phases, each with its product.
const PHASES: [(&str, &str); 8] = [
    ("spec", "Request"),
    ("python", "Python"),
    ("analysis", "Graph"),
    ("contents", "Contents"),
    ("binaries", "Natives"),
    ("archive", "Packed"),
    ("assemble", "App"),
    ("output", "Published"),
];
/// What serves several of them.
const SERVICES: [&str; 5] = ["inspect", "launcher", "marshal", "rules", "store"];

/// The phases and services as a flowchart of Mermaid: a phase that another one uses leads to it, unless a third one lies between.
fn picture(uses: &Uses) -> String {
    let none = BTreeSet::new();
    let used = |phase: &str| uses.get(phase).unwrap_or(&none);
    let mut lines = vec!["flowchart LR".to_owned()];
    for (phase, product) in PHASES {
        for (next, _) in PHASES.iter().filter(|(next, _)| used(next).contains(phase)) {
            let lies_between =
                |(third, _): &(&str, &str)| used(next).contains(*third) && used(third).contains(phase);
            if !PHASES.iter().any(lies_between) {
                lines.push(format!("    {phase} -->|{product}| {next}"));
            }
        }
    }
    for service in SERVICES {
        let mut phases: Vec<&str> = PHASES.iter().map(|(phase, _)| *phase).collect();
        phases.sort_unstable();
        let served = phases.into_iter().filter(|phase| used(phase).contains(service));
        lines.extend(served.map(|phase| format!("    {service} -.-> {phase}")));
    }
    lines.join("\n")
}

#[test]
fn the_picture_of_the_architecture_is_that_of_the_code() {
    let all = uses(&modules(&root().join("builder/src")));
    let expected = picture(&all[&Vec::new()]);
    let page =
        std::fs::read_to_string(root().join("docs/contributing/architecture.md")).expect("the page is there");
    assert!(
        page.contains(&format!("```mermaid\n{expected}\n```")),
        "docs/contributing/architecture.md needs this picture:\n{expected}"
    );
}

#[test]
fn a_circle_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a/mod.rs", "mod c;\nuse crate::b::{self, D};\n"),
        ("a/c.rs", "use super::super::b::E;\n"),
        ("b.rs", "// use crate::c;\nuse crate::{\n    a::c::{F, G},\n};\n"),
        ("d.rs", "fn f() { if cfg!(unix) { crate::e::g() } }\n"),
        ("e.rs", "use super::d;\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (found, _) = circles(folder.path());
    assert_eq!(found, ["/: a → b → a", "/: b → a → b", "/: d → e → d", "/: e → d → e"]);
}
