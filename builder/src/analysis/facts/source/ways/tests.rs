//! Tests of search paths, commands and programs.

use crate::analysis::facts::Whose;
use crate::analysis::facts::own::Base;
use crate::analysis::facts::source::source;
use crate::analysis::facts::ways::{Main, Place, Way};

/// Returns the folders that a source searches, as text.
fn searched(text: &str) -> Vec<String> {
    let facts = source(text.as_bytes(), 12, Whose::Library);
    let shown = |way: &Way, place: &Place| {
        let base = match place.base {
            Base::Module => "here",
            Base::Program => "program",
            Base::Unknown => "?",
        };
        format!("{way:?} {base}/{}", place.parts.join("/"))
    };
    facts.searched.iter().map(|s| shown(&s.way, &s.place)).collect()
}

/// Returns the modules and scripts that a source runs as main, as text.
fn started(text: &str) -> Vec<String> {
    let facts = source(text.as_bytes(), 12, Whose::Library);
    let shown = |what: &Main| match what {
        Main::Module(name) => format!("-m {name}"),
        Main::Script(place) => place.parts.join("/"),
        Main::Code(imports) => format!("-c {}", imports.join(" ")),
        Main::Own => "own".to_owned(),
        Main::Unknown => "-m ?".to_owned(),
    };
    facts.started.iter().map(|s| shown(&s.what)).collect()
}

#[test]
fn folders_that_are_searched_are_read() {
    let text = "
import os, sys, site
HERE = os.path.dirname(__file__)
sys.path.insert(0, HERE)
sys.path += [os.path.join(HERE, n) for n in ('a', 'b')]
sys.path[:0] = [HERE + '/c'] + sys.path
site.addsitedir(os.path.join(HERE, os.pardir, 'd'))
def put(folder, more=None):
    sys.path.append(folder)
put(os.path.join(HERE, 'e'))
def made(): return os.path.join(HERE, 'f')
sys.path.append(made())
__path__.append('g')
sys.path.append(somewhere)
sys.path.append('/absolute')
";
    assert_eq!(
        searched(text),
        [
            "Path here/",
            "Path here/a",
            "Path here/b",
            "Path here/c",
            "Site here/../d",
            "Path here/e",
            "Path here/f",
            "Package ?/g",
        ]
    );
    let text = "import sys, os\nif __name__ == '__main__':\n    sys.path.append(os.path.dirname(__file__))\n";
    assert!(source(text.as_bytes(), 12, Whose::Library).searched[0].main);
}

#[test]
fn what_runs_as_main_is_read() {
    let text = "
import os, runpy, subprocess, sys
from sys import executable as python
command = [sys.executable, '-u']
command += ['-X', 'dev']
command.append('-m')
command.extend(['pkg.one', '-m'])
subprocess.run(command)
os.execv(python, [python, os.path.join(os.path.dirname(__file__), 'two.py')])
subprocess.Popen(f'{sys.executable} -B -m pkg.three x', shell=True)
os.system('%s -m pkg.four' % sys.executable)
process.start(sys.executable, ['-mpkg.five'])
subprocess.call([sys.executable, '-m', f'{__package__}.six'])
runpy.run_path('seven.py')
subprocess.run([sys.executable, __file__])
subprocess.run([sys.executable, '-c', 'eight.py'])
subprocess.run(['git', '-m', 'pkg.nine'])
code = '''
    import pkg.eleven
    from pkg import twelve
    twelve.main()
'''
subprocess.run([sys.executable, '-c', code])
subprocess.run([sys.executable, '-m', Task.__module__])
subprocess.run([sys.executable, *flags, '-m', 'pkg.ten'])
";
    assert_eq!(
        started(text),
        [
            "-m pkg.one",
            "two.py",
            "-m pkg.three",
            "-m pkg.four",
            "-m pkg.five",
            "-m .six",
            "seven.py",
            "own",
            "-c ",
            "-c pkg.eleven pkg pkg.twelve",
            "-m pkg.ten"
        ]
    );
}

#[test]
fn names_that_lead_to_themselves_end() {
    let text = "
import subprocess, sys
a = a + [b]
b = b + a
a += b
b += a
def f(x): return g(x) or f(x)
def g(x): return f(x)
sys.path.append(f(a))
subprocess.run(a + [sys.executable] + b)
subprocess.run(b)
";
    assert_eq!(started(text), Vec::<String>::new());
}

#[test]
fn programs_are_read() {
    let text = "
import shutil, subprocess, sysconfig
shutil.which('one')
subprocess.run(['two', '-x'])
tool = 'three'
subprocess.check_call([tool])
subprocess.run('four five', shell=True)
sysconfig.get_path('scripts')
subprocess.run(['/usr/bin/six'])
";
    let facts = source(text.as_bytes(), 12, Whose::Library);
    let names: Vec<&str> = facts.programs.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["one", "two", "three", "four", ""]);
}

#[test]
fn libraries_that_are_opened_by_name_are_read() {
    let text = "
import ctypes, ctypes.util
NAMES = {'linux': 'liba.so.1', 'win32': 'a.dll'}
ctypes.CDLL(NAMES[sys.platform])
for name in ['libb.so.2', 'libb.so.1']:
    ctypes.cdll.LoadLibrary(name)
ctypes.CDLL(ctypes.util.find_library('c') or 'libd.so.6')
ffi.dlopen('libe.so.0' if here else None)
ctypes.CDLL('/opt/libf.so')
ctypes.CDLL(os.path.join(here, 'libg.so'))
def load(file='libh.so.3'): return ctypes.PyDLL(file)
load('libi.so.3')
";
    let facts = source(text.as_bytes(), 12, Whose::Library);
    let names: Vec<String> = facts.opened.iter().map(|o| format!("{} {:?}", o.line, o.name)).collect();
    let expected = [
        "4 File(\"liba.so.1\")",
        "4 File(\"a.dll\")",
        "6 File(\"libb.so.2\")",
        "6 File(\"libb.so.1\")",
        "7 File(\"libd.so.6\")",
        "7 Link(\"c\")",
        "8 File(\"libe.so.0\")",
        "11 File(\"libi.so.3\")",
        "11 File(\"libh.so.3\")",
    ];
    assert_eq!(names, expected);
}
