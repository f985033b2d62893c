//! Runs the tests, and tells at the end which were skipped and why, and which took the longest.
//!
//! The runner of Rust counts a test that found nothing to test with as passed. This one counts it as ignored.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};

/// The most tests to name among those that took the longest.
const SLOWEST: usize = 12;

/// A test that the attribute `#[test]` has listed.
pub struct Test {
    module: &'static str,
    name: &'static str,
    run: fn(),
}

impl Test {
    /// Used by the attribute.
    pub const fn new(module: &'static str, name: &'static str, run: fn()) -> Test {
        Test { module, name, run }
    }

    /// `module::name`, without the name of the crate.
    fn path(&self) -> String {
        let module = self.module.split_once("::").map_or("", |(_, inner)| inner);
        format!("{module}::{}", self.name).trim_start_matches("::").to_owned()
    }
}

inventory::collect!(Test);

thread_local! {
    /// Why the current test has skipped something.
    static SKIPPED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// How many programs the current test has started.
    static STARTED: Cell<usize> = const { Cell::new(0) };
    /// What the panic of the current test has said.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What is known of a test that has ended.
struct Ended {
    name: String,
    time: Duration,
    skipped: Vec<String>,
    /// Whether it tested nothing.
    whole: bool,
}

static ENDED: Mutex<Vec<Ended>> = Mutex::new(Vec::new());

/// Notes why the running test skips something.
pub(crate) fn note_skipped(reason: &str) {
    SKIPPED.with_borrow_mut(|skipped| skipped.push(reason.to_owned()));
}

/// Notes that the running test has started a program. A test that does so without `Run` calls it.
pub fn note_started() {
    STARTED.set(STARTED.get() + 1);
}

/// Runs the tests that the command line asks for.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        let trace = std::backtrace::Backtrace::capture();
        PANIC.set(Some(format!("{info}\n{trace}")));
    }));
    let (filters, arguments) = arguments(std::env::args());
    let listed = inventory::iter::<Test>.into_iter();
    let fits =
        |name: &str, filter: &String| if arguments.exact { name == filter } else { name.contains(filter) };
    let chosen = |name: &str| filters.is_empty() || filters.iter().any(|filter| fits(name, filter));
    let mut tests: Vec<&Test> = listed.filter(|test| chosen(&test.path())).collect();
    tests.sort_by_key(|test| test.path());
    let trials =
        tests.into_iter().map(|test| Trial::ignorable_test(test.path(), move || run(test))).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        summarize(&conclusion);
    }
    conclusion.exit_code()
}

/// Splits a command line into the filters, of which there may be several, and the rest.
fn arguments(all: impl Iterator<Item = String>) -> (Vec<String>, Arguments) {
    let (mut filters, mut rest) = (Vec::new(), Vec::new());
    let mut all = all.peekable();
    rest.extend(all.next());
    while let Some(word) = all.next() {
        if !word.starts_with('-') {
            filters.push(word);
            continue;
        }
        let takes_value =
            ["--skip", "--test-threads", "--color", "--format", "--logfile", "-Z"].contains(&word.as_str());
        rest.push(word);
        if takes_value {
            rest.extend(all.next());
        }
    }
    let mut arguments = Arguments::from_iter(rest);
    let threads = std::env::var("RUST_TEST_THREADS").ok().and_then(|text| text.parse().ok());
    arguments.test_threads = arguments.test_threads.or(threads);
    (filters, arguments)
}

fn run(test: &Test) -> Result<Completion, Failed> {
    SKIPPED.take();
    STARTED.set(0);
    PANIC.take();
    let begun = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(test.run));
    let (skipped, time) = (SKIPPED.take(), begun.elapsed());
    let whole = !skipped.is_empty() && STARTED.get() == 0 && result.is_ok();
    let reason = skipped.join("; ");
    let ended = Ended { name: test.path(), time, skipped, whole };
    ENDED.lock().unwrap_or_else(PoisonError::into_inner).push(ended);
    match result {
        Ok(()) if whole => Ok(Completion::ignored_with(reason)),
        Ok(()) => Ok(Completion::Completed),
        Err(_) => Err(PANIC.take().unwrap_or_else(|| "it panicked on another thread".to_owned()).into()),
    }
}

/// Prints what was skipped, the slowest tests and the figures.
fn summarize(conclusion: &Conclusion) {
    let mut ended = std::mem::take(&mut *ENDED.lock().unwrap_or_else(PoisonError::into_inner));
    ended.sort_by_key(|test| std::cmp::Reverse(test.time));
    if ended.len() > SLOWEST {
        println!("the slowest tests:");
        for test in &ended[..SLOWEST] {
            println!("  {:6.1} s  {}", test.time.as_secs_f64(), test.name);
        }
    }
    ended.sort_by(|a, b| a.name.cmp(&b.name));
    let mut parts = 0;
    for (title, whole) in [("skipped in part:", false), ("skipped:", true)] {
        let found: Vec<_> = ended.iter().filter(|t| !t.skipped.is_empty() && t.whole == whole).collect();
        if !found.is_empty() {
            println!("{title}");
        }
        for test in &found {
            println!("  {}: {}", test.name, test.skipped.join("; "));
        }
        parts = if whole { parts } else { found.len() };
    }
    let Conclusion { num_passed, num_failed, num_ignored, .. } = conclusion;
    println!(
        "{num_passed} passed ({parts} of them skipped a part), {num_failed} failed, {num_ignored} skipped"
    );
}
