//! Data that stays in the archive because a rule says that it is read as a resource only.

use harness::{Frozen, Mode, Project, Run, interpreters, newest, venv};

fn spec(mode: Mode, more: &str) -> String {
    let mode = mode.name();
    format!("[app]\nentry = 'app.py'\n[bundle]\nmode = '{mode}'\n{more}[rules]\nfiles = ['rule.toml']\n")
}

/// Builds in both forms, and as one file that extracts nothing.
fn everywhere(project: impl Fn() -> Project, arguments: &[&str], check: impl Fn(&Frozen)) {
    for mode in Mode::ALL {
        let mut all = vec!["app.spec".to_owned()];
        all.extend(arguments.iter().map(|a| (*a).to_owned()));
        let build = |project: Project| {
            let outcome = project.bare_command(&all).run();
            project.moved(mode, "app", outcome)
        };
        check(&build(project().file("app.spec", spec(mode, ""))));
        if mode == Mode::Onefile {
            check(&build(project().file("app.spec", spec(mode, "extract = 'memory'\n"))));
        }
    }
}

#[test]
fn a_package_may_lie_in_part_on_the_disk_and_in_part_in_the_archive() {
    let source = "
import importlib.resources as ir, os, pathlib, pkgutil, sys
import pack, pack.sub
folder = os.path.dirname(pack.__file__)
on_disk = os.path.isdir(folder)
print(os.path.exists(os.path.join(folder, 'kept.txt')), os.path.exists(os.path.join(folder, 'plain.bin')) == on_disk)
print(pkgutil.get_data('pack', 'kept.txt'), pkgutil.get_data('pack', 'plain.bin'), pkgutil.get_data('pack', 'sub/deep.txt'))
print(pack.__loader__.get_data(os.path.join(folder, 'kept.txt')))
files = ir.files('pack')
print(sorted(p.name for p in files.iterdir() if p.name != '__pycache__' and not p.name.endswith('.py')))
for name in 'kept.txt', 'plain.bin', 'sub', 'sub/deep.txt', 'only', 'nope', 'only/nope':
    item = files.joinpath(name)
    print(name, item.is_file(), item.is_dir(), item.name)
print(sorted(p.name for p in (files / 'only').iterdir()), (files / 'only' / 'inner' / 'x.txt').read_text(encoding='utf-8'))
with (files / 'kept.txt').open('rb') as f: print(f.read())
for name in 'kept.txt', 'plain.bin':
    with ir.as_file(files / name) as path:
        print(isinstance(path, pathlib.Path), open(path).read())
print((files / 'plain.bin').read_bytes(), isinstance(files / 'plain.bin', pathlib.Path) == on_disk)
print(ir.files(pack.sub).joinpath('deep.txt').read_text(encoding='utf-8'))
import warnings
warnings.simplefilter('ignore')
if hasattr(ir, 'contents'):
    assert {'kept.txt', 'plain.bin', 'sub', 'only'} <= set(ir.contents('pack'))
    assert ir.is_resource('pack', 'kept.txt') and not ir.is_resource('pack', 'sub')
    assert ir.read_text('pack', 'kept.txt') == 'kept' and ir.open_binary('pack', 'plain.bin').read() == b'plain'
    with ir.path('pack', 'kept.txt') as path: assert open(path).read() == 'kept'
for missing in lambda: pkgutil.get_data('pack', 'nope'), lambda: (files / 'only' / 'nope').read_bytes():
    try: missing()
    except FileNotFoundError as e: print(os.path.basename(e.filename))
";
    let project = || {
        Project::script(source)
            .file("pack/__init__.py", "")
            .file("pack/kept.txt", "kept")
            .file("pack/plain.bin", "plain")
            .file("pack/only/inner/x.txt", "x")
            .file("pack/sub/__init__.py", "")
            .file("pack/sub/deep.txt", "deep")
            .file("rule.toml", "[[rule]]\nmodule = 'pack'\nresources = ['pack/**.txt', 'pack/**/*.txt']\n")
    };
    let expected = "False True\nb'kept' b'plain' b'deep'\nb'kept'\n['kept.txt', 'only', 'plain.bin', 'sub']\n\
             kept.txt True False kept.txt\nplain.bin True False plain.bin\nsub False True sub\n\
             sub/deep.txt True False deep.txt\nonly False True only\nnope False False nope\n\
             only/nope False False nope\n['inner'] x\nb'kept'\nTrue kept\nTrue plain\nb'plain' True\ndeep\n\
             nope\nnope\n";
    // The interface of importlib.resources is another one in each version.
    for interpreter in interpreters() {
        let python = interpreter.exe.to_str().unwrap();
        if interpreter.exe == newest().exe {
            everywhere(project, &["--python", python], |app| {
                app.command().run().prints(expected);
            });
            continue;
        }
        let project = project().file("app.spec", spec(Mode::Onefile, ""));
        let outcome = project.bare_command(["app.spec", "--python", python]).run();
        project.moved(Mode::Onefile, "app", outcome).command().run().prints(expected);
    }
}

#[test]
fn what_lies_on_the_disk_wins() {
    let project =
        Project::script("import pkgutil, pack\nprint(pkgutil.get_data('pack', 'kept.txt').decode())\n")
            .file("pack/__init__.py", "")
            .file("pack/kept.txt", "built")
            .file("rule.toml", "[[rule]]\nmodule = 'pack'\nresources = ['pack/*']\n")
            .file(
                "app.spec",
                "[app]\nentry = 'app.py'\n[bundle]\nmode = 'onedir'\n[rules]\nfiles = ['rule.toml']\n",
            );
    project.command(["app.spec"]).run().success();
    let folder = project.path().join("dist/app");
    let run = || Run::new(folder.join("app")).show(&folder).run();
    assert!(std::fs::read_dir(folder.join("_internal/pack")).unwrap().next().is_none());
    run().prints("built\n");
    std::fs::write(folder.join("_internal/pack/kept.txt"), "replaced").unwrap();
    run().prints("replaced\n");
}

#[test]
fn what_the_user_collects_lies_as_files() {
    let source =
        "import os, pack\nprint(open(os.path.join(os.path.dirname(pack.__file__), 'kept.txt')).read())\n";
    for key in ["collect-data", "files"] {
        let project = Project::script(source)
            .file("pack/__init__.py", "")
            .file("pack/kept.txt", "kept")
            .file("rule.toml", "[[rule]]\nmodule = 'pack'\nresources = ['pack/*']\n")
            .file(
                "app.spec",
                format!(
                    "[app]\nentry = 'app.py'\n[bundle]\nmode = 'onefile'\n[modules]\n{key} = ['pack']\n\
                     [rules]\nfiles = ['rule.toml']\n"
                ),
            );
        let outcome = project.command(["app.spec"]).run();
        project.moved(Mode::Onefile, "app", outcome).command().run().prints("kept\n");
    }
}

#[test]
fn time_zones_are_read_from_the_archive() {
    let source = "
import datetime, os, sys, zoneinfo
zoneinfo.reset_tzpath([])
berlin = zoneinfo.ZoneInfo('Europe/Berlin')
print(datetime.datetime(2024, 7, 1, tzinfo=berlin).utcoffset(), datetime.datetime(2024, 1, 1, tzinfo=berlin).tzname())
zones = zoneinfo.available_timezones()
print('America/Argentina/Ushuaia' in zones, len(zones) > 500)
print(all(zoneinfo.ZoneInfo(zone).key == zone for zone in zones))
for wrong in 'Europe/Nowhere', 'No/Where':
    try: zoneinfo.ZoneInfo(wrong)
    except zoneinfo.ZoneInfoNotFoundError as e: print('no', wrong)
import tzdata
print(os.path.exists(os.path.join(os.path.dirname(tzdata.__file__), 'zones')))
";
    let interpreter = newest();
    let python = venv(interpreter, "tzdata").python();
    let project = || Project::script(source).file("rule.toml", "");
    let python = python.to_str().unwrap();
    everywhere(project, &["--python", python], |app| {
        app.command().run().prints("2:00:00 CET\nTrue True\nTrue\nno Europe/Nowhere\nno No/Where\nFalse\n");
    });
}
