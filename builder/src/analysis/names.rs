//! Patterns over dotted names, as in `[modules] include` and `exclude`.

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
    }
}
