//! Tests of files of code that texts name.

use super::super::source;
use crate::analysis::facts::Whose;

#[test]
fn files_of_code_are_named_by_texts() {
    let files = |text: &str| source(text.as_bytes(), 12, Whose::Library).files;
    let text = "a = 'kernels.cu', 'x/b_%s.py', 'c{n}.h', 'd.json', '__init__.py', '*.py', 'kernels.cu'\n";
    assert_eq!(files(text), ["kernels.cu", "b_*.py", "c*.h"]);
    assert_eq!(files("yacc(tabmodule='a_parsetab')\nf(submodule='b')\n"), ["a_parsetab.py"]);
}

#[test]
fn modules_list_the_files_of_packages() {
    let lists = |text: &str| source(text.as_bytes(), 12, Whose::Library).lists_files;
    let whole = "import os\nfor n in names:\n    p = importlib.import_module(n)\n    \
                 os.listdir(os.path.dirname(p.__file__))\n    n.endswith('.py')\n";
    assert!(lists(whole));
    // Without one of the three words, and for a module that a statement imports.
    for part in ["os.listdir", ".__file__", "'.py'"] {
        assert!(!lists(&whole.replace(part, "x")), "{part}");
    }
    assert!(!lists(&whole.replace("import os", "import os, p")));
}
