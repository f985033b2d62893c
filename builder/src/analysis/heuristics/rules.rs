//! Modules and files from the rules of packages.

use super::Heuristic;
use super::choices::CHOICE;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::Subject;
use crate::analysis::graph::{By, Guard, Reason, Source};
use crate::analysis::world::World;
use crate::names::is_for_tests;

pub(super) struct Rules;

impl Heuristic for Rules {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let name = subject.name();
        for rule in world.rules.of(name).filter(|rule| world.in_force(rule)) {
            let reason = Reason::new(name, By::Rule(rule.file.clone())).under(Guard::Function);
            for needed in rule.imports.iter().filter(|needed| !needed.contains(CHOICE)) {
                claims.module(needed.replace("{module}", name), &reason);
            }
            for package in &rule.submodules {
                let package = package.replace("{module}", name);
                let is_meant = |name: &String| !is_for_tests(name) || world.is_plain_test(name);
                for name in world.submodules(&package).into_iter().filter(is_meant) {
                    claims.module(name, &reason);
                }
                claims.module(package, &reason);
            }
            if rule.stdlib_source {
                stdlib_extensions(&reason, world, claims);
            }
            // Code of the rule that runs before the entry point.
            if let Some(code) = rule.startup_code() {
                let (name, path) = (rule.startup_module(), rule.file.clone());
                let source = Source::Bytes(code.into_bytes());
                claims.push(What::Startup { name, path, source }, &reason);
            }
        }
    }
}

/// Collects the extension modules of the standard library, except those of its tests.
fn stdlib_extensions(reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let python = world.reader.python;
    for file in world.list(&python.dynload) {
        let suffix = python.extension_suffixes.iter().find(|s| file.ends_with(s.as_str()));
        let Some(name) = suffix.and_then(|s| file.strip_suffix(s.as_str())) else { continue };
        let is_test = name.contains("test") || name.trim_start_matches('_').starts_with("xx");
        if !is_test && name != "_tkinter" {
            claims.module(name, reason);
        }
    }
}
