//! The options of all commands: how much to print, and in which form.

use builder::report::{Color, Format, Settings, Verbosity};
use clap::{Args, ValueEnum};

/// What to print, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct GlobalArgs {
    /// Print only warnings and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Also print minor warnings and times.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// What to print: TRACE and DEBUG trace the build, WARN omits progress, ERROR also omits warnings.
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true, hide_possible_values = true)]
    #[arg(hide_short_help = true)]
    log_level: Option<LogLevel>,
    /// Output format: text, json (one object per line), or github (annotations for GitHub Actions).
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        visible_alias = "output-format"
    )]
    #[arg(hide_possible_values = true, hide_short_help = true)]
    log_format: LogFormat,
    /// When to use colors; NO_COLOR is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_short_help = true)]
    color: ColorChoice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum LogLevel {
    Trace,
    Debug,
    Info,
    #[value(alias = "WARNING", alias = "DEPRECATION")]
    Warn,
    #[value(alias = "FATAL", alias = "CRITICAL")]
    Error,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
    Github,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl GlobalArgs {
    /// Returns the settings of the reporter.
    pub(super) fn settings(&self) -> Settings {
        let verbosity = match self.log_level {
            _ if self.quiet => Verbosity::Warnings,
            _ if self.verbose => Verbosity::Verbose,
            Some(LogLevel::Error) => Verbosity::Quiet,
            Some(LogLevel::Warn) => Verbosity::Warnings,
            _ => Verbosity::Normal,
        };
        let trace = match self.log_level {
            Some(LogLevel::Trace) => Some("trace"),
            Some(LogLevel::Debug) => Some("debug"),
            _ => None,
        };
        let format = match self.log_format {
            LogFormat::Text => Format::Text,
            LogFormat::Json => Format::Json,
            LogFormat::Github => Format::Github,
        };
        let color = match self.color {
            ColorChoice::Auto => Color::Auto,
            ColorChoice::Always => Color::Always,
            ColorChoice::Never => Color::Never,
        };
        Settings { verbosity, format, color, trace }
    }
}
