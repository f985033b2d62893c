//! Tests of the uses of module files.

use super::super::source;
use crate::analysis::facts::Whose;
use crate::analysis::facts::looks::LookKind::{self, Anything, File, Folder, Given, Handed, Source, Tree};

/// Returns the uses in a module of the program's own, or of a library.
fn looks(text: &str, whose: Whose) -> Vec<(LookKind, Option<String>)> {
    let facts = source(text.as_bytes(), 12, whose);
    facts.looks.into_iter().map(|look| (look.kind, look.whose.map(|(_, name)| name))).collect()
}

fn named(kind: LookKind, name: &str) -> (LookKind, Option<String>) {
    (kind, Some(name.to_owned()))
}

#[test]
fn sources_of_objects() {
    let text = "import inspect, helper as h\nfrom lib.deep import f\ndef own(): pass\nclass C: pass\n\
                inspect.getsource(own)\ninspect.getsourcelines(C().m)\ninspect.getsource(h.g)\ninspect.getsource(f)\n\
                def deco(x): return inspect.getsource(x)\n";
    let expected =
        [named(Source, ""), named(Source, "helper.g"), named(Source, "lib.deep.f"), (Source, None)];
    assert_eq!(looks(text, Whose::Own), expected);
    assert_eq!(looks("env.loader.get_source(env, 'a.html')\nx.code_context\n", Whose::Own), [(Source, None)]);
}

#[test]
fn files_that_are_opened() {
    let text = "import linecache, os, mod, tokenize\nfrom pathlib import Path\nlinecache.getline(__file__, 1)\n\
                with open(mod.__file__) as f: pass\nPath(mod.inner.__file__).read_text()\nos.path.exists(__file__)\n\
                open(os.path.join(os.path.dirname(__file__), 'data.json'))\nopen(Path(__file__).with_name('near.py'))\n";
    let expected = [named(File, ""), named(File, "mod"), named(File, "mod.inner"), named(File, "near")];
    assert_eq!(looks(text, Whose::Own), expected);
    // Libraries always have the sources that they name.
    assert_eq!(looks(text, Whose::Library), &expected[..3]);
}

#[test]
fn folders_that_are_looked_into() {
    let text = "import os, glob, pack.sub, shutil\nfrom pathlib import Path\nHERE = Path(__file__).resolve().parent\n\
                os.listdir(os.path.dirname(pack.sub.__file__))\nfor r, d, fs in os.walk(pack.__path__[0]): os.listdir(r)\n\
                list((HERE / 'plugins').glob('*.py'))\nlist(HERE.glob('*.json'))\nshutil.copytree(HERE / 'a', 'b')\n\
                def f(module):\n    for path in module.__path__:\n        os.path.exists(os.path.join(path, name + '.py'))\n\
                os.listdir(anywhere())\n";
    let expected = [
        named(Folder, "pack.sub"),
        named(Tree, "pack"),
        named(Folder, "plugins"),
        named(Tree, "a"),
        (Folder, None),
        (Anything, None),
    ];
    assert_eq!(looks(text, Whose::Own), expected);
    assert_eq!(looks(text, Whose::Library), &expected[..5]);
}

#[test]
fn what_a_handler_lists_for_its_message() {
    let goes_on =
        "import os\ntry:\n    import fast\nexcept ImportError as e:\n    found = os.listdir(__path__[0])\n";
    let text = &format!("{goes_on}    raise ImportError(found) from e\n");
    assert_eq!(looks(text, Whose::Library), []);
    assert_eq!(looks(text, Whose::Own), [named(Folder, "")]);
    assert_eq!(looks(goes_on, Whose::Library), [named(Folder, "")]);
}

#[test]
fn what_others_are_given() {
    let text = "import os, checker, tests\nfrom . import commands\ndef where(): return os.path.dirname(commands.__file__)\n\
                HERE = os.path.dirname(__file__)\nx.base = HERE\n@checker.typed\ndef f(): pass\nchecker.compile(f)\n\
                checker.main(['-q', tests.__file__])\nprint(tests.__file__)\n";
    let expected = [
        named(Handed, "commands"),
        named(Given, "checker.typed"),
        named(Given, "checker.compile"),
        named(File, "tests"),
    ];
    assert_eq!(looks(text, Whose::Own), expected);
}
