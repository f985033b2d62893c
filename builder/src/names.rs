//! Dotted names of modules: their parts, what they tell, and patterns over them (`[modules] include` and `exclude`).

/// The first part of a dotted name.
pub(crate) fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The package that a module is in by its name; none at the top.
pub(crate) fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(parent, _)| parent)
}

/// Whether a name is that of a package or of something below it.
pub(crate) fn is_inside(name: &str, package: &str) -> bool {
    name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a text is a dotted name of ASCII identifiers, as modules have.
pub(crate) fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && part.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    })
}

/// Whether one part of a name is that of tests.
pub(crate) fn is_test(part: &str) -> bool {
    matches!(part, "test" | "tests" | "testing" | "conftest")
        || part.starts_with("test_")
        || part.ends_with("_test")
}

/// Whether a part of a name marks tests in the program's own code, where names such as `test` and `speed_test` are those of features.
pub(crate) fn is_own_test(part: &str) -> bool {
    matches!(part, "tests" | "testing" | "conftest") || part.starts_with("test_")
}

/// Whether a top-level name of the program's own code is that of a script that builds or tests the project.
pub(crate) fn is_project_script(name: &str) -> bool {
    matches!(name, "conftest" | "noxfile" | "setup" | "tasks")
}

/// Whether a module is for tests.
pub(crate) fn is_for_tests(name: &str) -> bool {
    name.split('.').any(is_test)
}

/// The same for a name that is written out: `testing` is then part of what a package offers.
pub(crate) fn is_named_for_tests(name: &str) -> bool {
    name.split('.').any(|part| part != "testing" && is_test(part))
}

/// Whether a module is for tests, or is run rather than imported.
pub(crate) fn is_tool(name: &str) -> bool {
    name.split('.').any(|part| is_test(part) || part == "__main__")
}

/// Whether a module is one of the program's entries or hooks.
pub(crate) fn is_entry(name: &str) -> bool {
    name.starts_with("__main__") || name.starts_with("__hook__")
}

/// A pattern: `*` stands for one level or a part of it, `**` for any number of levels, a trailing `.*` for all
/// submodules at any depth.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn new(text: &str) -> Pattern {
        let mut parts: Vec<String> = text.trim().split('.').map(str::to_owned).collect();
        if parts.len() > 1 && parts.last().is_some_and(|p| p == "*") {
            parts.pop();
            parts.push("**".to_owned());
        }
        Pattern { parts }
    }

    /// Reads a pattern in which a trailing `*` is one level too.
    pub(crate) fn levels(text: &str) -> Pattern {
        Pattern { parts: text.split('.').map(str::to_owned).collect() }
    }

    /// The dotted name if the pattern holds no wildcard.
    pub(crate) fn exact(&self) -> Option<String> {
        (!self.parts.iter().any(|p| p.contains('*'))).then(|| self.parts.join("."))
    }

    /// The levels before the first wildcard.
    pub(crate) fn root(&self) -> String {
        let fixed: Vec<&str> =
            self.parts.iter().map(String::as_str).take_while(|p| !p.contains('*')).collect();
        fixed.join(".")
    }

    /// Whether a name fits.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let levels: Vec<&str> = name.split('.').collect();
        fits(&self.parts, &levels)
    }

    /// Whether a name or one of its parents fits.
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
