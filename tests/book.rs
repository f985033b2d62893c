//! The documentation is a book whose links lead somewhere, and each command in its tutorials and guides works.
//!
//! The blocks of a page run in its order, in a folder of their own. docs/contributing/testing.md describes the markers.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use harness::{
    Block, Display, Interpreter, Page, Run, Sandbox, Venv, freeze, interpreter, newest, root, scratch, skip,
    venv, wine,
};

use crate::target_pythons::Mirror;

/// Distribution of `freeze` on package indexes: the `freeze` under test takes its place.
const FREEZE: &str = "freeze-app";

/// All pages of the documentation, below the repository.
fn pages() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(root().join("docs"))
        .into_iter()
        .map(|e| e.expect("the documentation can be read").into_path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .map(|p| p.strip_prefix(root()).expect("it is in the repository").to_owned())
        .collect();
    let top = std::fs::read_dir(root()).expect("the repository can be read");
    let top = top.map(|e| PathBuf::from(e.expect("it can be read").file_name()));
    found.extend(top.filter(|p| p.extension().is_some_and(|e| e == "md")));
    found.sort();
    found
}

#[test]
fn links_lead_to_pages_and_headings() {
    let mut wrong = Vec::new();
    for path in pages() {
        let page = Page::read(&path);
        for link in page.links.iter().filter(|l| !l.text.contains("://")) {
            let (file, anchor) = link.text.split_once('#').unwrap_or((&link.text, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            let there = root().join(&target);
            // mdBook renders what is below docs/, and a README as the page of its folder.
            let in_book = !path.starts_with("docs")
                || there.canonicalize().is_ok_and(|t| t.starts_with(root().join("docs")))
                    && (path.ends_with("SUMMARY.md") || !target.ends_with("README.md"));
            let known = in_book
                && there.exists()
                && (anchor.is_empty() || Page::read(&target).anchors().iter().any(|a| a == anchor));
            if !known {
                wrong.push(format!("{}:{}: {}", path.display(), link.line, link.text));
            }
        }
    }
    assert!(wrong.is_empty(), "these links lead nowhere:\n  {}", wrong.join("\n  "));
}

#[test]
fn the_summary_lists_each_page_once() {
    let summary = Page::read("docs/SUMMARY.md");
    let mut listed: Vec<PathBuf> = summary.links.iter().map(|l| Path::new("docs").join(&l.text)).collect();
    listed.sort();
    let mut all = pages();
    all.retain(|p| p.starts_with("docs") && !p.ends_with("SUMMARY.md"));
    assert_eq!(listed, all, "docs/SUMMARY.md lists the pages of docs/");
}

#[test]
fn each_page_begins_with_its_only_title() {
    for path in pages().into_iter().filter(|p| p.starts_with("docs")) {
        let page = Page::read(&path);
        // The summary has a title for each part of the book.
        if path.ends_with("SUMMARY.md") {
            continue;
        }
        let titles = page.headings.iter().filter(|h| h.level == 1).count();
        let first = page.headings.first().map(|h| h.level);
        assert!(titles == 1 && first == Some(1), "{}: expected one title, `# …`, first", path.display());
    }
}

/// A test for each page whose commands run.
macro_rules! pages {
    ($($name:ident: $path:literal;)*) => {
        const RUN: &[&str] = &[$($path),*];
        $(
            #[test]
            fn $name() {
                Session::new($path).run();
            }
        )*
    };
}

pages! {
    readme_works: "README.md";
    start_works: "docs/start.md";
    command_line_tools_works: "docs/guides/command-line-tools.md";
    ci_works: "docs/guides/ci.md";
    data_science_works: "docs/guides/data-science.md";
    cross_building_works: "docs/guides/cross-building.md";
    debugging_works: "docs/guides/debugging.md";
    gui_works: "docs/guides/gui.md";
    macos_works: "docs/guides/macos.md";
    multiprocessing_works: "docs/guides/multiprocessing.md";
    plug_ins_works: "docs/guides/plug-ins.md";
    services_works: "docs/guides/services.md";
    shrinking_works: "docs/guides/shrinking.md";
    web_servers_works: "docs/guides/web-servers.md";
    windows_from_linux_works: "docs/guides/windows-from-linux.md";
    from_pyinstaller_works: "docs/guides/from-pyinstaller.md";
    from_cx_freeze_works: "docs/guides/from-cx-freeze.md";
    from_py2exe_works: "docs/guides/from-py2exe.md";
    from_py2app_works: "docs/guides/from-py2app.md";
    from_nuitka_works: "docs/guides/from-nuitka.md";
}

#[test]
fn commands_of_all_guides_run() {
    let listed: BTreeSet<&str> = RUN.iter().copied().collect();
    let all = pages();
    let guides = all.iter().filter(|p| p.starts_with("docs/guides") || p.ends_with("start.md"));
    let missing: Vec<_> = guides.filter(|p| !listed.contains(p.to_str().unwrap())).collect();
    assert!(missing.is_empty(), "tests/book.rs does not run {missing:?}");
    let indented: Vec<String> = RUN.iter().flat_map(|path| Page::read(path).indented).collect();
    assert!(indented.is_empty(), "commands are in fenced blocks, not indented:\n  {}", indented.join("\n  "));
}

#[test]
fn the_diagrams_are_those_that_their_script_draws() {
    let folder = scratch("pictures");
    let script = root().join("docs/images/pictures.py");
    Run::new(&python().exe).arg(script).arg(folder.path()).run().success();
    let drawn: Vec<PathBuf> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(drawn.len() >= 5, "{drawn:?}");
    // The bytes of a PNG depend on the zlib that Python has.
    for path in drawn.iter().filter(|p| p.extension().is_some_and(|e| e == "svg")) {
        let kept = root().join("docs/images").join(path.file_name().unwrap());
        let same = std::fs::read(&kept).ok() == Some(std::fs::read(path).unwrap());
        assert!(same, "`python3 docs/images/pictures.py` draws another {}", kept.display());
    }
}

#[test]
fn a_page_is_read_as_markdown() {
    let text = "# One `two`\n\n<!-- file: a.py -->\n<!-- exit: 3 -->\n```python\nx = \"[](no)\"\n```\n\
                See [it](a.md#b), `[not](this)` and ![that](c.svg).\n## One `two`\n  ```sh title\n  ls\n    x\n  ```\n";
    let page = Page::parse(Path::new("page.md"), text);
    assert_eq!(page.anchors(), ["one-two", "one-two-1"]);
    let links: Vec<(usize, &str)> = page.links.iter().map(|l| (l.line, l.text.as_str())).collect();
    assert_eq!(links, [(8, "a.md#b"), (8, "c.svg")]);
    let [first, second] = page.blocks.as_slice() else { panic!("{page:?}") };
    assert_eq!((first.line, first.marker("file"), first.marker("exit")), (5, Some("a.py"), Some("3")));
    assert_eq!((first.language.as_str(), first.text.as_str()), ("python", "x = \"[](no)\"\n"));
    assert_eq!((second.language.as_str(), second.text.as_str()), ("sh", "ls\n  x\n"));
    assert!(second.markers.is_empty(), "{second:?}");
}

#[test]
fn output_may_leave_parts_open() {
    let printed = "built dist/app (4.2 MB)\n  in 0.3 s\ndone\n";
    for expected in ["built dist/app (… MB)\n  in … s\n", "built …\n…\ndone\n", "done", "  in 0.3 s"]
    {
        assert!(shows(printed, expected), "{expected}");
    }
    for expected in ["built dist/b", "in 0.3 s\nbuilt …\n", "built dist/app (… kB)", "built …\ndone\n"]
    {
        assert!(!shows(printed, expected), "{expected}");
    }
    assert_eq!(without_numbers("libpython3.12.so.1.0, 21.0 MB, 7 x."), "libpython0.so.0, 0 MB, 0 x.");
}

/// Whether the lines of `expected` follow each other in `printed`. `…` stands for any text in a line, and alone in a
/// line for any number of lines.
fn shows(printed: &str, expected: &str) -> bool {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim_end).collect();
    (0..=printed.len()).any(|from| lines_fit(&printed[from..], &expected))
}

fn lines_fit(printed: &[&str], expected: &[&str]) -> bool {
    let Some((first, rest)) = expected.split_first() else { return true };
    if *first == "…" {
        return (0..=printed.len()).any(|from| lines_fit(&printed[from..], rest));
    }
    printed.split_first().is_some_and(|(line, others)| line_fits(line, first) && lines_fit(others, rest))
}

fn line_fits(printed: &str, expected: &str) -> bool {
    let Some((before, after)) = expected.split_once('…') else { return printed == expected };
    let Some(rest) = printed.strip_prefix(before) else { return false };
    (0..=rest.len()).filter(|i| rest.is_char_boundary(*i)).any(|i| line_fits(&rest[i..], after))
}

/// A text with 0 in place of each number, also of those with dots.
fn without_numbers(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii_digit() {
            plain.push(c);
            continue;
        }
        plain.push('0');
        while let Some(next) = chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
            // The dot at the end of a number, as in `3.12.so`, is none of its own.
            if next == '.' && chars.peek().is_none_or(|c| !c.is_ascii_digit()) {
                plain.push('.');
                break;
            }
        }
    }
    plain
}

/// The interpreter of all pages: the pieces for other platforms have that version.
fn python() -> &'static Interpreter {
    interpreter("3.11").unwrap_or_else(newest)
}

/// An environment with what all pages install, or a page alone whose environment is resolved for another platform.
fn environment(page: &Page) -> Venv {
    let is_own = page.blocks.iter().any(|b| b.marker("mirror").is_some());
    let mut packages = BTreeSet::from(["pip".to_owned()]);
    let others: Vec<Page> = if is_own { Vec::new() } else { RUN.iter().map(Page::read).collect() };
    for page in others.iter().chain([page]) {
        for block in page.blocks.iter().filter(|b| b.marker("skip").is_none()) {
            if block.marker("file") == Some("requirements.txt") {
                packages.extend(block.text.lines().map(str::to_owned));
            }
            let setup =
                block.markers.iter().filter(|(name, _)| name == "setup").map(|(_, value)| value.as_str());
            let lines = block.text.lines().chain(setup);
            let installs = lines.filter_map(|l| l.split_once("pip install "));
            let words = installs.flat_map(|(_, rest)| rest.split_whitespace());
            let plain = |w: &&str| !w.starts_with('-') && !w.ends_with(".txt") && *w != FREEZE;
            packages.extend(words.filter(plain).map(str::to_owned));
        }
    }
    venv(python(), &packages.into_iter().collect::<Vec<_>>().join("\n"))
}

/// A reader who follows a page.
struct Session {
    page: Page,
    environment: Venv,
    folder: tempfile::TempDir,
    /// What the last command printed.
    printed: String,
    display: Option<Display>,
    /// Of Pythons to download.
    mirror: Option<Mirror>,
}

impl Session {
    fn new(path: &str) -> Session {
        let page = Page::read(path);
        let environment = environment(&page);
        let folder = scratch("book");
        harness::make_reachable(folder.path());
        let tools = folder.path().join("tools");
        std::fs::create_dir_all(&tools).unwrap();
        std::fs::create_dir(folder.path().join("project")).unwrap();
        std::os::unix::fs::symlink(freeze(), tools.join("freeze")).unwrap();
        let pip = format!(
            "#!/bin/bash\nargs=() names=0\nfor a; do [ \"$a\" = {FREEZE} ] || args+=(\"$a\"); done\n\
             [ \"${{args[*]}}\" = install ] || exec '{}' -m pip --quiet \"${{args[@]}}\"\n",
            environment.python().display()
        );
        executable(&tools.join("pip"), &pip);
        Session { page, environment, folder, printed: String::new(), display: None, mirror: None }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn run(mut self) {
        let blocks = std::mem::take(&mut self.page.blocks);
        for block in &blocks {
            if let Some(reason) = block.marker("skip") {
                assert!(!reason.is_empty(), "{}: `skip` gives a reason", self.place(block));
            } else if let Err(missing) = self.prepare(block) {
                skip(&format!("{}: {missing}", self.place(block)));
                return;
            } else {
                self.block(block);
            }
        }
    }

    fn place(&self, block: &Block) -> String {
        format!("{}:{}", self.page.path.display(), block.line)
    }

    /// Does what the markers ask for before the block.
    fn prepare(&mut self, block: &Block) -> Result<(), String> {
        for (name, value) in &block.markers {
            match name.as_str() {
                "needs" => {
                    let tools = std::env::var_os("PATH").unwrap_or_default();
                    let there = std::env::split_paths(&tools).any(|folder| folder.join(value).exists());
                    let there = there
                        || match ["-windows-", "-linux-", "-apple-"].iter().find(|os| value.contains(**os)) {
                            Some(&"-windows-") => harness::launcher(value, "launcher.exe").is_some(),
                            Some(_) => harness::launcher(value, "launcher").is_some(),
                            None => harness::piece(value).is_some(),
                        };
                    if !there {
                        return Err(format!("no `{value}`"));
                    }
                }
                "wine" => {
                    let tool = self.folder.path().join("tools/wine");
                    let exe = wine().ok_or("no wine")?.exe();
                    if !tool.exists() {
                        // Wine finds its libraries by the path that it is started with.
                        executable(&tool, &format!("#!/bin/sh\nexec '{}' \"$@\"\n", exe.display()));
                    }
                }
                "display" if self.display.is_none() => {
                    self.display = Some(Display::start().ok_or("no Xvfb")?);
                }
                "setup" => {
                    self.shell(value, &[]).run().success();
                }
                "mirror" if self.mirror.is_none() => {
                    let python = harness::piece("windows-full-3.11").ok_or("no `windows-full-3.11`")?;
                    self.mirror =
                        Some(Mirror::new().with("x86_64-pc-windows-msvc", &python.join("cp311")).index());
                }
                "file" | "append" | "output" | "exit" | "without python" | "display" | "steps" | "mirror" => {
                }
                _ => panic!("{}: `{name}` is no marker", self.place(block)),
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) {
        let place = self.place(block);
        if let Some(path) = block.marker("file") {
            let path = self.project().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &block.text).unwrap();
        } else if let Some(path) = block.marker("append") {
            let file = std::fs::OpenOptions::new().append(true).open(self.project().join(path));
            std::io::Write::write_all(&mut file.unwrap(), block.text.as_bytes()).unwrap();
        } else if let Some(how) = block.marker("output") {
            let printed = &self.printed;
            let same = match how {
                "" => shows(printed, &block.text),
                "numbers differ" => shows(&without_numbers(printed), &without_numbers(&block.text)),
                _ => panic!("{place}: expected `output` or `output: numbers differ`"),
            };
            assert!(same, "{place}: expected this output:\n{}\nprinted was:\n{printed}", block.text);
        } else if block.marker("steps").is_some() {
            let steps = steps(&block.text);
            assert!(!steps.is_empty(), "{place}: no step has a command");
            steps.iter().for_each(|step| self.command(&place, step, block));
        } else {
            assert_eq!(block.language, "sh", "{place}: only `sh` runs; mark it `file`, `output` or `skip`");
            self.command(&place, &block.text, block);
        }
    }

    fn command(&mut self, place: &str, script: &str, block: &Block) {
        let markers: Vec<&str> = block.markers.iter().map(|(name, _)| name.as_str()).collect();
        let outcome = self.shell(script, &markers).show(self.project()).run();
        self.printed = format!("{}{}", outcome.stdout, outcome.stderr).replace("\r\n", "\n");
        let code = block.marker("exit").map_or(0, |code| code.parse().expect("`exit` names a number"));
        if outcome.code() != Some(code) || outcome.hung {
            outcome.fail(&format!("{place}: expected exit code {code} of\n{script}"));
        }
    }

    /// A shell in the folder of the page, with the tools that its reader has installed.
    fn shell(&self, script: &str, markers: &[&str]) -> Run {
        let mut run =
            Run::new("/bin/bash").args(["-euo", "pipefail", "-c", script]).in_folder(self.project());
        if markers.contains(&"wine") {
            let wine = wine().expect("it was there");
            for (name, value) in wine.command("").environment().clone() {
                run = run.env(name, value);
            }
            run = run.sandbox(Sandbox::without_python());
        }
        if markers.contains(&"without python") {
            run = run.sandbox(Sandbox::without_python());
        }
        if let Some(display) = &self.display {
            run = run.env("DISPLAY", &display.name);
        }
        if let Some(mirror) = &self.mirror {
            run = mirror.settings().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        }
        let venv = &self.environment.path;
        let machine = std::env::var_os("PATH").unwrap_or_default();
        let own = [self.folder.path().join("tools"), venv.join("bin")];
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&machine))).unwrap();
        let variables: BTreeMap<&str, PathBuf> = BTreeMap::from([
            ("PATH", path.into()),
            ("VIRTUAL_ENV", venv.clone()),
            ("FREEZE_CACHE_DIR", root().join("target/tmp/freeze-cache")),
            ("FREEZE_LAUNCHERS", root().join("target/launchers")),
            ("PIECES", root().join("target/pieces")),
            ("DOCS", root().join("docs")),
        ]);
        variables.into_iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}

/// Writes a script that can be run.
fn executable(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The commands of the steps of a workflow: `run: COMMAND`, or `run: |` and indented lines.
fn steps(workflow: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = workflow.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((before, command)) = line.split_once("run: ") else { continue };
        if !before.trim_start_matches([' ', '-']).is_empty() {
            continue;
        }
        if command.trim() != "|" {
            found.push(command.to_owned());
            continue;
        }
        let indent = before.len();
        let mut block = String::new();
        while let Some(inner) =
            lines.next_if(|l| l.trim().is_empty() || l.len() - l.trim_start().len() > indent)
        {
            block.push_str(inner);
            block.push('\n');
        }
        found.push(block);
    }
    found
}
