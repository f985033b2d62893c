//! Tests of chains, names and absences, on a map of a small program.

use super::*;
use crate::analysis::Guard;

fn why(from: &str, by: &str, line: u32, guard: Option<Guard>) -> Why {
    Why { from: from.into(), by: by.into(), line, guard, heuristic: String::new() }
}

fn module(map: &mut Map, name: &str, path: &str, owner: Option<usize>, whys: Vec<Why>) {
    let node = Node { path: Some(path.into()), distribution: owner, whys, ..Node::new(name, What::Module) };
    map.add_module(node);
}

fn file(map: &mut Map, path: &str, what: What, whys: Vec<Why>) {
    map.add_file(Node { whys, ..Node::new(path, what) });
}

/// Returns a map in which `app.py` imports `a`, which imports `b` in two places and through long detours. `b`
/// has an extension, a library and data.
fn map() -> Map {
    let mut map = Map { excluded: vec!["unwanted.*".into()], ..Map::default() };
    let b = map.add_distribution("B-dist", "1.0");
    map.add_distribution("meta_only", "2");
    module(&mut map, "__main__", "app.py", None, vec![why("", "request: entry `app.py`", 0, None)]);
    module(&mut map, "a", "a/__init__.py", None, vec![why("__main__", "import", 1, None)]);
    module(&mut map, "a.x", "a/x.py", None, vec![why("a", "import", 2, None)]);
    let ways = vec![
        why("a.x", "import", 3, None),
        why("a", "import", 9, Some(Guard::Optional)),
        why("a", "import", 8, None),
        why("b.ext", "native", 0, Some(Guard::Function)),
    ];
    module(&mut map, "b", "b/__init__.py", Some(b), ways);
    module(&mut map, "b.ext", "b/ext.so", Some(b), vec![why("b", "import", 4, None)]);
    module(&mut map, "round", "round.py", None, vec![why("round", "import", 1, None)]);
    file(&mut map, "b/ext.so", What::Library, vec![why("b", "import", 4, None)]);
    let ways = vec![why("b", "package", 0, None), why("b/ext.so", "needed", 0, None)];
    file(&mut map, "b/libinner-1a.so.2", What::Library, ways);
    file(&mut map, "libouter.so.1", What::Library, vec![why("b/libinner-1a.so.2", "needed", 0, None)]);
    file(&mut map, "b/data.txt", What::Data, vec![why("b", "package", 0, None)]);
    file(&mut map, "B_dist-1.0.dist-info/METADATA", What::Data, vec![why("B-dist", "package", 0, None)]);
    let asked = why("", "request: include `meta_only` of `[metadata]`", 0, None);
    file(&mut map, "meta_only-2.dist-info/METADATA", What::Data, vec![why("", &asked.by, 0, None)]);
    file(&mut map, "b/ruled.txt", What::Data, vec![why("b.*", "rule: b.toml", 0, None)]);
    map.add_links([("b/libinner.so", "libinner.so.2"), ("b/libinner.so.2", "./libinner-1a.so.2")]);
    map.missing.insert("gone".into(), vec![why("a.x", "import", 7, Some(Guard::Function))]);
    map.host.insert("libc.so.6".into(), "b/ext.so".into());
    map.finish();
    map
}

fn chain(map: &Map, name: &str) -> Vec<String> {
    let found = map.find(name);
    assert!(!found.is_empty(), "{name}");
    map.chain(found[0])
        .iter()
        .map(|s| format!("{} {} {}", s.node.name, s.why.by, s.place().unwrap_or_default()).trim().to_owned())
        .collect()
}

#[test]
fn of_equally_short_chains_that_of_plain_imports_is_told() {
    let map = map();
    let expected = ["__main__ request: entry `app.py`", "a import app.py:1", "b import a/__init__.py:8"];
    assert_eq!(chain(&map, "b"), expected);
    assert_eq!(map.others(map.find("b")[0]).len(), 3);
}

#[test]
fn a_library_comes_by_what_needs_it() {
    let expected = [
        "__main__ request: entry `app.py`",
        "a import app.py:1",
        "b import a/__init__.py:8",
        "b.ext import b/__init__.py:4",
        "b/libinner-1a.so.2 needed b/ext.so",
        "libouter.so.1 needed b/libinner-1a.so.2",
    ];
    assert_eq!(chain(&map(), "libouter.so.1"), expected);
    for name in ["libinner.so", "libinner", "b/libinner.so", "libinner-1a.so.2"] {
        assert_eq!(chain(&map(), name), expected[..5], "{name}");
    }
}

#[test]
fn data_come_by_their_package_and_metadata_by_their_distribution() {
    let map = map();
    assert_eq!(chain(&map, "b/data.txt").last().unwrap(), "b/data.txt package b/__init__.py");
    assert_eq!(map.owner(map.find("b/data.txt")[0]).as_deref(), Some("B-dist 1.0"));
    let metadata = chain(&map, "B_dist-1.0.dist-info/METADATA");
    assert_eq!(metadata[3], "B-dist holds b/__init__.py");
    assert_eq!(chain(&map, "b/ruled.txt").last().unwrap(), "b/ruled.txt rule: b.toml b/ext.so");
}

#[test]
fn a_distribution_is_found_in_any_spelling() {
    let map = map();
    let found = map.find("b_DIST");
    assert_eq!(map.node(found[0]).what, What::Distribution);
    let entrance = map.entrance(found[0]).unwrap();
    assert_eq!(entrance.place().as_deref(), Some("a/__init__.py:8"));
    // Reasons from inside do not count.
    assert_eq!(map.others(found[0]).len(), 2);
    assert_eq!(chain(&map, "meta-only"), ["meta_only request: include `meta_only` of `[metadata]`"]);
}

#[test]
fn what_nothing_leads_to_is_told_alone() {
    assert_eq!(chain(&map(), "round"), ["round import round.py:1"]);
}

#[test]
fn each_absence_has_its_reason() {
    let map = map();
    let absent = |name: &str| map.absent(name, None).unwrap();
    assert_eq!(absent("unwanted.part").state, "excluded");
    assert_eq!(absent("libc.so.6").state, "host");
    let missing = absent("gone.below");
    assert_eq!(missing.state, "missing");
    assert_eq!(missing.facts, ["`gone` is not installed", "imported by a/x.py:7 (in a function)"]);
    let unknown = absent("lib_ext");
    assert_eq!((unknown.state, unknown.nearest.as_slice()), ("unknown", &[][..]));
    assert_eq!(absent("ext").nearest, ["b.ext"]);
    assert_eq!(absent("libner").nearest, ["b/libinner-1a.so.2"]);
    assert_eq!(absent("rond").nearest, ["round"]);
}
