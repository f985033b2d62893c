//! Tests of import statements and `__all__`.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

#[test]
fn statements() {
    let text =
        "import a.b, c as d\nfrom e import f, g as h\nfrom . import i\nfrom ..j import k\nfrom l import *\n";
    assert_eq!(names(text), ["a.b", "c", "e:f,g", ".:i", "..j:k", "l:*"]);
}

#[test]
fn names_for_stars() {
    let text = "_more = {'c', 'd'}\n__all__ = ['a'] + ['b'] + list(_more)\n__all__ += ['e']\n__all__.extend(['f'])\n";
    let mut all = source(text.as_bytes(), 12, Whose::Library).all;
    all.sort();
    all.dedup();
    assert_eq!(all, ["a", "b", "c", "d", "e", "f"]);
}
