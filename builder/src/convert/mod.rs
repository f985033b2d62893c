//! `freeze convert`: writes the configuration of another freezer as specs in TOML.

mod files;
mod layers;
mod made;
mod page;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use self::made::Folder;
use self::page::Page;
use crate::error::{Context, Error, Result, USAGE, Warning};
use crate::foreign::configuration::Configuration;
use crate::foreign::product::Product;
use crate::foreign::{Build, pyinstaller, setup};
use crate::os::allow_all_to_read;
use crate::report::Reporter;
use crate::spec::init::Existing;
use crate::spec::options::Options;
use crate::spec::{self, Overrides};
use crate::target::{Os, Target, Wanted};

/// What to convert.
#[derive(Clone, Debug)]
pub enum Source {
    /// A spec of PyInstaller, in Python, which runs.
    Spec(Build),
    /// A configuration of cx_Freeze, py2exe or py2app.
    Setup(Build),
    /// A configuration that consists of data.
    Configuration(Configuration),
}

/// A conversion.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// What to convert.
    pub source: Source,
    /// Where it is, as the user names it.
    pub shown: String,
    /// Options of the command line.
    pub overrides: Overrides,
    /// The file to write. Without it, `<name>.toml` beside the source.
    pub output: Option<PathBuf>,
    /// What to do with a file that exists.
    pub existing: Existing,
}

/// A spec that was written.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The spec.
    pub path: PathBuf,
    /// What it does not contain.
    pub lost: Vec<Warning>,
}

/// A product, for each system on which it differs.
type Variants = Vec<(Os, Product)>;

/// Converts a configuration, and returns the specs that were written.
///
/// # Errors
/// The configuration is invalid, or a file exists and must be kept. Nothing is then written.
pub fn run(conversion: &Conversion, reporter: &mut Reporter) -> Result<Vec<Converted>> {
    let (products, file) = match &conversion.source {
        Source::Spec(build) => {
            let products = pyinstaller::convert(build, reporter)?;
            let host = Target::host().os;
            (products.into_iter().map(|product| vec![(host, product)]).collect(), Some(build.path.as_path()))
        }
        Source::Setup(build) => {
            let products = setup::convert(build, reporter)?;
            let system = conversion.overrides.os();
            (
                products.into_iter().map(|product| vec![(system, product)]).collect(),
                Some(build.path.as_path()),
            )
        }
        Source::Configuration(configuration) => {
            (for_each_system(configuration, &conversion.overrides)?, configuration.file())
        }
    };
    let folder = match file {
        Some(file) => spec::entry::absolute(file).parent().unwrap_or(Path::new("/")).to_owned(),
        None => spec::current_dir()?,
    };
    let paths = paths(&products, conversion, &folder)?;
    let (mut pages, mut folders) = (Vec::new(), Vec::new());
    for (mut variants, path) in products.into_iter().zip(&paths) {
        if let Some(mut folder) = Folder::beside(path, &mut variants) {
            folder.write(conversion.existing)?;
            folders.push(folder);
        }
        pages.push(Page::new(variants, path, &conversion.shown)?);
    }
    // All of them are checked before the first one is in its place.
    let ready = pages.iter().zip(&paths).map(|(page, path)| checked(&page.text, path, &conversion.overrides));
    let ready = ready.collect::<Result<Vec<_>>>()?;
    let mut written = Vec::new();
    for ((file, page), path) in ready.into_iter().zip(pages).zip(paths) {
        publish(file, &path, conversion.existing)?;
        written.push(Converted { path, lost: page.lost });
    }
    folders.into_iter().for_each(Folder::keep);
    Ok(written)
}

/// Returns what a configuration describes for each system, that of the host first.
fn for_each_system(configuration: &Configuration, overrides: &Overrides) -> Result<Vec<Variants>> {
    let read = |target: Option<Target>| {
        let overrides =
            Overrides { target: target.map(Wanted::One).or(overrides.target), ..overrides.clone() };
        configuration.read(&Options::default(), &overrides)
    };
    let system = overrides.os();
    let mut all: Vec<Variants> = read(None)?.into_iter().map(|product| vec![(system, product)]).collect();
    if overrides.target.is_some() {
        return Ok(all);
    }
    for os in [Os::Linux, Os::Windows, Os::Macos].into_iter().filter(|os| *os != system) {
        match read(Target::ALL.into_iter().find(|target| target.os == os)) {
            Ok(products) => {
                for (variants, mut product) in all.iter_mut().zip(products) {
                    product.request.target = None;
                    variants.push((os, product));
                }
            }
            // What only exists where the program is built for this system.
            Err(error) => {
                let message = format!("the options for {}: {}", os.name(), error.message);
                let hint = format!("convert on {} as well, and compare", os.name());
                for variants in &mut all {
                    variants[0].1.lose(Warning::new(message.clone()).hint(hint.clone()));
                }
            }
        }
    }
    Ok(all)
}

/// Returns the files to write. None of them exists, unless it may be replaced.
fn paths(products: &[Variants], conversion: &Conversion, folder: &Path) -> Result<Vec<PathBuf>> {
    let named = products.iter().map(|variants| folder.join(format!("{}.toml", variants[0].1.request.name)));
    let paths: Vec<PathBuf> = match (&conversion.output, products.len()) {
        (Some(output), 1) => vec![spec::entry::absolute(output)],
        (Some(_), several) => {
            let message =
                format!("`{}` describes {several} products, and `--output` names one file", conversion.shown);
            return Err(Error::new(message)
                .hint("leave it out: each spec has the name of its product")
                .exit_code(USAGE));
        }
        (None, _) => named.collect(),
    };
    for (i, path) in paths.iter().enumerate() {
        if path.file_name().is_some_and(|name| name == "pyproject.toml") {
            let error = Error::new("a spec cannot be named `pyproject.toml`").exit_code(USAGE);
            return Err(error.hint("name another file with `--output`"));
        }
        if !path.extension().is_some_and(|e| e == "toml" || e == "spec") {
            let error = Error::new(format!("a spec cannot be named `{}`", path.display())).exit_code(USAGE);
            return Err(error.hint("its name ends in `.toml` or `.spec`"));
        }
        if paths[..i].contains(path) {
            let error = Error::new(format!("two products are named `{}`", products[i][0].1.request.name));
            return Err(error.hint("rename one of them first"));
        }
        if path.exists() && conversion.existing == Existing::Keep {
            return Err(exists(path));
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        if !parent.is_dir() {
            return Err(Error::new(format!("folder `{}` not found", parent.display())).exit_code(USAGE));
        }
    }
    Ok(paths)
}

fn exists(path: &Path) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Error::new(format!("`{name}` exists")).hint(format!(
        "replace it with `--force`, name another file with `--output`, or build it with `freeze {name}`"
    ))
}

/// Writes a spec beside its destination, and reads it again.
fn checked(text: &str, path: &Path, overrides: &Overrides) -> Result<tempfile::NamedTempFile> {
    let failed = || format!("failed to write `{}`", path.display());
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file =
        tempfile::Builder::new().prefix(".").suffix(".toml").tempfile_in(folder).context(failed)?;
    file.write_all(text.as_bytes()).context(failed)?;
    allow_all_to_read(file.as_file()).context(failed)?;
    spec::load(file.path(), overrides).context(failed)?;
    Ok(file)
}

fn publish(file: tempfile::NamedTempFile, path: &Path, existing: Existing) -> Result<()> {
    let failed = || format!("failed to write `{}`", path.display());
    if existing == Existing::Replace {
        return file.persist(path).map(drop).map_err(|e| Error::from(e.error).context(failed()));
    }
    file.persist_noclobber(path).map(drop).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Error::from(e.error).context(failed()),
    })
}
