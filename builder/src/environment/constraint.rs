//! Versions and requirements in poetry's notation.

use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use toml::Value;

use super::dependency::Dependency;
use crate::requirement::normalize;

/// Converts a constraint such as `^1.2` or `>=1,<2`. `None` if it allows everything, or if PEP 440 cannot
/// express it (`||`).
pub(super) fn specifiers(constraint: &str) -> Option<VersionSpecifiers> {
    if constraint.contains('|') {
        return None;
    }
    let parts: Vec<String> = constraint.split(',').filter_map(|part| one(part.trim())).collect();
    VersionSpecifiers::from_str(&parts.join(",")).ok().filter(|versions| versions.iter().next().is_some())
}

fn one(part: &str) -> Option<String> {
    let upper = |version: &str, at: usize| {
        let mut numbers: Vec<u64> = version.split('.').map_while(|n| n.parse().ok()).collect();
        numbers.resize(numbers.len().max(at + 1), 0);
        numbers.truncate(at + 1);
        numbers[at] += 1;
        numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    };
    let numbers = |version: &str| -> Vec<u64> { version.split('.').map_while(|n| n.parse().ok()).collect() };
    if matches!(part, "" | "*") {
        return None;
    }
    if let Some(version) = part.strip_prefix('^') {
        let version = version.trim();
        // The first number that is not zero stays.
        let numbers = numbers(version);
        let at = numbers.iter().position(|n| *n != 0).unwrap_or(numbers.len().saturating_sub(1));
        return Some(format!(">={version},<{}", upper(version, at)));
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let version = version.trim();
        return Some(format!(
            ">={version},<{}",
            upper(version, 1.min(numbers(version).len().saturating_sub(1)))
        ));
    }
    match part.starts_with(['<', '>', '=', '!', '~']) {
        true => Some(part.to_owned()),
        false => Some(format!("=={part}")),
    }
}

/// Returns the marker for a constraint of Python's version.
pub(super) fn python_marker(constraint: &str) -> Option<String> {
    let of_part = |part: &str| {
        let versions = specifiers(part)?;
        let all: Vec<String> = versions
            .iter()
            .map(|s| format!("python_full_version {} '{}'", s.operator(), version_of(&s.to_string())))
            .collect();
        Some(format!("({})", all.join(" and ")))
    };
    let parts: Option<Vec<String>> = constraint.split("||").map(|part| of_part(part.trim())).collect();
    parts.map(|parts| format!("({})", parts.join(" or ")))
}

/// Returns the version of a specifier, with the `.*` at its end.
fn version_of(specifier: &str) -> &str {
    specifier.trim_start_matches(['<', '>', '=', '!', '~', ' '])
}

/// Returns the requirements of an entry of poetry: a constraint, a table, or a list of tables.
pub(super) fn dependencies(name: &str, value: &Value) -> Vec<Dependency> {
    match value {
        Value::Array(list) => list.iter().flat_map(|value| dependencies(name, value)).collect(),
        Value::String(constraint) => vec![Dependency {
            name: normalize(name),
            versions: specifiers(constraint),
            ..Dependency::default()
        }],
        value => {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let python = text("python").and_then(python_marker);
            let markers: Vec<String> =
                text("markers").map(|m| format!("({m})")).into_iter().chain(python).collect();
            let extras = value.get("extras").and_then(Value::as_array).into_iter().flatten();
            let reference = text("rev").or(text("tag")).or(text("branch")).map(|r| format!("@{r}"));
            let git = text("git").map(|url| format!("git+{url}{}", reference.unwrap_or_default()));
            vec![Dependency {
                name: normalize(name),
                extras: extras.filter_map(|e| e.as_str().map(str::to_owned)).collect(),
                versions: text("version").and_then(specifiers),
                url: git.or_else(|| text("url").map(str::to_owned)),
                marker: (!markers.is_empty()).then(|| markers.join(" and ")),
            }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_become_specifiers() {
        for (constraint, expected) in [
            ("^1.2.3", ">=1.2.3, <2"),
            ("^0.2.3", ">=0.2.3, <0.3"),
            ("^0.0.3", ">=0.0.3, <0.0.4"),
            ("^0", ">=0, <1"),
            ("~1.2.3", ">=1.2.3, <1.3"),
            ("~1", ">=1, <2"),
            ("1.2.*", "==1.2.*"),
            ("1.2", "==1.2"),
            (">=1,<2.0,!=1.5", ">=1, !=1.5, <2.0"),
            ("~=1.4", "~=1.4"),
        ] {
            assert_eq!(specifiers(constraint).unwrap().to_string(), expected, "{constraint}");
        }
        assert_eq!((specifiers("*"), specifiers("1 || 2"), specifiers("")), (None, None, None));
    }

    #[test]
    fn versions_of_python_become_markers() {
        assert_eq!(
            python_marker("^3.8").unwrap(),
            "((python_full_version >= '3.8' and python_full_version < '4'))"
        );
        let either = python_marker("==2.7.* || >=3.6").unwrap();
        assert_eq!(either, "((python_full_version == '2.7.*') or (python_full_version >= '3.6'))");
        assert_eq!(python_marker("*"), None);
    }
}
