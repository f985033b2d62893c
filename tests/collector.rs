//! The garbage collector: spared the imports of a start, and otherwise as in python.

use std::path::Path;

use harness::{Interpreter, Mode, Outcome, Project, Run, interpreters, make_reachable, scratch};

/// Says when each object is deleted, with what its module holds; and files that nothing closes but their deletion.
const KEEPER: &str = "
import os
HOME = os.environ['HOME']
WORDS = 'as ever'
def say(text):
    os.write(1, (text + '\\n').encode())
class Noisy:
    def __init__(self, name):
        self.name, self.me = name, self
    def __del__(self):
        say('deleted, %s: %s' % (WORDS, self.name))
def open_file(name):
    file = open(os.path.join(HOME, name), 'w')
    file.write(name)
    return file
class Keeper:
    noisy = Noisy('in a class')
    file = open_file('in a class')
class Box:
    pass
box = Box()
box.me, box.file, box.noisy = box, open_file('in a cycle'), Noisy('in a cycle')
in_module, file_of_module = Noisy('in a module'), open_file('in a module')
Noisy('garbage of an import')
def closure(noisy=Noisy('a default'), file=open_file('a default')):
    return closure
";

/// A project whose imports are worth to be spared: more than 1 MB of code.
fn project(source: &str) -> Project {
    let mut project = Project::script(source).file("keeper.py", KEEPER);
    let mut all = String::new();
    for i in 0..40 {
        let body: String = (0..250)
            .map(|k| {
                format!(
                    "def f{k}(a, b=({i}, {k})):\n    c = [a + n * {k} for n in b]\n    return {{'k{k}': c}}\n"
                )
            })
            .collect();
        project = project.file(&format!("big/m{i}.py"), body);
        all += &format!("import big.m{i}\n");
    }
    project = project.file("big/__init__.py", "");
    project.file("big/all.py", all)
}

#[test]
fn all_that_python_finalizes_at_the_end_is_finalized() {
    let source = "
import big.all, keeper
class Own(keeper.Noisy):
    pass
own = Own('of the program')
Own('garbage of the program')
class Holder:
    file = keeper.open_file('of the program')
keeper.say('main is over')
";
    let names = ["in a class", "in a cycle", "in a module", "a default", "of the program"];
    let seen = |outcome: &Outcome, home: &Path| {
        let mut lines: Vec<String> = outcome.success().stdout.lines().map(str::to_owned).collect();
        lines.sort();
        (lines, names.map(|name| std::fs::read_to_string(home.join(name)).unwrap_or_default()))
    };
    for interpreter in interpreters() {
        let (expected, frozen) = unfrozen_and_frozen(&project(source), project(source), interpreter, seen);
        assert_eq!(expected.1, names);
        assert_eq!(frozen, expected, "{}", interpreter.exe.display());
    }
}

#[test]
fn who_looks_at_the_collector_sees_what_python_shows() {
    let source = "
import big.all, keeper, sys, types
def look():
    import gc
    found = [o for o in gc.get_objects() if type(o) is types.FunctionType]
    print(sum(str(f.__module__).startswith('big.') for f in found), sum(f is keeper.closure for f in found))
    print(gc.get_freeze_count() < 1000, gc.get_threshold(), gc.isenabled(), gc.callbacks)
    print(any(r is vars(keeper) for r in gc.get_referrers(keeper.box)))
print('gc' in sys.modules)
look()
";
    for interpreter in interpreters() {
        // In which order objects are deleted at the end is nobody's promise.
        let seen = |outcome: &Outcome, _: &Path| {
            let lines = outcome.success().stdout.lines().filter(|line| !line.starts_with("deleted"));
            lines.collect::<Vec<_>>().join("\n")
        };
        let (expected, frozen) = unfrozen_and_frozen(&project(source), project(source), interpreter, seen);
        assert!(expected.contains("\n10000 1\n"), "{expected}");
        assert_eq!(frozen, expected, "{}", interpreter.exe.display());
    }
}

#[test]
fn it_waits_while_modules_are_imported_and_not_longer() {
    let cycles = "
deleted = 0
class Cycle:
    def __init__(self):
        self.me = self
    def __del__(self):
        global deleted
        deleted += 1
def make(n):
    for _ in range(n):
        Cycle()
    return deleted
";
    let source = "
import big.all, short
print('while importing:', short.found)
print('after that:', short.make(20000) > 10000)
import late
print('in a later import:', late.found > 10000)
";
    let short = format!("{cycles}found = make(20000)\n");
    let late = "import short\nfound = short.make(20000) - short.found\n";
    let app = project(source).file("short.py", &short).file("late.py", late);
    let app = app.freeze_as(Mode::Onefile, ["app.py"]);
    app.command().run().prints("while importing: 0\nafter that: True\nin a later import: True\n");

    // An import that never ends is not spared for ever.
    let endless = "import big.all, short\nprint('at last:', short.make(300000) > 100000)\n";
    let app = project("import endless").file("endless.py", endless).file("short.py", cycles);
    app.freeze_as(Mode::Onefile, ["app.py"]).command().run().prints("at last: True\n");
}

#[test]
fn a_program_ends_as_it_says() {
    let source = "
import big.all, keeper, sys
if sys.argv[1] == 'code':
    sys.exit(3)
if sys.argv[1] == 'text':
    sys.exit('why it ends')
if sys.argv[1] == 'interrupt':
    raise KeyboardInterrupt
raise ValueError('what is wrong')
";
    let app = project(source).freeze_as(Mode::Onefile, ["app.py"]);
    app.command().arg("code").run().exits(3);
    app.command().arg("text").run().exits(1).says(&["why it ends"]);
    app.command().arg("error").run().exits(1).says(&[
        "Traceback",
        "app.py\", line 9",
        "ValueError: what is wrong",
    ]);
    let outcome = app.command().arg("interrupt").run();
    assert_eq!(outcome.says(&["KeyboardInterrupt"]).code(), None);
}

/// What `seen` makes of a program run by python and of the same frozen.
fn unfrozen_and_frozen<T>(
    unfrozen: &Project,
    frozen: Project,
    interpreter: &Interpreter,
    seen: impl Fn(&Outcome, &Path) -> T,
) -> (T, T) {
    let python = Run::new(&interpreter.exe).args(["-s", "-E", "-B", "app.py"]).in_folder(unfrozen.path());
    let frozen = frozen.freeze_for(Mode::Onedir, interpreter);
    let result = |run: Run| {
        let home = scratch("home");
        make_reachable(home.path());
        seen(&run.home(home.path()).run(), home.path())
    };
    (result(python), result(frozen.command()))
}
