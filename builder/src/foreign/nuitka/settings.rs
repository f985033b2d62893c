//! Options of Nuitka for the product: its form and name, the interpreter, Windows and macOS.

use std::path::Path;

use super::reading::{Asked, Reading, invalid, parts};
use super::table::{Effect, Form};
use crate::error::{Error, Result, Warning};
use crate::spec::{self, Entry, Extract, Mode};
use crate::target::{Os, Target};

/// The values of `--mode`.
const MODES: [&str; 8] =
    ["standalone", "onefile", "app", "app-dist", "accelerated", "module", "package", "dll"];
/// Whether a program has a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Console {
    Shown,
    None,
}

impl From<bool> for Console {
    fn from(shown: bool) -> Console {
        if shown { Console::Shown } else { Console::None }
    }
}

impl Reading<'_> {
    pub(super) fn form(&mut self, form: Form) {
        let common = &self.given.common;
        if common.onefile || common.onedir {
            return;
        }
        // `--onefile` includes `--standalone`, in any order.
        if form == Form::File {
            self.product.request.bundle.mode = Mode::Onefile;
        }
    }

    pub(super) fn mode_word(&mut self, asked: &Asked) -> Result<()> {
        match asked.value.as_str() {
            "onefile" => self.form(Form::File),
            "standalone" | "accelerated" => self.form(Form::Folder),
            "app" | "app-dist" => {
                if self.os == Os::Macos {
                    self.is_bundle = true;
                } else if asked.value == "app" {
                    self.form(Form::File);
                }
            }
            "module" | "package" | "dll" => {
                let error = Error::new(format!(
                    "`--mode={}` makes a library, and freeze makes programs",
                    asked.value
                ));
                return Err(error.hint("use `--mode=standalone` or `--mode=onefile`"));
            }
            other => {
                let message = format!("invalid value of `{}`: `{other}`", asked.name);
                return Err(Error::new(message).hint(crate::nearest::did_you_mean(other, &MODES)));
            }
        }
        Ok(())
    }

    pub(super) fn output_name(&mut self, asked: &Asked) -> Result<()> {
        if self.given.common.name.is_some() {
            return Ok(());
        }
        let file = asked.value.rsplit(['/', '\\']).next().unwrap_or_default();
        let lower = file.to_lowercase();
        let suffix = [".exe", ".bin", ".app"].iter().find(|suffix| lower.ends_with(*suffix));
        let name = &file[..file.len() - suffix.map_or(0, |suffix| suffix.len())];
        spec::checked_name(name).map_err(|why| invalid(asked, "the name of a file").cause(why))?;
        let request = &mut self.product.request;
        request.name = name.to_owned();
        if let Some(first) = request.programs.first_mut() {
            name.clone_into(&mut first.name);
        }
        Ok(())
    }

    pub(super) fn temporary_folder(&mut self, value: &str) {
        let is_own = ["{PID}", "{TIME}", "%PID%", "%TIME%"].iter().any(|word| value.contains(word));
        let bundle = &mut self.product.request.bundle;
        if is_own {
            bundle.extract = Extract::Temp;
        } else if Path::new(value).is_absolute() && !value.contains(['{', '%']) {
            bundle.runtime_tmpdir = Some(value.to_owned());
        } else {
            let text = format!("Nuitka extracts to `{value}`, freeze to the user's cache");
            self.product.decide("bundle.mode", text);
        }
    }

    pub(super) fn python_flags(&mut self, asked: &Asked) -> Result<()> {
        for flag in parts(&asked.value) {
            let flag = flag.trim_start_matches('-');
            let python = &mut self.product.request.python;
            let option = match flag {
                "O" | "no_asserts" => {
                    python.optimize = python.optimize.max(1);
                    continue;
                }
                "OO" | "no_docstrings" => {
                    python.optimize = 2;
                    let text = "docstrings are removed together with assertions";
                    self.product.decide("python.optimize", text);
                    continue;
                }
                "u" | "unbuffered" => "u".to_owned(),
                "B" | "dont_write_bytecode" => "B".to_owned(),
                "v" | "trace_imports" => "v".to_owned(),
                "no_warnings" => "W ignore".to_owned(),
                "static_hashes" | "no_randomization" => "hash_seed=0".to_owned(),
                "m" | "package_mode" => {
                    self.run_as_package();
                    continue;
                }
                // A frozen program never reads these.
                "I" | "isolated" | "S" | "no_site" | "nosite" | "P" | "safe_path" | "E"
                | "no_annotations" => continue,
                other => match other.strip_prefix('W').or_else(|| other.strip_prefix("X ")) {
                    Some(rest) if !rest.is_empty() => format!("{} {}", &other[..1], rest.trim()),
                    _ => {
                        return Err(invalid(
                            asked,
                            "`no_asserts`, `no_docstrings`, `unbuffered`, `no_warnings`, `-m` …",
                        ));
                    }
                },
            };
            if !python.options.contains(&option) {
                python.options.push(option);
            }
        }
        Ok(())
    }

    /// Runs `package/__main__.py` as `python -m package`.
    fn run_as_package(&mut self) {
        let request = &mut self.product.request;
        let Some(program) = request.programs.first_mut() else { return };
        let Entry::Script(script) = &program.entry else { return };
        let folder = script.parent().filter(|_| script.ends_with("__main__.py"));
        let Some((name, above)) = folder.and_then(|f| Some((f.file_name()?.to_string_lossy(), f.parent()?)))
        else {
            return;
        };
        let name = name.into_owned();
        if program.name == "__main__" {
            program.name.clone_from(&name);
            request.name.clone_from(&name);
        }
        request.python.paths.push(above.to_owned());
        program.entry = Entry::Module(name);
    }

    pub(super) fn variable(&mut self, asked: &Asked) -> Result<()> {
        let Some((name, value)) = asked.value.split_once('=') else {
            return Err(invalid(asked, "`NAME=VALUE`"));
        };
        self.product.request.runtime.env.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    pub(super) fn version_text(&mut self, key: &'static str, value: &str) {
        let request = &mut self.product.request;
        request.windows.version_info.insert(key.to_owned(), value.to_owned());
        let is_version = key == "ProductVersion" || key == "FileVersion" && request.version.is_none();
        if is_version {
            request.version = Some(value.to_owned());
        }
    }

    pub(super) fn console(&mut self, console: Console) {
        if !self.given.foreign.windowed && !self.given.foreign.console {
            self.product.request.windows.console = Some(console == Console::Shown);
        }
    }

    pub(super) fn console_word(&mut self, asked: &Asked) -> Result<()> {
        match asked.value.as_str() {
            "disable" | "disabled" => self.console(Console::None),
            "force" | "enabled" => self.console(Console::Shown),
            word @ ("attach" | "hide") => {
                self.console(Console::Shown);
                self.product.request.windows.hide_console.get_or_insert("hide-early".to_owned());
                let text = format!("for `--windows-console-mode={word}`: a console of its own is hidden");
                self.product.decide("windows.hide-console", text);
            }
            _ => return Err(invalid(asked, "`force`, `disable`, `attach` or `hide`")),
        }
        Ok(())
    }

    pub(super) fn icon(&mut self, asked: &Asked) -> Result<()> {
        let is_windows = asked.flag.effect == Effect::IconWindows;
        if !self.given.foreign.icon.is_empty() || asked.value.eq_ignore_ascii_case("none") {
            return Ok(());
        }
        let (system, suffixes): (Os, &[&str]) =
            if is_windows { (Os::Windows, &["ico", "exe", "png"]) } else { (Os::Macos, &["icns", "png"]) };
        let found = match self.existing(&asked.value) {
            Ok(path) => path,
            Err(error) if self.os == system && system == Target::host().os => {
                return Err(error.context(format!("`{}` needs an icon", asked.name)));
            }
            Err(_) => {
                self.lose(asked, &format!("`{}` does not exist here", self.shown(&asked.value)));
                return Ok(());
            }
        };
        if !found.extension().is_some_and(|e| suffixes.iter().any(|suffix| e.eq_ignore_ascii_case(suffix))) {
            let names: Vec<String> = suffixes.iter().map(|suffix| format!("`.{suffix}`")).collect();
            self.lose(
                asked,
                &format!("convert `{}` to one of {}", self.shown(&asked.value), names.join(", ")),
            );
            return Ok(());
        }
        let request = &mut self.product.request;
        let icon = if is_windows { &mut request.windows.icon } else { &mut request.macos.icon };
        *icon = Some(found);
        Ok(())
    }

    pub(super) fn plist(&mut self, key: &str, value: serde_json::Value) {
        self.product.request.macos.plist.insert(key.to_owned(), value);
    }

    pub(super) fn bundle_kind(&mut self, asked: &Asked) -> Result<()> {
        match asked.value.as_str() {
            "gui" => {}
            "background" => self.plist("LSBackgroundOnly", true.into()),
            "ui-element" => self.plist("LSUIElement", true.into()),
            _ => return Err(invalid(asked, "`gui`, `background` or `ui-element`")),
        }
        Ok(())
    }

    pub(super) fn sign(&mut self, asked: &Asked) {
        if !matches!(asked.value.as_str(), "auto" | "ad-hoc" | "-") {
            let hint = format!("`sign` in `[macos]` names a file with the certificate of `{}`", asked.value);
            let message =
                format!("`{}` names an identity of a keychain, and the program is signed ad hoc", asked.name);
            self.product.lose(Warning::new(message).hint(hint));
        }
    }

    pub(super) fn architecture(&mut self, asked: &Asked) -> Result<()> {
        let architectures = match asked.value.as_str() {
            "native" => Vec::new(),
            "universal" | "universal2" => Target::UNIVERSAL.map(|target| target.machine().to_owned()).into(),
            "x86_64" | "arm64" => vec![asked.value.clone()],
            _ => return Err(invalid(asked, "`native`, `x86_64`, `arm64` or `universal`")),
        };
        self.product.request.macos.architectures = architectures;
        Ok(())
    }

    pub(super) fn permission(&mut self, asked: &Asked) -> Result<()> {
        let Some((key, text)) = asked.value.split_once(':') else {
            return Err(invalid(asked, "`NSMicrophoneUsageDescription:why the program needs it`"));
        };
        self.plist(key, text.into());
        Ok(())
    }
}
