//! Files of a build in its work folder: the list of missing modules, and the page that explains the
//! application.

use std::fmt::Write;
use std::path::Path;

use super::contents::{Report, publish, write};
use crate::analysis::{By, Graph, Reason};
use crate::error::Result;

/// Writes `warn-<name>.txt` and `xref-<name>.html` into `folder`.
///
/// # Errors
/// A file cannot be written.
pub fn write_work(folder: &Path, name: &str, graph: &Graph, report: &Report) -> Result<()> {
    publish(&folder.join(format!("warn-{name}.txt")), &missing_modules(graph))?;
    write(report, &folder.join(format!("xref-{name}.html")))
}

/// Returns one line for each import that was not resolved.
fn missing_modules(graph: &Graph) -> String {
    let mut text = String::from(
        "Modules that are imported but were not found. The program may not need all of them: an import may be for\n\
         another platform or version, or in a function or a try block that works without it. Each line names the\n\
         importing modules, with file, line and kind of import.\n\n",
    );
    for (name, reasons) in &graph.missing {
        let from: Vec<String> = reasons.iter().map(|reason| importer(graph, reason)).collect();
        let _ = writeln!(text, "missing module named {name} - imported by {}", from.join(", "));
    }
    text
}

fn importer(graph: &Graph, reason: &Reason) -> String {
    let how = reason.guard.position().unwrap_or("top-level");
    let from = if reason.from.is_empty() { "the request" } else { &reason.from };
    match (graph.modules.get(&reason.from), &reason.by) {
        (Some(module), By::Import | By::Call | By::Parent) if reason.line > 0 => {
            format!("{from} ({}:{}, {how})", module.path, reason.line)
        }
        (_, By::Rule(rule)) => format!("{from} (rule `{rule}`)"),
        _ => format!("{from} ({how})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Guard;

    #[test]
    fn each_missing_module_tells_who_wants_it() {
        let mut graph = Graph::default();
        let reason = |from: &str, line, guard| Reason::new(from, By::Import).at(line).under(guard);
        graph.missing.insert("b.c".into(), vec![reason("", 0, Guard::None)]);
        graph
            .missing
            .insert("a".into(), vec![reason("x", 3, Guard::Function), reason("y", 4, Guard::Optional)]);
        let text = missing_modules(&graph);
        let lines: Vec<&str> = text.lines().skip(4).collect();
        assert_eq!(
            lines,
            [
                "missing module named a - imported by x (in a function), y (in a try block)",
                "missing module named b.c - imported by the request (top-level)",
            ]
        );
    }
}
