//! Matches patterns against dotted module names, as in `[modules]`.

/// Whether `name` matches a pattern or is inside a package that matches: `pkg`, `pkg.*`, `a*.b`, `**`.
pub(super) fn covers(pattern: &str, name: &str) -> bool {
    let pattern = pattern.strip_suffix(".*").unwrap_or(pattern);
    let patterns: Vec<&str> = pattern.split('.').collect();
    let parts: Vec<&str> = name.split('.').collect();
    segments(&patterns, &parts)
}

/// Matches the leading parts of a name. Everything below a match belongs to it.
fn segments(patterns: &[&str], parts: &[&str]) -> bool {
    match (patterns.split_first(), parts.split_first()) {
        (None, _) => true,
        (Some((&"**", rest)), _) => {
            segments(rest, parts) || parts.split_first().is_some_and(|(_, tail)| segments(patterns, tail))
        }
        (Some((pattern, rest)), Some((part, tail))) => {
            glob(pattern.as_bytes(), part.as_bytes()) && segments(rest, tail)
        }
        (Some(_), None) => false,
    }
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            glob(rest, text) || text.split_first().is_some_and(|(_, tail)| glob(pattern, tail))
        }
        (Some((b'?', rest)), Some((_, tail))) => glob(rest, tail),
        (Some((p, rest)), Some((t, tail))) => p == t && glob(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn patterns_cover_packages() {
        for (pattern, name, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", true),
            ("a.b", "a.bc", false),
            ("a.b", "a", false),
            ("a.*", "a", true),
            ("a*.x", "abc.x.y", true),
            ("**", "a.b", true),
            ("**.tests", "a.b.tests.c", true),
            ("**.tests", "a.b", false),
        ] {
            assert_eq!(covers(pattern, name), expected, "{pattern} {name}");
        }
    }
}
