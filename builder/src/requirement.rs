//! Requirements of distributions, as `Requires-Dist`, `requires.txt` and files of requirements write them (PEP 508).

use std::str::FromStr;

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, Requirement, VerbatimUrl};

use crate::python::Python;

/// Reads a whole requirement. `None` if it does not follow PEP 508.
pub(crate) fn read(text: &str) -> Option<Requirement<VerbatimUrl>> {
    Requirement::from_str(text).ok()
}

/// The name at the beginning of a requirement; empty if it has none.
pub(crate) fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
    &text[..end.unwrap_or(text.len())]
}

/// The name of the distribution that a string may be asking for: `name`, `name[extra]>=1`.
pub(crate) fn asked_name(text: &str) -> Option<&str> {
    let name = name(text);
    let rest = text[name.len()..].trim_start();
    let fits = rest.is_empty() || rest.starts_with(['<', '>', '=', '!', '~', '[', ';', '(']);
    (fits && !name.is_empty()).then_some(name)
}

/// A requirement without its marker, and the marker; empty if it has none.
pub(crate) fn split_marker(text: &str) -> (&str, &str) {
    // In a URL, a semicolon begins the marker only after a space.
    let separator = if text.contains('@') { " ;" } else { ";" };
    let (what, marker) = text.split_once(separator).unwrap_or((text, ""));
    (what.trim_end(), marker.trim())
}

/// Whether a requirement applies to a target if no extra is asked for. Markers that cannot be read count as true, unless they
/// are about an extra.
pub(crate) fn applies(text: &str, target: Option<&MarkerEnvironment>) -> bool {
    let (_, marker) = split_marker(text);
    match (marker, target) {
        ("", _) => true,
        (marker, Some(target)) => match MarkerTree::from_str(marker) {
            Ok(tree) => tree.evaluate(target, &[]),
            Err(_) => !marker.contains("extra"),
        },
        (marker, None) => !marker.contains("extra"),
    }
}

/// The values of markers on the target of an interpreter. `None` if its version is not one.
pub(crate) fn environment(python: &Python) -> Option<MarkerEnvironment> {
    let (major, minor, micro) = python.version;
    let full = format!("{major}.{minor}.{micro}");
    let builder = MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: python.target.os_name(),
        platform_machine: &python.machine,
        platform_python_implementation: "CPython",
        // These depend on the machine on which the program runs.
        platform_release: "",
        platform_version: "",
        platform_system: python.target.platform_system(),
        python_full_version: &full,
        python_version: &format!("{major}.{minor}"),
        sys_platform: python.target.sys_platform(),
    };
    builder.try_into().ok()
}

/// `name[extra] @ file:///a/b ; marker` as `name[extra]; marker`. `None` if the requirement names no file of this machine.
pub(crate) fn without_place(text: &str) -> Option<String> {
    let (name, rest) = text.split_once('@')?;
    // Here `@` is part of a marker or a version: `; marker == "a@b"`.
    if name.contains([';', '(', '<', '>', '=', '~', '!']) {
        return None;
    }
    let rest = rest.trim_start();
    let (url, marker) = match rest.split_once(|c: char| c.is_whitespace()) {
        Some((url, marker)) => (url, marker.trim().trim_start_matches(';').trim()),
        None => (rest, ""),
    };
    if !is_place(url) {
        return None;
    }
    let name = name.trim();
    Some(if marker.is_empty() { name.to_owned() } else { format!("{name}; {marker}") })
}

/// Whether a URL names a file of this machine: `file:`, `git+file:`, or a path.
pub(crate) fn is_place(url: &str) -> bool {
    match url.split_once(':') {
        // A single letter is a drive.
        Some((scheme, _)) => {
            let scheme = scheme.to_ascii_lowercase();
            scheme == "file" || scheme.ends_with("+file") || scheme.len() == 1 || scheme.contains('/')
        }
        None => url.starts_with(['/', '.', '\\', '~']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn markers_are_those_of_the_target() {
        let linux = environment(&Python::blank(Target::named("linux-x86_64").unwrap()));
        for (text, expected) in [
            ("numpy>=1.26", true),
            ("numpy; python_version >= '3.9'", true),
            ("numpy; python_version < '3'", false),
            ("colorama; sys_platform == 'win32'", false),
            ("a @ https://x/y;z", true),
            ("a @ https://x/y;z ; os_name == 'nt'", false),
            ("pytest; extra == 'test'", false),
            ("pytest; python_version >= '3' and extra == 'test'", false),
            ("old (>=4); python_version>='2.6'", true),
            ("odd; this is no marker", true),
            ("odd; extra is no marker", false),
        ] {
            assert_eq!(applies(text, linux.as_ref()), expected, "{text}");
        }
        assert!(applies("a; python_version < '3'", None) && !applies("a; extra == 'b'", None));
    }

    #[test]
    fn names_are_found_in_texts() {
        assert_eq!(name("typing_extensions (>=4)"), "typing_extensions");
        assert_eq!(name("?!"), "");
        assert_eq!(asked_name("zope.interface[x]>=1"), Some("zope.interface"));
        assert_eq!((asked_name("two words"), asked_name("")), (None, None));
    }
}
