//! The numbers of a build, and its summary.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Report, Reporter, bloat, shorten, write, write_work};
use crate::analysis::{Guard, Reason};
use crate::archive::Totals;
use crate::binaries::Natives;
use crate::contents::{Cause, Contents};
use crate::error::{Result, Warning};
use crate::output::Published;
use crate::python::Python;
use crate::spec::Request;
use crate::target::Target;
use crate::why::Map;

/// The results for one platform: for the whole application, or the part of a universal program for a
/// processor.
#[derive(Debug)]
pub struct Part<'a> {
    /// The request.
    pub request: &'a Request,
    /// The interpreter.
    pub python: Python,
    /// Modules and data.
    pub contents: Contents,
    /// Native files.
    pub natives: Natives,
    /// Numbers for the summary.
    pub totals: Totals,
}

/// Numbers for the closing summary.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Summary {
    /// The product: the executable, or the folder of a onedir build.
    pub path: PathBuf,
    /// The executable to start.
    pub program: PathBuf,
    /// Whether an identical application already existed.
    pub unchanged: bool,
    /// `onefile` or `onedir`.
    pub mode: String,
    /// Its size in bytes.
    pub size: u64,
    /// The content; for a universal program, that of the part for the first processor.
    #[serde(flatten)]
    pub counts: Counts,
    /// For a universal program, the content of the other parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Counts>,
    /// Duration of the build.
    pub seconds: f64,
}

/// Numbers for one platform.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Counts {
    /// The platform.
    pub target: String,
    /// Version of the embedded Python.
    pub python: String,
    /// Python modules, including extension modules.
    pub modules: usize,
    /// Native libraries and extension modules.
    pub libraries: usize,
    /// Data files.
    pub data: usize,
    /// Own files that were collected because the program's strings contain their names, and the first
    /// locations of them.
    pub own_data: OwnData,
    /// Packages of which parts were left out.
    pub left_out: Vec<Remainder>,
    /// Minimum glibc version, and the file that needs it.
    pub glibc: Option<(String, String)>,
    /// Minimum macOS version, and the file that needs it.
    pub macos: Option<(String, String)>,
    /// Unguarded imports that were not resolved.
    pub missing: usize,
    /// Own sources that are included because code reads them, as paths below the root.
    pub own_sources: Vec<String>,
}

/// The parts of a package that the program does not use.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Remainder {
    /// The package.
    pub package: String,
    /// Number of files.
    pub files: usize,
    /// Their size in bytes.
    pub size: u64,
}

impl Remainder {
    fn of(contents: &Contents) -> Vec<Remainder> {
        let mut found: Vec<Remainder> = Vec::new();
        let of_parts = contents.pruned.left_out.iter().filter(|file| matches!(file.cause, Cause::Part(_)));
        for file in of_parts {
            let at = found.iter().position(|known| known.package == file.package).unwrap_or_else(|| {
                found.push(Remainder { package: file.package.clone(), ..Remainder::default() });
                found.len() - 1
            });
            found[at].files += 1;
            found[at].size += file.bytes;
        }
        found
    }
}

/// Files that no option requests.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct OwnData {
    /// Number of files.
    pub files: usize,
    /// The first few top-level folders and files among them.
    pub places: Vec<String>,
    /// Number of sources among them.
    pub sources: usize,
}

impl OwnData {
    /// Maximum number of locations to list.
    const MOST: usize = 4;

    fn of(contents: &Contents) -> OwnData {
        let own = contents.graph.used.own.values().map(|f| f.dest.as_str());
        let is_source = |dest: &&str| Path::new(dest).extension().is_some_and(|e| e == "py");
        let (sources, files): (Vec<&str>, Vec<&str>) = own.partition(is_source);
        let place = |dest: &&str| match dest.split_once('/') {
            Some((folder, _)) => format!("{folder}/…"),
            None => (*dest).to_owned(),
        };
        let mut places: Vec<String> = files.iter().map(place).collect();
        places.dedup();
        places.truncate(OwnData::MOST);
        OwnData { files: files.len(), places, sources: sources.len() }
    }
}

impl Counts {
    fn of(part: &Part<'_>) -> Counts {
        let Part { python, contents, natives, totals, .. } = part;
        let needed = |reasons: &Vec<Reason>| reasons.iter().any(|r| r.guard == Guard::None);
        let (major, minor, micro) = python.version;
        let floor = |floor: &Option<((u32, u32), String)>| {
            floor.as_ref().map(|((a, b), file)| (format!("{a}.{b}"), file.clone()))
        };
        Counts {
            target: python.target.name(),
            python: format!("{major}.{minor}.{micro}"),
            modules: totals.modules,
            libraries: totals.libraries,
            data: totals.data,
            own_data: OwnData::of(contents),
            left_out: Remainder::of(contents),
            glibc: floor(&natives.glibc),
            macos: floor(&natives.macos),
            missing: contents.graph.missing.values().filter(|r| needed(r)).count(),
            own_sources: contents.own_sources.clone(),
        }
    }
}

impl Summary {
    /// Returns the numbers in the format for programs, with minimum versions as objects.
    pub(super) fn event(&self) -> Value {
        let with_objects = |mut value: Value, counts: &Counts| {
            for (key, floor) in [("macos", &counts.macos), ("glibc", &counts.glibc)] {
                if let Some((version, file)) = floor {
                    value[key] = json!({ "version": version, "file": file });
                }
            }
            value
        };
        let mut value = with_objects(serde_json::to_value(self).unwrap_or_default(), &self.counts);
        if !self.others.is_empty() {
            let each =
                self.others.iter().map(|c| with_objects(serde_json::to_value(c).unwrap_or_default(), c));
            value["others"] = each.collect();
        }
        value["event"] = Value::from("result");
        value
    }

    /// Returns how to start the program, and what to copy to other computers.
    pub(super) fn start(&self) -> String {
        let program = shorten(&self.program);
        let on = match Target::named(&self.counts.target) {
            // Whether it uses musl depends on the interpreter.
            Some(target) if (Target { musl: false, ..target }) == Target::host() => String::new(),
            _ if self.others.is_empty() => format!(" on {}", self.counts.target),
            _ => " on macOS".to_owned(),
        };
        if self.program == self.path {
            format!("start it{on}: `{program}` (to share it, copy this file)")
        } else {
            format!("start it{on}: `{program}` (to share it, copy the folder `{}`)", shorten(&self.path))
        }
    }

    /// Returns the summary with the numbers of one part only.
    fn of(&self, part: &Part<'_>) -> Summary {
        Summary { counts: Counts::of(part), others: Vec::new(), ..self.clone() }
    }

    fn new(request: &Request, parts: &[Part<'_>], published: &Published, reporter: &Reporter) -> Summary {
        let mut counts = parts.iter().map(Counts::of);
        Summary {
            path: published.path.clone(),
            program: published.program.clone(),
            unchanged: published.unchanged,
            mode: crate::spec::write::word(request.bundle.mode),
            size: published.size,
            counts: counts.next().unwrap_or_default(),
            others: counts.collect(),
            seconds: reporter.elapsed().as_secs_f64(),
        }
    }
}

/// Merges the warnings of all `parts` of an application. Warnings that do not apply to all parts mention
/// those that they apply to.
pub fn merged(warnings: Vec<(Target, Warning)>, parts: usize) -> Vec<Warning> {
    let mut places: HashMap<Warning, usize> = HashMap::new();
    let mut merged: Vec<(Warning, Vec<Target>)> = Vec::new();
    for (target, warning) in warnings {
        let place = *places.entry(warning).or_insert_with_key(|warning| {
            merged.push((warning.clone(), Vec::new()));
            merged.len() - 1
        });
        let targets = &mut merged[place].1;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let told = |(warning, targets): (Warning, Vec<Target>)| {
        if targets.len() == parts {
            return warning;
        }
        let names: Vec<String> = targets.iter().map(Target::name).collect();
        Warning { message: format!("{} ({})", warning.message, names.join(", ")), ..warning }
    };
    merged.into_iter().map(told).collect()
}

/// Prints the summary and writes the requested files about the build.
///
/// # Errors
/// The application cannot be read, or a file cannot be written.
pub fn tell(
    request: &Request,
    parts: &[Part<'_>],
    published: &Published,
    reporter: &mut Reporter,
) -> Result<()> {
    let output = &request.output;
    let summary = Summary::new(request, parts, published, reporter);
    let mut bloat_of = Vec::new();
    if output.report.is_some() || output.work.is_some() || output.bloat {
        for (i, part) in parts.iter().enumerate() {
            let mut report = Report::new(part, summary.of(part), reporter)?;
            let map = Map::of_build(&part.contents, &part.natives, part.request);
            let bloat = bloat::parts(&report, &map);
            report.set_bloat(bloat.clone());
            // Files for the first processor have the requested names. Those for other processors include its
            // name.
            let machine = if i == 0 { None } else { Some(part.python.target.machine()) };
            if let Some(path) = &output.report {
                write(&report, &named(path, machine))?;
            }
            if let Some(work) = &output.work {
                let folder = named(&work.join(&request.name), machine);
                write_work(&folder, &request.name, &part.contents.graph, &report)?;
            }
            bloat_of.push((part.python.target.name(), bloat));
        }
    }
    reporter.summary(&summary);
    for (target, parts) in bloat_of.iter().filter(|_| output.bloat) {
        reporter.bloat(parts, request.is_universal().then_some(target));
    }
    Ok(())
}

/// Returns a note about own sources that are included without being requested.
pub(super) fn own_sources(paths: &[String]) -> Option<String> {
    const SHOWN: usize = 4;
    let shown: Vec<String> = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect();
    let more = paths.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let told = format!(
        "includes your source files {}{more}, because code reads them; `--source none` leaves them out",
        shown.join(", ")
    );
    (!paths.is_empty()).then_some(told)
}

/// Appends the name of a processor to the stem of a path.
fn named(path: &Path, machine: Option<&str>) -> PathBuf {
    let Some(machine) = machine else { return path.to_owned() };
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (part(path.file_stem()), part(path.extension()));
    let dot = if extension.is_empty() { "" } else { "." };
    path.with_file_name(format!("{stem}-{machine}{dot}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_one_part_tells_which() {
        let [arm, intel] = Target::UNIVERSAL;
        let (both, one) = (Warning::new("a"), Warning::new("b"));
        let given =
            vec![(arm, both.clone()), (arm, both.clone()), (intel, both.clone()), (intel, one.clone())];
        assert_eq!(merged(given, 2), [both, Warning::new("b (macos-x86_64)")]);
        assert_eq!(merged(vec![(arm, one.clone()), (arm, one.clone())], 1), [one]);
    }

    #[test]
    fn the_report_of_another_processor_has_its_name() {
        let at = |path: &str, machine| named(Path::new(path), machine);
        assert_eq!(at("out/report.json", None), Path::new("out/report.json"));
        assert_eq!(at("out/report.json", Some("x86_64")), Path::new("out/report-x86_64.json"));
        assert_eq!(at("build/app", Some("x86_64")), Path::new("build/app-x86_64"));
    }
}
