//! Dotted names in texts other than Python.

use std::collections::BTreeSet;

use crate::names::is_dotted_name;

/// Returns dotted names of the top-level package `top` in a text.
pub(in crate::analysis) fn names(bytes: &[u8], top: &str) -> Vec<String> {
    let known = format!("{top}.");
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    let mut found = BTreeSet::new();
    for at in memchr::memmem::find_iter(bytes, known.as_bytes()) {
        // Skip the middle of another name, of a path or of an address.
        if at.checked_sub(1).is_some_and(|i| is_name(bytes[i]) || b"/-@".contains(&bytes[i])) {
            continue;
        }
        let rest = &bytes[at..];
        let end = rest.iter().position(|b| !is_name(*b)).unwrap_or(rest.len());
        if let Ok(name) = std::str::from_utf8(&rest[..end.min(120)])
            && is_dotted_name(name.trim_end_matches('.'))
        {
            found.insert(name.trim_end_matches('.').to_owned());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_texts() {
        let text = b"routes: ['dist.http.a', \"dist.http.b\"]\nurl: https://dist.readthedocs.io/dist.x\nmy.dist.c: 1\n# dist.d.\n";
        assert_eq!(names(text, "dist"), ["dist.d", "dist.http.a", "dist.http.b"]);
    }
}
