//! Scripts and modules that a program starts as main come along, with what they import only then.

use harness::{Mode, interpreters, newest};

use crate::twins::Twin;

/// Helpers of the programs here: what a child printed, and that it was no second program.
const HELPERS: &str = "
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
if os.environ.get('CHILD'):
    print('the program again', sys.argv)
    sys.exit(9)
os.environ['CHILD'] = '1'
def said(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)
    return done.returncode, done.stdout.decode().strip()
";

#[test]
fn own_scripts_come_with_what_they_import() {
    let app = format!(
        "{HELPERS}
import asyncio, runpy, shlex
script = os.path.join(HERE, 'jobs', 'first.py')
print(said([sys.executable, '-u', '-B', script, 'a']))
command = [sys.executable]
command += ['-X', 'utf8']
command.append(os.path.join(HERE, 'jobs', 'second.py'))
command.extend(['--fast', 'b'])
print(said(command))
PYTHON = sys.executable
print(said([PYTHON] + ['-W', 'ignore'] + [os.path.join(HERE, 'jobs-too', 'third-job.py')]))
async def fourth():
    path = os.path.join(HERE, 'jobs', 'fourth.py')
    child = await asyncio.create_subprocess_exec(sys.executable, path, stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    return child.returncode, out.decode().strip()
print(asyncio.run(fourth()))
print(said(shlex.split(f'{{sys.executable}} -m jobs.fifth c')))
print(runpy.run_path(os.path.join(HERE, 'jobs', 'sixth.py'), run_name='__main__')['VALUE'])
import workers
print(workers.again())
def start(name, *arguments):
    return said([sys.executable, os.path.join(HERE, name), *arguments])
print(start('service', 'd'))
print('end')
"
    );
    let job = |number: &str, only: &str| {
        format!(
            "import sys\nVALUE = '{number}'\nif __name__ == '__main__':\n    import {only}\n    print(VALUE, {only}.VALUE, sys.argv[1:])\n"
        )
    };
    let (first, second, third) = (job("1", "beside"), job("2", "json_like"), job("3", "near"));
    let (fourth, fifth, sixth) = (job("4", "beside"), job("5", "jobs.deep"), job("6", "six_only"));
    let workers = "
import subprocess, sys
def again():
    done = subprocess.run([sys.executable, __file__], stdout=subprocess.PIPE, timeout=60)
    return done.stdout.decode().strip()
if __name__ == '__main__':
    import worker_only
    print('worker', worker_only.VALUE)
";
    let twin = Twin {
        own: &[
            ("app.py", &app),
            ("jobs/first.py", &first),
            ("jobs/second.py", &second),
            ("jobs/fourth.py", &fourth),
            ("jobs/fifth.py", &fifth),
            ("jobs/sixth.py", &sixth),
            ("jobs/beside.py", "VALUE = 'beside'\n"),
            ("jobs/json_like.py", "VALUE = 'like'\n"),
            ("jobs/deep.py", "VALUE = 'deep'\n"),
            ("jobs-too/third-job.py", &third),
            ("jobs-too/near.py", "VALUE = 'near'\n"),
            ("six_only.py", "VALUE = 'six'\n"),
            ("workers.py", workers),
            ("worker_only.py", "VALUE = 'only'\n"),
            ("service/__init__.py", ""),
            ("service/__main__.py", "import sys, step\nprint('service', step.VALUE, sys.argv[1:])\n"),
            ("service/step.py", "VALUE = 'step'\n"),
        ],
        installed: &[],
    };
    for interpreter in [interpreters().first(), Some(newest())].into_iter().flatten() {
        twin.same(interpreter);
    }
}

#[test]
fn scripts_and_modules_of_packages_come_with_what_they_import() {
    let app = "
import os, starter
if os.environ.get('CHILD'):
    raise SystemExit('the program again')
os.environ['CHILD'] = '1'
print(starter.module())
print(starter.relative())
print(starter.path('x'))
print(starter.text())
starter.Holder().show()
print('end')
";
    let starter = "
import subprocess, sys
from os.path import abspath, dirname, join
import starter.common
COMMAND = [sys.executable, '-m', 'starter.console', '-f', 'x']
def out(command, **more):
    return subprocess.check_output(command, timeout=60, **more).decode().strip()
def module():
    return out(COMMAND)
def relative():
    return out([sys.executable, '-m', f'{__package__}.relative'])
def path(argument):
    helper = join(dirname(abspath(__file__)), 'helpers', 'run.py')
    options = ['-E', '-s']
    return out([sys.executable, *options, helper, argument])
def text():
    return out('%s -m starter.texts' % sys.executable, shell=True)
class Holder:
    def __init__(self):
        self.python = sys.executable
        self.words = ['-m', 'starter.held']
    def show(self):
        print(out([self.python] + self.words), flush=True)
";
    let main = |what: &str| {
        format!("if __name__ == '__main__':\n    from starter.only import {what}\n    print({what}.VALUE)\n")
    };
    let (console, relative, texts, held) = (main("console"), main("relative"), main("texts"), main("held"));
    let run = "
import sys
if __name__ == '__main__':
    import support
    print(support.VALUE, sys.argv[1:])
";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[
            ("starter/__init__.py", starter),
            ("starter/common.py", ""),
            ("starter/console/__init__.py", ""),
            ("starter/console/__main__.py", &console),
            ("starter/relative.py", &relative),
            ("starter/texts.py", &texts),
            ("starter/held.py", &held),
            ("starter/helpers/run.py", run),
            ("starter/helpers/support.py", "VALUE = 'support'\n"),
            ("starter/only/__init__.py", ""),
            ("starter/only/console.py", "VALUE = 'console'\n"),
            ("starter/only/relative.py", "VALUE = 'relative'\n"),
            ("starter/only/texts.py", "VALUE = 'texts'\n"),
            ("starter/only/held.py", "VALUE = 'held'\n"),
        ],
    };
    for interpreter in [interpreters().first(), Some(newest())].into_iter().flatten() {
        twin.same(interpreter);
    }
}

#[test]
fn what_a_module_does_as_main_stays_out_where_nothing_runs_it_so() {
    // Its name is one that no analysis reads.
    let app = "
import importlib, library
print(library.VALUE)
try:
    print(importlib.import_module('library.' + 'trap_niam'[::-1]).VALUE)
except ImportError:
    print('left out')
print('end')
";
    let library = "VALUE = 1\nif __name__ == '__main__':\n    import library.main_part\n";
    let twin = Twin {
        own: &[("app.py", app)],
        installed: &[("library/__init__.py", library), ("library/main_part.py", "VALUE = 2\n")],
    };
    assert_eq!(twin.unfrozen(newest()), "1\n2\nend\n");
    for mode in Mode::ALL {
        twin.frozen(newest(), mode).command().run().prints("1\nleft out\nend\n");
    }
}
