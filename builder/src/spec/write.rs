//! Writes a request as a spec, for `freeze init` and `--specpath`.

use std::fmt::Write as _;
use std::path::{Component, Path};

use clap::ValueEnum;

use super::document::quote;
use super::{
    CONTENTS_DIRECTORY, Companions, Entry, Hooks, Item, Modules, Program, PythonRequest, Request, Resource,
    Runtime, Windows,
};

/// Column of the notes.
const NOTES: usize = 38;

/// How much a written spec explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Only what differs from the defaults.
    Terse,
    /// The usual keys, commented out if they have their default.
    Commented,
}

/// Returns the text of a spec in `folder` that is equivalent to `request`.
pub fn text(request: &Request, folder: &Path, style: Style) -> String {
    let mut w = Writer { out: String::new(), folder, style, section: None };
    let file = format!("{}.spec", request.name);
    let _ = writeln!(
        w.out,
        "# `freeze {file}` builds it. Paths are relative to this file; see docs/reference/spec.md for all keys."
    );
    let (app, programs) = split(request);
    w.app(request, app);
    w.python(&request.python);
    w.bundle(request);
    w.modules(&request.modules);
    w.items("data", &request.data);
    w.items("binary", &request.binaries);
    w.section("metadata");
    w.value("include", list(&request.metadata.include, |o| quote(o)), "", "");
    w.value("recursive", list(&request.metadata.recursive, |o| quote(o)), "", "");
    let project = request.project.as_ref().and(request.project_file.as_deref());
    w.value("project", project.map(|p| w.path(p)), "", "");
    w.section("rules");
    let files = list(&request.rule_files, |p| w.path(p));
    w.value("files", files, "", "");
    w.hooks(&request.hooks);
    w.value("shipped", request.only_own_rules.then(|| "false".into()), "", "");
    w.runtime(&request.runtime);
    for program in programs {
        w.section("[program]");
        w.value("name", Some(quote(&program.name)), "", "");
        let (key, value) = w.entry(&program.entry);
        w.value(key, Some(value), "", "");
        w.value("folder", program.folder.as_deref().map(|p| w.path(p)), "", "");
        w.value("then", list(&program.then, |p| w.path(p)), "", "");
        if let Some(windows) = &program.windows {
            w.section("program.windows");
            w.windows(&windows.without(&request.windows));
        }
    }
    w.section("windows");
    w.windows(&request.windows);
    w.macos(request);
    w.out
}

/// Returns the program of `[app]`, if it is the first one, and those of `[[program]]`.
fn split(request: &Request) -> (Option<&Program>, &[Program]) {
    match request.programs.split_first() {
        Some((first, rest)) if first.name == request.name => (Some(first), rest),
        _ => (None, &request.programs),
    }
}

struct Writer<'a> {
    out: String,
    folder: &'a Path,
    style: Style,
    /// A section whose first key has not been written yet.
    section: Option<&'static str>,
}

impl Writer<'_> {
    fn app(&mut self, request: &Request, program: Option<&Program>) {
        self.section("app");
        self.value("name", Some(quote(&request.name)), "", "of the executable");
        if let Some(program) = program {
            let (key, value) = self.entry(&program.entry);
            self.value(key, Some(value), "", "a script, \"package\" or \"package.module:function\"");
            self.value("folder", program.folder.as_deref().map(|p| self.path(p)), "", "");
            self.value("then", list(&program.then, |p| self.path(p)), "", "");
        }
        self.value("version", request.version.as_deref().map(quote), "\"1.0\"", "");
    }

    fn python(&mut self, python: &PythonRequest) {
        self.section("python");
        let interpreter = python.interpreter.as_ref().map(|p| match Path::new(p).is_absolute() {
            true => self.path(Path::new(p)),
            false => quote(p),
        });
        self.value("interpreter", interpreter, "\".venv\"", "a venv, a python or a version");
        self.value("packages", list(&python.packages, |p| self.path(p)), "", "");
        self.value("requirements", list(&python.requirements, |p| self.path(p)), "", "");
        let optimize = (python.optimize != 0).then(|| python.optimize.to_string());
        self.value("optimize", optimize, "0", "1 (-O), 2 (-OO)");
        let options = list(&python.options, |o| quote(o));
        self.value("options", options, "[\"X utf8=1\"]", "as on python's command line");
        let paths = list(&python.paths, |p| self.path(p));
        self.value("paths", paths, "[\"src\"]", "searched before the interpreter's own");
        let environment = &python.environment;
        self.value("sync", environment.sync.map(|on| on.to_string()), "", "");
        self.value("locked", environment.locked.then(|| "true".into()), "", "");
        self.value("extras", list(&environment.extras, |o| quote(o)), "", "");
        self.value("groups", list(&environment.groups, |o| quote(o)), "", "");
    }

    fn modules(&mut self, m: &Modules) {
        self.section("modules");
        let names = |names: &[String]| list(names, |name| quote(name));
        self.value("include", names(&m.include), "[\"plugins.*\"]", "modules that analysis does not find");
        self.value("exclude", names(&m.exclude), "[\"tkinter\"]", "modules to leave out");
        self.value("source", names(&m.source), "", "");
        self.value("files", names(&m.files), "", "");
        self.value("collect-data", names(&m.collect_data), "", "");
        self.value("collect-binaries", names(&m.collect_binaries), "", "");
        self.value("exclude-binaries", names(&m.exclude_binaries), "", "");
        self.value("include-binaries", names(&m.include_binaries), "", "");
        self.value("whole", names(&m.whole), "", "");
        self.value("locales", names(&m.locales), "", "");
        self.value("own-data", m.no_own_data.then(|| "false".into()), "", "");
        self.value("order", m.order_file.as_deref().map(|p| self.path(p)), "", "");
    }

    fn runtime(&mut self, r: &Runtime) {
        self.section("runtime");
        let hooks = list(&r.hooks, |p| self.path(p));
        self.value("hooks", hooks, "[\"startup.py\"]", "run before the entry");
        let env: Vec<String> = r.env.iter().map(|(k, v)| format!("{} = {}", quote(k), quote(v))).collect();
        let env = (!env.is_empty()).then(|| format!("{{ {} }}", env.join(", ")));
        self.value("env", env, "{ APP_HOME = \"{root}/share\" }", "{root} is the app's folder");
        self.value("interpreter", r.interpreter.then(|| "true".into()), "", "");
        self.value("switches", r.switches.then(|| "true".into()), "", "");
        self.value("debug", list(&r.debug, |o| quote(o)), "", "");
    }

    fn section(&mut self, name: &'static str) {
        self.section = Some(name);
    }

    fn value(&mut self, key: &str, value: Option<String>, example: &str, note: &str) {
        let line = match value {
            Some(value) => format!("{key} = {value}"),
            None if self.style == Style::Terse || example.is_empty() => return,
            None => format!("# {key} = {example}"),
        };
        if let Some(section) = self.section.take() {
            let _ = writeln!(self.out, "\n[{section}]");
        }
        match note {
            "" => drop(writeln!(self.out, "{line}")),
            _ if self.style == Style::Terse => drop(writeln!(self.out, "{line}")),
            note => drop(writeln!(self.out, "{line:NOTES$} # {note}")),
        }
    }

    fn bundle(&mut self, request: &Request) {
        let b = &request.bundle;
        self.section("bundle");
        self.value("target", request.target_name().map(|name| quote(&name)), "", "");
        let mode = Some(quote(&word(b.mode)));
        self.value("mode", mode, "", "or \"onedir\": a folder, which extracts nothing at the start");
        let extract = unless_default(b.extract);
        self.value("extract", extract, "\"cache\"", "onefile: or \"temp\", \"memory\"");
        let compression = unless_default(b.compression);
        self.value("compression", compression, "\"default\"", "or \"fast\", \"max\", \"none\"");
        let source = unless_default(b.source);
        self.value("source", source, "\"used\"", "of modules: or \"none\", \"own\", \"all\"");
        let strip = unless_default(b.strip);
        self.value("strip", strip, "\"symbols\"", "of native files: or \"none\", \"debug\", \"all\"");
        let glibc = b.max_glibc.map(|(major, minor)| format!("\"{major}.{minor}\""));
        self.value("max-glibc", glibc, "\"2.28\"", "fail if a file needs a newer one");
        let contents = (b.contents_directory != CONTENTS_DIRECTORY).then(|| quote(&b.contents_directory));
        self.value("contents-directory", contents, "", "");
        self.value("runtime-tmpdir", b.runtime_tmpdir.as_deref().map(quote), "", "");
        if b.companions != Companions::default() {
            self.value("companions", Some(quote(&word(b.companions))), "", "");
        }
        self.value("exclude-files", list(&b.exclude_files, |o| quote(o)), "", "");
    }

    fn hooks(&mut self, hooks: &Hooks) {
        self.value("hooks", list(&hooks.folders, |p| self.path(p)), "", "");
        let implied = !hooks.folders.is_empty();
        let differs = hooks.of_packages != implied;
        let config = hooks.config.as_object().filter(|config| !config.is_empty());
        self.value("hooks-config", config.and_then(|_| json(&hooks.config)), "", "");
        self.value("package-hooks", differs.then(|| hooks.of_packages.to_string()), "", "");
    }

    fn windows(&mut self, win: &Windows) {
        let icon = win.icon.as_deref().map(|p| self.path(p));
        self.value("icon", icon, "", "");
        self.value("console", win.console.map(|c| c.to_string()), "", "");
        let file = win.version_file.as_deref().map(|p| self.path(p));
        self.value("version-file", file, "", "");
        let info = win.version_info.iter().map(|(key, text)| format!("{} = {}", name(key), quote(text)));
        self.value("version-info", table(info.collect()), "", "");
        self.value("hide-console", win.hide_console.as_deref().map(quote), "", "");
        self.value("windowed-traceback", win.windowed_traceback.map(|on| on.to_string()), "", "");
        let resources: Vec<String> = win.resources.iter().map(|r| self.resource(r)).collect();
        self.value("resources", list(&resources, |r| r.clone()), "", "");
        let manifest = win.manifest.as_deref().map(|p| self.path(p));
        self.value("manifest", manifest, "", "");
        self.value("uac", win.uac.as_deref().map(quote), "", "");
        self.value("uiaccess", win.uiaccess.then(|| "true".into()), "", "");
    }

    fn macos(&mut self, request: &Request) {
        let mac = &request.macos;
        self.section("macos");
        self.value("bundle", mac.bundle.map(|b| b.to_string()), "", "");
        self.value("identifier", mac.identifier.as_deref().map(quote), "", "");
        let icon = mac.icon.as_deref().map(|p| self.path(p));
        self.value("icon", icon, "", "");
        let plist = mac.plist.iter().filter_map(|(key, v)| Some(format!("{} = {}", name(key), json(v)?)));
        self.value("plist", table(plist.collect()), "", "");
        self.value("sign", mac.sign.as_deref().map(quote), "", "");
        let entitlements = mac.entitlements.as_deref().map(|p| self.path(p));
        self.value("entitlements", entitlements, "", "");
        self.value("hardened-runtime", mac.hardened_runtime.map(|b| b.to_string()), "", "");
        self.value("timestamp", mac.timestamp.as_deref().map(quote), "", "");
        let key = mac.notarize.as_deref().map(|p| self.path(p));
        self.value("notarize", key, "", "");
        self.value("architectures", list(&mac.architectures, |o| quote(o)), "", "");
    }

    fn items(&mut self, table: &'static str, items: &[Item]) {
        for item in items {
            self.section(if table == "data" { "[data]" } else { "[binary]" });
            let from = self.path(Path::new(&item.from));
            self.value("from", Some(from), "", "");
            self.value("to", (item.to != ".").then(|| quote(&item.to)), "", "");
            self.value("name", item.name.as_deref().map(quote), "", "");
            self.value("exclude", list(&item.exclude, |o| quote(o)), "", "");
        }
    }

    fn entry(&self, entry: &Entry) -> (&'static str, String) {
        match entry {
            Entry::Script(path) => ("entry", self.path(path)),
            Entry::Module(name) => ("entry", quote(name)),
            Entry::Function { module, function } => ("entry", quote(&format!("{module}:{function}"))),
            Entry::EntryPoint(name) => ("entry-point", quote(name)),
        }
    }

    /// Returns a resource in the format of [`Resource::parse`], with a path relative to the folder of the
    /// spec.
    fn resource(&self, resource: &Resource) -> String {
        let mut text = relative(&resource.file, self.folder);
        let parts = [&resource.kind, &resource.name, &resource.language];
        for part in parts.iter().take(parts.iter().rposition(|p| p.is_some()).map_or(0, |last| last + 1)) {
            text.push(',');
            text.push_str(part.as_deref().unwrap_or("*"));
        }
        quote(&text)
    }

    fn path(&self, path: &Path) -> String {
        quote(&relative(path, self.folder))
    }
}

/// Returns `path` relative to `folder`, with `/`. Both must be absolute.
pub fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if !path.components().take(shared).any(|c| matches!(c, Component::Normal(_))) {
        return path.to_string_lossy().into_owned();
    }
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|c| c.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}

fn list<T>(values: &[T], show: impl Fn(&T) -> String) -> Option<String> {
    let values: Vec<String> = values.iter().map(show).collect();
    (!values.is_empty()).then(|| format!("[{}]", values.join(", ")))
}

/// Returns an inline table of its `key = value` pairs.
fn table(pairs: Vec<String>) -> Option<String> {
    (!pairs.is_empty()).then(|| format!("{{ {} }}", pairs.join(", ")))
}

/// Returns the notation of a key.
fn name(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { quote(key) }
}

/// Returns a JSON value as TOML, which has no null.
fn json(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    Some(match value {
        Value::Null => return None,
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::Array(items) => format!("[{}]", items.iter().filter_map(json).collect::<Vec<_>>().join(", ")),
        Value::Object(pairs) => {
            let pairs =
                pairs.iter().filter_map(|(key, value)| Some(format!("{} = {}", name(key), json(value)?)));
            table(pairs.collect()).unwrap_or_else(|| "{}".to_owned())
        }
    })
}

/// Returns the notation of a value in a spec.
pub(crate) fn word(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|word| word.get_name().to_owned()).unwrap_or_default()
}

fn unless_default<T: ValueEnum + Default + PartialEq>(value: T) -> Option<String> {
    (value != T::default()).then(|| quote(&word(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_count_from_the_folder_of_the_spec() {
        let relative = |p: &str, f: &str| super::relative(Path::new(p), Path::new(f));
        assert_eq!(relative("/home/me/app/x.py", "/home/me/app"), "x.py");
        assert_eq!(relative("/home/me/x.py", "/home/me/app/specs"), "../../x.py");
        assert_eq!(relative("/home/me/app", "/home/me/app"), ".");
        assert_eq!(relative("/opt/x.py", "/home/me"), "/opt/x.py");
    }

    #[test]
    fn strings_are_quoted_as_toml() {
        assert_eq!(quote("a\"b\\c"), r#"'a"b\c'"#);
        assert_eq!(quote("plain"), "\"plain\"");
    }
}
