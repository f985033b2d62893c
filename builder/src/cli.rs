//! The command line: converts arguments to an action for `main`.

mod build;
mod convert;
mod environment;
mod global;
mod help;
mod pages;
mod pyinstaller;
mod targets;
mod trace;
mod values;
mod why;

use std::ffi::OsString;
use std::path::PathBuf;

use self::global::GlobalArgs;
pub(crate) use self::help::Help;
pub(crate) use self::pages::Shell;
pub(crate) use self::targets::Several;
pub(crate) use self::trace::Traced;
use self::values::Listed;
pub(crate) use self::why::{WhyArgs, WhySubject};
use builder::convert::Conversion;
use builder::error::{Error, Result};
use builder::foreign;
use builder::foreign::product::Product;
use builder::nearest::nearest;
use builder::report::{EVENTS_SCHEMA, Format, Settings, Verbosity};
use builder::spec::init::Existing;
use builder::spec::options::{Common, Foreign, Options};
use builder::spec::project::subject::Subject;
use builder::spec::{self, Overrides, Request};
use builder::target::Target;
use builder::trace::Write;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// The formats without and with `--json`.
const FORMATS: [Format; 2] = [Format::Text, Format::Json];

/// Exit code for an invalid command line.
const USAGE: u8 = spec::options::USAGE;

const EXAMPLES: &str = "\
Examples:
  freeze app.py                     a folder with the program, dist/app
  freeze -F app.py                  a single file, dist/app
  freeze package.module:function    a console entry point
  freeze                            the project in this folder, or its spec
  freeze init app.py                write app.spec, to keep the options
  freeze convert app.spec           write app.toml, from another freezer's spec
  freeze why numpy.linalg app.spec  the chain of imports that requires it
  freeze app.spec -- --help         build, then run the program with `--help`

`freeze help` lists topics, such as `targets`. `freeze doctor` shows what is missing here.";

const USUAL_EXAMPLES: &str = "\
Examples:
  freeze app.py       a folder with the program, dist/app
  freeze -F app.py    a single file, dist/app
  freeze init app.py  write app.spec, to keep the options

`freeze --help` lists all options, `freeze help` all topics.";

/// Turns a Python program into a standalone executable.
#[derive(Debug, Parser)]
#[command(name = "freeze", about, infer_long_args = true, args_override_self = true, after_help = USUAL_EXAMPLES)]
#[command(after_long_help = EXAMPLES)]
#[command(
    subcommand_help_heading = "Commands",
    subcommand_value_name = "COMMAND",
    disable_help_subcommand = true
)]
#[command(
    override_usage = "freeze [OPTIONS] [SPEC | SCRIPT | MODULE[:FUNCTION] | PROJECT] [-- ARGS]\n       \
    freeze [OPTIONS] --entry-point <NAME> [-- ARGS]\n       freeze <COMMAND>"
)]
struct Cli {
    /// Print the version.
    ///
    /// With `--verbose`, also the commit, the compiler and the embedded launchers.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(flatten)]
    build: build::BuildArgs,
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a spec from a script or a pyproject.toml.
    Init {
        /// Script, module, pyproject.toml or its folder; by default the current folder.
        #[arg(id = "program", value_name = "SCRIPT | MODULE | PYPROJECT")]
        source: Option<String>,
        /// Replace an existing spec.
        #[arg(short, long)]
        force: bool,
        #[command(flatten)]
        options: Box<InitArgs>,
    },
    /// Write a spec from the configuration of another freezer.
    Convert {
        #[command(flatten)]
        convert: convert::ConvertArgs,
    },
    /// Build with the command line of PyInstaller.
    ///
    /// `freeze pyinstaller` accepts the arguments of `pyinstaller`.
    #[command(disable_help_flag = true)]
    Pyinstaller {
        /// Words of the command line.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        words: Vec<OsString>,
    },
    /// Run a program unfrozen and list what the analysis missed.
    Trace {
        /// Spec, script or module; by default the only spec in the current folder.
        #[arg(value_name = "SPEC | SCRIPT | MODULE[:FUNCTION]")]
        what: Option<String>,
        /// Add what was missed to the spec; for a script, write a new spec next to it.
        #[arg(long)]
        write: bool,
        /// Record the import order next to the spec, for a faster start.
        #[arg(long)]
        order: bool,
        /// Interpreter: a virtual environment, an executable or a version. Default: $VIRTUAL_ENV, .venv, python3.
        #[arg(long, value_name = "PYTHON")]
        python: Option<String>,
        /// Also search these folders for modules; separate them as in PYTHONPATH.
        #[arg(short, long, value_name = "DIRS")]
        paths: Vec<String>,
        #[command(flatten)]
        environment: environment::EnvironmentArgs,
        /// Arguments for the program.
        #[arg(last = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Explain why something is in a program.
    ///
    /// It is a module, a file, a library or a distribution.
    Why {
        #[command(flatten)]
        why: WhyArgs,
    },
    /// List, extract or verify the contents of a frozen program.
    Inspect {
        /// Executable, or the folder of a onedir build.
        app: PathBuf,
        #[command(subcommand)]
        action: Option<InspectCommand>,
        #[command(flatten)]
        how: InspectArgs,
    },
    /// Show what this machine can build, and what is missing.
    Doctor {
        /// Interpreter to examine: an environment, an executable or a version.
        #[arg(long, value_name = "PYTHON")]
        python: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show, shrink or clear the build cache.
    Cache {
        #[command(subcommand)]
        action: Option<CacheCommand>,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Print a JSON Schema of specs or events.
    ///
    /// Editors check specs with it. Events are the output with `--log-format json`.
    Schema {
        /// What to describe.
        #[arg(value_enum, default_value = "spec")]
        what: SchemaOf,
    },
    /// Print a completion script for a shell.
    Completions {
        /// Shell to complete for.
        shell: Shell,
    },
    /// Print the manual page of `freeze` or of a command.
    Man {
        /// Command to describe.
        #[arg(value_parser = Listed::new(word, commands), hide_possible_values = true)]
        command: Option<String>,
    },
    /// Print the help of a command or a topic.
    ///
    /// Topics are pages such as `targets` or `modules`. Without a name, it lists commands and topics.
    Help {
        /// Command or topic.
        #[arg(value_name = "COMMAND | TOPIC", value_parser = Listed::new(word, names), hide_possible_values = true)]
        words: Vec<String>,
    },
}

/// Options that a written spec keeps.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    foreign: Foreign,
}

/// How to inspect a frozen program.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Inspect only one part of a universal macOS program: `x86_64` or `arm64`.
    #[arg(long, global = true, value_name = "ARCH")]
    pub(crate) architecture: Option<String>,
}

/// What to do with a frozen program.
#[derive(Debug, Subcommand)]
pub(crate) enum InspectCommand {
    /// List modules and files with their sizes and reasons (the default).
    List,
    /// Extract the contents to a folder.
    Extract {
        /// Folder to write to; by default `<app>.contents` in the current folder.
        folder: Option<PathBuf>,
    },
    /// Verify each stored byte against its hash.
    Verify,
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Specs, and `[tool.freeze]` of a pyproject.toml.
    Spec,
    /// The events of `--log-format json`.
    Events,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show its location and contents (the default).
    Show,
    /// Remove the least recently used entries, except those that running builds use.
    Prune {
        /// Size to keep, such as `500M` or `2G`; by default three quarters of the limit.
        size: Option<String>,
    },
    /// Remove all entries.
    Clear,
}

/// The action to perform.
#[derive(Debug)]
pub(crate) enum Action {
    /// Build, then run the program with these arguments if there are any (or a bare `--`).
    Build(Box<Request>, Option<Vec<OsString>>),
    /// Build from a spec in Python.
    Spec(Box<foreign::Build>),
    /// Build from the configuration of cx_Freeze, py2exe or py2app.
    Setup(Box<foreign::Build>),
    /// Build for several platforms.
    Targets(Several),
    /// Build several products, one after the other.
    Products(Vec<Request>),
    /// Write specs from the configuration of another freezer.
    Convert(Box<Conversion>),
    /// Write a spec.
    Init(Option<String>, Existing),
    /// Write a spec that keeps options of a build.
    Keep(Box<Options>, Existing),
    /// Run a program unfrozen, with these arguments, and write what the analysis missed.
    Trace { what: String, program: Traced, arguments: Vec<OsString>, write: Write },
    /// Explain why something is in a program.
    Why(WhyArgs),
    /// Inspect a frozen program.
    Inspect(PathBuf, InspectCommand, InspectArgs),
    /// Examine this machine, with a named interpreter or the default one.
    Doctor(Option<String>, Format),
    /// Print all that is known about this `freeze`.
    Version,
    /// Show or change the cache.
    Cache(CacheCommand, Format),
    /// Print help.
    Help(Help),
    /// Print a text: a schema, a completion script or a manual page.
    Text(String),
}

/// A parsed command line, before any file was read.
pub(crate) struct CommandLine {
    cli: Cli,
    matches: ArgMatches,
    argv: Vec<OsString>,
    run: bool,
    /// For `freeze pyinstaller`.
    pyinstaller: Option<pyinstaller::Line>,
}

/// Accepts each word.
fn word(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// Returns the names of all commands.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// Returns the names of all commands and topics.
fn names() -> Vec<String> {
    commands().into_iter().chain(help::TOPICS.iter().map(|topic| topic.name.to_owned())).collect()
}

/// Parses a command line.
///
/// # Errors
/// Errors of clap, which include help and version texts.
pub(crate) fn parse(argv: &[OsString]) -> Result<CommandLine, clap::Error> {
    if argv.get(1).is_some_and(|word| word == "pyinstaller") {
        return parse_pyinstaller(argv);
    }
    let command = Cli::command().color(color_of(argv));
    let matches = command.try_get_matches_from(argv).map_err(|error| with_command(error, argv))?;
    let cli = Cli::from_arg_matches(&matches)?;
    let run = argv.iter().any(|a| a == "--");
    Ok(CommandLine { cli, matches, argv: argv.to_vec(), run, pyinstaller: None })
}

/// Adds the command that the first word may mean to an error about the words after it.
fn with_command(mut error: clap::Error, argv: &[OsString]) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(near) = argv.get(1).and_then(|word| similar_command(word.to_str()?))
    {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::String(near));
    }
    error
}

/// Returns the command whose name is similar to a word that is not the name of one.
pub(crate) fn similar_command(word: &str) -> Option<String> {
    let commands = commands();
    let near = nearest(word, commands.iter().map(String::as_str)).filter(|near| *near != word);
    near.map(str::to_owned)
}

/// Parses a command line of PyInstaller.
fn parse_pyinstaller(argv: &[OsString]) -> Result<CommandLine, clap::Error> {
    let (words, removed) = pyinstaller::words(&argv[2..]);
    let command = pyinstaller::PyinstallerCli::command().color(color_of(argv));
    let matches = command.try_get_matches_from(words)?;
    let line = pyinstaller::PyinstallerCli::from_arg_matches(&matches)?;
    let line = pyinstaller::Line::new(line, matches, removed);
    let matches = Cli::command().try_get_matches_from(["freeze", "pyinstaller"])?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok(CommandLine { cli, matches, argv: argv.to_vec(), run: false, pyinstaller: Some(line) })
}

/// Returns `--color` before the command line is parsed, for errors of the parser itself.
fn color_of(argv: &[OsString]) -> clap::ColorChoice {
    let after = |i: usize| argv.get(i + 1).and_then(|v| v.to_str());
    let value = argv.iter().enumerate().find_map(|(i, a)| match a.to_str()? {
        "--color" => after(i),
        text => text.strip_prefix("--color="),
    });
    match value {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

impl CommandLine {
    /// Returns the settings of the reporter.
    pub(crate) fn settings(&self) -> Settings {
        self.pyinstaller.as_ref().map_or(&self.cli.global, |line| &line.cli.global).settings()
    }

    /// Returns the action to perform. Reads the spec.
    ///
    /// # Errors
    /// Options contradict each other or the spec, or the spec is invalid.
    pub(crate) fn action(self) -> Result<Action> {
        if self.cli.version {
            let is_verbose = self.settings().verbosity >= Verbosity::Verbose;
            let short = || Action::Text(concat!("freeze ", env!("CARGO_PKG_VERSION"), "\n").to_owned());
            return Ok(if is_verbose { Action::Version } else { short() });
        }
        let how = self.pyinstaller.as_ref().map_or(&self.cli.build.how, |line| &line.cli.how);
        if (self.pyinstaller.is_some() || self.cli.command.is_none())
            && let Some(several) = how.several(&self.argv)?
        {
            return Ok(Action::Targets(several));
        }
        if let Some(line) = self.pyinstaller {
            return line.action();
        }
        if let Some(command) = self.cli.command {
            if let Some(option) = stray(&self.matches) {
                let error = Error::new(format!("`{option}` cannot be used with a command")).exit_code(USAGE);
                return Err(error.hint("run `freeze --help` for the commands and options"));
            }
            return Ok(match command {
                Command::Init { source, force, options } => {
                    let existing = if force { Existing::Replace } else { Existing::Keep };
                    init(&self.matches, source, *options, existing)?
                }
                Command::Convert { convert } => Action::Convert(Box::new(convert.conversion()?)),
                Command::Pyinstaller { .. } => {
                    let error = Error::new("`pyinstaller` must be the first argument").exit_code(USAGE);
                    return Err(error.hint("write the options after it: `freeze pyinstaller -q app.py`"));
                }
                Command::Trace { what, write, order, python, paths, environment, args } => {
                    let overrides =
                        Overrides { python, environment: environment.request(), ..Overrides::default() };
                    let write = Write { missed: write, order };
                    let (what, program) = trace::program(what.as_deref(), paths, &overrides, write)?;
                    Action::Trace { what, program, arguments: args, write }
                }
                Command::Why { why } => Action::Why(why),
                Command::Inspect { app, action, how } => {
                    Action::Inspect(app, action.unwrap_or(InspectCommand::List), how)
                }
                Command::Doctor { python, json } => Action::Doctor(python, FORMATS[usize::from(json)]),
                Command::Cache { action, json } => {
                    Action::Cache(action.unwrap_or(CacheCommand::Show), FORMATS[usize::from(json)])
                }
                Command::Schema { what: SchemaOf::Spec } => {
                    Action::Text(format!("{:#}\n", spec::json_schema()))
                }
                Command::Schema { what: SchemaOf::Events } => Action::Text(EVENTS_SCHEMA.to_owned()),
                Command::Completions { shell } => Action::Text(pages::completions(shell, &Cli::command())),
                Command::Man { command } => Action::Text(pages::manual(command.as_deref(), Cli::command())?),
                Command::Help { words } => {
                    let mut command = Cli::command();
                    command.build();
                    Action::Help(help::of(&words, &command)?)
                }
            });
        }
        let arguments = self.run.then(|| self.cli.build.args.clone());
        build_action(self.cli.build, &self.matches, arguments)
    }
}

/// Returns the action of a build. Reads the spec.
fn build_action(
    build: build::BuildArgs,
    matches: &ArgMatches,
    arguments: Option<Vec<OsString>>,
) -> Result<Action> {
    let overrides = build.how.overrides();
    if let Some(configuration) = build.configuration()? {
        if !configuration.takes_options() {
            build::reject_contradictions(matches, build::Written::Foreign)?;
        }
        let options = build.into_options();
        let products = configuration.read(&options, &overrides)?;
        let mut requests: Vec<Request> = products.into_iter().map(Product::into_request).collect();
        return Ok(match (requests.len(), &arguments) {
            (1, _) => {
                let mut request = requests.swap_remove(0);
                let os = request.target.unwrap_or_else(Target::host).os;
                request.warnings.extend(build::notices(matches, os));
                Action::Build(Box::new(request), arguments)
            }
            (_, None) => Action::Products(requests),
            (several, Some(_)) => {
                let error =
                    Error::new(format!("there are {several} products, and `--` runs one")).exit_code(USAGE);
                return Err(error.hint("omit `--`"));
            }
        });
    }
    let mut request = match build.subject()? {
        Subject::Spec(spec) if foreign::pyinstaller::is_python(&spec) => {
            build::reject_contradictions(matches, build::Written::Python)?;
            let build = foreign::Build { path: spec, overrides, arguments: build.args };
            return Ok(Action::Spec(Box::new(build)));
        }
        Subject::Setup(path) => {
            build::reject_contradictions(matches, build::Written::Setup)?;
            let dist = overrides.dist.filter(|_| build::is_given(matches, "distpath"));
            let overrides = Overrides { dist, ..overrides };
            let build = foreign::Build { path, overrides, arguments: build.args };
            return Ok(Action::Setup(Box::new(build)));
        }
        Subject::Spec(path) => {
            build::reject_contradictions(matches, build::Written::Toml)?;
            spec::load(&path, &overrides)?
        }
        subject => spec::options::request(build.options(subject), &overrides)?,
    };
    request.warnings.extend(build::notices(matches, request.target.unwrap_or_else(Target::host).os));
    Ok(Action::Build(Box::new(request), arguments))
}

/// Returns the action of `freeze init`: a spec that keeps options, if there are any.
fn init(matches: &ArgMatches, source: Option<String>, args: InitArgs, existing: Existing) -> Result<Action> {
    if !matches.subcommand().is_some_and(|(_, init)| build::gives_options(init)) {
        return Ok(Action::Init(source, existing));
    }
    if source.is_none() {
        let error = Error::new("expected a script for these options").exit_code(USAGE);
        return Err(error.hint("name it: `freeze init app.py …`"));
    }
    let InitArgs { common, foreign } = args;
    Ok(Action::Keep(Box::new(Options { entry: source, common, foreign, ..Options::default() }), existing))
}

/// Returns a build option that was given before a command.
fn stray(matches: &ArgMatches) -> Option<String> {
    let global = ["quiet", "verbose", "log_level", "log_format", "color"];
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let command = Cli::command();
    command
        .get_arguments()
        .filter(|a| !global.contains(&a.get_id().as_str()) && given(a.get_id().as_str()))
        .map(|a| a.get_long().map_or_else(|| a.get_id().to_string(), |long| format!("--{long}")))
        .next()
}

#[cfg(test)]
mod tests;
