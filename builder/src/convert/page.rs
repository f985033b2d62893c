//! The text of a converted spec, with a comment for each decision.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use toml_edit::Value;

use super::Variants;
use super::files;
use super::layers::{self, Section};
use crate::error::{Result, Warning};
use crate::foreign::product::{Decided, Product};
use crate::spec::write::{self, Style};
use crate::target::Os;

/// Column at which a list is broken into lines.
const WIDTH: usize = 100;

/// A converted spec.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) text: String,
    /// What it does not contain.
    pub(super) lost: Vec<Warning>,
}

impl Page {
    /// Writes the page of a product. Paths count from the folder of `path`.
    ///
    /// # Errors
    /// The spec cannot be read again.
    pub(super) fn new(mut variants: Variants, path: &Path, shown: &str) -> Result<Page> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        keep_bundles(&mut variants);
        variants.iter_mut().for_each(|(_, product)| files::without_missing(product, folder));
        let mut specs = Vec::new();
        for (_, product) in &mut variants {
            // The command line names it, for the conversion.
            product.request.python.interpreter = None;
            specs.push(layers::sections(&write::text(&product.request, folder, Style::Terse))?);
        }
        only_own_tables(&variants, &mut specs);
        let (shared, own) = layers::split(&specs);
        let mut decided: Vec<Decided> = Vec::new();
        let mut lost: Vec<Warning> = Vec::new();
        for (_, product) in &variants {
            decided
                .extend(product.decided.iter().filter(|d| !decided.contains(d)).cloned().collect::<Vec<_>>());
            let all = product.lost.iter().chain(&product.outside);
            lost.extend(all.filter(|w| !lost.contains(w)).cloned().collect::<Vec<_>>());
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let mut text = format!(
            "# Converted from {shown}. `freeze {file}` builds it. Paths are relative to this file.\n"
        );
        if !lost.is_empty() {
            text.push_str("#\n# Not carried over:\n");
            for Warning { message, hint, .. } in &lost {
                let hint = hint.as_deref().map(|hint| format!(": {hint}")).unwrap_or_default();
                comment(&mut text, "- ", &format!("{message}{hint}"));
            }
        }
        let mut writer = Writer { text, decided };
        let all = || shared.iter().chain(own.iter().flatten());
        writer.general(
            &all().flat_map(|s| s.entries.iter().map(|(key, _)| format!("{}.{key}", s.name))).collect(),
        );
        writer.sections(&shared, "");
        for ((os, _), sections) in variants.iter().zip(own) {
            writer.sections(&sections, &format!("target.{}.", os.key()));
        }
        Ok(Page { text: writer.text, lost })
    }
}

/// States whether there is an app bundle, if a program without a console on Windows would imply one.
fn keep_bundles(variants: &mut Variants) {
    let has_window =
        |(os, product): &(Os, Product)| *os == Os::Windows && product.request.windows.console == Some(false);
    if variants.iter().any(has_window) {
        for (_, product) in variants.iter_mut().filter(|(os, _)| *os == Os::Macos) {
            product.request.macos.bundle = Some(product.request.is_bundle());
        }
    }
}

/// Takes `[windows]` and `[macos]` from the variant of that system only: they have no effect on others.
fn only_own_tables(variants: &Variants, specs: &mut [Vec<Section>]) {
    for (name, owner) in [("windows", Os::Windows), ("macos", Os::Macos)] {
        let Some(at) = variants.iter().position(|(os, _)| *os == owner) else { continue };
        let own = specs[at].iter().find(|section| section.name == name).cloned();
        for spec in specs.iter_mut() {
            spec.retain(|section| section.name != name);
            spec.extend(own.clone());
        }
    }
}

struct Writer {
    text: String,
    /// Comments that are not written yet.
    decided: Vec<Decided>,
}

impl Writer {
    /// Writes the decisions about keys that the spec does not have.
    fn general(&mut self, keys: &HashSet<String>) {
        let (later, now): (Vec<Decided>, Vec<Decided>) =
            std::mem::take(&mut self.decided).into_iter().partition(|decided| keys.contains(decided.key));
        self.decided = later;
        if !now.is_empty() {
            self.text.push_str("#\n");
        }
        now.iter().for_each(|decided| comment(&mut self.text, "", &decided.text));
    }

    fn sections(&mut self, sections: &[Section], prefix: &str) {
        for Section { name, entries } in sections {
            let header = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
                Some(inner) => format!("[[{prefix}{inner}]]"),
                None => format!("[{prefix}{name}]"),
            };
            let _ = write!(self.text, "\n{header}\n");
            for (key, value) in entries {
                let wanted = format!("{name}.{key}");
                let (now, later): (Vec<Decided>, Vec<Decided>) =
                    std::mem::take(&mut self.decided).into_iter().partition(|decided| decided.key == wanted);
                self.decided = later;
                now.iter().for_each(|decided| comment(&mut self.text, "", &decided.text));
                let _ = writeln!(self.text, "{key} = {}", shown(key, value));
            }
        }
    }
}

/// Adds a comment. Line breaks in it would end it.
fn comment(text: &mut String, mark: &str, comment: &str) {
    let words = comment.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ");
    let clean: String = words.chars().filter(|c| !c.is_control()).collect();
    let _ = writeln!(text, "# {mark}{clean}");
}

/// Returns a value, with long lists in lines.
fn shown(key: &str, value: &Value) -> String {
    let line = value.to_string().trim().to_owned();
    let Value::Array(array) = value else { return line };
    if key.len() + line.len() + 3 <= WIDTH {
        return line;
    }
    let items = array.iter().map(|item| format!("    {},\n", item.to_string().trim()));
    format!("[\n{}]", items.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_have_lines() {
        let value = |count: usize| Value::from_iter((0..count).map(|i| format!("module_{i}")));
        assert_eq!(shown("include", &value(2)), "[\"module_0\", \"module_1\"]");
        let long = shown("include", &value(20));
        assert!(long.starts_with("[\n    \"module_0\",\n") && long.ends_with(",\n]"), "{long}");
    }

    #[test]
    fn comments_stay_on_their_line() {
        let mut text = String::new();
        comment(&mut text, "- ", "a\nb\u{7}");
        assert_eq!(text, "# - a b\n");
    }
}
