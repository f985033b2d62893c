//! RECORD, the list of a distribution's files (PEP 376, PEP 627).

/// Returns the path in a line, and the rest of it: `hash,size`. A path with a comma or a quote is quoted, as
/// in CSV.
pub(crate) fn line(line: &str) -> Option<(String, &str)> {
    let (path, rest) = match line.strip_prefix('"') {
        Some(quoted) => {
            let end = quoted.rfind("\",")?;
            (quoted[..end].replace("\"\"", "\""), &quoted[end + 2..])
        }
        None => line.split_once(',').map_or((line.to_owned(), ""), |(path, rest)| (path.to_owned(), rest)),
    };
    (!path.is_empty()).then_some((path, rest))
}

/// Quotes a path for a line.
pub(crate) fn quoted(path: &str) -> String {
    match path.contains([',', '"']) {
        true => format!("\"{}\"", path.replace('"', "\"\"")),
        false => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for path in ["a.py", "a,b.py", "a\"b,c.py"] {
            let whole = format!("{},sha256=x,1", quoted(path));
            assert_eq!(line(&whole), Some((path.to_owned(), "sha256=x,1")));
        }
        assert_eq!(line("a.py"), Some(("a.py".to_owned(), "")));
        assert_eq!((line(""), line(",,"), line("\"a")), (None, None, None));
    }
}
