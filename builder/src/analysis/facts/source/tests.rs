//! Tests of what is found in source text.

use super::*;
use crate::analysis::facts::condition::{Platform, Role};
use crate::target::{Arch, Os, Target};

const LINUX: Platform =
    Platform { target: Target { os: Os::Linux, arch: Arch::X86_64, musl: false }, version: (3, 12, 1) };

/// The imports that Linux and 3.12 reach, as `module:names`, with their guards.
fn imports(text: &str) -> Vec<(String, Guard)> {
    let record = source(text.as_bytes(), 12, false);
    assert!(!record.doubtful, "{text}");
    let reached = record.imports.iter().filter_map(|import| {
        let condition = import.condition.checked_sub(1).map(|i| &record.conditions[i as usize]);
        let holds = condition.map_or(Some(true), |c| c.holds(&LINUX, Role::default()));
        let guard = if holds.is_none() { import.guard.max(Guard::Conditional) } else { import.guard };
        let dots = match import.origin {
            Origin::Absolute => String::new(),
            Origin::Package(level) => ".".repeat(level as usize),
            Origin::Own(up) => "^".repeat(up as usize) + "__name__.",
        };
        let star = match import.form {
            Form::Prefix => "*",
            Form::Tree => ".**",
            Form::Path => "/.",
            Form::Folder => "/",
            Form::Folders => "/**",
            _ => "",
        };
        let names =
            if import.names.is_empty() { String::new() } else { format!(":{}", import.names.join(",")) };
        (holds != Some(false)).then(|| (format!("{dots}{}{star}{names}", import.module), guard))
    });
    reached.collect()
}

fn names(text: &str) -> Vec<String> {
    imports(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn statements() {
    let text =
        "import a.b, c as d\nfrom e import f, g as h\nfrom . import i\nfrom ..j import k\nfrom l import *\n";
    assert_eq!(names(text), ["a.b", "c", "e:f,g", ".:i", "..j:k", "l:*"]);
}

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

#[test]
fn calls() {
    let text = "import importlib as il\nfrom importlib import import_module as im\nil.import_module('a.b')\n\
                im('.c', __package__)\nim('.d', package='p.q')\n__import__('e', fromlist=['f'])\nim(f'g.{x}')\n\
                im('h.' + x)\nim('i.%s' % x)\nim('j.{}'.format(x))\nim(f'{__name__}.k')\nim('.' + x, __name__)\n\
                im(__spec__.parent + '.l')\nim(x)\n";
    let expected = [
        "importlib",
        "importlib:import_module",
        "a.b",
        ".c",
        "p.q.d",
        "e:f",
        "g.*",
        "h.*",
        "i.*",
        "j.*",
        "__name__.k",
        "__name__.*",
        ".l",
    ];
    assert_eq!(names(text), expected);
}

#[test]
fn calls_with_variables() {
    let text = "import importlib\nP = 'p.q'\ndef a(version):\n    name = f'.unicode{version}'\n    \
                importlib.import_module(name, 'r._data')\ndef b(name):\n    importlib.import_module(name)\n    \
                importlib.import_module(f'{P}.{name}')\n    importlib.import_module(f'.{name}', P)\n    \
                importlib.import_module('s.t-u')\n    importlib.import_module('no name')\ndef c(x):\n    \
                if x:\n        m = 'd'\n    else:\n        m = 'e.' + x\n    m = m + 'f'\n    \
                __import__(m)\nparent = __name__.rpartition('.')[0]\n__import__(f'{parent}.{x}')\n\
                __import__(__name__.rsplit('.', 1)[0] + '.g')\n";
    assert_eq!(
        names(text),
        ["importlib", "r._data.unicode*", "p.q.*", "p.q.*", "s.t-u", "d", "e.*", "e.*f*", ".*", ".g"]
    );
}

#[test]
fn calls_in_loops_and_from_tables() {
    let text = "import importlib\nfor n in ('a', 'b'):\n    importlib.import_module('p.' + n)\n\
                T = {'x': 'q.x', 'y': ['q.y', 'z']}\ndef f(k):\n    importlib.import_module(T[k])\n    \
                importlib.import_module(T.get(k, 'r'))\nfor k, v in T.items():\n    __import__(v)\n\
                importlib.import_module('.'.join(['s', 't']))\nimportlib.import_module('%s.%s' % ('u', k))\n\
                importlib.import_module('{}.{b}'.format('v', b='w'))\nfor w in 'c d'.split():\n    __import__(w)\n";
    let found = names(text);
    for name in ["p.a", "p.b", "q.x", "q.y", "z", "r", "s.t", "u.q.x", "v.w", "c", "d"] {
        assert!(found.iter().any(|n| n == name), "{name}: {found:?}");
    }
    assert!(!found.iter().any(|n| n.ends_with('*')), "{found:?}");
}

#[test]
fn packages_of_resources() {
    let text = "import pkgutil\nfrom importlib import resources\nfrom importlib.resources import files as f\nimport importlib_resources\n\
                resources.files('a.b')\nf(f'{__package__}.c')\npkgutil.get_data('d', 'x')\nimportlib_resources.read_text('e', 'y')\n\
                x.files('no')\nresources.files(unknown)\n";
    let found: Vec<String> =
        names(text).into_iter().filter(|n| !n.contains("resources") && n != "pkgutil").collect();
    assert_eq!(found, ["a.b", ".c", "d", "e"]);
}

#[test]
fn gaps_in_computed_names() {
    let text = "import importlib\ndef f(x):\n    y = x\n    while z:\n        y = y.split('_')[0]\n    \
                importlib.import_module(f'p.{y}.q')\n    importlib.import_module('r.%s_%s' % (x, 's'))\n";
    assert_eq!(names(text), ["importlib", "p.*.q*", "r.*_s*"]);
    let text = "T = {'a': 'x'}\ndef f(n, k):\n    n = T.get(n, n)\n    __import__('p.' + n)\n    \
                __import__('r_%s' % k, globals(), locals(), level=1)\n    __import__(n if k else 'y')\n";
    assert_eq!(names(text), ["p.a", "p.x", "p.*", ".r_*", "a", "x", "y"]);
}

#[test]
fn listed_packages() {
    let text = "import os, pkgutil\nfrom pkgutil import iter_modules as im\nimport a.b as c\nfrom . import d\nfrom pathlib import Path\n\
                pkgutil.walk_packages(__path__, __name__ + '.')\nim(c.__path__)\nim(d.__path__, prefix='x')\n\
                im([os.path.dirname(__file__)])\nhere = str(Path(__file__).resolve().parent)\npkgutil.iter_modules([here])\n";
    let found: Vec<String> = names(text).into_iter().filter(|n| n.ends_with('*')).collect();
    assert_eq!(found, ["__name__..**", "a.b.*", ".d.*", ".*", ".*"]);
    assert!(!source(text.as_bytes(), 12, false).scans);
    assert!(source(b"import pkgutil\ndef f(p):\n    pkgutil.iter_modules(p)\n", 12, false).scans);
}

#[test]
fn listed_folders() {
    let found = |text: &str| -> Vec<String> {
        names(text).into_iter().filter(|n| n.ends_with('/') || n.ends_with("/**")).collect()
    };
    let code = "import glob, importlib, os\nfrom pathlib import Path\ndef load(n):\n    importlib.import_module(n)\n";
    let text = |rest: &str| found(&format!("{code}{rest}"));
    assert_eq!(text("os.listdir(os.path.dirname(os.path.abspath(__file__)))\n"), ["./"]);
    assert_eq!(
        text("HERE = os.path.dirname(__file__)\nos.walk(os.path.join(HERE, 'a', 'b'))\n"),
        [".a.b/**"]
    );
    assert_eq!(text("for f in (Path(__file__).parent / 'plugins').iterdir():\n    pass\n"), [".plugins/"]);
    assert_eq!(text("Path(__file__).resolve().parents[1].joinpath('c').rglob('*.py')\n"), ["..c/**"]);
    assert_eq!(text("glob.glob(os.path.dirname(__file__) + '/d/*.py')\n"), [".d/"]);
    assert_eq!(text("Path(__file__).with_name('e').glob('**/*.py')\n"), [".e/**"]);
    // Of data, of what is not known, and where no code is run by a name that is not known.
    assert!(text("Path(__file__).parent.glob('*.json')\nos.listdir(x)\nos.listdir(__file__)\n").is_empty());
    assert!(found("import os\nos.listdir(os.path.dirname(__file__))\n").is_empty());
    // A function of the module lists what it is given; a package hands out its own path.
    let given = "def walk(folder):\n    for name in os.listdir(folder):\n        load(name)\nwalk(Path(__file__).parent / 'f')\n";
    assert_eq!(text(given), [".f/"]);
    assert_eq!(found("from x import register\nregister(linter, __path__[0])\n"), ["__name__./"]);
}

#[test]
fn functions_that_import_what_they_are_given() {
    let text = "from importlib import import_module as im\nfor p in ['a', 'b.c']:\n    load(p + '.plugins')\n\
                def load(name):\n    again(name)\ndef again(what):\n    im(what)\n\
                class C:\n    def f(self, x, name):\n        im(name)\n    def g(self):\n        self.f(1, '.d')\n        \
                self.f(1, name='e')\nload(f'p.{x}')\n";
    let found: Vec<String> = names(text).into_iter().filter(|n| n != "importlib:import_module").collect();
    assert_eq!(found, ["a.plugins", "b.c.plugins", ".d", "e", "p.*"]);
}

#[test]
fn paths_in_packages() {
    let found =
        |text: &str| -> Vec<String> { names(text).into_iter().filter(|n| n.ends_with("/.")).collect() };
    let text = "import os\nfrom pathlib import Path\nHERE = os.path.dirname(__file__)\nA = os.path.join(HERE, 'a', f'b/{x}', 'c')\n\
                B = Path(__file__).parent.parent / 'lib' / x\nopen(os.path.join(HERE, 'data.json'))\nC = os.path.join(x, 'd')\n\
                D = os.path.join(HERE, f'../e/{x}')\n";
    assert_eq!(found(text), [".a.b/.", "..lib/.", "..e/."]);
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
fn formats_where_names_are_imported() {
    let tables = |text: &str| source(text.as_bytes(), 12, false).tables;
    let text = "import importlib\ndef f(self, a, b):\n    importlib.import_module(self.x)\nG = f'p.{a}.q.{b}'\nH = f'p.{a} is no'\n";
    assert_eq!(tables(text), [(4, "p.*.q.*".to_owned())]);
    assert!(tables("G = f'p.{a}.q.{b}'\n").is_empty());
}

#[test]
fn plugins_by_the_beginning_of_their_names() {
    let text = "import pkgutil\nfor m in pkgutil.iter_modules():\n    m.name.startswith('app_')\n";
    assert!(names(text).contains(&"app_*".to_owned()));
    assert!(!names("x.startswith('app_')\n").contains(&"app_*".to_owned()));
    assert_eq!(names("scan(like='^app_.+$')\n"), ["app_*"]);
}

#[test]
fn defaults_and_keywords() {
    let text = "import importlib\nT = {'a': ('mod_a', 'b')}\ndef f(x, base='p.q'):\n    n, m = T[x]\n    \
                importlib.import_module(f'{base}.{n}')\n";
    assert!(names(text).contains(&"p.q.mod_a".to_owned()), "{:?}", names(text));
    let tables = source(b"yacc(tabmodule='a_parsetab', x='b', submodule='c.D')\n", 12, false).tables;
    assert_eq!(tables, [(1, ".a_parsetab".to_owned()), (1, ".c.D".to_owned())]);
}

#[test]
fn tables_and_groups() {
    let tables = |text: &str| -> Vec<String> {
        source(text.as_bytes(), 12, false).tables.into_iter().map(|(_, t)| t).collect()
    };
    assert_eq!(
        tables("T = {'A': '.a', 'B': 'b'}\ndef __getattr__(name):\n    return T[name]\n"),
        ["A", ".a", "B", "b"]
    );
    assert_eq!(tables("__getattr__, __dir__, __all__ = attach(__name__, {'a'})\n"), ["a"]);
    assert_eq!(tables("import sys\nsys.modules[__name__] = Lazy(__name__, {'a': ['x-y']})\n"), ["a"]);
    assert_eq!(tables("T = {'A': '.a', 'B': 'b'}\n"), [".a"]);
    let text = "from importlib.metadata import entry_points\nfor e in entry_points(group='my-app.plugins'):\n    e.load()\n";
    let groups: Vec<String> = source(text.as_bytes(), 12, false).groups.into_iter().map(|(_, t)| t).collect();
    assert_eq!(groups, ["my-app.plugins"]);
}

#[test]
fn names_for_stars() {
    let text = "_more = {'c', 'd'}\n__all__ = ['a'] + ['b'] + list(_more)\n__all__ += ['e']\n__all__.extend(['f'])\n";
    let mut all = source(text.as_bytes(), 12, false).all;
    all.sort();
    all.dedup();
    assert_eq!(all, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn texts_are_dotted_names() {
    let text =
        "'''a.b'''\nX = {'k': 'm.n:attr', 'l': 'o.p', 'no': 'a b.c', 'v': '1.2'}\ndef f():\n    'c.d'\n";
    let found: Vec<String> = source(text.as_bytes(), 12, false).texts.into_iter().map(|(_, t)| t).collect();
    assert_eq!(found, ["m.n", "o.p"]);
}

#[test]
fn doubtful_sources_are_marked() {
    assert!(source(b"def f(:\n", 12, false).doubtful);
    assert!(source(b"match x:\n    case 1: pass\n", 9, false).doubtful);
    assert!(!source(b"# -*- coding: latin-1 -*-\n# \xe9\nimport a\n", 12, false).doubtful);
}

#[test]
fn formats_of_all_kinds_name_modules() {
    for (call, expected) in [
        ("'p.x%d' % n", "p.x*"),
        ("'p.x%03x' % (n)", "p.x*"),
        ("'p.%s_%d' % ('a', n)", "p.a_*"),
        ("'p.%s' % 'a'", "p.a"),
        ("'p.%(name)s.b' % {'name': 'a'}", "p.a.b"),
        ("'p.%(name)r' % dict(name=n)", "p.*"),
        ("'p.%*d_%s' % (n, m, 'a')", "p.*_a*"),
        ("'p.{:03d}'.format(n)", "p.*"),
        ("'p.{name}{0!r}'.format(n, name='a')", "p.a*"),
        ("'p.{}.{}'.format('a', 'b')", "p.a.b"),
        ("f'p.x{n:>{width}}'", "p.x*"),
        ("f'p.{n!r}'", "p.*"),
        ("Template('p.${a}_b').substitute(a='c')", "p.c_b"),
        ("string.Template('p.$a').substitute({'a': 'c'})", "p.c"),
        ("'p.' + 'A_B'.title()", "p.A_B"),
        ("'p.' + 'ab'.capitalize()", "p.Ab"),
        ("'p.a_test'.removesuffix('_test')", "p.a"),
        ("'x.p.a'.removeprefix('x.')", "p.a"),
    ] {
        let text = format!("import importlib\nimportlib.import_module({call})\n");
        assert!(names(&text).contains(&expected.to_owned()), "{call}: {:?}", names(&text));
    }
}

#[test]
fn comprehensions_loop_over_names() {
    let text = "import importlib\nfound = [importlib.import_module('p.' + n) for n in ('a', 'b')]\n\
                more = {n: importlib.import_module(f'q.{n}') for n in ['c'] if n}\n";
    assert_eq!(names(text), ["importlib", "p.a", "p.b", "q.c"]);
}

#[test]
fn statements_in_texts_import() {
    for (call, expected) in [
        ("exec('import a.b as c, d')", &["a.b", "d"][..]),
        ("exec('from a.b import c as d, e')", &["a.b:c,e"]),
        ("exec('from .a import b')", &[".a:b"]),
        ("exec('x = 1; import a')", &["a"]),
        ("exec('import p.x_%s' % n)", &["p.x_*"]),
        ("exec(f'from p.{n} import main')", &["p.*"]),
        ("eval('important')", &[]),
        ("exec('import ' + n)", &[]),
        ("exec('from * import *')", &[]),
    ] {
        assert_eq!(names(call), expected, "{call}");
    }
}

#[test]
fn relative_names_count_from_any_anchor() {
    for (call, expected) in [
        ("'.' + n, __name__", "__name__.*"),
        ("'..' + n, __name__", "^__name__.*"),
        ("'..%s' % n, package=__name__", "^__name__.*"),
        ("'...a', __name__", "^^__name__.a"),
        ("f'..b.{n}', __package__", "..b.*"),
        ("'..c', 'p.q'", "p.c"),
    ] {
        let text = format!("from importlib import import_module\nimport_module({call})\n");
        assert!(names(&text).contains(&expected.to_owned()), "{call}: {:?}", names(&text));
    }
}
