//! Parses the entry points of distributions (`entry_points.txt`).

/// Returns the entry points in an `entry_points.txt`: group, name, value.
///
/// Source: <https://packaging.python.org/en/latest/specifications/entry-points/>
pub(crate) fn parse(text: &str) -> Vec<(String, String, String)> {
    let mut group = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            group = name.trim().to_owned();
        } else if let Some((name, value)) = line.split_once('=') {
            found.push((group.clone(), name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entry_points() {
        let text = "[console_scripts]\nblack = black:patched_main\n\n[x.y]\n# no\na=b.c:d [extra]\n";
        let found = parse(text);
        assert_eq!(found[0], ("console_scripts".into(), "black".into(), "black:patched_main".into()));
        assert_eq!(found[1], ("x.y".into(), "a".into(), "b.c:d [extra]".into()));
    }
}
