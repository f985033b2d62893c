//! Symbolic links in data and libraries stay links in the product, and what cannot stay one is a copy or is named.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use harness::{Frozen, Mode, Project, Run, newest, scratch};

use crate::cross::{launcher, path_with, piece};
use crate::macos::check;

/// Prints all that is below `data` beside the script, and what links there say; then the same of a copy.
fn tell() -> Project {
    Project::of("links/tell")
}

/// Adds files and links to a project; each is `path -> target`.
fn project(mut project: Project, files: &[(&str, &str)], links: &[&str]) -> Project {
    for (path, content) in files {
        project = project.file(path, content);
    }
    for link in links {
        let (path, target) = link.split_once(" -> ").unwrap();
        let path = project.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }
    project
}

/// What the program prints unfrozen.
fn unfrozen(project: &Project) -> String {
    let run = Run::new(&newest().exe).args(["-E", "-s", "-B", "app.py"]).in_folder(project.path()).run();
    run.success().stdout.clone()
}

/// Freezes with a spec in each form that has files, moves the product elsewhere and looks at it.
fn in_each_form(make: impl Fn() -> Project, more: &str, look: impl Fn(&Frozen)) {
    for (mode, extract) in [(Mode::Onedir, ""), (Mode::Onefile, "cache"), (Mode::Onefile, "temp")] {
        let extract = if extract.is_empty() { String::new() } else { format!("extract = '{extract}'\n") };
        let bundle = format!("[bundle]\nmode = '{}'\n{extract}", mode.name());
        let spec = format!("[app]\nname = 'app'\nentry = 'app.py'\n{bundle}{more}");
        look(&make().file("app.spec", spec).freeze_spec(mode));
    }
}

const DATA: &str = "[[data]]\nfrom = 'data'\nto = 'data'\n";

/// Links of all shapes that lead to what is collected with them.
const INSIDE: [&str; 13] = [
    "data/same -> a.txt",
    "data/chain -> same",
    "data/down -> v1/deep/b.txt",
    "data/v1/up -> ../a.txt",
    "data/v1/deep/across -> ../../v2/c.txt",
    "data/dots -> ./v1/../v1/./deep/b.txt",
    "data/current -> v1",
    "data/stable -> current",
    "data/through -> stable/deep/b.txt",
    "data/v2/folder -> ../v1/deep",
    "data/here -> .",
    "data/v1/above -> ..",
    "data/ein Link \u{fc} -> name with spaces\u{e9}.txt",
];

const FILES: [(&str, &str); 4] = [
    ("data/a.txt", "A"),
    ("data/v1/deep/b.txt", "B"),
    ("data/v2/c.txt", "C"),
    ("data/name with spaces\u{e9}.txt", "D"),
];

#[test]
fn links_of_data_are_those_of_the_sources() {
    let make = || project(tell(), &FILES, &INSIDE);
    let expected = unfrozen(&make());
    assert!(expected.contains("\nstable current v1 ['above', 'deep', 'up']\n"), "{expected}");
    in_each_form(make, DATA, |app| {
        app.command().run().prints(&expected);
        // From the folder that the first start has made.
        app.command().run().prints(&expected);
    });
    // Named by a pattern.
    let more = "[[data]]\nfrom = 'data/*'\nto = 'data'\n";
    in_each_form(make, more, |app| {
        app.command().run().prints(&expected);
    });
}

#[test]
fn what_is_collected_without_its_target_is_a_copy() {
    let links = ["data/b -> a", "data/c -> b", "data/d -> c", "linked -> data", "data/l -> ../beside/x"];
    let files = [("data/a", "secret"), ("beside/x", "beside")];
    for (items, names, expected) in [
        // Only the link.
        (&["data/b:."][..], &["b"][..], "b None 6\n"),
        // At another relative place than the link says.
        (&["data/a:x", "data/b:."], &["x/a", "b"], "x/a None 6\nb None 6\n"),
        (&["data/a:x", "data/a:.", "data/b:."], &["a", "b"], "a None 6\nb a 1\n"),
        // Links between are passed over.
        (&["data/a:.", "data/b:.", "data/c:."], &["a", "b", "c"], "a None 6\nb a 1\nc b 1\n"),
        (&["data/a:.", "data/d:."], &["a", "d"], "a None 6\nd a 1\n"),
        (&["data/b:.", "data/d:."], &["b", "d"], "b None 6\nd b 1\n"),
        // The same folder under two names.
        (&["data/a:.", "linked/d:."], &["a", "d"], "a None 6\nd a 1\n"),
        (&["linked/a:.", "data/d:."], &["a", "d"], "a None 6\nd a 1\n"),
        // Out of the folder, and both with the folder around.
        (&["data:data"], &["data/l", "data/d"], "data/l None 6\ndata/d c 1\n"),
        (&["data:data", "beside:beside"], &["data/l"], "data/l ../beside/x 11\n"),
    ] {
        for mode in Mode::ALL {
            let mut arguments = vec!["app.py"];
            items.iter().for_each(|item| arguments.extend(["--add-data", item]));
            let app =
                project(Project::of("links/what_is_collected_without_its_target_is_a_copy"), &files, &links)
                    .freeze_as(mode, arguments);
            // The size of a link is that of what it leads to.
            let sizes = expected.replace(" 1\n", " 6\n").replace(" 11\n", " 6\n");
            app.command().args(names).run().prints(&sizes);
        }
    }
}

#[test]
fn links_out_of_the_tree_are_followed() {
    let elsewhere = scratch("elsewhere");
    std::fs::write(elsewhere.path().join("e.txt"), "E").unwrap();
    symlink("e.txt", elsewhere.path().join("l.txt")).unwrap();
    let make = || {
        let project = project(tell(), &[("data/a/x.txt", "X")], &[]);
        let absolute = project.path().join("data/a");
        symlink(&absolute, project.path().join("data/folder")).unwrap();
        symlink(absolute.join("x.txt"), project.path().join("data/file")).unwrap();
        symlink(elsewhere.path(), project.path().join("data/out")).unwrap();
        symlink(elsewhere.path().join("e.txt"), project.path().join("data/e")).unwrap();
        project
    };
    let lines = "a None a ['x.txt']\ne None e E\nfile a/x.txt a/x.txt X\nfolder a a ['x.txt']\n\
                 out None out ['e.txt', 'l.txt']\na/x.txt None a/x.txt X\nout/e.txt None out/e.txt E\n\
                 out/l.txt e.txt out/e.txt E\n";
    in_each_form(make, DATA, |app| {
        app.command().run().prints(&lines.repeat(2));
    });
}

#[test]
fn links_in_packages_are_read_by_all_interfaces() {
    let files =
        [("pack/__init__.py", ""), ("pack/v1/a.txt", "A"), ("pack/v1/sub/b.txt", "B"), ("pack/top.txt", "T")];
    let links = [
        "pack/link.txt -> v1/a.txt",
        "pack/current -> v1",
        "pack/stable -> current",
        "pack/v1/up.txt -> ../top.txt",
    ];
    let make = || project(Project::of("links/links_in_packages_are_read_by_all_interfaces"), &files, &links);
    let expected = unfrozen(&make());
    in_each_form(make, "", |app| {
        app.command().run().prints(&expected);
    });
    let spec = "[app]\nname = 'app'\nentry = 'app.py'\n[bundle]\nmode = 'onefile'\nextract = 'memory'\n";
    let app = make().file("app.spec", spec).freeze_spec(Mode::Onefile);
    let without: Vec<&str> = expected.lines().take(8).collect();
    app.command().run().prints(&format!("{}\n", without.join("\n")));
}

#[test]
fn a_library_under_several_names_is_one_library() {
    let links = [
        "lib/libfoo.so -> libfoo.so.1",
        "lib/libfoo.so.1 -> libfoo.so.1.2.3",
        "lib/plugins/libfoo.so -> ../libfoo.so",
        "lib/same -> .",
    ];
    let make = || {
        let project = project(
            Project::of("links/a_library_under_several_names_is_one_library"),
            &[("foo.c", "int count(void) { static int n; return ++n; }")],
            &links,
        );
        let mut compiler = Run::new("/usr/bin/gcc").args(["-shared", "-fPIC", "-Wl,-soname,libfoo.so.1"]);
        compiler = compiler.args(["-o", "lib/libfoo.so.1.2.3", "foo.c"]).env("PATH", "/usr/bin:/bin");
        compiler.in_folder(project.path()).run().success();
        project
    };
    let expected = unfrozen(&make());
    assert!(expected.contains("plugins/libfoo.so ../libfoo.so 4\n"), "{expected}");
    in_each_form(make, "[[binary]]\nfrom = 'lib'\nto = 'lib'\n", |app| {
        app.command().run().prints(&expected);
    });
}

#[test]
fn inspect_lists_extracts_and_verifies_links() {
    for mode in Mode::ALL {
        let arguments = ["app.py", "--add-data", "data:data"];
        let app = project(tell(), &FILES, &INSIDE).freeze_as(mode, arguments);
        let inspect = |arguments: &[&str]| {
            harness::freeze_command().arg("inspect").arg(&app.product).args(arguments).run()
        };
        let listed = inspect(&[]).success().stdout.clone();
        for link in INSIDE {
            assert!(listed.contains(link), "{link}\n{listed}");
        }
        inspect(&["verify"]).success();
        for link in ["data/current", "data/same"] {
            let why = harness::freeze_command().args(["why", link]).arg(&app.exe).run();
            assert!(why.success().stdout.contains("--add-data"), "{why}");
        }
        let folder = scratch("extract");
        let to = folder.path().join("contents");
        inspect(&["extract", to.to_str().unwrap()]).success();
        for link in INSIDE {
            let (path, target) = link.split_once(" -> ").unwrap();
            assert_eq!(std::fs::read_link(to.join(path)).unwrap(), Path::new(target), "{path}");
        }
        assert_eq!(std::fs::read(to.join("data/stable/deep/b.txt")).unwrap(), b"B");
        if mode == Mode::Onedir {
            let link = app.product.join("_internal/data/current");
            std::fs::remove_file(&link).unwrap();
            symlink("v2", &link).unwrap();
            let outcome = inspect(&["verify"]);
            assert!(
                outcome.fails(&["damaged"]).stdout.contains("data/current` is missing or has another target")
            );
            std::fs::remove_file(&link).unwrap();
            symlink("../../..", &link).unwrap();
            let to = folder.path().join("again");
            inspect(&["extract", to.to_str().unwrap()]).fails(&["data/current", "outside of the product"]);
            assert!(!to.join("data/current").is_symlink());
        }
    }
}

#[test]
fn the_same_links_give_the_same_bytes() {
    for mode in Mode::ALL {
        let form = format!("--{}", mode.name());
        let arguments = ["app.py", "--add-data", "data:data", &form, "-y"];
        let build = || {
            let project = project(tell(), &FILES, &INSIDE);
            project.command(arguments).run().success();
            project
        };
        let (one, two) = (build(), build());
        let executable = if mode == Mode::Onefile { "dist/app" } else { "dist/app/app" };
        let read = |project: &Project| std::fs::read(project.path().join(executable)).unwrap();
        assert!(read(&one) == read(&two));
        // What is there already is seen to be the same, links included.
        let before = std::fs::metadata(one.path().join("dist/app")).unwrap().modified().unwrap();
        one.command(arguments).run().success();
        let after = std::fs::metadata(one.path().join("dist/app")).unwrap().modified().unwrap();
        assert_eq!(before, after);
        if mode == Mode::Onedir {
            let link = one.path().join("dist/app/_internal/data/current");
            std::fs::remove_file(&link).unwrap();
            symlink("v2", &link).unwrap();
            one.command(arguments).run().success();
            assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("v1"));
        }
    }
}

#[test]
fn equal_files_are_stored_once_and_changed_alone() {
    // Random: it does not compress.
    let mut random = harness::Random(7);
    let content: Vec<u8> = (0..100_000).flat_map(|_| random.number().to_le_bytes()).collect();
    for mode in Mode::ALL {
        let make = |second: bool| {
            let project = Project::of("links/equal_files_are_stored_once_and_changed_alone")
                .file("data/one.bin", &content);
            let project = if second { project.file("data/sub/two.bin", &content) } else { project };
            project.freeze_as(mode, ["app.py", "--add-data", "data:data"])
        };
        let (one, two) = (make(false), make(true));
        if mode == Mode::Onefile {
            let len = |app: &Frozen| std::fs::metadata(&app.exe).unwrap().len();
            assert!(len(&two) < len(&one) + 10_000, "{} {}", len(&one), len(&two));
        }
        let expected = format!("True\n{:?} b'changed' 800000\n", Bytes(&content[..7]));
        two.command().run().prints(&expected);
    }
}

/// Shows bytes as Python does.
struct Bytes<'a>(&'a [u8]);

impl std::fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("b'")?;
        for byte in self.0 {
            match byte {
                b'\\' => f.write_str("\\\\")?,
                b' '..=b'~' => write!(f, "{}", char::from(*byte))?,
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\t' => f.write_str("\\t")?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_str("'")
    }
}

#[test]
fn bad_entries_are_named_and_the_rest_is_collected() {
    use std::os::unix::ffi::OsStrExt;
    let links = [
        "data/gone -> missing",
        "data/one -> two",
        "data/two -> one",
        "data/v1/around -> ../..",
        "data/below -> a.txt/x",
    ];
    let project = project(tell(), &FILES, &links);
    let bad = project.path().join("data").join(std::ffi::OsStr::from_bytes(b"bad\xff.txt"));
    std::fs::write(bad, "x").unwrap();
    // Reading a pipe would wait for ever.
    Run::new("/usr/bin/mkfifo").arg(project.path().join("data/pipe")).run().success();
    let run = project.command(["app.py", "--add-data", "data:data", "--onefile", "-y"]);
    let outcome = run.patience(Duration::from_secs(120)).run();
    for (name, reason) in [
        ("data/gone", "a link to a missing file"),
        ("data/below", "a link to a missing file"),
        ("data/one", "leads back to itself"),
        ("data/two", "leads back to itself"),
        ("data/v1/around", "a folder that contains it"),
        ("data/bad\u{fffd}.txt", "not UTF-8"),
    ] {
        let line = outcome.success().stderr.lines().find(|line| line.contains(&format!("{name}`")));
        assert!(line.is_some_and(|l| l.starts_with("warning: ") && l.contains(reason)), "{name}\n{outcome}");
    }
    let app = project.moved(Mode::Onefile, "app", outcome);
    assert!(app.command().run().success().stdout.starts_with("a.txt None a.txt A\n"));
}

#[test]
fn broken_and_multiplying_links_fail_the_build_with_a_line() {
    let spec = "[app]\nentry = 'app.py'\n[[data]]\nfrom = 'gone'\n";
    let one = project(Project::script("print(1)"), &[("app.spec", spec)], &["gone -> missing"]);
    one.command(["app.spec", "-y"]).run().fails(&[
        "gone",
        "app.spec:4",
        "a link to a missing file",
        "hint: ",
    ]);
    // Each folder leads to the next one twice.
    const FOLDERS: usize = 18;
    let names: Vec<String> = (0..=FOLDERS).map(|i| format!("beside{i}/file")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let links =
        (0..FOLDERS).flat_map(|i| ["a", "b"].map(|name| format!("beside{i}/{name} -> ../beside{}", i + 1)));
    let links: Vec<String> = links.chain(["data/out -> ../beside0".to_owned()]).collect();
    let many =
        project(Project::script("print(1)"), &files, &links.iter().map(String::as_str).collect::<Vec<_>>());
    let run = many.command(["app.py", "--add-data", "data:data", "--onefile", "-y"]);
    let outcome = run.patience(Duration::from_secs(120)).run();
    outcome.fails(&[
        "data/out",
        "contains more than 100000 files when links are followed",
        "hint: named in --add-data",
    ]);
}

#[test]
fn folders_that_link_to_each_other_are_listed_in_bounded_time() {
    const FOLDERS: usize = 60;
    let names: Vec<String> = (0..FOLDERS).map(|i| format!("data/d{i}/file")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let pairs = (0..FOLDERS).flat_map(|i| (0..FOLDERS).filter(move |j| *j != i).map(move |j| (i, j)));
    let links: Vec<String> = pairs.map(|(i, j)| format!("data/d{i}/l{j} -> ../d{j}")).collect();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    for mode in Mode::ALL {
        let project = project(
            Project::of("links/folders_that_link_to_each_other_are_listed_in_bounded_time"),
            &files,
            &links,
        );
        let form = format!("--{}", mode.name());
        let run = project.command(["app.py", "--add-data", "data:data", &form, "-y"]);
        let outcome = run.patience(Duration::from_secs(120)).run();
        let app = project.moved(mode, "app", outcome);
        app.command().run().prints(&format!("{}\n", FOLDERS * (FOLDERS - 1)));
    }
}

#[test]
fn bundles_of_macos_keep_links() {
    let (Some(python), Some(path)) = (piece("macos-3.11"), path_with("3.11")) else { return };
    let Some(launcher) = launcher("aarch64-apple-darwin", "launcher") else { return };
    for (form, root) in
        [(&["--onedir"][..], "dist/app/_internal"), (&["-w"], "dist/app.app/Contents/Resources")]
    {
        let project = project(tell(), &FILES[..3], &INSIDE[..12]);
        let run = project.bare_command(["app.py", "-y", "--add-data", "data:data", "--python"]).arg(&python);
        let run = run.args(["--target", "macos-aarch64"]).args(form);
        run.env("FREEZE_BOOTLOADER", &launcher).env("PATH", &path).run().success();
        let root = project.path().join(root);
        for link in &INSIDE[..12] {
            let (path, target) = link.split_once(" -> ").unwrap();
            assert_eq!(std::fs::read_link(root.join(path)).unwrap(), Path::new(target), "{path}");
            assert!(root.join(path).exists(), "{path}");
        }
        let product = project.path().join(if form == ["-w"] { "dist/app.app" } else { "dist/app" });
        check(&product, "arm64");
    }
}
