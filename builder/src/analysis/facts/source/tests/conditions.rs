//! Tests of guards and conditions.

use super::{imports, names};
use crate::analysis::graph::Guard;

#[test]
fn guards() {
    let text = "try:\n    import a\nexcept ImportError:\n    import b\ndef f():\n    import c\nif x:\n    import d\n\
                try:\n    import e\nexcept ValueError:\n    pass\nwith suppress(ImportError):\n    import g\n\
                try:\n    import h\nexcept ImportError as e:\n    raise RuntimeError('no h') from e\n";
    let expected = [
        ("a", Guard::Optional),
        ("b", Guard::Conditional),
        ("c", Guard::Function),
        ("d", Guard::Conditional),
        ("e", Guard::None),
        ("g", Guard::Optional),
        ("h", Guard::None),
    ];
    assert_eq!(imports(text), expected.map(|(n, g)| (n.to_owned(), g)));
}

#[test]
fn dead_branches_are_left_out() {
    let dead = [
        "if TYPE_CHECKING:\n    import a",
        "import typing as t\nif t.TYPE_CHECKING: import a",
        "if sys.platform == 'win32': import a",
        "if sys.platform.startswith(('win', 'cygwin')): import a",
        "if os.name == 'nt' and x: import a",
        "if sys.version_info < (3, 8): import a",
        "if sys.version_info[0] == 2: import a",
        "if sys.version_info[:2] <= (3, 11): import a",
        "if sys.version_info.major < 3: import a",
        "PY2 = sys.version_info[0] == 2\nif PY2: import a",
        "import platform\nif platform.system() == 'Windows': import a",
        "from sys import platform as p\nif p in ('win32', 'darwin'): import a",
        "if sys.implementation.name == 'pypy': import a",
        "if __name__ == '__main__': import a",
        "if not sys.platform != 'win32': import a",
        "match sys.platform:\n    case 'win32' | 'darwin': import a",
        "if sys.platform != 'win32':\n    raise ImportError\nimport a",
        "assert sys.platform == 'win32'\nimport a",
        "if sys.platform == 'linux':\n    pass\nelse:\n    import a",
        "x = __import__('a') if sys.platform == 'win32' else None",
    ];
    for text in dead {
        let found = names(text);
        assert!(!found.iter().any(|n| n == "a"), "{text}: {found:?}");
    }
}

#[test]
fn living_branches_stay() {
    let living = [
        "if sys.platform == 'linux': import a",
        "if x or sys.platform == 'win32': import a",
        "if sys.version_info >= (3, 12): import a",
        "if sys.version_info > (3, 12): import a",
        "if 'win' in sys.platform: import a",
        "if sys.platform in 'linux darwin': import a",
        "match sys.platform:\n    case 'win32': pass\n    case _: import a",
        "X = False\nX = f()\nif X: import a",
    ];
    for text in living {
        let found = names(text);
        assert!(found.iter().any(|n| n == "a"), "{text}: {found:?}");
    }
}
