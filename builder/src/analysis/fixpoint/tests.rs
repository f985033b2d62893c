//! Tests of the fixpoint on small trees of files.

use std::collections::BTreeMap;
use std::path::Path;

use crate::analysis::graph::Depth;
use crate::analysis::{By, Graph, Kind};
use crate::python::Python;
use crate::spec::{Entry, Program, Request};
use crate::store::Store;
use crate::target::{Arch, Os, Target};

/// Returns a Python whose standard library is the folder `lib` and whose packages are in `site`.
fn python(root: &Path) -> Python {
    let path = |name: &str| root.join(name);
    Python {
        executable: path("python"),
        version: (3, 12, 1),
        abiflags: String::new(),
        target: Target { os: Os::Linux, arch: Arch::X86_64, musl: false },
        prefix: root.to_owned(),
        base_prefix: root.to_owned(),
        base_exec_prefix: root.to_owned(),
        stdlib: path("lib"),
        dynload: path("lib/lib-dynload"),
        search_path: vec![path("lib"), path("site")],
        extension_suffixes: vec![".cpython-312-x86_64-linux-gnu.so".into(), ".so".into()],
        magic: [0; 4],
        cache_tag: "cpython-312".into(),
        builtin_modules: vec!["sys".into()],
        frozen_modules: Vec::new(),
        libpython: None,
        editable: vec![("ed".into(), path("src/ed"))],
        opcodes: BTreeMap::new(),
        machine: "x86_64".into(),
        version_text: "3.12.1".into(),
        cross: None,
        warnings: Vec::new(),
    }
}

/// Returns the graph of `app/main.py` in a tree of files.
pub(super) fn graph(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> Graph {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let entry = Entry::Script(dir.path().join("app/main.py"));
    let mut request = Request {
        base: dir.path().join("app"),
        programs: vec![Program::new("main".into(), entry, None)],
        ..Request::default()
    };
    change(&mut request);
    let store = Store::open(&dir.path().join("store")).unwrap();
    let rules = crate::rules::load::Rules::load(&request).unwrap();
    crate::analysis::modules(&request, &rules, &python(dir.path()), &store).unwrap()
}

fn names(graph: &Graph) -> Vec<&str> {
    graph.modules.keys().map(String::as_str).collect()
}

#[test]
fn follows_imports_to_packages_siblings_and_namespaces() {
    let graph = graph(
        &[
            (
                "app/main.py",
                "import helper, p.q\nfrom p import sub, attr\nfrom ns import part\nimport ed\nimport sys",
            ),
            ("app/helper.py", ""),
            ("site/p/__init__.py", "from .rel import *"),
            ("site/p/rel/__init__.py", "__all__ = ['deep', 'f']"),
            ("site/p/rel/deep.py", ""),
            ("site/p/q.py", ""),
            ("site/p/sub.py", ""),
            ("site/p/unused.py", ""),
            ("site/ns/part.py", ""),
            ("src/ed/__init__.py", "from . import inner"),
            ("src/ed/inner.py", ""),
        ],
        |_| {},
    );
    let expected = [
        "__main__",
        "ed",
        "ed.inner",
        "helper",
        "ns",
        "ns.part",
        "p",
        "p.q",
        "p.rel",
        "p.rel.deep",
        "p.sub",
        "sys",
    ];
    assert_eq!(names(&graph), expected);
    assert_eq!(graph.modules["p.rel.deep"].path, "p/rel/deep.py");
    assert_eq!(graph.modules["ed.inner"].path, "ed/inner.py");
    assert!(matches!(graph.modules["ns"].kind, Kind::Namespace(_)));
    let reason = &graph.modules["p.q"].reasons[0];
    assert_eq!((reason.from.as_str(), reason.line, &reason.by), ("__main__", 1, &By::Import));
}

#[test]
fn a_package_comes_before_an_extension_before_source() {
    let graph = graph(
        &[
            ("app/main.py", "import a, b"),
            ("site/a/__init__.py", ""),
            ("site/a.py", ""),
            ("site/b.cpython-312-x86_64-linux-gnu.so", ""),
            ("site/b.py", ""),
        ],
        |_| {},
    );
    assert_eq!(graph.modules["a"].path, "a/__init__.py");
    assert!(matches!(graph.modules["b"].kind, Kind::Extension(_)));
}

#[test]
fn includes_and_excludes() {
    let files = [
        ("app/main.py", "import p\nimport q"),
        ("site/p/__init__.py", ""),
        ("site/p/a.py", ""),
        ("site/p/b/__init__.py", ""),
        ("site/p/b/c.py", ""),
        ("site/q/__init__.py", "import gone"),
    ];
    let graph = graph(&files, |request| {
        request.modules.include = vec!["p.*".into(), "nothing".into(), "q".into()];
        request.modules.exclude = vec!["p.b".into(), "q".into()];
    });
    assert_eq!(names(&graph), ["__main__", "p", "p.a"]);
    assert!(graph.missing.is_empty());
    assert!(graph.warnings.iter().any(|w| w.message.contains("`nothing`")));
    assert!(!graph.warnings.iter().any(|w| w.message.contains("`q`")));
}

#[test]
fn only_certain_imports_warn_aloud() {
    let graph = graph(
        &[
            ("app/main.py", "import gone\nimport lib\ndef f():\n    import later"),
            ("site/lib.py", "try:\n    import maybe\nexcept ImportError:\n    maybe = None"),
        ],
        |_| {},
    );
    let loud: Vec<&str> = graph.warnings.iter().filter(|w| !w.minor).map(|w| w.message.as_str()).collect();
    // Imports in the program's own functions cause warnings as well.
    assert_eq!(
        loud,
        [
            "module `gone` is missing, imported by `main.py:1`",
            "module `later` is missing, imported by `main.py:4` (in a function)"
        ]
    );
    assert_eq!(graph.missing.keys().collect::<Vec<_>>(), ["gone", "later", "maybe"]);
}

#[test]
fn what_a_module_may_make_itself_does_not_warn_aloud() {
    let found = graph(
        &[
            (
                "app/main.py",
                "import a.moves, b.c.d, plain.gone, own.gone, reads.gone, other.gone, std.gone\n",
            ),
            ("site/a.py", "import sys\nsys.meta_path.append(Importer())\n"),
            ("site/b/__init__.py", "from . import c\n"),
            ("site/b/c.py", "import sys\nfor m in x:\n    sys.modules['b.c.' + m] = sys.modules[m]\n"),
            ("site/plain/__init__.py", ""),
            ("site/own/__init__.py", "import sys\nsys.modules[__name__] = object()\n"),
            ("site/reads/__init__.py", "import sys\nx = sys.modules['y']\n"),
            ("site/other/__init__.py", "class C:\n    def f(self, k, v):\n        self.modules[k] = v\n"),
            ("lib/std.py", "import sys\nsys.modules['std.path'] = sys\n"),
        ],
        |_| {},
    );
    let of = |minor: bool| -> Vec<&str> {
        found.warnings.iter().filter(|w| w.minor == minor).map(|w| w.message.as_str()).collect()
    };
    assert_eq!(
        of(false),
        ["other", "own", "plain", "reads", "std"]
            .map(|p| format!("module `{p}.gone` is missing, imported by `main.py:1`"))
    );
    assert_eq!(
        of(true),
        [("a.moves", "a"), ("b.c.d", "b.c")].map(|(name, maker)| format!(
            "module `{name}` has no file, imported by `main.py:1`; `{maker}` may create it"
        ))
    );
}

#[test]
fn computed_names_take_the_package_without_tests() {
    let graph = graph(
        &[
            (
                "app/main.py",
                "import importlib\nimportlib.import_module(f'p.{x}')\nimportlib.import_module(f'q.{x}.deep')",
            ),
            ("lib/importlib/__init__.py", ""),
            ("site/p/__init__.py", ""),
            ("site/p/one.py", ""),
            ("site/p/tests/__init__.py", ""),
            ("site/q/__init__.py", ""),
            ("site/q/a/__init__.py", ""),
            ("site/q/a/deep.py", ""),
            ("site/q/a/other.py", ""),
            ("site/q/b.py", ""),
        ],
        |_| {},
    );
    assert_eq!(names(&graph), ["__main__", "importlib", "p", "p.one", "q", "q.a", "q.a.deep"]);
}

#[test]
fn strings_name_modules_of_their_package_and_in_the_program_any() {
    let graph = graph(
        &[
            ("app/main.py", "import p\nX = ['q.mod:attr', 'mine']"),
            ("app/mine/__init__.py", ""),
            ("app/mine/models.py", ""),
            ("site/p/__init__.py", "T = {'a': 'p.a.Class', 'b': 'r.x'}"),
            ("site/p/a.py", "import r"),
            ("site/q/__init__.py", ""),
            ("site/q/mod.py", ""),
            ("site/r/__init__.py", ""),
            ("site/r/x.py", ""),
            ("site/p-1.dist-info/METADATA", "Name: p\nVersion: 1\n"),
            ("site/p-1.dist-info/RECORD", "p/__init__.py,,\np/a.py,,\n"),
            ("site/r-1.dist-info/METADATA", "Name: r\nVersion: 1\n"),
            ("site/r-1.dist-info/RECORD", "r/__init__.py,,\nr/x.py,,\n"),
        ],
        |_| {},
    );
    // `p.a` was collected because of a table, so it cannot collect `r`, which `p` does not require.
    assert_eq!(names(&graph), ["__main__", "mine", "mine.models", "p", "p.a", "q", "q.mod"]);
    assert_eq!(graph.distributions.len(), 1);
}

#[test]
fn tables_entry_points_stubs_and_pickles_bring_modules() {
    let graph = graph(
        &[
            ("app/main.py", "import p, lazy"),
            ("site/p/__init__.py", "T = {'A': '.a', 'B': 'b'}\ndef __getattr__(n):\n    return T[n]"),
            ("site/p/a.py", "from importlib.metadata import entry_points\nentry_points(group='p.plugins')"),
            ("site/p/b/__init__.py", ""),
            ("site/p/b/table.pkl", "cp.d\nX\n."),
            ("site/p/c.py", ""),
            ("site/p/d.py", ""),
            ("site/p-1.dist-info/METADATA", "Name: p\nVersion: 1\n"),
            ("site/p-1.dist-info/RECORD", "p/__init__.py,,\n"),
            ("site/plug.py", ""),
            ("site/tool.py", ""),
            ("site/q-1.dist-info/METADATA", "Name: q\nVersion: 1\n"),
            ("site/q-1.dist-info/RECORD", "plug.py,,\ntool.py,,\n"),
            (
                "site/q-1.dist-info/entry_points.txt",
                "[p.plugins]\nx = plug:X\n[console_scripts]\ny = tool:main\n",
            ),
            ("site/lazy/__init__.py", "import lazy_loader\nx = lazy_loader.attach_stub(__name__, __file__)"),
            ("site/lazy/__init__.pyi", "from . import one\nfrom .two import f\n"),
            ("site/lazy/one.py", ""),
            ("site/lazy/three.py", ""),
            ("site/lazy/two.py", "import lazy.deep"),
            (
                "site/lazy/deep/__init__.py",
                "from lazy_loader import attach_stub as attach\nx = attach(__name__, __file__)",
            ),
            ("site/lazy/deep/__init__.pyi", "from .four import g\n"),
            ("site/lazy/deep/four.py", ""),
            ("lib/importlib/__init__.py", ""),
            ("lib/importlib/metadata.py", ""),
        ],
        |_| {},
    );
    let found: Vec<&str> = names(&graph).into_iter().filter(|n| !n.starts_with("importlib")).collect();
    assert_eq!(
        found,
        [
            "__main__",
            "lazy",
            "lazy.deep",
            "lazy.deep.four",
            "lazy.one",
            "lazy.two",
            "p",
            "p.a",
            "p.b",
            "p.d",
            "plug"
        ]
    );
    assert_eq!(graph.used.stubs, ["lazy", "lazy.deep"]);
    let reason = &graph.modules["plug"].reasons[0];
    assert_eq!((reason.from.as_str(), &reason.by), ("p.a", &By::EntryPoint("p.plugins: x".into())));
}

/// A library whose modules are loaded lazily, and two distributions that it does not require.
const LAZY: &[(&str, &str)] = &[
    (
        "site/p/__init__.py",
        "T = ['.export.to_image', '.other.to_text']\ndef __getattr__(n):\n    return T[n]",
    ),
    ("site/p/export.py", "try:\n    import engine\nexcept ImportError: pass"),
    ("site/p/other.py", "import q"),
    ("site/p/load.py", "import importlib\ndef use(n): importlib.import_module('p.ways.by_' + n.lower())"),
    ("site/p/ways/__init__.py", ""),
    ("site/p/ways/by_tool.py", "import engine"),
    ("site/p-1.dist-info/METADATA", "Name: p\nVersion: 1\nRequires-Dist: q\nRequires-Dist: helper\n"),
    (
        "site/p-1.dist-info/RECORD",
        "p/__init__.py,,\np/export.py,,\np/other.py,,\np/load.py,,\np/ways/by_tool.py,,\n",
    ),
    ("site/q.py", "def f():\n    import helper"),
    ("site/q-1.dist-info/METADATA", "Name: q\nVersion: 1\n"),
    ("site/q-1.dist-info/RECORD", "q.py,,\n"),
    ("site/helper.py", ""),
    ("site/helper-1.dist-info/METADATA", "Name: helper\nVersion: 1\n"),
    ("site/helper-1.dist-info/RECORD", "helper.py,,\n"),
    ("site/engine.py", ""),
    ("site/engine-1.dist-info/METADATA", "Name: engine\nVersion: 1\n"),
    ("site/engine-1.dist-info/RECORD", "engine.py,,\n"),
    ("lib/importlib/__init__.py", ""),
];

#[test]
fn words_of_the_program_make_lazy_modules_certain() {
    let with = |main: &str| {
        let graph = graph(&[LAZY, &[("app/main.py", main)]].concat(), |_| {});
        ["engine", "helper"].map(|name| graph.modules.contains_key(name))
    };
    // `helper` is imported by `q` for `p`, which requires it.
    assert_eq!(with("import p"), [false, true]);
    assert_eq!(with("import p\np.to_image()"), [true, true]);
    assert_eq!(with("import p.load\np.load.use('x')"), [false, true]);
    assert_eq!(with("import p.load\np.load.use('Tool')"), [true, true]);
}

/// Returns the files of an installed distribution `tool` with a console script `tool`.
fn distribution<'f>(record: &'f str, rest: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut files = vec![
        ("app/main.py", ""),
        ("site/tool-1.dist-info/METADATA", "Name: tool\nVersion: 1\nRequires-Dist: friend\n"),
        ("site/tool-1.dist-info/entry_points.txt", "[console_scripts]\ntool = tool.cli:main\n"),
        ("site/tool-1.dist-info/RECORD", record),
        ("site/tool/__init__.py", ""),
    ];
    files.extend(rest);
    files
}

fn run_tool(request: &mut Request) {
    request.programs[0].entry = Entry::EntryPoint("tool".into());
}

#[test]
fn a_script_that_imports_what_its_user_names_takes_its_whole_package() {
    let record = "tool/__init__.py,,\ntool/cli.py,,\ntool/ext/a.py,,\n";
    let extensions = [
        ("site/tool/ext/__init__.py", ""),
        ("site/tool/ext/a.py", "import foreign"),
        ("site/tool/tests/__init__.py", ""),
        ("site/foreign.py", ""),
        ("site/foreign-1.dist-info/METADATA", "Name: foreign\nVersion: 1\n"),
        ("site/foreign-1.dist-info/RECORD", "foreign.py,,\n"),
    ];
    let open = ("site/tool/cli.py", "import importlib\ndef main(name): importlib.import_module(name)\n");
    let found = graph(&distribution(record, &[&extensions[..], &[open]].concat()), run_tool);
    assert_eq!(names(&found), ["__main__", "sys", "tool", "tool.cli", "tool.ext", "tool.ext.a"]);
    let closed = ("site/tool/cli.py", "def main(name): import json\n");
    let found = graph(&distribution(record, &[&extensions[..], &[closed]].concat()), run_tool);
    assert_eq!(names(&found), ["__main__", "sys", "tool", "tool.cli"]);
}

#[test]
fn what_a_child_is_to_run_comes_along() {
    let cli = "import sys, subprocess\ndef main(mod='friend_start'):\n    subprocess.run([sys.executable, '-m', mod])\n    \
               subprocess.run([sys.executable, '-m', 'foreign'])\n";
    let rest = [
        ("site/tool/cli.py", cli),
        ("site/friend_start.py", "import friend_inner"),
        ("site/friend_inner.py", ""),
        ("site/friend-1.dist-info/METADATA", "Name: friend\nVersion: 1\n"),
        ("site/friend-1.dist-info/RECORD", "friend_start.py,,\nfriend_inner.py,,\n"),
        ("site/foreign.py", ""),
    ];
    let found = graph(&distribution("tool/__init__.py,,\ntool/cli.py,,\n", &rest), run_tool);
    let all = names(&found);
    assert!(
        // The tool is the program itself, so all that it starts is collected.
        all.contains(&"friend_start") && all.contains(&"friend_inner") && all.contains(&"foreign"),
        "{all:?}"
    );
}

#[test]
fn vendored_packages_are_found_where_the_program_looks_for_them() {
    let search = "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '_vendor'))\n";
    let finder = "import sys\nsys.meta_path.insert(0, Aliases())\nimport inner.part\n";
    let found = graph(
        &[
            ("app/main.py", "import a, b"),
            ("site/a/__init__.py", search),
            ("site/a/_vendor/lark/__init__.py", "import lark.deep"),
            ("site/a/_vendor/lark/deep.py", ""),
            ("site/a/other/x.py", ""),
            ("site/b/__init__.py", finder),
            ("site/b/inner/__init__.py", ""),
            ("site/b/inner/part.py", "from inner import more"),
            ("site/b/inner/more.py", ""),
        ],
        |_| {},
    );
    let expected = [
        "__main__",
        "a",
        "a._vendor",
        "a._vendor.lark",
        "a._vendor.lark.deep",
        "b",
        "b.inner",
        "b.inner.more",
        "b.inner.part",
        "lark",
        "lark.deep",
    ];
    let all: Vec<&str> = names(&found).into_iter().filter(|n| *n != "os" && *n != "sys").collect();
    assert_eq!(all, expected);
    assert!(!found.missing.contains_key("inner.part"), "{:?}", found.missing);
}

#[test]
fn a_name_of_unknown_length_takes_all_that_lies_below() {
    let found = graph(
        &[
            ("app/main.py", "import importlib\ndef f(w): importlib.import_module('cmd.' + '.'.join(w))\n"),
            ("app/cmd/__init__.py", ""),
            ("app/cmd/a/__init__.py", ""),
            ("app/cmd/a/b/__init__.py", ""),
            ("app/cmd/a/b/c.py", ""),
            ("app/cmd/tests/__init__.py", ""),
        ],
        |_| {},
    );
    assert_eq!(names(&found), ["__main__", "cmd", "cmd.a", "cmd.a.b", "cmd.a.b.c"]);
}

#[test]
fn packages_whose_files_are_looked_for_are_told() {
    let plugins = "import os, glob\ndef f(name):\n    m = __import__(name)\n    glob.glob(os.path.dirname(m.__file__) + '/*.py')\n\
                   f('app.kinds')\n";
    let found = graph(
        &[
            ("app/main.py", "import app.checks, app.loader"),
            ("site/app/__init__.py", ""),
            ("site/app/loader.py", plugins),
            ("site/app/kinds/__init__.py", ""),
            ("site/app/checks/__init__.py", "from app.lister import register\nregister(__path__[0])\n"),
            ("site/app/checks/one.py", ""),
        ],
        |_| {},
    );
    let expected =
        BTreeMap::from([("app.checks".to_owned(), Depth::Folder), ("app.kinds".to_owned(), Depth::Tree)]);
    assert_eq!(found.used.listed, expected);
    assert!(found.modules.contains_key("app.checks.one"));
}

#[test]
fn folders_that_are_listed_show_their_modules() {
    let text = "import importlib, os\nhere = os.path.dirname(__file__)\nfor name in os.listdir(os.path.join(here, 'plugins')):\n    \
                importlib.import_module('plugins.' + name[:-3])\nimport p\n";
    let package = "import importlib\nfrom pathlib import Path\nfor f in Path(__file__).parent.glob('*.py'):\n    \
                   importlib.import_module(f.stem)\n";
    let graph = graph(
        &[
            ("app/main.py", text),
            ("app/plugins/a.py", "import n.o\n"),
            ("app/plugins/test_a.py", ""),
            ("app/plugins/deep/__init__.py", ""),
            ("site/n/__init__.py", ""),
            ("site/n/o.py", ""),
            ("site/p/__init__.py", package),
            ("site/p/q.py", ""),
        ],
        |_| {},
    );
    let expected = BTreeMap::from([("p".to_owned(), Depth::Folder), ("plugins".to_owned(), Depth::Folder)]);
    assert_eq!(graph.used.listed, expected);
    for name in ["plugins.a", "plugins.deep", "n.o", "p.q"] {
        assert!(graph.modules.contains_key(name), "{name}");
    }
    assert!(!graph.modules.contains_key("plugins.test_a"));
}

#[test]
fn distributions_that_the_program_names() {
    let text = "import pkgutil\nAPPS = ['app_one', 'app_none']\n[m for m in pkgutil.iter_modules() if m.name.startswith('plug_')]\n";
    let graph = graph(
        &[
            ("app/main.py", text),
            ("site/app_one/__init__.py", ""),
            ("site/app_one-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: app-one\nVersion: 1\n"),
            ("site/app_one-1.dist-info/RECORD", "app_one/__init__.py,,\napp_one-1.dist-info/METADATA,,\n"),
            ("site/plug_two.py", "import json\n"),
            ("site/plugs.py", ""),
        ],
        |_| {},
    );
    assert!(graph.modules.contains_key("app_one") && graph.modules.contains_key("plug_two"));
    assert!(!graph.modules.contains_key("plugs"));
}

#[test]
fn lists_name_modules_where_one_of_them_is_a_module() {
    let metadata = "Metadata-Version: 2.1\nVersion: 1\n";
    let plain = format!("{metadata}Name: plain\n");
    let plugin = format!("{metadata}Name: plugin\nRequires-Dist: between\n");
    let between = format!("{metadata}Name: between\nRequires-Dist: frame\n");
    let frame = format!("{metadata}Name: frame\n");
    let text = "import os, frame\nA = ['frame.parts', 'plugin', 'plain', 'local']\nB = ['unrelated', 'words']\n\
                os.environ.setdefault('SETTINGS_MODULE', 'config')\nos.environ['X_MODULE'] = 'more'\n\
                frame.run('served:app', include=['jobs'])\nprint('other', 'only_word')\n";
    let graph = graph(
        &[
            ("app/main.py", text),
            ("app/config.py", "INSTALLED_APPS = ('words',)\nINSTALLED_APPS += ['late']\n"),
            ("app/more.py", ""),
            ("app/served.py", ""),
            ("app/jobs.py", ""),
            ("app/local.py", ""),
            ("app/other.py", ""),
            ("app/only_word.py", ""),
            ("app/words.py", ""),
            ("app/late.py", ""),
            ("app/unrelated.py", ""),
            ("site/frame/__init__.py", "import importlib\ndef run(x, **y): importlib.import_module(x)\n"),
            ("site/frame/parts.py", ""),
            ("site/frame/unused.py", ""),
            ("site/frame-1.dist-info/METADATA", &frame),
            ("site/frame-1.dist-info/RECORD", "frame/__init__.py,,\nframe/parts.py,,\nframe/unused.py,,\n"),
            ("site/plugin/__init__.py", ""),
            ("site/plugin/models.py", ""),
            ("site/plugin/tests/__init__.py", ""),
            ("site/plugin-1.dist-info/METADATA", &plugin),
            ("site/plugin-1.dist-info/RECORD", "plugin/__init__.py,,\nplugin/models.py,,\n"),
            ("site/between-1.dist-info/METADATA", &between),
            ("site/between-1.dist-info/RECORD", ""),
            ("site/plain/__init__.py", ""),
            ("site/plain/part.py", ""),
            ("site/plain-1.dist-info/METADATA", &plain),
            ("site/plain-1.dist-info/RECORD", "plain/__init__.py,,\nplain/part.py,,\n"),
        ],
        |_| {},
    );
    for name in [
        "frame.parts",
        "plugin.models",
        "plain",
        "local",
        "config",
        "more",
        "served",
        "jobs",
        "words",
        "late",
        "only_word",
        // Any word of the program that is the name of one of its own modules.
        "other",
        "unrelated",
    ] {
        assert!(graph.modules.contains_key(name), "{name}");
    }
    for name in ["frame.unused", "plugin.tests", "plain.part"] {
        assert!(!graph.modules.contains_key(name), "{name}");
    }
}
