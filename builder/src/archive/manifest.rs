//! The manifest: the content of the application and the reasons for it, for
//! `freeze inspect` and `freeze why`. The launcher does not use it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{File, Input};
use crate::analysis::{By, Guard, Module, Reason};

/// Maximum number of reasons to store for a module or file. The first one is the reason why it was collected.
const REASONS: usize = 4;

/// The content of an application and the reasons for it. Contains no paths of the build machine and no times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of freeze that created it.
    pub freeze: String,
    /// Name of the application.
    pub app: String,
    /// Version of the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Version of the embedded Python.
    pub python: String,
    /// Magic number of its bytecode, in hexadecimal digits.
    pub magic: String,
    /// Platform, as in `linux-x86_64`.
    pub target: String,
    /// Optimization level of the bytecode.
    pub optimize: u8,
    /// Modules by name, including built-in ones.
    pub modules: BTreeMap<String, ModuleEntry>,
    /// Files by path below the root.
    pub files: BTreeMap<String, FileEntry>,
    /// Versions of distributions, by name.
    pub distributions: BTreeMap<String, String>,
    /// Patterns of modules that the request excludes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Imports that were not resolved.
    pub missing: BTreeMap<String, Vec<Why>>,
    /// Minimum glibc version that the application needs, and the file that needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glibc: Option<(String, String)>,
    /// Minimum macOS version that the application needs, and the file that needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macos: Option<(String, String)>,
    /// Libraries that stay on the host, and the first file that needs each.
    pub host: BTreeMap<String, String>,
}

/// A module in the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleEntry {
    /// `source`, `bytecode`, `extension`, `namespace` or `builtin`.
    pub kind: String,
    /// The distribution that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Why it was collected.
    pub why: Vec<Why>,
    /// Number of further reasons that are not stored.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
}

/// A file in the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// `data`, `resource` (data that stays in the archive), `native`, `program` or `link`.
    pub kind: String,
    /// Length in bytes.
    pub size: u64,
    /// Onedir: BLAKE3 hash of the content, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Target of a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it was collected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<Why>,
    /// Number of further reasons that are not stored.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
}

/// A reason why something was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Its origin: a module, distribution, rule or file; empty for the request itself.
    pub from: String,
    /// Kind of the reason, such as `import`, and its details.
    pub by: String,
    /// Line, 1-based; 0 if there is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: u32,
    /// `function`, `conditional` or `optional`, if it may not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
    /// The heuristic that found it, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heuristic: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
fn is_none(n: &usize) -> bool {
    *n == 0
}

impl From<&Reason> for Why {
    fn from(reason: &Reason) -> Why {
        let by = match (&reason.by, reason.by.words()) {
            (By::EntryPoint(name), _) => format!("entry point: {name}"),
            (By::Request(_) | By::Rule(_), (word, Some(place))) => format!("{word}: {}", portable(place)),
            (_, (word, Some(detail))) => format!("{word}: {detail}"),
            (_, (word, None)) => word.to_owned(),
        };
        let guard = Some(reason.guard).filter(|guard| *guard != Guard::None);
        let heuristic = reason.heuristic.clone();
        Why { from: portable(&reason.from), by, line: reason.line, guard, heuristic }
    }
}

/// Returns the reasons to store: one per importer, in the order they were found.
pub(super) fn whys(reasons: &[Reason]) -> Vec<Why> {
    let mut told: Vec<&Reason> = Vec::new();
    for reason in reasons {
        if told.len() < REASONS && !told.iter().any(|t| t.from == reason.from) {
            told.push(reason);
        }
    }
    told.into_iter().map(Why::from).collect()
}

/// Reduces an absolute path to its file name, so that the application does not reveal details of the build
/// machine.
fn portable(text: &str) -> String {
    if text.starts_with(['/', '\\']) || matches!(text.get(1..3), Some(":\\" | ":/")) {
        return text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    }
    text.to_owned()
}

pub(super) fn build(input: &Input<'_>, files: &[File], own: &[Module]) -> Manifest {
    let Input { contents, natives, request, python } = *input;
    let graph = &contents.graph;
    let (major, minor, micro) = python.version;
    let modules = graph.modules.values().chain(own).map(|module| {
        let distribution =
            module.distribution.and_then(|i| graph.distributions.get(i)).map(|d| d.name.clone());
        let why = whys(&module.reasons);
        let more = module.reasons.len() - why.len();
        (module.name.clone(), ModuleEntry { kind: module.kind.word().to_owned(), distribution, why, more })
    });
    Manifest {
        freeze: env!("CARGO_PKG_VERSION").to_owned(),
        app: request.name.clone(),
        version: request.version.clone(),
        python: format!("{major}.{minor}.{micro}"),
        magic: python.magic.iter().map(|b| format!("{b:02x}")).collect(),
        target: python.target.name(),
        optimize: request.python.optimize,
        modules: modules.collect(),
        files: files.iter().map(|file| (file.path.clone(), file.entry())).collect(),
        distributions: graph.distributions.iter().map(|d| (d.name.clone(), d.version.clone())).collect(),
        exclude: request.modules.exclude.clone(),
        missing: graph.missing.iter().map(|(name, reasons)| (name.clone(), whys(reasons))).collect(),
        glibc: natives.glibc.as_ref().map(|((a, b), file)| (format!("{a}.{b}"), file.clone())),
        macos: natives.macos.as_ref().map(|((a, b), file)| (format!("{a}.{b}"), file.clone())),
        host: natives.host.iter().map(|(name, who)| (name.clone(), portable(who))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_absolute_path_is_told() {
        let reason = Reason::new("/home/me/app.spec", By::Request("/x/y.toml".into())).at(3);
        let why = Why::from(&reason);
        assert_eq!((&*why.from, &*why.by, why.line), ("app.spec", "request: y.toml", 3));
        assert_eq!(portable("C:\\me\\a.py"), "a.py");
        assert_eq!(portable("pkg.mod"), "pkg.mod");
    }
}
