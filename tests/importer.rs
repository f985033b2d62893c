//! The importer: a frozen program cannot tell that its modules lie in an archive.

use std::process::Command;

use harness::{Frozen, Mode, Project, newest, venv};

fn both(project: impl Fn() -> Project, arguments: &[&str], check: impl Fn(&Frozen)) {
    for mode in Mode::ALL {
        let mut all = vec!["app.py"];
        all.extend(arguments);
        check(&project().freeze_as(mode, all));
    }
}

#[test]
fn modules_know_where_they_are() {
    let source = "
import importlib.util, json, json.decoder, os, pack, pack.mod, space.one, sys, _struct
root = sys._MEIPASS
assert os.path.isabs(root)
def rel(path): return os.path.relpath(path, root)
print(rel(__file__), __name__, __spec__, __package__, repr(__doc__))
print(rel(json.__file__), [rel(p) for p in json.__path__], json.__package__, json.__spec__.name)
print(rel(pack.mod.__file__), pack.mod.__package__, pack.mod.__spec__.parent, pack.mod.__spec__.has_location)
print(sorted(rel(p) for p in space.__path__), getattr(space, '__file__', None))
print(rel(json.decoder.scanner.__file__), json.decoder.JSONDecoder.decode.__code__.co_filename == json.decoder.__file__)
print(importlib.util.find_spec('pack.mod').origin == pack.mod.__file__, importlib.util.find_spec('pack.none'))
print(importlib.util.find_spec('no_such'), os.path.exists(_struct.__file__) if hasattr(_struct, '__file__') else True)
print(sys.frozen, rel(sys.argv[0]) != '', os.path.isabs(sys.executable), '__main__' in sys.modules)
print(os.__file__ == os.path.join(root, 'os.py'), pack.mod.__loader__ is pack.mod.__spec__.loader)
cached = pack.mod.__spec__.cached if sys.version_info >= (3, 15) else pack.mod.__cached__
print(cached is None or not os.path.exists(cached))
";
    let project = || {
        Project::script(source).file("pack/__init__.py", "").file("pack/mod.py", "").file("space/one.py", "")
    };
    both(project, &[], |app| {
        app.command().run().prints(
            "app.py __main__ None None None\n\
             json/__init__.py ['json'] json json\n\
             pack/mod.py pack pack True\n\
             ['space'] None\n\
             json/scanner.py True\n\
             True None\nNone True\nTrue True True True\nTrue True\nTrue\n",
        );
    });
}

#[test]
fn resources_are_found_in_every_way() {
    let source = "
import importlib.resources as ir, os, pkgutil, sys
import pack, pack.sub
print(pkgutil.get_data('pack', 'data.txt'))
if sys.version_info >= (3, 9):
    files = ir.files('pack')
    print((files / 'data.txt').read_text(encoding='utf-8'), (files / 'sub' / 'deep.bin').read_bytes())
    print(sorted(p.name for p in files.iterdir() if not p.name.endswith('.py') and not p.name.startswith('__')))
    print(files.joinpath('data.txt').is_file(), files.joinpath('sub').is_dir(), files.joinpath('nope').is_file())
    with ir.as_file(files / 'data.txt') as path:
        print(os.path.exists(path), open(path).read())
    print(ir.files(pack.sub).joinpath('deep.bin').read_bytes())
with open(os.path.join(os.path.dirname(pack.__file__), 'data.txt')) as f: print(f.read())
with open(os.path.join(os.path.dirname(pack.sub.__file__), 'deep.bin'), 'rb') as f: print(f.read())
print(pack.__loader__.get_data(os.path.join(os.path.dirname(pack.__file__), 'data.txt')))
try:
    pkgutil.get_data('pack', 'missing')
except OSError as e:
    print(type(e).__name__)
print(sorted(m.name for m in pkgutil.iter_modules(pack.__path__)), sorted(m.name for m in pkgutil.walk_packages(pack.__path__, 'pack.')))
print({'pack', 'os'} <= {m.name for m in pkgutil.iter_modules()})
";
    let project = || {
        Project::script(source)
            .file("pack/__init__.py", "")
            .file("pack/data.txt", "text")
            .file("pack/mod.py", "")
            .file("pack/sub/__init__.py", "")
            .file("pack/sub/deep.bin", "deep")
    };
    both(project, &["--collect-all", "pack"], |app| {
        app.command().run().prints(
            "b'text'\ntext b'deep'\n['data.txt', 'sub']\nTrue True False\nTrue text\nb'deep'\ntext\nb'deep'\n\
             b'text'\nFileNotFoundError\n['mod', 'sub'] ['pack.mod', 'pack.sub']\nTrue\n",
        );
    });
}

#[test]
fn metadata_of_distributions_is_there() {
    let source = "
import importlib.metadata as md, sys
import click, rich
print(md.version('rich') == md.metadata('rich')['Version'], md.distribution('rich').metadata['Name'])
print('markdown-it-py' in ' '.join(md.requires('rich')), md.files('rich') is not None)
names = {d.metadata['Name'].lower() for d in md.distributions()}
print('rich' in names, 'pygments' in names)
try:
    md.version('not-there')
except md.PackageNotFoundError as e:
    print('not found', e.name if hasattr(e, 'name') else e)
";
    let environment = venv(newest(), "click\nrich");
    for mode in Mode::ALL {
        let project = Project::script(source);
        let form = format!("--{}", mode.name());
        let outcome = project.bare_command(["app.py", "-y", &form, "--python"]).arg(&environment.path).run();
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints("True rich\nTrue True\nTrue True\nnot found not-there\n");
    }
}

#[test]
fn entry_points_of_collected_distributions_are_there() {
    // A distribution with plugins, as an installer leaves it.
    let source = "
import importlib.metadata as md
found = [e for e in md.distribution('plug-dist').entry_points if e.group == 'app.plugins']
print([(e.name, e.load()()) for e in found])
";
    let project = Project::script(source);
    let made = Command::new(&newest().exe)
        .args(["-m", "venv", "--without-pip"])
        .arg(project.path().join("v"))
        .status();
    assert!(made.unwrap().success());
    let site = format!("v/lib/{}/site-packages", newest().library);
    let info = format!("{site}/plug_dist-1.5.dist-info");
    let project = project
        .file(&format!("{site}/plug.py"), "def go():\n    return 'went'\n")
        .file(&format!("{info}/METADATA"), "Metadata-Version: 2.1\nName: plug-dist\nVersion: 1.5\n")
        .file(&format!("{info}/entry_points.txt"), "[app.plugins]\none = plug:go\n")
        .file(&format!("{info}/INSTALLER"), "pip\n")
        .file(&format!("{info}/RECORD"), "plug.py,,\nplug_dist-1.5.dist-info/METADATA,,\n");
    let outcome = project
        .bare_command([
            "app.py",
            "-F",
            "-y",
            "--python",
            "v",
            "--copy-metadata",
            "plug-dist",
            "--hidden-import",
            "plug",
        ])
        .run();
    let app = project.moved(Mode::Onefile, "app", outcome);
    app.command().run().prints("[('one', 'went')]\n");
}

#[test]
fn metadata_of_eggs_and_zips_is_there() {
    let source = "
import importlib.metadata as md
import zipped, unpacked.mod, wheeled
for name in 'Zipped.Dist', 'unpacked-dist', 'wheeled':
    found = md.distribution(name)
    print(md.version(name), found.metadata['Name'], [(e.group, e.name, e.value) for e in found.entry_points])
print(md.requires('zipped-dist'), zipped.__file__.endswith('zipped/__init__.py'))
print([e.load()() for e in md.distribution('zipped.dist').entry_points])
";
    let make = "
import sys, zipfile
def pack(archive, files):
    with zipfile.ZipFile(archive, 'w') as z:
        for name, text in files.items():
            z.writestr(name, text)
pack('zipped_dist-1.5-py3.egg', {
    'zipped/__init__.py': 'def go():\\n    return 7\\n',
    'EGG-INFO/PKG-INFO': 'Metadata-Version: 1.1\\nName: Zipped.Dist\\nVersion: 1.5\\n',
    'EGG-INFO/entry_points.txt': '[console_scripts]\\nzip-tool = zipped:go\\n',
    'EGG-INFO/requires.txt': 'six\\n',
    'EGG-INFO/top_level.txt': 'zipped\\n',
    'EGG-INFO/zip-safe': '\\n'})
pack('wheeled-3.0-py3-none-any.whl', {
    'wheeled.py': '',
    'wheeled-3.0.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: wheeled\\nVersion: 3.0\\n',
    'wheeled-3.0.dist-info/RECORD': 'wheeled.py,,\\nwheeled-3.0.dist-info/METADATA,,\\n'})
";
    let project = || {
        let project = Project::script(source);
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&newest().exe);
            assert!(command.args(arguments).current_dir(project.path()).status().unwrap().success());
        };
        run(&["-m", "venv", "--without-pip", "v"]);
        run(&["-c", make]);
        let site = format!("v/lib/{}/site-packages", newest().library);
        for name in ["zipped_dist-1.5-py3.egg", "wheeled-3.0-py3-none-any.whl"] {
            std::fs::rename(project.path().join(name), project.path().join(&site).join(name)).unwrap();
        }
        let egg = format!("{site}/unpacked_dist-2.0-py3.egg");
        project
            .file(
                &format!("{site}/easy-install.pth"),
                "./zipped_dist-1.5-py3.egg\n./unpacked_dist-2.0-py3.egg\n./wheeled-3.0-py3-none-any.whl\n",
            )
            .file(&format!("{egg}/unpacked/__init__.py"), "")
            .file(&format!("{egg}/unpacked/mod.py"), "")
            .file(
                &format!("{egg}/EGG-INFO/PKG-INFO"),
                "Metadata-Version: 1.1\nName: unpacked-dist\nVersion: 2.0\n",
            )
            .file(&format!("{egg}/EGG-INFO/entry_points.txt"), "[a.b]\nc = unpacked.mod\n")
            .file(&format!("{egg}/EGG-INFO/top_level.txt"), "unpacked\n")
    };
    for mode in Mode::ALL {
        let project = project();
        let form = format!("--{}", mode.name());
        let outcome = project.bare_command(["app.py", "-y", &form, "--python", "v"]).run();
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints(
            "1.5 Zipped.Dist [('console_scripts', 'zip-tool', 'zipped:go')]\n\
             2.0 unpacked-dist [('a.b', 'c', 'unpacked.mod')]\n3.0 wheeled []\n['six'] True\n[7]\n",
        );
    }
    // An installed script is found there as well.
    let project = project();
    let outcome = project.bare_command(["--entry-point", "zip-tool", "-F", "-y", "--python", "v"]).run();
    project.moved(Mode::Onefile, "zip-tool", outcome).command().run().exits(7);
}

#[test]
fn code_can_be_inspected_as_far_as_its_source_is_carried() {
    let spec = "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nsource = \"none\"\n[modules]\nsource = [\"shown\"]\n";
    let source = "
import inspect, linecache, shown, hidden, traceback
print(inspect.getsource(shown.f).strip().splitlines()[0], inspect.getsourcefile(shown) == shown.__file__)
print(shown.__loader__.get_source('shown').startswith('# shown'))
try:
    inspect.getsource(hidden.f)
except OSError:
    print('no source')
print(hidden.__loader__.get_source('hidden'), hidden.__loader__.is_package('hidden'))
print(hidden.__loader__.get_code('hidden').co_name)
try:
    shown.f()
except ZeroDivisionError:
    print('1 / 0' in traceback.format_exc())
";
    let project = Project::script(source)
        .file("app.spec", spec)
        .file("shown.py", "# shown\ndef f():\n    return 1 / 0\n")
        .file("hidden.py", "def f():\n    pass\n");
    project
        .freeze_spec(Mode::Onefile)
        .command()
        .run()
        .prints("def f(): True\nTrue\nno source\nNone False\n<module>\nTrue\n");
}

#[test]
fn imports_behave_as_from_files() {
    let source = "
import importlib, json, runpy, sys, pickle, types, zipimport, tempfile, os, threading
import lazy, circular_a, failing_later
print(lazy.attribute, circular_a.circular_b.VALUE)
try:
    import raising
except ValueError as e:
    print('raised', e, 'raising' in sys.modules)
try:
    import pack.nothing
except ModuleNotFoundError as e:
    print(e.name, str(e))
try:
    from pack import nothing
except ImportError as e:
    print(str(e).split(' (')[0])
before = sys.modules['lazy']
print(importlib.reload(lazy) is before, lazy.COUNT)
print(runpy.run_module('runnable')['RESULT'], runpy.run_module('runnable', run_name='__main__')['RESULT'])
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, 'outside.py'), 'w').write('import json; VALUE = json.dumps(6)')
    sys.path.insert(0, folder)
    import outside
    print(outside.VALUE, outside.__file__.startswith(folder))
    sys.path.remove(folder)
results = []
def load(name): results.append(importlib.import_module(name).VALUE)
threads = [threading.Thread(target=load, args=('slow',)) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(results, sys.modules['slow'].LOADED)
finder = [f for f in sys.meta_path if hasattr(f, 'find_spec')]
print(importlib.util.module_from_spec(importlib.util.find_spec('slow')).__name__)
sys.modules.pop('slow'); importlib.invalidate_caches(); import slow; print(slow.LOADED)
";
    let project = || {
        Project::script(source)
            .file(
                "lazy/__init__.py",
                "COUNT = globals().get('COUNT', 0) + 1\ndef __getattr__(name):\n    \
                 if name == 'attribute':\n        from .real import VALUE\n        return VALUE\n    \
                 raise AttributeError(name)\n",
            )
            .file("lazy/real.py", "VALUE = 'late'")
            .file("circular_a.py", "import circular_b\nVALUE = 'a'")
            .file("circular_b.py", "import circular_a\nVALUE = 'b'")
            .file("failing_later.py", "")
            .file("raising.py", "raise ValueError('at import')")
            .file("pack/__init__.py", "")
            .file("runnable.py", "RESULT = __name__")
            .file("slow.py", "import time, sys\nLOADED = getattr(sys, 'loaded', 0) + 1\nsys.loaded = LOADED\ntime.sleep(0.05)\nVALUE = 1")
    };
    both(project, &["--hidden-import", "slow", "--hidden-import", "runnable"], |app| {
        app.command().run().prints(
            "late b\nraised at import False\npack.nothing No module named 'pack.nothing'\n\
             cannot import name 'nothing' from 'pack'\nTrue 2\nrunnable __main__\n6 True\n\
             [1, 1, 1, 1, 1, 1, 1, 1] 1\nslow\n2\n",
        );
    });
}

#[test]
fn other_interpreters_of_the_process_import_from_the_program() {
    let source = "
import sys, threading
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import helper
CODE = '''
import decimal, helper, importlib.metadata, json, pkgutil, sys
print(sys.frozen, sys._MEIPASS == sys.path[0], helper.__file__ == sys._MEIPASS + '/helper.py', helper.VALUE)
print(json.dumps([1]), decimal.Decimal('1.5') + 1, '_freeze' in sys.builtin_module_names)
print([m.name for m in pkgutil.iter_modules([sys._MEIPASS]) if m.name.startswith(('helper', '_freeze'))])
sys.stdout.flush()
helper.VALUE = 2
'''
def run():
    interpreter = interpreters.create()
    start = getattr(interpreters, 'run_string', None) or interpreters.exec
    failed = start(interpreter, CODE)
    interpreters.destroy(interpreter)
    if failed:
        print(failed)
for _ in range(2):
    run()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(helper.VALUE)
";
    for interpreter in harness::interpreters() {
        for mode in Mode::ALL {
            let needs = "import decimal, importlib.metadata, json, pkgutil\nVALUE = 1\n";
            let app = Project::script(source).file("helper.py", needs).freeze_for(mode, interpreter);
            let once = "True True True 1\n[1] 2.5 False\n['helper']\n";
            let outcome = app.command().run();
            outcome.success();
            assert_eq!(outcome.stdout, once.repeat(3) + "1\n", "{} {mode:?}\n{outcome}", interpreter.name);
        }
    }
}

#[test]
fn packages_can_lie_as_files_on_disk() {
    for mode in Mode::ALL {
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n[modules]\nfiles = [\"ondisk\"]\n",
            mode.name()
        );
        let source = "import os, ondisk.mod; print(os.path.isfile(ondisk.mod.__file__), ondisk.mod.VALUE)";
        let project = Project::script(source)
            .file("app.spec", spec)
            .file("ondisk/__init__.py", "")
            .file("ondisk/mod.py", "VALUE = 8");
        project.freeze_spec(mode).command().run().prints("True 8\n");
    }
}

#[test]
fn an_entry_can_be_a_module_a_package_or_a_function() {
    let files = |p: Project| {
        p.file("pack/__init__.py", "")
            .file("pack/__main__.py", "import sys; from . import helper\nprint('main of', __package__, __name__, helper.N, sys.argv[1:])")
            .file("pack/helper.py", "N = 1")
            .file("pack/cli.py", "import sys\nclass Group:\n    @staticmethod\n    def run():\n        print('function', __name__, sys.argv[1:])\n        return 4\ndef main():\n    Group.run(); return 'text for stderr'\n")
            .file("single.py", "print('single', __name__)\n")
    };
    let app = files(Project::new()).freeze(["pack"]);
    app.command().arg("x").run().prints("main of pack __main__ 1 ['x']\n");
    let app = files(Project::new()).freeze(["pack.cli:main"]);
    app.command().arg("x").run().exits(1).says(&["text for stderr"]);
    let app = files(Project::new()).freeze(["pack.cli:Group.run"]);
    let outcome = app.command().arg("x").run();
    outcome.exits(4);
    assert_eq!(outcome.stdout, "function pack.cli ['x']\n");
    let app = files(Project::new()).freeze(["pack.helper"]);
    app.command().run().prints("");
}
