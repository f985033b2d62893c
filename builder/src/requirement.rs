//! Requirements of distributions (PEP 508), as in `Requires-Dist`, `requires.txt` and requirements files.

use std::str::FromStr;

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, Requirement, VerbatimUrl};

use crate::target::Target;

/// Parses a complete requirement. Returns `None` if it does not follow PEP 508.
pub(crate) fn read(text: &str) -> Option<Requirement<VerbatimUrl>> {
    Requirement::from_str(text).ok()
}

/// Normalizes the name of a distribution (PEP 503).
pub(crate) fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Returns the name at the start of a requirement, or an empty string.
pub(crate) fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
    &text[..end.unwrap_or(text.len())]
}

/// Returns the distribution that a string may request: `name`, `name[extra]>=1`.
pub(crate) fn asked_name(text: &str) -> Option<&str> {
    let name = name(text);
    let rest = text[name.len()..].trim_start();
    let fits = rest.is_empty() || rest.starts_with(['<', '>', '=', '!', '~', '[', ';', '(']);
    (fits && !name.is_empty()).then_some(name)
}

/// Splits a requirement from its marker, which may be empty.
pub(crate) fn split_marker(text: &str) -> (&str, &str) {
    // In a URL, a semicolon starts the marker only after a space.
    let separator = if text.contains('@') { " ;" } else { ";" };
    let (what, marker) = text.split_once(separator).unwrap_or((text, ""));
    (what.trim_end(), marker.trim())
}

/// Returns whether a requirement applies to a target without extras. Markers that cannot be parsed count as
/// true, unless they concern an extra.
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

/// Returns the marker values for an interpreter: its version, its target, and `platform.machine()`. Returns
/// `None` if the version is invalid.
pub(crate) fn environment(version: (u8, u8, u8), target: Target, machine: &str) -> Option<MarkerEnvironment> {
    let (major, minor, micro) = version;
    let full = format!("{major}.{minor}.{micro}");
    let builder = MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: target.os_name(),
        platform_machine: machine,
        platform_python_implementation: "CPython",
        // These depend on the machine on which the program runs.
        platform_release: "",
        platform_version: "",
        platform_system: target.platform_system(),
        python_full_version: &full,
        python_version: &format!("{major}.{minor}"),
        sys_platform: target.sys_platform(),
    };
    builder.try_into().ok()
}

/// Turns `name[extra] @ file:///a/b ; marker` into `name[extra]; marker`. Returns `None` if the requirement
/// does not refer to a file of this machine.
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

/// Returns whether a URL refers to a file of this machine: `file:`, `git+file:`, or a path.
pub(crate) fn is_place(url: &str) -> bool {
    match url.split_once(':') {
        // A single letter is a Windows drive.
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

    #[test]
    fn markers_are_those_of_the_target() {
        let linux = environment((3, 11, 2), Target::named("linux-x86_64").unwrap(), "x86_64");
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
