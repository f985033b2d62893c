//! Sources that code reads at run time come along, and no others of the program's own.

use harness::{Frozen, Mode, Project, Same};

/// The sources of the program's own in what was built, by `freeze inspect`.
fn holds_source(frozen: &Frozen, words: &str) -> bool {
    let to = harness::scratch("extracted");
    let folder = to.path().join("all");
    harness::freeze_command().arg("inspect").arg(&frozen.exe).arg("extract").arg(&folder).run().success();
    walkdir::WalkDir::new(&folder).into_iter().flatten().any(|entry| {
        entry.path().extension().is_some_and(|e| e == "py")
            && std::fs::read_to_string(entry.path()).is_ok_and(|text| text.contains(words))
    })
}

#[test]
fn inspect_gives_the_source_of_what_is_named() {
    let source = "
import ast, inspect, json.decoder, textwrap
import shapes.circle
from shapes import area, Square
import library

def own(a):
    return a + 1  # of app

class Local:
    def method(self): return 1

print(inspect.getsource(own).strip())
print(inspect.getsourcelines(Local.method)[0])
print(inspect.getsource(area).strip(), '|', inspect.getsource(Square).strip())
print(inspect.getsource(shapes.circle.turn).strip())
print(ast.dump(ast.parse(inspect.getsource(library.helper)))[:20])
print(inspect.getsource(json.JSONDecoder)[:18])
";
    let same = Same::script(source)
        .file("shapes/__init__.py", "from .flat import area, Square\n")
        .file("shapes/flat.py", "def area(r): return r * r\nclass Square: side = 1\n")
        .file("shapes/circle.py", "def turn(): return 'turned'\n")
        .file("shapes/secret.py", "WORD = 'hush-hush'\n")
        .installed("library/__init__.py", "from .deep import helper\n")
        .installed("library/deep.py", "def helper(): return 'deep'\n");
    for outcome in same.clone().file("extra.py", "").check() {
        outcome.says(&["app.py", "shapes/flat.py", "shapes/circle.py", "--source none"]);
        assert!(!outcome.stderr.contains("secret"), "{outcome}");
    }
    let with_secret = same.file("app.py", &format!("import shapes.secret\n{source}"));
    assert!(!holds_source(&with_secret.freeze(Mode::Onefile), "hush-hush"));
}

#[test]
fn a_decorator_reads_what_its_users_define() {
    let source = "
import functools
from tools import shown

@shown
def add(a, b):
    return a + b

print(add(1, 2))
import other
";
    let tools = "
import inspect
def shown(function):
    print(inspect.getsource(function).splitlines()[1])
    return function
";
    Same::script(source)
        .file("tools.py", tools)
        .file("other.py", "from tools import shown\n@shown\ndef other(): return 'other'\n")
        .check();
}

#[test]
fn an_object_of_a_library_reads_what_it_is_given() {
    let source = "
import kit
from kit import *
book = kit.Notebook('n')

@book.page
def first(a):
    return a + 1  # the first

@compiled
def second(): return 2

print(book.text(), second())
import model
";
    let same = Same::script(source)
        .installed("kit/__init__.py", "from .book import Notebook\nfrom .fast import *\n")
        .installed(
            "kit/book.py",
            "from .shelf import Shelf\nclass Base:\n    def page(self, f): return self.shelf.hold(f)\n\
             class Notebook(Base):\n    def __init__(self, n): self.shelf = Shelf(n)\n    \
             def text(self): return self.shelf.texts\n",
        )
        .installed(
            "kit/shelf.py",
            "import inspect\ndef plain(f): return f.__name__\ndef whole(f): return inspect.getsource(f)\n\
             class Shelf:\n    def __init__(self, n): self.texts = []\n    def hold(self, f):\n        \
             read = whole if self.texts is not None else plain\n        self.texts.append(read(f))\n        return f\n",
        )
        .installed("kit/fast.py", "def compiled(f): return f\n")
        // An instance, as `torch.jit.script(Net())`.
        .installed("kit/script.py", "import inspect\ndef script(o): print(inspect.getsource(type(o)).strip())\n")
        .file("model.py", "from kit.script import script\nclass Net:\n    size = 3  # of the net\nnet = Net()\nscript(net)\n");
    for outcome in same.check() {
        outcome.says(&["app.py", "model.py"]);
    }
}

#[test]
fn a_library_reads_the_source_of_a_module_that_hands_itself_over() {
    // As torch reads the overloads that its own modules declare.
    let source = "
import kit.shapes
print(kit.shapes.COMMENTS)
";
    let outcomes = Same::script(source)
        .installed("kit/__init__.py", "")
        .installed(
            "kit/shapes.py",
            "import sys\nfrom ._reader import comments\n# a square\nCOMMENTS = comments(sys.modules[__name__])\n",
        )
        .installed(
            "kit/_reader.py",
            "import inspect\n\
             def comments(m): return [l for l in inspect.getsource(m).splitlines() if l.startswith('#')]\n",
        )
        .check();
    for outcome in outcomes {
        outcome.says(&[]);
    }
}

#[test]
fn an_object_that_reads_nothing_gets_no_source() {
    let source = "
import inspect
import web
app = web.App()
@app.route('/')
def index(): return 'hush-hush'
print(app.call('/'))
";
    let same = Same::script(source).installed(
        "web/__init__.py",
        "import inspect\nclass App:\n    def __init__(self): self.routes = {}\n    def route(self, path):\n        \
         return lambda f: self.routes.setdefault(path, f)\n    def call(self, path): return self.routes[path]()\n\
         def debug(f): return inspect.getsource(f)\n",
    );
    same.clone().check();
    assert!(!holds_source(&same.freeze(Mode::Onefile), "hush-hush"));
}

#[test]
fn a_package_reads_its_own_stub() {
    let source = "import lazy\nprint(lazy.Point(), sorted(lazy.names))\n";
    let lazily = "
import importlib
from pathlib import Path
names = {}
with Path(__file__).with_suffix('.pyi').open() as stub:
    for line in stub:
        words = line.split()
        if words[:1] == ['from']:
            names[words[3]] = words[1]
def __getattr__(name):
    if name not in names:
        raise AttributeError(name)
    return getattr(importlib.import_module(names[name]), name)
";
    Same::script(source)
        .installed("lazy/__init__.py", lazily)
        .installed("lazy/__init__.pyi", "from lazy.shapes import Point as Point\n")
        .installed("lazy/shapes.py", "class Point:\n    def __repr__(self): return 'a point'\n")
        .check();
}

#[test]
fn a_frame_tells_the_lines_around_it() {
    let source = "
import inspect
import where
def here():
    return inspect.stack()[0].code_context[0].strip()
print(here(), where.above())
";
    let whence = "
import inspect
def above():
    frame = inspect.getouterframes(inspect.currentframe())[1]
    return frame.code_context[0].strip()
";
    Same::script(source).file("where.py", whence).check();
}

#[test]
fn files_of_modules_are_opened() {
    let source = "
import linecache, os, tokenize
from pathlib import Path
import words, other, tool, calendar
print(linecache.getline(__file__, 2).strip())
print(Path(__file__).read_text().count('print') > 3, words.first())
with open(other.__file__) as file: print(file.read().strip())
with tokenize.open(tool.__file__) as file: print(file.readline().strip())
with open(calendar.__file__) as file: print(file.readline().startswith('\"'))
print(tool.own_size())
print(open(os.path.join(os.path.dirname(__file__), 'words.py')).readline().strip())
";
    Same::script(source)
        .file("words.py", "# the words\ndef first(): return open(__file__).readline().strip()\n")
        .file("other.py", "NAME = 'other'\n")
        .installed("tool.py", "# a tool\nimport os\ndef own_size(): return os.stat(__file__).st_size\n")
        .check();
}

#[test]
fn loaders_give_sources() {
    let source = "
import importlib.util, sys
import first
print(__loader__.get_source(__name__).splitlines()[1])
spec = importlib.util.find_spec('second')
print(spec.loader.get_source('second').strip())
print(first.__loader__.get_source('first').strip())
import second
";
    Same::script(source).file("first.py", "NUMBER = 1\n").file("second.py", "NUMBER = 2\n").check();
}

#[test]
fn sources_stay_at_home_unless_they_are_read() {
    let source = "
import traceback
import helper
try:
    helper.fail()
except ValueError:
    print('frozen-marker' in traceback.format_exc())
";
    let project = || {
        Project::script(source).file("helper.py", "def fail():\n    raise ValueError()  # frozen-marker\n")
    };
    let none = project().freeze(["app.py"]);
    none.command().run().prints("False\n");
    assert!(!holds_source(&none, "frozen-marker"));
    assert!(!none.outcome.stderr.contains("source files"), "{}", none.outcome);
    for (which, carried) in [("own", true), ("all", true), ("used", false), ("none", false)] {
        let frozen = project().freeze(["app.py", "--source", which]);
        assert_eq!(holds_source(&frozen, "frozen-marker"), carried, "{which}");
        frozen.command().run().prints(if carried { "True\n" } else { "False\n" });
    }
    let all = Project::script("import inspect, json\nprint(len(inspect.getsource(json.decoder)) > 99)\n");
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nsource = \"all\"\n";
    let frozen = all.file("app.spec", spec).freeze_spec(Mode::Onefile);
    assert!(holds_source(&frozen, "class JSONDecoder"));
}

#[test]
fn none_means_none() {
    let source = "
import inspect, os
def f(): return 'marked-function'
try:
    print(inspect.getsource(f))
except OSError as e:
    print(e)
print(os.path.exists(__file__))
try:
    open(__file__)
except FileNotFoundError:
    print('not there')
";
    let frozen = Project::script(source).freeze(["app.py", "--source", "none"]);
    frozen.command().run().prints("could not get source code\nFalse\nnot there\n");
    assert!(!holds_source(&frozen, "marked-function"));
}
