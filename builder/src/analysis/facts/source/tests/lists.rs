//! Tests of lists of modules in the program's own code, and of dotted names in strings.

use super::super::source;
use crate::analysis::facts::Whose;

/// Returns the detected lists, and whether each certainly contains modules.
fn lists(text: &str) -> Vec<(String, bool)> {
    let found = source(text.as_bytes(), 12, Whose::Own).lists;
    found.into_iter().map(|list| (list.names.join(" "), list.certain)).collect()
}

#[test]
fn lists_of_modules_are_told_by_their_names_or_by_a_dot() {
    let certain = |names: &str| (names.to_owned(), true);
    let likely = |names: &str| (names.to_owned(), false);
    assert_eq!(lists("X = ['a.b', 'c']\n"), [likely("a.b c")]);
    assert_eq!(lists("MY_APPS = ['a']\n"), [certain("a")]);
    assert_eq!(lists("APPS = ['a'] + ('b',)\n"), [certain("a"), certain("b")]);
    assert_eq!(lists("self.plugins = ['a']\n"), [certain("a")]);
    assert_eq!(lists("settings['modules'] = ['a']\n"), [certain("a")]);
    assert_eq!(lists("f(imports=['a'])\n"), [certain("a")]);
    assert_eq!(lists("x = {'include': ['a']}\n"), [certain("a")]);
    assert_eq!(lists("environ.setdefault('SETTINGS_MODULE', 'a')\n"), [certain("a")]);
    assert_eq!(lists("run('a:main')\n"), [certain("a")]);
    assert!(lists("x = ['a', 'b']\nAPPS = ['no name']\ny = ['a.b', 'no name']\n").is_empty());
    assert!(source(b"APPS = ['a.b']\n", 12, Whose::Library).lists.is_empty());
}

#[test]
fn texts_are_dotted_names() {
    let text =
        "'''a.b'''\nX = {'k': 'm.n:attr', 'l': 'o.p', 'no': 'a b.c', 'v': '1.2'}\ndef f():\n    'c.d'\n";
    let found: Vec<String> =
        source(text.as_bytes(), 12, Whose::Library).texts.into_iter().map(|(_, t)| t).collect();
    assert_eq!(found, ["m.n", "o.p"]);
}

#[test]
fn longer_texts_of_the_program_hold_names() {
    let found = |text: &str, whose: Whose| -> Vec<String> {
        source(text.as_bytes(), 12, whose).texts.into_iter().map(|(_, t)| t).collect()
    };
    let long = format!("X = 'level={}; handler=a.b; again=a.b; formatter=c.d.'\n", "x".repeat(60));
    assert_eq!(found(&long, Whose::Own), ["a.b", "c.d"]);
    assert!(found(&long, Whose::Library).is_empty());
    assert_eq!(found("X = 'from a.b import c'\nY = 'import d'\n", Whose::Library), ["a.b"]);
    assert_eq!(found("X = 'settings'\n", Whose::Own), ["settings"]);
}
