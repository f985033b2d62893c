//! Tests of modules that are listed.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

#[test]
fn listed_packages() {
    let text = "import os, pkgutil\nfrom pkgutil import iter_modules as im\nimport a.b as c\nfrom . import d\nfrom pathlib import Path\n\
                pkgutil.walk_packages(__path__, __name__ + '.')\nim(c.__path__)\nim(d.__path__, prefix='x')\n\
                im([os.path.dirname(__file__)])\nhere = str(Path(__file__).resolve().parent)\npkgutil.iter_modules([here])\n";
    let found: Vec<String> = names(text).into_iter().filter(|n| n.ends_with('*')).collect();
    assert_eq!(found, ["__name__..**", "a.b.*", ".d.*", ".*", ".*"]);
    assert!(!source(text.as_bytes(), 12, Whose::Library).scans);
    assert!(source(b"import pkgutil\ndef f(p):\n    pkgutil.iter_modules(p)\n", 12, Whose::Library).scans);
}

#[test]
fn packages_that_are_given_to_be_listed() {
    let text = "import importlib, pkgutil\nfrom . import plugins\ndef scan(module):\n    \
                pkgutil.walk_packages(module.__path__, module.__name__ + '.')\nscan(importlib.import_module('a.core'))\n\
                scan(plugins)\n";
    let found: Vec<String> = names(text).into_iter().filter(|n| n.ends_with("**")).collect();
    assert_eq!(found, ["a.core.**", ".plugins.**"]);
}

#[test]
fn plugins_by_the_beginning_of_their_names() {
    let text = "import pkgutil\nfor m in pkgutil.iter_modules():\n    m.name.startswith('app_')\n";
    assert!(names(text).contains(&"app_*".to_owned()));
    assert!(!names("x.startswith('app_')\n").contains(&"app_*".to_owned()));
    assert_eq!(names("scan(like='^app_.+$')\n"), ["app_*"]);
}
