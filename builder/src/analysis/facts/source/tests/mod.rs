//! Tests of the facts in source text, one file for each kind.

mod conditions;
mod deep;
mod distributions;
mod dynamic;
mod files;
mod folders;
mod interpreter;
mod lists;
mod scans;
mod statements;
mod tables;
mod typelibs;

use super::source;
use crate::analysis::facts::Whose;
use crate::analysis::facts::condition::{Platform, Role};
use crate::analysis::facts::{Form, Origin};
use crate::analysis::graph::Guard;
use crate::target::{Arch, Os, Target};

const LINUX: Platform =
    Platform { target: Target { os: Os::Linux, arch: Arch::X86_64, musl: false }, version: (3, 12, 1) };

/// The imports that Linux and 3.12 reach, as `module:names`, with their guards.
fn imports(text: &str) -> Vec<(String, Guard)> {
    let record = source(text.as_bytes(), 12, Whose::Library);
    assert!(!record.doubtful, "{text}");
    let reached = record.imports.iter().filter_map(|import| {
        let condition = import.condition.checked_sub(1).map(|i| &record.conditions[i as usize]);
        let holds = condition.map_or(Some(true), |c| c.holds(&LINUX, Role::default()));
        let guard = if holds.is_none() { import.guard.max(Guard::Conditional) } else { import.guard };
        let dots = match import.origin {
            Origin::Absolute => String::new(),
            Origin::Package(level) => ".".repeat(level as usize),
            Origin::Own(up) => "^".repeat(up as usize) + "__name__.",
        };
        let star = match import.form {
            Form::Prefix => "*",
            Form::Tree => ".**",
            Form::Path => "/.",
            Form::Folder => "/",
            Form::Folders => "/**",
            _ => "",
        };
        let names =
            if import.names.is_empty() { String::new() } else { format!(":{}", import.names.join(",")) };
        (holds != Some(false)).then(|| (format!("{dots}{}{star}{names}", import.module), guard))
    });
    reached.collect()
}

fn names(text: &str) -> Vec<String> {
    imports(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn doubtful_sources_are_marked() {
    assert!(source(b"def f(:\n", 12, Whose::Library).doubtful);
    assert!(source(b"match x:\n    case 1: pass\n", 9, Whose::Library).doubtful);
    assert!(!source(b"# -*- coding: latin-1 -*-\n# \xe9\nimport a\n", 12, Whose::Library).doubtful);
}
