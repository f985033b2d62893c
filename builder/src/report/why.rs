//! Explains why something is in an application: the chain of reasons, one step per line, and its other
//! reasons.

use std::io::Write;

use serde_json::{Value, json};

use super::tables::{print, print_json};
use crate::analysis::Guard;
use crate::error::Error;
use crate::why::{Absent, Map, Step, What};

/// Maximum number of other matches for a name to list.
const MEANINGS: usize = 10;

/// Which reasons to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// The shortest chain.
    Shortest,
    /// The shortest chain, and all other reasons.
    All,
}

/// Prints why the first item in `found` is in the application, and other items with the same name.
pub fn print_why(map: &Map, found: &[usize], reasons: Reasons) {
    let Some((&at, rest)) = found.split_first() else { return };
    let (chain, others) = (map.chain(at), map.others(at));
    print(|out| {
        writeln!(out, "{}", title(map, at))?;
        let width = chain.iter().map(|s| label(s).chars().count()).max().unwrap_or_default();
        for step in &chain {
            writeln!(out, "  {:width$}  {}", label(step), how(step))?;
        }
        let more = others.len() + map.node(at).more;
        let plural = if more == 1 { "reason" } else { "reasons" };
        if more > 0 && reasons == Reasons::Shortest {
            writeln!(out, "also: {more} other {plural}; `--all` lists them")?;
        } else if more > 0 {
            writeln!(out, "also: {more} other {plural}")?;
            for step in &others {
                writeln!(out, "  {}", how(step))?;
            }
            if map.node(at).more > 0 {
                writeln!(
                    out,
                    "  {} that the product does not store; the spec lists them",
                    map.node(at).more
                )?;
            }
        }
        if !rest.is_empty() {
            writeln!(out, "of that name there are also:")?;
            for at in rest.iter().take(MEANINGS) {
                writeln!(out, "  {}", map.node(*at).name)?;
            }
            if rest.len() > MEANINGS {
                writeln!(out, "  and {} more", rest.len() - MEANINGS)?;
            }
        }
        Ok(())
    });
}

/// Prints the same as JSON, with all reasons.
pub fn print_why_json(map: &Map, found: &[usize]) {
    let Some((&at, rest)) = found.split_first() else { return };
    let node = map.node(at);
    let steps = |steps: Vec<Step<'_>>| steps.iter().map(step_value).collect::<Vec<_>>();
    print_json(&json!({
        "found": true,
        "name": node.name,
        "kind": node.what.word(),
        "path": node.path,
        "distribution": map.owner(at),
        "chain": steps(map.chain(at)),
        "others": steps(map.others(at)),
        "untold": node.more,
        "same_name": rest.iter().map(|at| map.node(*at).name.as_str()).collect::<Vec<_>>(),
    }));
}

/// Prints as JSON why something is not in the application.
pub fn print_absent_json(absent: &Absent) {
    let mut value = serde_json::to_value(absent).unwrap_or_default();
    value["found"] = Value::from(false);
    print_json(&value);
}

/// Returns the error that explains why something is not in the application.
pub fn absent_error(absent: &Absent) -> Error {
    let mut error = Error::new(format!("`{}` is not in the program", absent.name));
    error.causes.clone_from(&absent.facts);
    let near: Vec<String> = absent.nearest.iter().map(|n| format!("`{n}`")).collect();
    let near = (!near.is_empty()).then(|| format!("there is {}", near.join(", ")));
    let hint = match (&absent.hint, near) {
        (Some(hint), Some(near)) if absent.state == "missing" => Some(format!("{hint}; {near}")),
        (Some(hint), _) => Some(hint.clone()),
        (None, near) => near,
    };
    error.hint = hint;
    error
}

fn title(map: &Map, at: usize) -> String {
    let node = map.node(at);
    let mut facts = Vec::new();
    if node.what == What::Module {
        facts.extend(node.path.clone());
    }
    facts.extend(map.owner(at));
    let version = node.version.as_ref().map_or(String::new(), |v| format!(" {v}"));
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    format!("{} `{}`{version}{facts}", node.what.word(), node.name)
}

/// Returns the name of a step's node in a chain.
fn label(step: &Step<'_>) -> String {
    let node = step.node;
    match &node.path {
        // An entry point is identified by its script.
        Some(path) if node.name.starts_with("__main__") || node.name.starts_with("__hook__") => path.clone(),
        _ => match &node.version {
            Some(version) => format!("{} {version}", node.name),
            None => node.name.clone(),
        },
    }
}

/// Describes why something was collected, for people.
pub(super) fn how(step: &Step<'_>) -> String {
    let heuristic = &step.why.heuristic;
    let found = if heuristic.is_empty() { String::new() } else { format!(" [{heuristic}]") };
    format!("{}{found}", way(step))
}

/// Describes the reason itself.
fn way(step: &Step<'_>) -> String {
    let why = step.why;
    let (kind, detail) = why.by.split_once(": ").unwrap_or((&why.by, ""));
    let place = step.place().unwrap_or_else(|| why.from.clone());
    let guard = why.guard.and_then(Guard::position).map(|at| format!(", {at}")).unwrap_or_default();
    match kind {
        "import" => format!("imported by {place}{guard}"),
        "call" if why.line == 0 => format!("imported by a call in {place}"),
        "call" => format!("imported by a call, {place}{guard}"),
        "parent" if place.is_empty() => "package of what the interpreter or an option requests".to_owned(),
        "parent" => format!("package of what is imported by {place}{guard}"),
        "request" => format!("requested: {detail}"),
        "interpreter" => "needed by the interpreter".to_owned(),
        "rule" if why.from.is_empty() => format!("by rule file `{detail}`"),
        "rule" => format!("by rule file `{detail}`, for `{}`", why.from),
        "text" => format!("named by the string `{detail}`, {place}"),
        "native" => format!("named in the native file {place}"),
        "entry point" => format!("entry point `{detail}`, read by {place}"),
        "package" if step.node.what == What::Module => format!("data package of `{}`", why.from),
        "package" if step.node.what == What::Library => format!("library of package `{}`", why.from),
        "package" if step.from.is_some_and(|f| f.what == What::Distribution) => {
            format!("file of distribution {}", why.from)
        }
        "package" => format!("data of package `{}`", why.from),
        "needed" => format!("needed by {} (DT_NEEDED)", why.from),
        "holds" => format!("distribution of `{}`", why.from),
        other => other.to_owned(),
    }
}

fn step_value(step: &Step<'_>) -> Value {
    let (kind, detail) = step.why.by.split_once(": ").unwrap_or((&step.why.by, ""));
    json!({
        "name": step.node.name,
        "kind": step.node.what.word(),
        "by": kind,
        "detail": (!detail.is_empty()).then_some(detail),
        "from": step.why.from,
        "file": step.from.and_then(|f| f.path.as_deref()),
        "line": (step.why.line > 0).then_some(step.why.line),
        "guard": step.why.guard,
        "heuristic": (!step.why.heuristic.is_empty()).then_some(&step.why.heuristic),
    })
}
