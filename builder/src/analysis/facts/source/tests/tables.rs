//! Tests of tables of modules and groups of entry points.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

#[test]
fn formats_where_names_are_imported() {
    let tables = |text: &str| source(text.as_bytes(), 12, Whose::Library).tables;
    let text = "import importlib\ndef f(self, a, b):\n    importlib.import_module(self.x)\nG = f'p.{a}.q.{b}'\nH = f'p.{a} is no'\n";
    assert_eq!(tables(text), [(4, "p.*.q.*".to_owned())]);
    assert!(tables("G = f'p.{a}.q.{b}'\n").is_empty());
}

#[test]
fn defaults_and_keywords() {
    let text = "import importlib\nT = {'a': ('mod_a', 'b')}\ndef f(x, base='p.q'):\n    n, m = T[x]\n    \
                importlib.import_module(f'{base}.{n}')\n";
    assert!(names(text).contains(&"p.q.mod_a".to_owned()), "{:?}", names(text));
    let tables = source(b"yacc(tabmodule='a_parsetab', x='b', submodule='c.D')\n", 12, Whose::Library).tables;
    assert_eq!(tables, [(1, ".a_parsetab".to_owned()), (1, ".c.D".to_owned())]);
}

#[test]
fn tables_and_groups() {
    let tables = |text: &str| -> Vec<String> {
        source(text.as_bytes(), 12, Whose::Library).tables.into_iter().map(|(_, t)| t).collect()
    };
    assert_eq!(
        tables("T = {'A': '.a', 'B': 'b'}\ndef __getattr__(name):\n    return T[name]\n"),
        ["A", ".a", "B", "b"]
    );
    assert_eq!(tables("__getattr__, __dir__, __all__ = attach(__name__, {'a'})\n"), ["a"]);
    assert_eq!(tables("import sys\nsys.modules[__name__] = Lazy(__name__, {'a': ['x-y']})\n"), ["a"]);
    assert_eq!(tables("T = {'A': '.a', 'B': 'b'}\n"), [".a"]);
    let text = "from importlib.metadata import entry_points\nfor e in entry_points(group='my-app.plugins'):\n    e.load()\n";
    let groups: Vec<String> =
        source(text.as_bytes(), 12, Whose::Library).groups.into_iter().map(|(_, t)| t).collect();
    assert_eq!(groups, ["my-app.plugins"]);
}
