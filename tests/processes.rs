//! Programs that start themselves, their own scripts, their modules and children of children do so frozen as unfrozen.

use std::os::unix::fs::symlink;

use harness::{Frozen, Mode, Program, Project, Run, Sandbox, newest, scratch};

harness::programs! {
    "processes":
    own_scripts_run_by_their_path;
    own_folders_and_scripts_with_children_run_too;
    own_modules_run_by_their_names;
    children_of_children_know_the_program;
    the_command_line_is_read_before_anything_else;
    a_main_function_starts_pools_and_managers;
    commands_that_are_put_together;
    a_command_named_like_a_folder;
}

fn frozen(name: &str, mode: Mode) -> Frozen {
    Program::of(&format!("processes/{name}")).freeze(mode)
}

#[test]
fn a_script_that_is_not_there_does_not_start_the_program() {
    for mode in Mode::ALL {
        let app = frozen("a_script_that_is_not_there_does_not_start_the_program", mode);
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
    for mode in Mode::ALL {
        let app = frozen("from_outside_nobody_runs_parts_of_the_program", mode);
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
    let app = Program::script(source).freeze(Mode::Onefile);
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
fn what_is_no_module_of_the_program_is_refused() {
    let program = frozen("what_is_no_module_of_the_program_is_refused", Mode::Onefile);
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
fn a_program_starts_itself_anew() {
    let program = Program::of("processes/a_program_starts_itself_anew");
    program.check();
    // Without arguments, found by `PATH`, and through a link.
    let unfrozen = |arguments: &[&str]| {
        let project = Project::of("processes/a_program_starts_itself_anew");
        let script = project.path().join("app.py");
        let run = Run::new(&newest().exe).arg(script).args(arguments).in_folder(project.path()).run();
        run.success().stdout.clone()
    };
    let (alone, expected) = (unfrozen(&[]), unfrozen(&["x"]));
    let app = program.freeze(Mode::Onefile);
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
    let unfrozen = Project::of("processes/a_package_starts_itself_anew_by_its_name");
    let run = Run::new(&newest().exe).args(["-m", "pkg", "x"]).in_folder(unfrozen.path()).run();
    for mode in Mode::ALL {
        let app = frozen("a_package_starts_itself_anew_by_its_name", mode);
        app.command().arg("x").run().prints(&run.success().stdout);
    }
}

#[test]
fn programs_of_one_bundle_start_each_other_by_their_scripts() {
    let program = Program::of("processes/programs_of_one_bundle_start_each_other_by_their_scripts");
    assert_eq!(program.unfrozen().lines().count(), 4);
    program.check();
}

#[test]
fn a_process_without_ancestors_does_not_start_the_program_again() {
    for mode in Mode::ALL {
        let app = frozen("a_process_without_ancestors_does_not_start_the_program_again", mode);
        app.command().run().prints("True False\n");
    }
}

#[test]
fn libraries_start_their_helpers() {
    for mode in Mode::ALL {
        let outcome = frozen("libraries_start_their_helpers", mode).command().run();
        outcome.success();
        assert_eq!(outcome.stdout, "[1, 2, 3]\n42 ipykernel_launcher.py\n[42]\n", "{outcome}");
    }
}
