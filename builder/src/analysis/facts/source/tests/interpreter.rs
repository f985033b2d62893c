//! Tests of what a module does with the interpreter and the search path.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

#[test]
fn children_that_run_modules() {
    let text = "import sys\nNAME = 'c.d'\nrun([sys.executable, '-m', 'a.b'])\nrun((sys.executable, '-m', NAME, 'x'))\n\
                run(['-m', unknown])\nrun(['-m', 'no name'])\n";
    assert_eq!(names(text), ["sys", "a.b", "c.d"]);
}

#[test]
fn attributes_of_sys_tell_what_a_module_does() {
    let found = |text: &str| {
        let facts = source(text.as_bytes(), 12, Whose::Library);
        (facts.interpreter, facts.finds, facts.makes)
    };
    assert_eq!(found("import sys as s\nrun(s.executable)\n"), (true, false, false));
    assert_eq!(found("import sys\nsys.meta_path.insert(0, f)\n"), (false, true, false));
    assert_eq!(found("import sys\nsys.modules['a'] = b\n"), (false, false, true));
    assert_eq!(
        found("import sys\nsys.modules[__name__] = b\nx.executable\nx.meta_path\n"),
        (false, false, false)
    );
}

#[test]
fn words_may_name_folders_that_are_put_on_the_search_path() {
    let search = |text: &str| source(text.as_bytes(), 12, Whose::Library).search;
    let text = "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'vendor'))\nx = 'a.b', 'b-c'\n";
    assert_eq!(search(text), ["vendor"]);
    let text = "import os, site\nsite.addsitedir(os.path.join(os.path.dirname(__file__), 'vendor'))\n";
    assert_eq!(search(text), ["vendor"]);
    // Without a path from the module's own, and without the search path.
    assert!(search("import sys\nsys.path.append('vendor')\n").is_empty());
    assert!(search("import os\nos.path.join(os.path.dirname(__file__), 'vendor')\n").is_empty());
    assert!(search("x.path.append('vendor')\nopen(__file__)\n").is_empty());
}
