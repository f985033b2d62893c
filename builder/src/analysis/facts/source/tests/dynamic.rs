//! Tests of calls that import.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

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
fn gaps_in_computed_names() {
    let text = "import importlib\ndef f(x):\n    y = x\n    while z:\n        y = y.split('_')[0]\n    \
                importlib.import_module(f'p.{y}.q')\n    importlib.import_module('r.%s_%s' % (x, 's'))\n";
    assert_eq!(names(text), ["importlib", "p.*.q*", "r.*_s*"]);
    let text = "T = {'a': 'x'}\ndef f(n, k):\n    n = T.get(n, n)\n    __import__('p.' + n)\n    \
                __import__('r_%s' % k, globals(), locals(), level=1)\n    __import__(n if k else 'y')\n";
    assert_eq!(names(text), ["p.a", "p.x", "p.*", ".r_*", "a", "x", "y"]);
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

#[test]
fn specs_count_where_they_are_loaded() {
    let text = "from importlib.util import find_spec, module_from_spec\nspec = find_spec('a.b')\n";
    assert!(!names(text).contains(&"a.b".to_owned()));
    assert!(names(&format!("{text}spec.loader.exec_module(m)\n")).contains(&"a.b".to_owned()));
}

#[test]
fn functions_that_say_they_import() {
    let text = "import_optional('a.b')\nx.try_import('c')\nimport_optional(name)\nimport_optional('no name')\nbreakpoint()\n";
    assert_eq!(names(text), ["a.b", "c", "pdb"]);
    // A package must be known of what is put together.
    let text = "import_patched('a.' + x)\nimport_it(f'b.c.{x}')\nimport_it('d' + x)\nimport_it(x + '.e')\n";
    assert_eq!(names(text), ["a.*", "b.c.*"]);
}

#[test]
fn functions_that_get_the_names_of_the_module() {
    let text = "inject('a', globals())\nl = LazyLoader('b', globals(), 'c.d')\ncall('e')\nexec('f = 1', globals())\n";
    let found = names(text);
    assert!(["a", "b", "c.d"].iter().all(|name| found.contains(&(*name).to_owned())), "{found:?}");
    assert!(!found.contains(&"e".to_owned()), "{found:?}");
}

#[test]
fn open_names_are_noted_with_their_lines_in_the_program() {
    let text = b"from importlib import import_module\nimport_module('a')\nimport_module(name)\n";
    let (program, library) = (source(text, 12, Whose::Own), source(text, 12, Whose::Library));
    assert!(program.open && program.open_at == [3]);
    assert!(library.open && library.open_at.is_empty());
}
