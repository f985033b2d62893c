//! Dotted names of modules: their parts, their classification, and patterns (`[modules] include` and
//! `exclude`).

/// Returns the first part of a dotted name.
pub(crate) fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Returns the parent package of a name, or `None` for a top-level name.
pub(crate) fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(parent, _)| parent)
}

/// Returns whether a name is a package or something below it.
pub(crate) fn is_inside(name: &str, package: &str) -> bool {
    name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns whether a text is a dotted name of ASCII identifiers, as modules have.
pub(crate) fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && part.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    })
}

/// Returns whether one part of a name marks tests.
pub(crate) fn is_test(part: &str) -> bool {
    matches!(part, "test" | "tests" | "testing" | "conftest")
        || part.starts_with("test_")
        || part.ends_with("_test")
}

/// Returns whether a part of a name marks tests in the program's own code. Names such as `test` and
/// `speed_test` are features there.
pub(crate) fn is_own_test(part: &str) -> bool {
    matches!(part, "tests" | "testing" | "conftest") || part.starts_with("test_")
}

/// Returns whether a top-level name of the program's own code is a script that builds or tests the project.
pub(crate) fn is_project_script(name: &str) -> bool {
    matches!(name, "conftest" | "noxfile" | "setup" | "tasks")
}

/// Returns whether a module is for tests.
pub(crate) fn is_for_tests(name: &str) -> bool {
    name.split('.').any(is_test)
}

/// Returns whether a name that code spells out is for tests. `testing` is not, because such packages offer
/// it as a feature.
pub(crate) fn is_named_for_tests(name: &str) -> bool {
    name.split('.').any(|part| part != "testing" && is_test(part))
}

/// Returns whether a module is for tests, or is run rather than imported.
pub(crate) fn is_tool(name: &str) -> bool {
    name.split('.').any(|part| is_test(part) || part == "__main__")
}

/// Returns whether a module is one of the program's entry points or hooks.
pub(crate) fn is_entry(name: &str) -> bool {
    name.starts_with("__main__") || name.starts_with("__hook__")
}

/// A pattern: `*` stands for one level or a part of it, `**` for any number of levels, a trailing `.*` for
/// all submodules at any depth.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// Parses a pattern.
    pub(crate) fn new(text: &str) -> Pattern {
        let mut parts: Vec<String> = text.trim().split('.').map(str::to_owned).collect();
        if parts.len() > 1 && parts.last().is_some_and(|p| p == "*") {
            parts.pop();
            parts.push("**".to_owned());
        }
        Pattern { parts }
    }

    /// Parses a pattern in which a trailing `*` also stands for one level.
    pub(crate) fn levels(text: &str) -> Pattern {
        Pattern { parts: text.split('.').map(str::to_owned).collect() }
    }

    /// Returns the dotted name if the pattern contains no wildcard.
    pub(crate) fn exact(&self) -> Option<String> {
        (!self.parts.iter().any(|p| p.contains('*'))).then(|| self.parts.join("."))
    }

    /// Returns the levels before the first wildcard.
    pub(crate) fn root(&self) -> String {
        let fixed: Vec<&str> =
            self.parts.iter().map(String::as_str).take_while(|p| !p.contains('*')).collect();
        fixed.join(".")
    }

    /// Returns whether a name matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let levels: Vec<&str> = name.split('.').collect();
        fits(&self.parts, &levels)
    }

    /// Returns whether a name or one of its parents matches.
    pub(crate) fn covers(&self, name: &str) -> bool {
        let levels: Vec<&str> = name.split('.').collect();
        (1..=levels.len()).any(|n| fits(&self.parts, &levels[..n]))
    }
}

fn fits(parts: &[String], levels: &[&str]) -> bool {
    match parts.split_first() {
        None => levels.is_empty(),
        Some((first, rest)) if first == "**" => (0..=levels.len()).any(|n| fits(rest, &levels[n..])),
        Some((first, rest)) => {
            levels.split_first().is_some_and(|(l, ls)| part_fits(first, l) && fits(rest, ls))
        }
    }
}

fn part_fits(part: &str, level: &str) -> bool {
    match part.split_once('*') {
        None => part == level,
        Some((head, tail)) => level.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|n| rest.is_char_boundary(n) && part_fits(tail, &rest[n..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stop_at_levels() {
        let all = Pattern::new("plugins.*");
        assert!(all.matches("plugins") && all.matches("plugins.a.b") && !all.matches("pluginsx"));
        let one = Pattern::new("a.*.tests");
        assert!(one.matches("a.b.tests") && !one.matches("a.b.c.tests") && one.covers("a.b.tests.x"));
        assert!(Pattern::new("a.**.t").matches("a.b.c.t"));
        assert!(Pattern::new("_x*y").matches("_xzzy"));
        assert_eq!(Pattern::new("a.b.*").root(), "a.b");
        assert!(Pattern::new("**.tests").covers("a.b.tests.c") && !Pattern::new("a.b").covers("a.bc"));
    }
}
