//! Pythons and packages for targets: fetched from mirrors in the layout of python-build-standalone.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use harness::{Mode, Project, Run, interpreters, root, scratch, uv, venv, wine};

use crate::cross::{launcher, path_with, piece};

const TAG: &str = "20250101";

/// Name of the file for a target in a release.
fn name(triple: &str) -> String {
    format!("cpython-3.11.9+{TAG}-{triple}-install_only.tar.gz")
}

/// A mirror in a folder, with its index beside it.
pub(crate) struct Mirror {
    folder: tempfile::TempDir,
}

impl Mirror {
    pub(crate) fn new() -> Mirror {
        let folder = scratch("mirror");
        std::fs::create_dir(folder.path().join(TAG)).unwrap();
        Mirror { folder }
    }

    /// Adds the Python of a piece.
    pub(crate) fn with(self, triple: &str, python: &Path) -> Mirror {
        let status = Command::new("tar")
            .arg("-czf")
            .arg(self.file(triple))
            .args([
                "--transform",
                "s,^\\.,python,",
                "--exclude=./Lib/site-packages",
                "--exclude=./Lib/test",
                "-C",
            ])
            .arg(python)
            .arg(".")
            .status()
            .unwrap();
        assert!(status.success());
        self
    }

    /// Adds a file that is no Python.
    fn with_text(self, triple: &str, text: &str) -> Mirror {
        std::fs::write(self.file(triple), text).unwrap();
        self
    }

    fn file(&self, triple: &str) -> PathBuf {
        self.folder.path().join(TAG).join(name(triple))
    }

    /// Writes the index for what the mirror contains now.
    pub(crate) fn index(self) -> Mirror {
        let files = std::fs::read_dir(self.folder.path().join(TAG)).unwrap();
        let files: Vec<_> = files.map(|entry| entry.unwrap().file_name()).collect();
        let output =
            Command::new("sha256sum").args(files).current_dir(self.folder.path().join(TAG)).output().unwrap();
        std::fs::write(self.folder.path().join("SHA256SUMS"), output.stdout).unwrap();
        self
    }

    /// `freeze` in the project, with this mirror, its own cache and an interpreter with the same version.
    fn freeze(&self, project: &Project, target: &str, mirror: &str) -> Option<Run> {
        self.freeze_words(project, &["app.py", "-F"], target, mirror)
    }

    fn freeze_words(&self, project: &Project, words: &[&str], target: &str, mirror: &str) -> Option<Run> {
        let own = interpreters().iter().find(|i| i.minor() == "3.11" && i.abiflags.is_empty());
        let path = path_with("3.11")?;
        let run = project.bare_command(words).args(["-y", "--python"]).arg(&own?.exe);
        let run = run.args(["--target", target, "--python-mirror", mirror]);
        Some(
            run.env("PATH", path)
                .env("FREEZE_PYTHON_INDEX", self.folder.path().join("SHA256SUMS"))
                .env("FREEZE_CACHE_DIR", self.cache())
                .env("FREEZE_LAUNCHERS", root().join("target/launchers")),
        )
    }

    /// Variables that make `freeze` use the mirror.
    pub(crate) fn settings(&self) -> [(&'static str, PathBuf); 2] {
        let folder = self.folder.path();
        [("FREEZE_PYTHON_MIRROR", folder.to_owned()), ("FREEZE_PYTHON_INDEX", folder.join("SHA256SUMS"))]
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn text(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}

#[test]
fn a_python_and_its_packages_are_fetched() {
    let Some(python) = piece("windows-full-3.11") else { return };
    if launcher("x86_64-pc-windows-gnu", "launcher.exe").is_none() {
        return;
    }
    let mirror = Mirror::new().with("x86_64-pc-windows-msvc", &python.join("cp311")).index();
    let Some(own) = interpreters().iter().find(|i| i.minor() == "3.11" && i.abiflags.is_empty()) else {
        return;
    };
    let environment = venv(own, "click==8.1.7\nmarkupsafe==2.1.5\n");
    // Only Windows needs colorama, which is not installed here.
    let source = "import click, colorama, markupsafe._speedups, sys\nprint(click.__version__, sys.platform)";
    let project = Project::script(source);
    let build = || {
        let run = mirror.freeze(&project, "windows-x86_64", mirror.text())?;
        let path = std::env::join_paths([uv().parent()?.to_owned(), "/usr/bin".into()]).ok()?;
        // The settings of this machine for its index.
        let settings =
            std::env::vars().filter(|(name, _)| ["UV_", "SSL_CERT_"].iter().any(|s| name.starts_with(s)));
        let run = run.arg("--python").arg(&environment.path).env("PATH", path);
        Some(settings.fold(run, |run, (name, value)| run.env(name, value)).run())
    };
    let Some(outcome) = build() else { return };
    outcome.success().says(&["built ", "app.exe", " of Python 3.11.9"]);
    // From the cache, without the mirror.
    std::fs::rename(mirror.folder.path().join(TAG), mirror.folder.path().join("gone")).unwrap();
    let outcome = build().unwrap();
    let app = project.moved(Mode::Onefile, "app", outcome);
    if let Some(wine) = wine() {
        wine.frozen(&app).run().prints("8.1.7 win32\r\n");
    }
}

#[test]
fn a_python_with_another_hash_is_refused() {
    let triple = "x86_64-pc-windows-msvc";
    let mirror = Mirror::new().with_text(triple, "one").index();
    std::fs::write(mirror.file(triple), "two").unwrap();
    let project = Project::script("print(1)");
    let Some(run) = mirror.freeze(&project, "windows-x86_64", &format!("file://{}", mirror.text())) else {
        return;
    };
    run.run().fails(&[
        &format!("error: failed to fetch Python 3.11.9 for windows-x86_64 from `{}`", mirror.text()),
        &format!("`{}` does not match the hash in the index", name(triple)),
        "expected SHA-256 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed, got ",
        "hint: pass a mirror or a folder with its files as `--python-mirror`",
    ]);
    assert!(!project.path().join("dist").exists());

    std::fs::remove_file(mirror.file(triple)).unwrap();
    let missing = mirror.freeze(&project, "windows-x86_64", mirror.text()).unwrap();
    missing.run().fails(&["there is neither `", &format!("{TAG}/{}", name(triple))]);
    let other = mirror.freeze(&project, "windows-aarch64", mirror.text()).unwrap();
    other.run().fails(&["lists no Python 3.11 for windows-aarch64", "`[target.windows-aarch64.python]`"]);
    let offline = mirror.freeze(&project, "windows-x86_64", "http://127.0.0.1:9").unwrap();
    offline
        .arg("--offline")
        .run()
        .fails(&["it is not in the cache, and `--offline` does not allow a download"]);
    let closed = mirror.freeze(&project, "windows-x86_64", "http://name:word@127.0.0.1:9/p").unwrap();
    let outcome = closed.run();
    outcome.fails(&["from `http://127.0.0.1:9/p`", "refused"]);
    assert!(!outcome.stderr.contains("word"), "{outcome}");
}

/// A server of one file. Until it is repaired, it sends half of the file, and then errors.
struct Server {
    address: String,
    is_whole: Arc<AtomicBool>,
    /// The ranges that were requested.
    ranges: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(content: Vec<u8>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/releases", listener.local_addr().unwrap());
        let server = Server { address, is_whole: Arc::default(), ranges: Arc::default() };
        let (is_whole, ranges) = (Arc::clone(&server.is_whole), Arc::clone(&server.ranges));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(stream, &content, is_whole.load(Ordering::SeqCst), &ranges);
            }
        });
        server
    }
}

fn answer(
    stream: TcpStream,
    content: &[u8],
    whole: bool,
    ranges: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut range = None;
    let mut request = String::new();
    reader.read_line(&mut request)?;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.trim().to_owned());
        }
    }
    let mut stream = stream;
    let wanted = format!("/releases/{TAG}/{}", name("aarch64-apple-darwin").replace('+', "%2B"));
    if !request.contains(&wanted) {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let half = content.len() / 2;
    let Some(range) = range else {
        let length = content.len();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
        return stream.write_all(&content[..if whole { length } else { half }]);
    };
    let begin: usize = range.strip_prefix("bytes=").and_then(|r| r.strip_suffix('-')?.parse().ok()).unwrap();
    ranges.lock().unwrap().push(range);
    if !whole {
        return write!(stream, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let rest = &content[begin..];
    write!(
        stream,
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        rest.len()
    )?;
    stream.write_all(rest)
}

#[test]
fn a_half_download_is_continued_by_the_next_build() {
    let (Some(python), Some(_)) = (piece("macos-3.11"), launcher("aarch64-apple-darwin", "launcher")) else {
        return;
    };
    let triple = "aarch64-apple-darwin";
    let mirror = Mirror::new().with(triple, &python).index();
    let content = std::fs::read(mirror.file(triple)).unwrap();
    let half = content.len() / 2;
    let server = Server::start(content);
    let project = Project::script("print(1)");
    let Some(run) = mirror.freeze(&project, "macos-aarch64", &server.address) else { return };
    run.run().fails(&[
        "failed to fetch Python 3.11.9 for macos-aarch64 from `http://127.0.0.1:",
        "HTTP 503: Busy",
    ]);
    server.is_whole.store(true, Ordering::SeqCst);
    mirror.freeze(&project, "macos-aarch64", &server.address).unwrap().run().success();
    let ranges = server.ranges.lock().unwrap();
    assert!(ranges.len() >= 2 && ranges.iter().all(|range| *range == format!("bytes={half}-")), "{ranges:?}");
    let files = walkdir::WalkDir::new(mirror.cache()).into_iter().flatten();
    let left: Vec<_> =
        files.filter(|f| f.path().parent().is_some_and(|p| p.ends_with("downloads"))).collect();
    assert!(left.iter().all(|file| file.path().extension().is_some_and(|end| end == "lock")), "{left:?}");
}

#[test]
fn specs_and_setup_scripts_get_a_python() {
    let (Some(python), Some(_)) = (piece("macos-3.11"), launcher("aarch64-apple-darwin", "launcher")) else {
        return;
    };
    let mirror = Mirror::new().with("aarch64-apple-darwin", &python).index();
    let spec =
        "a = Analysis(['app.py'])\nexe = EXE(PYZ(a.pure), a.scripts, a.binaries, a.datas, name='spec')\n";
    let setup = "from cx_Freeze import setup\nsetup(name='setup', version='1', executables=['app.py'])\n";
    let project = Project::script("print(1)").file("app.spec", spec).file("setup.py", setup);
    for words in [["app.spec"], ["setup.py"]] {
        let Some(run) = mirror.freeze_words(&project, &words, "macos-aarch64", mirror.text()) else { return };
        run.run().success().says(&["of Python 3.11.2"]);
    }
}

#[test]
fn several_targets_are_built_side_by_side() {
    let (Some(python), Some(_)) = (piece("macos-3.11"), launcher("aarch64-apple-darwin", "launcher")) else {
        return;
    };
    let mirror = Mirror::new().with("aarch64-apple-darwin", &python).index();
    let project = Project::script("import sys\nprint(sys.platform)");
    let native = format!("linux-{}", std::env::consts::ARCH);
    let Some(run) = mirror.freeze(&project, &native, mirror.text()) else { return };
    let run = run.args(["--target", "macos-aarch64", "--target", &native, "--report", "report.json"]);
    let outcome = run.run();
    outcome.success().says(&[&format!("{native}:\n"), "macos-aarch64:\n", "built 2 targets in dist, in "]);
    let dist = project.path().join("dist");
    Run::new(dist.join(&native).join("app")).run().prints("linux\n");
    let macos = std::fs::read(dist.join("macos-aarch64/app")).unwrap();
    assert_eq!(macos[..4], [0xcf, 0xfa, 0xed, 0xfe]);
    assert!(project.path().join("report-macos-aarch64.json").exists());

    let run = mirror.freeze(&project, "all", mirror.text()).unwrap().args(["--log-format", "json"]);
    let outcome = run.run();
    outcome.exits(1);
    let events = outcome.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let events: Vec<_> = events.collect();
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["built"]), (&"targets".into(), &2.into()), "{outcome}");
    assert_eq!(
        last["failed"],
        serde_json::json!(["linux-aarch64", "macos-x86_64", "windows-aarch64", "windows-x86_64"])
    );
    let is_error = |e: &&serde_json::Value| e["event"] == "error" && e["target"] == "windows-x86_64";
    assert!(events.iter().any(|event| is_error(&event)), "{outcome}");
}

#[test]
fn several_products_are_not_run() {
    let project = Project::script("print(1)");
    let run = project.command(["app.py", "--target", "all", "--", "x"]);
    run.run().exits(2).says(&["error: there are 6 targets, and `--` runs one product", "hint: omit `--`"]);
    assert!(!project.path().join("dist").exists());
}
