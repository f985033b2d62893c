//! The only module that prints: progress, warnings, the closing summary, errors, the report file.

mod bloat;
pub mod contents;
mod doctor;
mod github;
mod markdown;
mod missed;
mod page;
mod style;
mod summary;
mod tables;
mod targets;
mod text;
mod why;
mod work;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

pub use self::contents::{Report, write};
pub use self::doctor::{print_diagnosis, print_diagnosis_json, print_version};
pub use self::missed::{Kind as MissedKind, Missed, Traced};
pub use self::summary::{Counts, Part, Remainder, Summary, merged, tell};
pub use self::tables::{
    bytes, check_output, print_cache, print_json, print_listing, print_parsed, print_pyinstaller,
    print_verified,
};
pub use self::text::width;
pub use self::why::{Reasons, absent_error, print_absent_json, print_why, print_why_json};
pub use self::work::write_work;
use crate::error::{Error, Result, Warning};
use style::Style;

/// Name of the variable for traces, in the filter syntax of `tracing_subscriber`.
pub const LOG_VARIABLE: &str = "FREEZE_LOG";
/// The JSON Schema of the events that [`Format::Json`] prints.
pub const EVENTS_SCHEMA: &str = include_str!("report/events.schema.json");
/// Maximum number of warnings to print per build. The report file contains all of them.
const WARNINGS_SHOWN: usize = 20;

/// How much to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Also warnings.
    Warnings,
    /// Also progress and the summary.
    #[default]
    Normal,
    /// Also minor warnings and times.
    Verbose,
}

/// The format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// Text for people.
    #[default]
    Text,
    /// For programs: one JSON object per line.
    Json,
    /// For GitHub Actions: text with annotations, a summary of the job and outputs of the step.
    Github,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Settings of the reporter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How much to print.
    pub verbosity: Verbosity,
    /// Format of the output.
    pub format: Format,
    /// When to use colors.
    pub color: Color,
    /// Trace level, such as `debug`.
    pub trace: Option<&'static str>,
}

/// Prints events in the requested form.
#[derive(Debug)]
pub struct Reporter {
    settings: Settings,
    style: Style,
    terminal: bool,
    started: Instant,
    times: Vec<(&'static str, Duration)>,
    warnings: Vec<Warning>,
    /// Number of warnings that are already printed.
    printed: usize,
}

impl Reporter {
    /// Creates a reporter that prints to the standard streams.
    pub fn new(settings: Settings) -> Reporter {
        let terminal = std::io::stderr().is_terminal();
        let color = style::is_colored(settings.color, &std::io::stderr());
        Reporter {
            style: Style { color: color && settings.format != Format::Json },
            settings,
            terminal,
            started: Instant::now(),
            times: Vec::new(),
            warnings: Vec::new(),
            printed: 0,
        }
    }

    /// Starts traces if `--log-level` or the environment requests them.
    pub fn start_traces(&self) {
        let variable = std::env::var(LOG_VARIABLE).ok().filter(|v| !v.is_empty());
        let Some(filter) =
            variable.or_else(|| self.settings.trace.map(|t| format!("freeze={t},builder={t}")))
        else {
            return;
        };
        let filter = tracing_subscriber::EnvFilter::new(filter);
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        // A second reporter in the same process cannot start traces again.
        let _ = match self.settings.format {
            Format::Json => builder.json().try_init(),
            Format::Text | Format::Github => builder.with_ansi(self.style.color).try_init(),
        };
    }

    /// Runs a phase and shows its progress.
    ///
    /// # Errors
    /// Errors of the phase, and Ctrl-C.
    pub fn phase<T>(&mut self, name: &'static str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        crate::interrupt::check()?;
        let _span = tracing::debug_span!("phase", name).entered();
        let text = self.settings.format != Format::Json;
        let bar =
            (text && self.terminal && self.settings.verbosity >= Verbosity::Normal).then(|| spinner(name));
        let started = Instant::now();
        let result = run();
        let time = started.elapsed();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let value = result?;
        self.times.push((name, time));
        match self.settings.format {
            Format::Json => {
                self.event(json!({ "event": "phase", "name": name, "seconds": time.as_secs_f64() }))
            }
            Format::Text | Format::Github if self.settings.verbosity >= Verbosity::Verbose => {
                self.line(&format!("{} {name} {}", self.style.good("done"), self.style.dim(&duration(time))));
            }
            Format::Text | Format::Github => {}
        }
        // After Ctrl-C, the next phase must not start.
        crate::interrupt::check()?;
        Ok(value)
    }

    /// Adds warnings, which are printed together before the summary.
    pub fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }

    /// Prints the warnings that were added but not printed yet.
    pub fn flush_warnings(&mut self) {
        let minor = self.settings.verbosity >= Verbosity::Verbose;
        let Settings { format, .. } = self.settings;
        let json = format == Format::Json;
        let new = &self.warnings[self.printed..];
        // The summary has a section for code that was not followed.
        let later = |w: &Warning| {
            w.unfollowed && format == Format::Text && self.settings.verbosity >= Verbosity::Normal
        };
        let shown: Vec<&Warning> = new.iter().filter(|w| (json || minor || !w.minor) && !later(w)).collect();
        self.printed = self.warnings.len();
        if self.settings.verbosity < Verbosity::Warnings {
            return;
        }
        let most = if json || minor { usize::MAX } else { WARNINGS_SHOWN };
        for warning in shown.iter().take(most) {
            match format {
                Format::Json => {
                    self.warning_event(warning);
                    continue;
                }
                Format::Github => {
                    self.line(&github::warning(warning));
                    continue;
                }
                Format::Text => {}
            }
            let kind = if warning.minor { self.style.dim("note") } else { self.style.warning("warning") };
            self.line(&format!("{kind}: {}", warning.message));
            if let Some(hint) = &warning.hint {
                self.line(&format!("  {}: {hint}", self.style.dim("hint")));
            }
        }
        if shown.len() > most {
            let rest = shown.len() - most;
            self.line(&format!("{}: {rest} more; `-v` shows them", self.style.warning("warning")));
        }
    }

    /// Returns all warnings so far.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the phases and their durations.
    pub fn times(&self) -> &[(&'static str, Duration)] {
        &self.times
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Prints the closing summary.
    pub fn summary(&mut self, summary: &Summary) {
        self.flush_warnings();
        if self.settings.format == Format::Json {
            self.event(summary.event());
            return;
        }
        if self.settings.format == Format::Github {
            self.published(github::publish(summary, self.warnings.iter().filter(|w| !w.minor).count()));
        }
        if self.settings.verbosity < Verbosity::Normal {
            return;
        }
        let path = shorten(&summary.path);
        let style = self.style;
        self.line(&format!(
            "{} {} ({}, {})",
            style.good(if summary.unchanged { "unchanged" } else { "built" }),
            style.bold(&path),
            bytes(summary.size),
            summary.mode
        ));
        self.line(&format!("  {}", summary.start()));
        if summary.others.is_empty() {
            self.counts(&summary.counts, "  ");
        } else {
            for counts in std::iter::once(&summary.counts).chain(&summary.others) {
                self.line(&format!("  for {}:", counts.target));
                self.counts(counts, "    ");
            }
        }
        if self.settings.format == Format::Text {
            self.unfollowed();
        }
        if self.settings.verbosity >= Verbosity::Verbose {
            let times: Vec<String> =
                self.times.iter().map(|(n, t)| format!("{n} {}", duration(*t))).collect();
            self.line(&format!("  in {:.2} s{}: {}", summary.seconds, self.attention(), times.join(", ")));
        } else {
            self.line(&format!("  in {:.2} s{}", summary.seconds, self.attention()));
        }
    }

    /// Returns how many warnings deserve attention, for the last line of the summary.
    fn attention(&self) -> String {
        match self.warnings.iter().filter(|warning| !warning.minor).count() {
            0 => String::new(),
            1 => ", with 1 warning above".to_owned(),
            count => format!(", with {count} warnings above"),
        }
    }

    /// Warns if the files of a runner of GitHub Actions could not be written.
    fn published(&self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.line(&github::warning(&Warning::new(format!("failed to write {error}"))));
        }
    }

    /// Prints a warning as an event.
    fn warning_event(&self, warning: &Warning) {
        let Warning { message, hint, minor, place, .. } = warning;
        let mut event = json!({ "event": "warning", "message": message, "hint": hint, "minor": minor });
        if let Some(place) = place {
            event["file"] = json!(place.file);
            event["line"] = place.line.into();
        }
        self.event(event);
    }

    /// Prints the parts of the program's own code that could not be followed, with hints.
    fn unfollowed(&self) {
        let minor = self.settings.verbosity >= Verbosity::Verbose;
        let shown = self.warnings.iter().filter(|w| w.unfollowed && (minor || !w.minor));
        for (i, warning) in shown.enumerate() {
            if i == 0 {
                self.line(&format!("{} in the program's own code:", self.style.warning("not followed")));
            }
            self.line(&format!("  {}", warning.message));
            if let Some(hint) = &warning.hint {
                self.line(&format!("    {}: {hint}", self.style.dim("hint")));
            }
        }
    }

    /// Prints the content of an application, or of a part of it.
    fn counts(&self, counts: &Counts, indent: &str) {
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let contents = [
            count(counts.modules, "module", "modules"),
            count(counts.libraries, "library", "libraries"),
            count(counts.data, "data file", "data files"),
        ];
        self.line(&format!("{indent}{} of Python {}", contents.join(", "), counts.python));
        let own = &counts.own_data;
        if own.files > 0 {
            let files = count(own.files, "file", "files");
            self.line(&format!("{indent}own data: {files} ({})", own.places.join(", ")));
        }
        if own.sources > 0 {
            let files = count(own.sources, "file", "files");
            self.line(&format!("{indent}own sources: {files}, since the program lists or reads them"));
        }
        for Remainder { package, size, .. } in &counts.left_out {
            let size = tables::bytes(*size);
            self.line(&format!(
                "{indent}left out: {size} of {package} that nothing uses; `--no-prune {package}` adds it"
            ));
        }
        if let Some((version, file)) = &counts.macos {
            self.line(&format!("{indent}runs on macOS {version} and newer, as `{file}` needs it"));
        }
        if let Some((version, file)) = &counts.glibc {
            self.line(&format!("{indent}runs with glibc {version} and newer, as `{file}` needs it"));
        }
        if let Some(told) = summary::own_sources(&counts.own_sources) {
            self.line(&format!("{indent}{told}"));
        }
    }

    /// Prints the largest parts of the application and what requires them. `target` is the part of a
    /// universal program.
    pub fn bloat(&mut self, parts: &[contents::Part], target: Option<&String>) {
        if self.settings.format == Format::Json {
            let mut event = json!({ "event": "bloat", "parts": parts });
            if let Some(target) = target {
                event["target"] = Value::from(target.as_str());
            }
            self.event(event);
        } else if self.settings.verbosity > Verbosity::Quiet {
            if let Some(target) = target {
                self.line(&format!("for {target}:"));
            }
            for line in bloat::lines(parts) {
                self.line(&line);
            }
        }
    }

    /// Prints a page in Markdown to standard output, wrapped to the width of the terminal.
    pub fn page(&self, markdown: &str) {
        let style = Style { color: style::is_colored(self.settings.color, &std::io::stdout()) };
        self.text(&markdown::formatted(markdown, text::width(), style));
    }

    /// Prints a text unchanged.
    pub fn text(&self, text: &str) {
        tables::print(|out| out.write_all(text.as_bytes()));
    }

    /// Prints what a conversion has written, and what it could not carry over.
    pub fn converted(&mut self, path: &Path, lost: &[Warning]) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.done("wrote", path, Some(&format!("`freeze {}`", shorten(path))));
        if self.settings.format != Format::Json && !lost.is_empty() {
            let not = self.style.warning("not carried over");
            self.line(&format!("{not}, and listed at the start of `{name}`:"));
        }
        for warning in lost {
            if self.settings.format == Format::Json {
                self.warning_event(warning);
                continue;
            }
            let Warning { message, hint, .. } = warning;
            self.line(&format!("  {message}"));
            if let Some(hint) = hint {
                self.line(&format!("    {}: {hint}", self.style.dim("hint")));
            }
        }
        self.flush_warnings();
    }

    /// Prints one line about a completed action, such as that of `freeze init`.
    pub fn done(&self, what: &str, path: &Path, next: Option<&str>) {
        if self.settings.format == Format::Json {
            self.event(json!({ "event": "result", "action": what, "path": path }));
        } else if self.settings.verbosity >= Verbosity::Normal {
            self.line(&format!("{} {}", self.style.good(what), self.style.bold(&shorten(path))));
            if let Some(next) = next {
                self.line(&format!("  {}: {next}", self.style.dim("next")));
            }
        }
    }

    /// Prints an error.
    pub fn error(&mut self, error: &Error) {
        self.flush_warnings();
        if self.settings.format == Format::Json {
            let mut event = json!({
                "event": "error",
                "message": error.message,
                "causes": error.causes,
                "excerpt": error.excerpt,
                "hint": error.hint,
                "exit_code": error.exit_code,
            });
            if let Some(place) = &error.place {
                event["file"] = json!(place.file);
                event["line"] = place.line.into();
            }
            self.event(event);
            return;
        }
        if self.settings.format == Format::Github {
            self.line(&github::error(error));
            if let Some(excerpt) = &error.excerpt {
                self.line(&self.style.excerpt(excerpt));
            }
            return;
        }
        self.line(&format!("{}: {}", self.style.error("error"), error.message));
        for cause in &error.causes {
            self.line(&format!("  {}: {cause}", self.style.dim("caused by")));
        }
        if let Some(excerpt) = &error.excerpt {
            self.line(&self.style.excerpt(excerpt));
        }
        if let Some(hint) = &error.hint {
            self.line(&format!("{}: {hint}", self.style.hint("hint")));
        }
    }

    fn event(&self, value: Value) {
        self.line(&value.to_string());
    }

    /// Prints a line to standard error. A closed stream is not an error.
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

fn spinner(name: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
        let is_unicode =
            crate::os::text_encoding().is_some_and(|name| name.to_lowercase().starts_with("utf"));
        bar.set_style(if is_unicode { style } else { style.tick_chars("|/-\\ ") });
    }
    bar.set_message(told(name));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Returns what a phase does, for people.
fn told(phase: &'static str) -> &'static str {
    match phase {
        "environment" => "preparing the environment",
        "python" => "looking at the interpreter",
        "modules" => "following imports",
        "data" => "collecting data",
        "parts" => "selecting parts of packages",
        "libraries" => "resolving libraries",
        "archive" => "compiling and compressing",
        "assemble" => "assembling executables",
        "publish" => "writing the product",
        "notarise" => "waiting for Apple",
        other => other,
    }
}

fn duration(time: Duration) -> String {
    if time.as_secs() > 0 {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// Returns a path relative to the current folder, if it is below it.
fn shorten(path: &Path) -> String {
    let cwd = std::env::current_dir().ok();
    let short = cwd.and_then(|c| path.strip_prefix(c).ok());
    short.filter(|p| !p.as_os_str().is_empty()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_taken_once() {
        let mut reporter = Reporter::new(Settings { verbosity: Verbosity::Quiet, ..Settings::default() });
        reporter.warn(&[Warning::new("a"), Warning::new("b"), Warning::new("a")]);
        assert_eq!(reporter.warnings().len(), 2);
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(Duration::from_millis(12)), "12 ms");
        assert_eq!(duration(Duration::from_millis(1234)), "1.23 s");
    }
}
