//! Wheels: parses their names and metadata, and selects those that are compatible with the target.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use pep440_rs::Version;

use super::tags::Tags;
use crate::error::{Context, Error, Result};

/// A compatible wheel.
#[derive(Clone, Debug)]
pub(super) struct Wheel {
    pub(super) path: PathBuf,
    /// Normalized name (PEP 503).
    pub(super) name: String,
    pub(super) version: Version,
    /// The text of METADATA.
    pub(super) metadata: String,
}

impl Wheel {
    /// Returns name and version, for messages.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// The wheels to install.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// Sorted by name.
    pub(super) wheels: Vec<Wheel>,
    /// Distributions without a compatible wheel, with their files.
    pub(super) unfit: BTreeMap<String, Vec<String>>,
}

/// The parts of a wheel's name.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    name: String,
    version: Version,
    /// Build number, as a tie-breaker.
    build: u64,
    python: String,
    abi: String,
    platform: String,
}

/// A wheel, its rank, and its file.
type Ranked<'a> = (Name, Option<u32>, &'a PathBuf);

/// Selects the best wheel of each distribution.
///
/// # Errors
/// A file is not a wheel, or there are two versions of a distribution.
pub(super) fn choose(files: &[PathBuf], tags: &Tags) -> Result<Chosen> {
    let mut by_name: BTreeMap<String, Vec<Ranked<'_>>> = BTreeMap::new();
    for path in files {
        let name = parse(file_name(path)).ok_or_else(|| {
            Error::new(format!("`{}` is not a wheel", path.display()))
                .cause("expected a name as in `package-1.0-py3-none-any.whl`")
                .hint("the file may have been renamed: download it again, or remove it")
        })?;
        let rank = tags.rank(&name.python, &name.abi, &name.platform);
        by_name.entry(name.name.clone()).or_default().push((name, rank, path));
    }
    let mut chosen = Chosen::default();
    for (name, all) in by_name {
        let mut fitting: Vec<_> = all.iter().filter(|(_, rank, _)| rank.is_some()).collect();
        fitting.sort_by(|a, b| (a.1, b.0.build, a.2).cmp(&(b.1, a.0.build, b.2)));
        let Some((best, _, path)) = fitting.first() else {
            let files = all.iter().map(|(_, _, path)| file_name(path).to_owned()).collect();
            chosen.unfit.insert(name, files);
            continue;
        };
        if let Some((_, _, other)) = fitting.iter().find(|(n, _, _)| n.version != best.version) {
            return Err(Error::new(format!(
                "there are two versions of `{name}`: `{}` and `{}`",
                path.display(),
                other.display()
            ))
            .hint("remove one of them"));
        }
        let metadata = metadata(path)?;
        chosen.wheels.push(Wheel { path: (*path).clone(), name, version: best.version.clone(), metadata });
    }
    Ok(chosen)
}

/// Returns the best of the wheels named for each distribution, or the names of one without any that fits.
pub(super) fn best(names: &[String], tags: &Tags) -> Result<Vec<String>, Vec<String>> {
    let mut by_name: BTreeMap<String, Vec<(Option<u32>, String)>> = BTreeMap::new();
    for file in names {
        let Some(name) = parse(file) else { return Err(vec![file.clone()]) };
        let rank = tags.rank(&name.python, &name.abi, &name.platform);
        by_name.entry(name.name).or_default().push((rank, file.clone()));
    }
    let best = |files: Vec<(Option<u32>, String)>| {
        let fitting = files.iter().filter_map(|(rank, file)| Some(((*rank)?, file)));
        match fitting.min() {
            Some((_, file)) => Ok(file.clone()),
            None => Err(files.into_iter().map(|(_, file)| file).collect()),
        }
    };
    by_name.into_values().map(best).collect()
}

pub(super) fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|n| n.to_str()).unwrap_or_default()
}

/// Parses `name-version(-build)-python-abi-platform.whl`.
fn parse(file: &str) -> Option<Name> {
    let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
    let (name, version, build, rest) = match parts[..] {
        [name, version, ref rest @ ..] if rest.len() == 3 => (name, version, "", rest),
        [name, version, build, ref rest @ ..] if rest.len() == 3 => (name, version, build, rest),
        _ => return None,
    };
    let digits = build.len() - build.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    Some(Name {
        name: normalize(name),
        version: version.replace('_', "-").parse().ok()?,
        build: build[..digits].parse().unwrap_or(0),
        python: rest[0].to_owned(),
        abi: rest[1].to_owned(),
        platform: rest[2].to_owned(),
    })
    .filter(|n| !n.name.is_empty())
}

pub(super) use crate::requirement::normalize;

/// Returns the text of a wheel's METADATA.
fn metadata(path: &Path) -> Result<String> {
    let failed = || format!("failed to read wheel `{}`", path.display());
    let mut zip = zip::ZipArchive::new(fs_err::File::open(path)?).context(failed)?;
    let is_metadata = |name: &str| {
        let info = name.strip_suffix("/METADATA").unwrap_or_default();
        info.ends_with(".dist-info") && !info.contains('/')
    };
    let at = (0..zip.len())
        .find(|i| zip.name_for_index(*i).and_then(|n| n.ok()).is_some_and(|n| is_metadata(&n)))
        .ok_or_else(|| Error::new(failed()).cause("expected `METADATA` in a `.dist-info` folder"))?;
    let mut bytes = Vec::new();
    zip.by_index(at).context(failed)?.read_to_end(&mut bytes).context(failed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_wheels() {
        let name = parse("Foo_Bar-1.0+local_1-2abc-cp311-abi3-manylinux_2_17_x86_64.whl").unwrap();
        assert_eq!((name.name.as_str(), name.build, name.abi.as_str()), ("foo-bar", 2, "abi3"));
        for bad in
            ["", "x.whl", "a-1-py3-none.whl", "a-?-py3-none-any.whl", "a-1-2-3-py3-none-any.whl", "a.zip"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(normalize("A--b_.C"), "a-b-c");
    }
}
