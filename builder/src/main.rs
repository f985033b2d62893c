//! The `freeze` command.

mod cli;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use builder::error::{Context, Error, Result};
use builder::inspect::Product;
use builder::report::{self, Reporter};
use builder::store::Store;
use builder::target::Target;
use builder::why::{Map, Site};
use builder::{interrupt, os, spec};
use cli::{Action, CacheCommand, InspectCommand, Subject, WhyArgs};

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let line = match cli::parse(&argv) {
        Ok(line) => line,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut reporter = Reporter::new(line.settings());
    reporter.start_traces();
    let result = interrupt::install().and_then(|()| run(line, &mut reporter));
    match result {
        Ok(code) => code,
        Err(error) => {
            // What else fails after an interrupt is its consequence.
            let error = interrupt::check().err().unwrap_or(error);
            reporter.error(&error);
            ExitCode::from(error.exit_code)
        }
    }
}

fn run(line: cli::CommandLine, reporter: &mut Reporter) -> Result<ExitCode> {
    match line.action()? {
        Action::Build(request, arguments) => {
            let built = builder::freeze(&request, reporter)?;
            return match arguments {
                Some(arguments) => start(&built.program, &arguments, request.target),
                None => Ok(ExitCode::SUCCESS),
            };
        }
        Action::Init(source, force) => {
            let cwd = std::env::current_dir().context(|| "failed to find the current folder")?;
            let path = spec::init::run(source.as_deref(), force, &cwd)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            reporter.done("wrote", &path, Some(&format!("`freeze {name}`")));
        }
        Action::Trace { what, request, arguments, write } => {
            let traced = builder::trace::trace(&request, &arguments, write, reporter)?;
            reporter.traced(&traced, &format!("freeze trace {what} --write"));
            return Ok(os::exit_code(traced.status));
        }
        Action::Why(why) => return explain(&why, reporter),
        Action::Inspect(app, command, json) => return inspect(&app, command, json, reporter),
        Action::Cache(CacheCommand::Show, json) => {
            let root = Store::default_root()?;
            let usage = builder::store::usage(&root)?;
            if json {
                report::print_json(&serde_json::json!({
                    "path": root,
                    "bytes": usage.bytes,
                    "kinds": usage.buckets.iter().map(|(name, count, bytes)| {
                        serde_json::json!({ "name": name, "count": count, "bytes": bytes })
                    }).collect::<Vec<_>>(),
                }));
            } else {
                report::print_cache(&root, &usage.buckets, usage.bytes);
            }
        }
        Action::Cache(CacheCommand::Clear, json) => {
            let root = Store::default_root()?;
            builder::store::clear(&root)?;
            if json {
                report::print_json(&serde_json::json!({ "action": "cleared", "path": root }));
            } else {
                reporter.done("cleared", &root, None);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells why something is in a program, or why it is not.
fn explain(why: &WhyArgs, reporter: &mut Reporter) -> Result<ExitCode> {
    let (map, built) = match why.subject()? {
        Subject::Product(app) => (Map::of_product(&Product::open(&app)?.list()?), None),
        Subject::Build(request) => {
            let (map, python) = builder::explain(&request, reporter)?;
            (map, Some((request, python)))
        }
    };
    let found = map.find(&why.name);
    if found.is_empty() {
        let site = built.as_ref().map(|(request, python)| Site { request, python });
        let absent = map.absent(&why.name, site)?;
        if !why.json {
            return Err(report::absent_error(&absent));
        }
        report::print_absent_json(&absent);
        return Ok(ExitCode::FAILURE);
    }
    if why.json {
        report::print_why_json(&map, &found);
    } else {
        report::print_why(&map, &found, why.all);
    }
    Ok(ExitCode::SUCCESS)
}

/// Looks into a frozen program.
fn inspect(app: &Path, command: InspectCommand, json: bool, reporter: &mut Reporter) -> Result<ExitCode> {
    let product = Product::open(app)?;
    match command {
        InspectCommand::List => {
            let listing = product.list()?;
            if json {
                report::print_json(&serde_json::to_value(&listing)?);
            } else {
                report::print_listing(&listing);
            }
        }
        InspectCommand::Extract { folder } => {
            let folder = folder.unwrap_or_else(|| {
                let name = app.file_name().unwrap_or_default().to_string_lossy();
                PathBuf::from(format!("{name}.contents"))
            });
            let done = product.extract(&folder)?;
            if json {
                let (modules, files) = (done.modules, done.files);
                report::print_json(
                    &serde_json::json!({ "path": folder, "modules": modules, "files": files }),
                );
            } else {
                reporter.done("extracted", &folder, None);
            }
        }
        InspectCommand::Verify => {
            let problems = product.verify()?;
            if json {
                report::print_json(&serde_json::json!({
                    "path": app,
                    "whole": problems.is_empty(),
                    "problems": serde_json::to_value(&problems)?,
                }));
            } else {
                report::print_verified(app, &problems);
            }
            if !problems.is_empty() {
                let message = format!("`{}` is damaged", app.display());
                return Err(
                    Error::new(message).hint("build it again, or copy it again from where it is whole")
                );
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the built program in place of this one: it has the terminal, the signals and the exit code. That of another `target`
/// may run too, where this system knows how.
fn start(program: &Path, arguments: &[OsString], target: Option<Target>) -> Result<ExitCode> {
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    let failed = || format!("failed to run program `{}`", program.display());
    os::run_instead(&mut command).context(failed).map_err(|error| match target {
        Some(target) => error.hint(format!("it is a program for {}: run it there", target.name())),
        None => error,
    })
}
