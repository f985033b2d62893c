//! The `freeze` command.

mod cli;
mod several;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use builder::error::{Context, Error, Result};
use builder::inspect::Product;
use builder::python::Python;
use builder::report::{self, Format, Reasons, Reporter, Settings};
use builder::spec::{Entry, Request};
use builder::store::Place;
use builder::why::{BuildContext, Map};
use builder::{foreign, interrupt, os, spec, version};
use cli::{Action, CacheCommand, Help, InspectArgs, InspectCommand, Traced, WhyArgs, WhySubject};

/// Analysis makes many small values: with the allocator of the C library, it takes a fifth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack size of worker threads, in bytes.
const WORKER_STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let line = match cli::parse(&argv) {
        Ok(line) => line,
        Err(error) => {
            report::print_parsed(&error);
            let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            return finished(Ok(code), &mut Reporter::new(Settings::default()));
        }
    };
    let mut reporter = Reporter::new(line.settings());
    reporter.warn(&os::distrust_environment());
    reporter.start_traces();
    let result = interrupt::install().and_then(|()| run(line, &mut reporter));
    finished(result, &mut reporter)
}

/// Prints the error of a command, and returns its exit code.
fn finished(result: Result<ExitCode>, reporter: &mut Reporter) -> ExitCode {
    match result.and_then(|code| report::check_output().map(|()| code)) {
        Ok(code) => code,
        Err(error) => {
            // Any other failure after an interrupt is a consequence of it.
            let error = interrupt::check().err().unwrap_or(error);
            reporter.error(&error);
            ExitCode::from(error.exit_code)
        }
    }
}

/// Starts the threads for an action. Printing a text takes less time than that.
fn start_workers(action: &Action) {
    if !matches!(action, Action::Text(_)) {
        // Enough for most sources; `analysis/facts/source/stack.rs` handles the rest. Unused stack takes no
        // memory.
        let _ = rayon::ThreadPoolBuilder::new().stack_size(WORKER_STACK).build_global();
    }
}

fn run(line: cli::CommandLine, reporter: &mut Reporter) -> Result<ExitCode> {
    let action = line.action()?;
    start_workers(&action);
    match action {
        Action::Build(request, arguments) => {
            let built = builder::freeze(&request, reporter).map_err(|e| mistyped(e, &request))?;
            return match arguments {
                Some(arguments) => start(&built.program, &arguments, request.target_name()),
                None => Ok(ExitCode::SUCCESS),
            };
        }
        Action::Targets(several) => return several::build(&several, reporter),
        Action::Products(requests) => {
            for request in requests {
                builder::freeze(&request, reporter)?;
            }
        }
        Action::Convert(conversion) => {
            for converted in builder::convert::run(&conversion, reporter)? {
                reporter.converted(&converted.path, &converted.lost);
            }
        }
        Action::Spec(build) => {
            foreign::pyinstaller::freeze(&build, reporter)?;
        }
        Action::Setup(build) => {
            foreign::setup::freeze(&build, reporter)?;
        }
        Action::Init(source, existing) => {
            let cwd = std::env::current_dir().context(|| "failed to find the current folder")?;
            let path = spec::init::run(source.as_deref(), existing, &cwd)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            reporter.done("wrote", &path, Some(&format!("`freeze {name}`")));
        }
        Action::Keep(options, existing) => {
            let cwd = std::env::current_dir().context(|| "failed to find the current folder")?;
            let path = spec::init::from_options(*options, existing, &cwd)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            reporter.done("wrote", &path, Some(&format!("`freeze {name}`")));
        }
        Action::Trace { what, program, arguments, write } => {
            let request = match program {
                Traced::Request(request) => request,
                Traced::Spec(build) => Box::new(foreign::pyinstaller::request(&build, reporter)?),
                Traced::Setup(build) => Box::new(foreign::setup::request(&build, reporter)?),
            };
            let traced = builder::trace::trace(&request, &arguments, write, reporter)?;
            reporter.traced(&traced, &format!("freeze trace {what} --write"));
            return Ok(os::exit_code(traced.status));
        }
        Action::Why(why) => return explain(&why, reporter),
        Action::Inspect(app, command, how) => return inspect(&app, command, &how, reporter),
        Action::Doctor(python, format) => return doctor(python.as_deref(), format),
        Action::Version => {
            report::print_version(&version::current(), &std::env::current_exe().unwrap_or_default());
        }
        Action::Cache(command, format) => cache(command, format, reporter)?,
        Action::Text(text) => reporter.text(&text),
        Action::Help(help) => print_help(&help, reporter),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the help of a command, and a page about it.
fn print_help(help: &Help, reporter: &Reporter) {
    reporter.text(&help.command);
    if !help.command.is_empty() && !help.page.is_empty() {
        reporter.text("\n");
    }
    reporter.page(&help.page);
}

/// Adds the command that the name of a missing entry module may mean.
fn mistyped(error: Error, request: &Request) -> Error {
    let missing = request.programs.iter().find_map(|program| match &program.entry {
        Entry::Module(module) if error.message == format!("entry module `{module}` not found") => {
            Some(module)
        }
        _ => None,
    });
    match missing.and_then(|module| cli::similar_command(module)) {
        Some(command) => error.hint(format!("did you mean the command `freeze {command}`?")),
        None => error,
    }
}

/// Examines this machine. The exit code tells whether a program can be built.
fn doctor(python: Option<&str>, format: Format) -> Result<ExitCode> {
    let cwd = std::env::current_dir().context(|| "failed to find the current folder")?;
    let diagnosis = builder::doctor::diagnose(&cwd, python)?;
    match format {
        Format::Json => report::print_diagnosis_json(&diagnosis),
        Format::Text | Format::Github => report::print_diagnosis(&diagnosis, report::width()),
    }
    Ok(if diagnosis.ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows, prunes or empties the builder's cache.
fn cache(command: CacheCommand, format: Format, reporter: &mut Reporter) -> Result<()> {
    let goal = match &command {
        CacheCommand::Prune { size } => size.as_deref().map(builder::store::parse_size).transpose()?,
        _ => None,
    };
    let Place { path: root, warnings, .. } = Place::find()?;
    reporter.warn(&warnings);
    match command {
        CacheCommand::Show if format == Format::Json => {
            let usage = builder::store::usage(&root)?;
            let kinds = usage.buckets.iter().map(
                |(name, count, bytes)| serde_json::json!({ "name": name, "count": count, "bytes": bytes }),
            );
            report::print_json(&serde_json::json!({
                "path": root,
                "bytes": usage.bytes,
                "limit": usage.limit,
                "found": usage.found,
                "missed": usage.missed,
                "kinds": kinds.collect::<Vec<_>>(),
            }));
        }
        CacheCommand::Show => report::print_cache(&root, &builder::store::usage(&root)?),
        CacheCommand::Prune { .. } => {
            builder::store::prune(&root, goal)?;
            let usage = builder::store::usage(&root)?;
            if format == Format::Json {
                let left = serde_json::json!({ "action": "pruned", "path": root, "bytes": usage.bytes });
                report::print_json(&left);
            } else {
                report::print_cache(&root, &usage);
            }
        }
        CacheCommand::Clear => {
            builder::store::clear(&root)?;
            if format == Format::Json {
                report::print_json(&serde_json::json!({ "action": "cleared", "path": root }));
            } else {
                reporter.done("cleared", &root, None);
            }
        }
    }
    Ok(())
}

/// Explains why something is in a program, or why it is not.
fn explain(why: &WhyArgs, reporter: &mut Reporter) -> Result<ExitCode> {
    let subject = why.subject(reporter)?;
    let (map, built) = part_with(&subject, &why.name, reporter)?;
    let found = map.find(&why.name);
    if found.is_empty() {
        let build = built.as_ref().map(|(request, python)| BuildContext { request, python });
        let absent = map.absent(&why.name, build)?;
        if !why.json {
            return Err(report::absent_error(&absent));
        }
        report::print_absent_json(&absent);
        return Ok(ExitCode::FAILURE);
    }
    if why.json {
        report::print_why_json(&map, &found);
    } else {
        let reasons = if why.all { Reasons::All } else { Reasons::Shortest };
        report::print_why(&map, &found, reasons);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns a part of a program with its contents and their reasons: for a universal program, the first part
/// that contains `name`, or else the first part.
fn part_with<'a>(
    subject: &'a WhySubject,
    name: &str,
    reporter: &mut Reporter,
) -> Result<(Map, Option<(&'a Request, Python)>)> {
    let mut first = None;
    match subject {
        WhySubject::Product(app) => {
            for part in Product::open_all(app)? {
                let map = Map::of_product(&part.list()?);
                if !map.find(name).is_empty() {
                    return Ok((map, None));
                }
                first.get_or_insert((map, None));
            }
        }
        WhySubject::Build(request) => {
            for part in request.parts() {
                let (map, python) = builder::explain(part, reporter)?;
                if !map.find(name).is_empty() {
                    return Ok((map, Some((part, python))));
                }
                first.get_or_insert((map, Some((part, python))));
            }
        }
    }
    first.ok_or_else(|| Error::new("there is nothing to look into"))
}

/// Inspects a frozen program: for a universal program each part, or the one for a given processor.
fn inspect(
    app: &Path,
    command: InspectCommand,
    how: &InspectArgs,
    reporter: &mut Reporter,
) -> Result<ExitCode> {
    let json = how.json;
    let mut products = match Product::open_all(app) {
        Ok(products) => products,
        Err(error) => return inspect_foreign(app, &command, how, error),
    };
    if let Some(wanted) = &how.architecture {
        let there: Vec<String> = products.iter().map(|p| p.machine().to_owned()).collect();
        products.retain(|product| product.machine() == wanted);
        if products.is_empty() {
            let error = Error::new(format!("`{}` has no part for `{wanted}`", app.display()));
            return Err(error.hint(format!("it is for {}", there.join(" and "))));
        }
    }
    match command {
        InspectCommand::List => {
            for product in &products {
                let listing = product.list()?;
                if json {
                    report::print_json(&serde_json::to_value(&listing)?);
                } else {
                    report::print_listing(&listing);
                }
            }
        }
        InspectCommand::Extract { folder } => {
            let folder = folder.unwrap_or_else(|| {
                let name = app.file_name().unwrap_or_default().to_string_lossy();
                PathBuf::from(format!("{name}.contents"))
            });
            for product in &products {
                let several = products.len() > 1;
                let folder = if several { folder.join(product.machine()) } else { folder.clone() };
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
        }
        InspectCommand::Verify => verify(app, &products, how)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists a program that PyInstaller made. Otherwise, returns the error that it is not one of `freeze`.
fn inspect_foreign(
    app: &Path,
    command: &InspectCommand,
    how: &InspectArgs,
    error: Error,
) -> Result<ExitCode> {
    let Some(listing) = builder::inspect::pyinstaller::list(app)? else { return Err(error) };
    if !matches!(command, InspectCommand::List) {
        let error = Error::new(format!("`{}` was made by PyInstaller and can only be listed", app.display()));
        return Err(error.hint(format!("`freeze inspect {}` lists it", app.display())));
    }
    if how.json {
        report::print_json(&serde_json::to_value(&listing)?);
    } else {
        report::print_pyinstaller(&listing);
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks each part of a program.
fn verify(app: &Path, products: &[Product], how: &InspectArgs) -> Result<()> {
    let mut problems = Vec::new();
    for problem in products.iter().map(Product::verify).collect::<Result<Vec<_>>>()?.concat() {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if how.json {
        report::print_json(&serde_json::json!({
            "path": app,
            "whole": problems.is_empty(),
            "problems": serde_json::to_value(&problems)?,
        }));
    } else {
        report::print_verified(app, &problems);
    }
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` is damaged", app.display());
    Err(Error::new(message).hint("build it again, or copy it again from an intact copy"))
}

/// Runs the built program in place of this one, with its terminal, signals and exit code. A program for
/// another `target` may also run if this system supports it.
fn start(program: &Path, arguments: &[OsString], target: Option<String>) -> Result<ExitCode> {
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    let failed = || format!("failed to run program `{}`", program.display());
    let status = os::run_instead(&mut command).context(failed).map_err(|error| match target {
        Some(target) => error.hint(format!("it is a program for {target}: run it there")),
        None => error,
    })?;
    Ok(os::exit_code(status))
}
