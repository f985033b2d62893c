//! Programs that start themselves, their own scripts, their modules and children of children do so frozen as unfrozen.

use std::os::unix::fs::symlink;

use harness::{Frozen, Interpreter, Mode, Project, Run, Sandbox, interpreters, newest, scratch, venv};

/// The usual interpreter, and those at the ends.
fn ends() -> Vec<&'static Interpreter> {
    let mut found: Vec<&Interpreter> = Vec::new();
    let all = interpreters();
    for interpreter in [Some(newest()), all.first(), all.last()].into_iter().flatten() {
        if found.iter().all(|known| known.name != interpreter.name) {
            found.push(interpreter);
        }
    }
    found
}

fn project(files: &[(&str, &str)]) -> Project {
    files.iter().fold(Project::new(), |project, (path, content)| project.file(path, content))
}

/// What python itself prints for `app.py`, started in its folder.
fn unfrozen(files: &[(&str, &str)], interpreter: &Interpreter, arguments: &[&str]) -> String {
    let project = project(files);
    let script = project.path().join("app.py");
    let outcome = Run::new(&interpreter.exe).arg(script).args(arguments).in_folder(project.path()).run();
    outcome.success();
    outcome.stdout
}

/// Freezes `app.spec`, whose mode is `MODE`, with an interpreter or a virtual environment; the sources are gone afterwards.
fn frozen(files: &[(&str, &str)], python: &std::path::Path, mode: Mode) -> Frozen {
    let spec = files.iter().find(|(path, _)| *path == "app.spec").map(|(_, text)| *text);
    let spec = spec.unwrap_or("[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n");
    let project = project(files).file("app.spec", spec.replace("MODE", mode.name()));
    let outcome = project.bare_command(["app.spec", "-y", "--python"]).arg(python).run();
    project.moved(mode, "app", outcome)
}

/// The program prints in both forms what it prints unfrozen.
#[track_caller]
fn same(files: &[(&str, &str)], arguments: &[&str]) {
    for interpreter in ends() {
        let expected = unfrozen(files, interpreter, arguments);
        assert!(expected.ends_with("end\n"), "{}: {expected}", interpreter.name);
        for mode in Mode::ALL {
            let app = frozen(files, &interpreter.exe, mode);
            app.command().args(arguments).run().prints(&expected);
        }
    }
}

/// Starts children of the program, and ends where a child is the program again that should not be.
const STARTER: &str = "
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
if os.environ.get('CHILD'):
    print('the program again', sys.argv[1:], __name__)
    sys.exit(9)
os.environ['CHILD'] = '1'
def run(*words, **more):
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)
    text = done.stdout.decode().strip().replace(sys.executable, 'EXE')
    print(done.returncode, text.replace(os.path.realpath(HERE), 'HERE').replace(HERE, 'HERE'), flush=True)
";

#[test]
fn own_scripts_run_by_their_path() {
    let app = format!(
        "{STARTER}
import tools.convert
path = os.path.join(HERE, 'tools', 'convert.py')
run('-u', '-B', path, 'a', '-u')
run('-uB', '-X', 'dev', '-Werror', '--', tools.convert.__file__)
run('-s', '-E', '-W', 'ignore', '-q', path)
run('-bb', path)
run('-O', path)
run(path, '--', 'b')
run(os.path.relpath(path))
run(os.path.join(HERE, 'tools', '..', 'tools', '.', 'convert.py'))
run('-P' if sys.version_info >= (3, 11) else '-B', path, env=dict(os.environ, QUIET='1'))
print('end')
"
    );
    let convert = "
import os, sys
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if __name__ == '__main__':
    X = 'not looked for'
    if not os.environ.get('QUIET'):
        from plain import X
    # The folder of a script is not that of the program.
    sys.path.append(root)
    import tools.convert
    if not os.environ.get('QUIET'):
        print(os.path.relpath(sys.path[0], root), os.path.relpath(sys.argv[0], root))
    print(__package__, __spec__, sys.argv[1:], os.path.relpath(__file__, root), X, tools.convert.__name__)
    print(sys.flags.optimize, sys.flags.dev_mode, sys.warnoptions, sys.flags.bytes_warning, sys.stdout.write_through)
    raise SystemExit(len(sys.argv))
";
    same(
        &[
            ("app.py", &app),
            ("tools/__init__.py", ""),
            ("tools/convert.py", convert),
            ("tools/plain.py", "X = 'found beside'\n"),
            (
                "app.spec",
                "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n[modules]\ninclude = [\"tools.plain\"]\n",
            ),
        ],
        &[],
    );
}

#[test]
fn own_folders_and_scripts_with_children_run_too() {
    let app = format!(
        "{STARTER}
run('-u', os.path.join(HERE, 'service'), 'x')
run(os.path.join(HERE, 'service'), cwd='/')
run('-u', os.path.join(HERE, 'service', 'pool.py'))
os.symlink(os.path.join(HERE, 'service', 'pool.py'), os.path.join(os.environ['TMPDIR'], 'link.py'))
run('-B', 'link.py', cwd=os.environ['TMPDIR'])
run('/proc/self/cwd/link.py', cwd=os.environ['TMPDIR'])
print('end')
"
    );
    let main = "
import os, sys
import part
print(__name__, repr(__package__), __spec__.name, sys.argv[1:], part.__name__, os.path.basename(sys.path[0]))
";
    let pool = "
import multiprocessing, os, sys
class Job:
    def __init__(self, n): self.n = n
    def run(self): return self.n * 3, sys.modules['__main__'].__name__
def work(job): return job.run()
if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        print(pool.map(work, [Job(1), Job(2)]), __spec__)
";
    same(
        &[
            ("app.py", &app),
            ("service/__init__.py", ""),
            ("service/__main__.py", main),
            ("service/part.py", ""),
            ("service/pool.py", pool),
            (
                "app.spec",
                "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n[modules]\ninclude = [\"service.*\", \"multiprocessing.*\"]\n",
            ),
        ],
        &[],
    );
}

#[test]
fn a_script_that_is_not_there_does_not_start_the_program() {
    let app = format!(
        "{STARTER}
run('-u', os.path.join(HERE, 'lib', 'gone.py'))
run(os.path.join(HERE, 'gone.py'))
run('-B', '/nowhere/gone.py')
with open('outside.py', 'w') as file:
    file.write('import sys; print(__name__, __file__ == sys.argv[1], sys.argv[2:])')
run('-u', 'outside.py', os.path.abspath('outside.py'), '-x')
with open('tool', 'w') as file:
    file.write('#!/usr/bin/env python3\\nprint(\"a tool\")')
run('-I', 'tool')
with open('notes.txt', 'w') as file:
    file.write('notes')
run('outside.py', os.path.abspath('outside.py'), '-y')
run('/nowhere/gone.py')
run('-s', 'notes.txt')
run('notes.txt')
"
    );
    for mode in Mode::ALL {
        let app = frozen(&[("app.py", &app)], &newest().exe, mode);
        app.command().run().prints(
            "2 error: failed to open the script `HERE/lib/gone.py`: it is not in this program\n\
             hint: add it to the spec: [modules] include = [\"lib.gone\"]\n\
             2 error: failed to open the script `HERE/gone.py`: it is not in this program\n\
             hint: add it to the spec: [modules] include = [\"gone\"]\n\
             2 EXE: can't open file '/nowhere/gone.py': [Errno 2] No such file or directory\n\
             0 __main__ True ['-x']\n0 a tool\n\
             0 __main__ True ['-y']\n2 EXE: can't open file '/nowhere/gone.py': [Errno 2] No such file or directory\n\
             9 the program again ['-s', 'notes.txt'] __main__\n\
             9 the program again ['notes.txt'] __main__\n",
        );
    }
}

#[test]
fn from_outside_nobody_runs_parts_of_the_program() {
    let source = "import os, sys, part\nprint(sys.argv[1:], os.path.dirname(os.path.abspath(__file__)))\n";
    let spec = "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n[[data]]\nfrom = \"notes.txt\"\n";
    let files = [
        ("app.py", source),
        ("part.py", "print('part', __name__)\n"),
        ("notes.txt", "n"),
        ("app.spec", spec),
    ];
    for mode in Mode::ALL {
        let app = frozen(&files, &newest().exe, mode);
        let home = scratch("home");
        let run = |words: &[&str]| app.command().home(home.path()).args(words).run();
        let first = run(&["a"]).stdout;
        let root = first.trim_end().rsplit("['a'] ").next().unwrap().to_owned();
        assert!(first.starts_with("part part\n"), "{first}");
        let part = format!("{root}/part.py");
        for words in [&[part.as_str()][..], &["-u", &part]] {
            run(words).exits(2).says(&["only this program itself can run", "interpreter = true"]);
        }
        // The program's own script is the program; other files and folders are its arguments.
        run(&[&format!("{root}/app.py"), "b"]).prints(&format!("part part\n['b'] {root}\n"));
        for word in ["notes.txt", ""] {
            let path = format!("{root}/{word}");
            run(&[&path]).prints(&format!("part part\n['{path}'] {root}\n"));
        }
        run(&["-v", "/etc/passwd"]).prints(&format!("part part\n['-v', '/etc/passwd'] {root}\n"));
    }
}

#[test]
fn from_outside_nobody_gives_code_to_helpers() {
    let source = "import multiprocessing, sys\nif __name__ == '__main__': print(*sys.argv[1:])\n";
    let app = frozen(&[("app.py", source)], &newest().exe, Mode::Onefile);
    for text in [
        "from multiprocessing.resource_tracker import main; print('run')",
        "from multiprocessing.resource_tracker import main;main(0)",
        "from multiprocessing.forkserver import main; main(0, 1, ['__main__'], **{'main_path': '/tmp/x.py'})",
    ] {
        // The program has got them as its arguments.
        app.command().args(["-c", text]).run().prints(&format!("-c {text}\n"));
    }
    app.command()
        .args(["--multiprocessing-fork", "pipe_handle=0"])
        .run()
        .prints("--multiprocessing-fork pipe_handle=0\n");
}

#[test]
fn own_modules_run_by_their_names() {
    let app = format!(
        "{STARTER}
import jobs
run('-m', 'jobs.clean', '-m', 'x')
run('-um', 'jobs')
run('-B', '-X', 'utf8', '-mjobs.clean')
run('-m', 'jobs.nested', cwd=HERE if not getattr(sys, 'frozen', False) else '/')
print('end')
"
    );
    let clean = "
import os, sys
from . import shared
def work(): return shared.X
if __name__ == '__main__':
    print(__package__, __spec__.name, sys.argv[1:], os.path.basename(sys.argv[0]), work())
";
    let nested = "
import concurrent.futures, multiprocessing
def square(n): return n * n
if __name__ == '__main__':
    context = multiprocessing.get_context('spawn')
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print(list(pool.map(square, range(4))), __spec__.name)
";
    same(
        &[
            ("app.py", &app),
            ("jobs/__init__.py", ""),
            ("jobs/__main__.py", "import sys\nprint(__package__, __spec__.name, sys.argv[1:])\n"),
            ("jobs/clean.py", clean),
            ("jobs/shared.py", "X = 1\n"),
            ("jobs/nested.py", nested),
            (
                "app.spec",
                "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n[modules]\ninclude = [\"jobs.*\", \"multiprocessing.*\"]\n",
            ),
        ],
        &[],
    );
    // What is not in the program, and code, is refused as before.
    let app = format!(
        "{STARTER}\nrun(*os.environ['FIRST'].split())\nrun(*os.environ['SECOND'].split())\n\
         run('-m', 'json.tool', input=b'[]')\nimport json.tool\n"
    );
    let program = frozen(&[("app.py", &app)], &newest().exe, Mode::Onefile);
    let outcome = program.command().env("FIRST", "-m pip x").env("SECOND", "-c print(1)").run();
    assert_eq!(
        outcome.stdout.lines().filter(|l| !l.starts_with("hint")).collect::<Vec<_>>(),
        [
            "2 error: this program started itself as `-m pip`, but it is not a python interpreter",
            "2 error: this program started itself as `-c print(1)`, but it is not a python interpreter",
            "0 []",
        ],
        "{outcome}"
    );
}

#[test]
fn children_of_children_know_the_program() {
    let app = "
import concurrent.futures, multiprocessing, sys
print('read as', __name__, flush=True)
class Thing:
    def __init__(self, n): self.n = n
def lower(thing): return thing.n - 1, sys.modules['__main__'].__name__
def deep(n, queue):
    if n:
        child = multiprocessing.get_context('spawn').Process(target=deep, args=(n - 1, queue))
        child.start(); child.join()
        queue.put((n, child.exitcode))
    else:
        queue.put(lower(Thing(1)))
def mixed(method, queue):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        queue.put((method, pool.submit(lower, Thing(5)).result()))
    with context.Pool(1) as pool:
        queue.put(pool.map(lower, [Thing(2)]))
def change(shared):
    shared['thing'] = Thing(7)
if __name__ == '__main__':
    for outer in 'spawn', 'forkserver':
        context = multiprocessing.get_context(outer)
        queue = context.Queue()
        child = context.Process(target=deep, args=(2, queue))
        child.start(); print([queue.get(timeout=60) for _ in range(3)], flush=True); child.join()
        for inner in 'spawn', 'forkserver', 'fork':
            child = context.Process(target=mixed, args=(inner, queue))
            child.start(); print(queue.get(timeout=60), queue.get(timeout=60), flush=True); child.join()
            print(child.exitcode, flush=True)
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        child = context.Process(target=change, args=(shared,))
        child.start(); child.join()
        print(sorted(shared), shared['thing'].n, flush=True)
    print('end')
";
    same(&[("app.py", app)], &[]);
}

#[test]
fn the_command_line_is_read_before_anything_else() {
    let app = "
import argparse, multiprocessing, os, runpy, sys
parser = argparse.ArgumentParser()
parser.add_argument('--factor', type=int, required=True)
parser.add_argument('files', nargs='+')
options = parser.parse_args()
print('factor', options.factor, options.files, flush=True)
multiprocessing.set_start_method('spawn', force=True)
multiprocessing.set_executable(sys.executable)
def work(n): return n * options.factor, os.path.basename(__file__), __spec__, sys.argv[1:]
def again(queue):
    with multiprocessing.Pool(1) as pool: queue.put(pool.map(work, [4]))
if __name__ == '__main__':
    with multiprocessing.Pool(1) as pool: print(pool.map(work, range(2)), flush=True)
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=again, args=(queue,))
    child.start(); print(queue.get(timeout=60), flush=True); child.join()
    print(sorted(name for name in runpy.run_path(__file__, run_name='other') if name[0] != '_'))
    multiprocessing.freeze_support()
    print('end')
";
    same(&[("app.py", app)], &["--factor", "3", "-", "x.py"]);
    let bare = "
from multiprocessing import get_context
def double(n): return n * 2
def main():
    with get_context('spawn').Pool(2) as pool: print(sum(pool.map(double, range(5))))
    with get_context('spawn').Manager() as manager: print(manager.list([1, 2])[1:], manager.Value('i', 3).value)
    print('end')
if __name__ == '__main__': main()
";
    same(&[("app.py", bare)], &["-m", "x"]);
}

/// A program that starts itself anew in the way that `WAY` names, twice, and then ends.
const AGAIN: &str = "
import asyncio, os, subprocess, sys
depth, way, exe = int(os.environ.get('DEPTH', '0')), os.environ.get('WAY'), sys.executable
os.environ['DEPTH'] = str(depth + 1)
own = exe if getattr(sys, 'frozen', False) else __file__
if depth: print(way, depth, sys.argv[1:], os.path.samefile(sys.argv[0], own), __name__, flush=True)
if depth > 4 or len(sys.argv) > 4: sys.exit('a storm')
async def later(*words):
    await (await asyncio.create_subprocess_exec(*words)).wait()
async def shell(line):
    await (await asyncio.create_subprocess_shell(line)).wait()
line = [exe] + sys.argv
WAYS = {
    'execv': lambda: os.execv(exe, line),
    'execl': lambda: os.execl(exe, exe, *sys.argv),
    'execve': lambda: os.execve(exe, [exe, '-u', __file__, 'y'], dict(os.environ)),
    'execv python': lambda: os.execv(exe, (['python'] if own is exe else [exe]) + sys.argv),
    'execv absolute': lambda: os.execv(exe, [exe, '-B', os.path.abspath(sys.argv[0])] + sys.argv[1:]),
    'run': lambda: subprocess.run(line),
    'run file': lambda: subprocess.run([exe, __file__, 'child']),
    'run argv': lambda: subprocess.run([exe, '-u', '-X', 'dev', sys.argv[0], 'child']),
    'run elsewhere': lambda: subprocess.run([exe, os.path.realpath(__file__), 'child'], cwd='/'),
    'posix_spawn': lambda: os.waitpid(os.posix_spawn(exe, line, os.environ), 0),
    'posix_spawn file': lambda: os.waitpid(os.posix_spawn(exe, [exe, __file__, 'a b'], os.environ), 0),
    'spawnv': lambda: os.spawnv(os.P_WAIT, exe, [exe, __file__, 'a b']),
    'asyncio': lambda: asyncio.run(later(*line)),
    'asyncio file': lambda: asyncio.run(later(exe, '-W', 'ignore', __file__, 'child')),
    'asyncio shell': lambda: asyncio.run(shell(f'{exe} {__file__} child')),
    'system': lambda: os.system(f'{exe} -u {sys.argv[0]} child'),
}
if depth in (1, 2): WAYS[way]()
if not depth:
    for way in WAYS: subprocess.run(line, env=dict(os.environ, WAY=way))
    print('end')
";

#[test]
fn a_program_starts_itself_anew() {
    same(&[("app.py", AGAIN)], &["x", "y"]);
    // Without arguments, found by `PATH`, and through a link.
    let interpreter = newest();
    let alone = unfrozen(&[("app.py", AGAIN)], interpreter, &[]);
    let expected = unfrozen(&[("app.py", AGAIN)], interpreter, &["x"]);
    let app = frozen(&[("app.py", AGAIN)], &interpreter.exe, Mode::Onefile);
    app.command().run().prints(&alone);
    let links = scratch("links");
    symlink(&app.exe, links.path().join("tool")).unwrap();
    let shell = |line: &str| Run::new("/bin/sh").args(["-c", line]).sandbox(Sandbox::without_python());
    let path = format!("/bin:/usr/bin:{}", links.path().display());
    shell("tool x").env("PATH", &path).in_folder("/").run().prints(&expected);
    shell(&format!("{}/tool x", links.path().display())).run().prints(&expected);
    let folder = app.exe.parent().unwrap();
    shell("./app x").in_folder(folder).run().prints(&expected);
}

#[test]
fn a_package_starts_itself_anew_by_its_name() {
    let source =
        AGAIN.replace("os.path.samefile(sys.argv[0], own)", "__package__, __spec__ and __spec__.name");
    let source = source.replace(
        "WAYS = {",
        "module = [exe, '-u', '-m', 'pkg']\nWAYS = {\n    'module': lambda: os.execv(exe, module + sys.argv[1:]),\n    \
         'module run': lambda: subprocess.run(module + ['z']),\n",
    );
    let source =
        source.replace("subprocess.run(line, env=", "subprocess.run(module + sys.argv[1:], env=").replace(
            "for way in WAYS:",
            "for way in 'module', 'module run', 'run file', 'execve', 'posix_spawn file', 'asyncio file':",
        );
    let spec = "[app]\nname = \"app\"\nentry = \"pkg\"\n[bundle]\nmode = \"MODE\"\n";
    let files = [("pkg/__init__.py", ""), ("pkg/__main__.py", source.as_str()), ("app.spec", spec)];
    let unfrozen = project(&files);
    let run = Run::new(&newest().exe).args(["-m", "pkg", "x"]).in_folder(unfrozen.path()).run();
    for mode in Mode::ALL {
        let app = frozen(&files, &newest().exe, mode);
        app.command().arg("x").run().prints(&run.success().stdout);
    }
}

#[test]
fn programs_of_one_bundle_start_each_other_by_their_scripts() {
    let app = "
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
print('app', sys.argv[1:], __name__, flush=True)
if len(sys.argv) < 2:
    for words in ['worker.py', 'a'], ['app.py', 'b']:
        subprocess.run([sys.executable, '-B', os.path.join(HERE, words[0]), *words[1:]])
    print('end')
";
    let worker = "
import multiprocessing, os, sys
def double(n): return 2 * n, sys.modules['__main__'].__name__
if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        print('worker', sys.argv[1:], os.path.basename(__file__), pool.map(double, [1, 2]), flush=True)
";
    let spec = "[bundle]\nmode = \"MODE\"\n[[program]]\nname = \"app\"\nentry = \"app.py\"\n\
                [[program]]\nname = \"work\"\nentry = \"worker.py\"\n";
    let files = [("app.py", app), ("worker.py", worker), ("app.spec", spec)];
    let expected = unfrozen(&files, newest(), &[]);
    assert_eq!(expected.lines().count(), 4, "{expected}");
    for mode in Mode::ALL {
        frozen(&files, &newest().exe, mode).command().run().prints(&expected);
    }
}

#[test]
fn a_process_without_ancestors_does_not_start_the_program_again() {
    let app = "
import os, sys, time
import part
if os.environ.get('CHILD'):
    open('again', 'w').close()
    sys.exit()
os.environ['CHILD'] = '1'
read, write = os.pipe()
if not os.fork():
    os.setsid()
    parent = os.getpid()
    if os.fork(): os._exit(0)
    while os.getppid() == parent: time.sleep(0.01)
    os.dup2(write, 2)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'part.py')
    os.execv(sys.executable, [sys.executable, '-u', script])
os.close(write)
with open(read) as said: print('only this program itself can run' in said.read(), os.path.exists('again'))
";
    for mode in Mode::ALL {
        let files = [("app.py", app), ("part.py", "if __name__ == '__main__': print('part')\n")];
        frozen(&files, &newest().exe, mode).command().run().prints("True False\n");
    }
}

#[test]
fn libraries_start_their_helpers() {
    let app = "
import joblib, logging, os, sys
import ipyparallel
from jupyter_client.manager import start_new_kernel

def add(n): return n + 1

def kernel():
    manager, client = start_new_kernel(kernel_name='python3', startup_timeout=100)
    def show(message):
        if message['msg_type'] == 'stream': print(message['content']['text'], end='')
    client.execute_interactive('import sys, os; print(6 * 7, os.path.basename(sys.argv[0]))', output_hook=show, timeout=100)
    client.stop_channels()
    manager.shutdown_kernel(now=True)

if __name__ == '__main__':
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(add)(i) for i in range(3)), flush=True)
    kernel()
    with ipyparallel.Cluster(n=1, log_level=logging.ERROR) as cluster:
        print(cluster[:].apply_sync(lambda: 6 * 7), flush=True)
";
    let spec = "[app]\nentry = \"app.py\"\n[bundle]\nmode = \"MODE\"\n[modules]\ninclude = [\"ipyparallel.**\"]\n\
                files = [\"ipyparallel.cluster.shellcmd_receive\"]\n";
    let venv = venv(newest(), "joblib\nipykernel\njupyter_client\nipyparallel\n");
    for mode in Mode::ALL {
        let app = frozen(&[("app.py", app), ("app.spec", spec)], &venv.path, mode);
        let outcome = app.command().run();
        outcome.success();
        assert_eq!(outcome.stdout, "[1, 2, 3]\n42 ipykernel_launcher.py\n[42]\n", "{outcome}");
    }
}
