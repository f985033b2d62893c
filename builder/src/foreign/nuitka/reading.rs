//! Reads options of Nuitka one by one, and adds what they mean to a product.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::table::{self, Effect, Flag, Takes};
use super::words::Word;
use crate::error::{Error, Result, USAGE, Warning};
use crate::foreign::place::{self, Place};
use crate::foreign::product::Product;
use crate::spec::options::Options;
use crate::spec::{self, Overrides, entry};
use crate::target::Os;

/// An option with its value.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) flag: &'static Flag,
    /// Its name as it is written.
    pub(super) name: String,
    pub(super) value: String,
    pub(super) place: Option<Place>,
}

/// A parsed command line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) options: Vec<Asked>,
    /// Scripts, and where they are named.
    pub(super) scripts: Vec<(PathBuf, Option<Place>)>,
}

/// Parses words.
///
/// # Errors
/// An option is not known, or its value is missing.
pub(super) fn parse(words: &[Word]) -> Result<Line> {
    let mut line = Line::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let failed = |message: String, hint: String| {
            let error = Error::new(message).hint(hint);
            let error = if word.place.is_none() { error.exit_code(USAGE) } else { error };
            place::at(error, word.place.as_ref())
        };
        if word.text == "--" {
            continue;
        }
        if !word.text.starts_with('-') {
            // What follows the script is for the program when Nuitka runs it.
            if line.scripts.is_empty() {
                line.scripts.push((PathBuf::from(plain(&word.text)), word.place.clone()));
            }
            continue;
        }
        let (name, value) = split(&word.text);
        let flag =
            table::find(name).map_err(|hint| failed(format!("unknown option `{name}` of Nuitka"), hint))?;
        let value = match (flag.takes, value) {
            (Takes::Nothing, Some("1" | "yes" | "true")) => String::new(),
            (Takes::Nothing, Some("0" | "no" | "false")) => continue,
            (Takes::Nothing, Some(value)) => {
                let message = format!("`{name}` takes no value, got `{value}`");
                return Err(failed(message, format!("write `{name}`")));
            }
            (Takes::Value, None) => match rest.next() {
                Some(next) if !next.text.starts_with("--") => next.text.clone(),
                _ => return Err(failed(format!("`{name}` has no value"), format!("write `{name}=…`"))),
            },
            (_, value) => value.unwrap_or_default().to_owned(),
        };
        if flag.effect == Effect::Main {
            line.scripts.push((PathBuf::from(plain(&value)), word.place.clone()));
            continue;
        }
        line.options.push(Asked { flag, name: name.to_owned(), value, place: word.place.clone() });
    }
    Ok(line)
}

/// Returns the name and the value of an option.
fn split(text: &str) -> (&str, Option<&str>) {
    if let Some((name, value)) = text.split_once('=') {
        return (name, Some(value));
    }
    // `-j8`
    match text.char_indices().nth(2) {
        Some((at, _)) if !text.starts_with("--") => (&text[..at], Some(&text[at..])),
        _ => (text, None),
    }
}

/// A product that options are added to.
pub(super) struct Reading<'a> {
    pub(super) product: Product,
    pub(super) os: Os,
    /// The folder that paths are relative to.
    pub(super) base: PathBuf,
    /// The folder of the script.
    pub(super) folder: PathBuf,
    /// The options of the command line, which override single values.
    pub(super) given: &'a Options,
    overrides: &'a Overrides,
    /// Options without effect, by the reason.
    nothing: BTreeMap<&'static str, Vec<String>>,
    /// Whether to create an app bundle on macOS.
    pub(super) is_bundle: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        product: Product,
        [base, folder]: [PathBuf; 2],
        os: Os,
        given: &'a Options,
        overrides: &'a Overrides,
    ) -> Reading<'a> {
        let nothing = BTreeMap::new();
        Reading { product, os, base, folder, given, overrides, nothing, is_bundle: false }
    }

    /// Adds what an option means.
    ///
    /// # Errors
    /// The value is invalid, or a file does not exist.
    pub(super) fn apply(&mut self, asked: &Asked) -> Result<()> {
        match asked.flag.effect {
            Effect::Mode(form) => self.form(form),
            Effect::ModeWord => return self.mode_word(asked),
            Effect::OutputFolder => self.output_folder(&asked.value),
            Effect::OutputName => return self.output_name(asked),
            Effect::TemporaryFolder => self.temporary_folder(&asked.value),
            Effect::PythonFlag => return self.python_flags(asked),
            Effect::Variable => return self.variable(asked),
            Effect::Package => return self.packages(asked),
            Effect::PackageWithData => return self.packages(asked).and_then(|()| self.package_data(asked)),
            Effect::Module => return self.include(asked),
            Effect::PackageData => return self.package_data(asked),
            Effect::ModulesOfFolder => return self.modules_of_folder(asked),
            Effect::ModuleFiles => return self.module_files(asked),
            Effect::NoFollow => return self.no_follow(asked),
            Effect::NoFollowGroup(names) => self.no_follow_group(asked, names),
            Effect::NoFollowOther => return self.no_follow_other(asked),
            Effect::Metadata => self.metadata(&asked.value),
            Effect::DataFolder | Effect::RawFolder => return self.data_folder(asked),
            Effect::DataFiles => return self.data_files(asked),
            Effect::NoFiles => return self.no_files(asked),
            Effect::IconWindows | Effect::IconMacos => return self.icon(asked),
            Effect::ConsoleWord => return self.console_word(asked),
            Effect::NoConsole => self.console(false.into()),
            Effect::Console => self.console(true.into()),
            Effect::Admin => self.product.request.windows.uac = Some("require-administrator".to_owned()),
            Effect::UiAccess => self.product.request.windows.uiaccess = true,
            Effect::AppBundle => self.is_bundle = true,
            Effect::Identifier => self.product.request.macos.identifier = Some(asked.value.clone()),
            Effect::BundleName => self.plist("CFBundleName", asked.value.clone().into()),
            Effect::BundleVersion => self.product.request.version = Some(asked.value.clone()),
            Effect::BundleKind => return self.bundle_kind(asked),
            Effect::SingleInstance => self.plist("LSMultipleInstancesProhibited", true.into()),
            Effect::Sign => self.sign(asked),
            Effect::Architecture => return self.architecture(asked),
            Effect::Permission => return self.permission(asked),
            Effect::VersionText(key) => self.version_text(key, &asked.value),
            // Both name scripts, which are known already.
            Effect::Main | Effect::Project => {}
            Effect::Nothing(why) => self.nothing(asked, why),
            Effect::Lost(why) => self.lose(asked, why),
            Effect::Refused(why) => {
                return Err(Error::new(format!("`{}` cannot be built: {why}", asked.name))
                    .hint("name a script, and use `--standalone` or `--onefile`"));
            }
        }
        Ok(())
    }

    /// Notes an option that concerns only the making of the program.
    pub(super) fn nothing(&mut self, asked: &Asked, why: &'static str) {
        let names = self.nothing.entry(why).or_default();
        if !names.contains(&asked.name) {
            names.push(asked.name.clone());
        }
    }

    /// Notes an option whose effect the program lacks.
    pub(super) fn lose(&mut self, asked: &Asked, why: &str) {
        let place = asked.place.as_ref().map(|place| format!(" ({})", place::short(place)));
        let message = format!("`{}` has no effect{}", asked.name, place.unwrap_or_default());
        self.product.lose(Warning::new(message).hint(why));
    }

    /// Returns the product.
    ///
    /// # Errors
    /// Options contradict each other.
    pub(super) fn finish(mut self) -> Result<Product> {
        for (why, names) in std::mem::take(&mut self.nothing) {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let verb = if names.len() == 1 { "has" } else { "have" };
            let message = format!("{} {verb} no effect: {why}", names.join(", "));
            self.product.request.warnings.push(Warning::minor(message));
        }
        let request = &mut self.product.request;
        if self.is_bundle || request.windows.console == Some(false) {
            // Without it, a program without a console would be one.
            request.macos.bundle.get_or_insert(self.is_bundle);
        }
        request.complete()?;
        Ok(self.product)
    }

    /// Sets the folder of the product, unless the command line does.
    pub(super) fn output_folder(&mut self, folder: &str) {
        if self.overrides.dist.is_none() {
            self.product.request.output.dist = entry::absolute(&self.base.join(plain(folder)));
            let current = spec::current_dir().unwrap_or_default();
            if self.product.request.output.dist == current.join("dist") {
                return;
            }
            let shown = spec::write::relative(&self.product.request.output.dist, &current);
            let warning = Warning::new(format!("the product goes to `{shown}`"));
            self.product.outside.push(warning.hint(format!("pass `--distpath {shown}`")));
        }
    }

    /// Returns a path as a message shows it.
    pub(super) fn shown(&self, text: &str) -> String {
        spec::write::relative(&entry::absolute(&self.base.join(plain(text))), &self.base)
    }

    /// Returns the path of an existing file or folder. Paths count from the current folder, or else from that of
    /// the script.
    pub(super) fn existing(&self, text: &str) -> Result<PathBuf> {
        let text = plain(text);
        let current = entry::absolute(&self.base.join(&text));
        if current.exists() {
            return Ok(current);
        }
        let beside = entry::absolute(&self.folder.join(&text));
        if beside.exists() {
            return Ok(beside);
        }
        let error = Error::new(format!("`{text}` not found"));
        let nearest = crate::nearest::nearest_file(&text, &self.base);
        Err(error.hint(nearest.unwrap_or_else(|| {
            "paths are relative to the current folder; `{MAIN_DIRECTORY}` is the folder of the script"
                .to_owned()
        })))
    }
}

/// Returns a path with `/` between folders.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim();
    if cfg!(windows) { text.to_owned() } else { text.replace('\\', "/") }
}

/// Returns the parts of a list.
pub(super) fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Returns an error about the value of an option.
pub(super) fn invalid(asked: &Asked, expected: &str) -> Error {
    Error::new(format!("invalid value of `{}`: `{}`", asked.name, asked.value))
        .hint(format!("expected {expected}"))
}
