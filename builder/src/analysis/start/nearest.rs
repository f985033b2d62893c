//! Suggestions for a misspelt name.

/// Returns up to three names that are most similar to a wanted one.
pub(crate) fn nearest(wanted: &str, mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    let mut ranked: Vec<(usize, String)> = names.into_iter().map(|n| (distance(wanted, &n), n)).collect();
    ranked.sort();
    ranked.truncate(3);
    ranked.into_iter().map(|(_, n)| n).collect()
}

/// Returns the Levenshtein distance, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names_come_first() {
        assert_eq!(nearest("blak", vec!["pip".into(), "black".into(), "wheel".into()])[0], "black");
    }
}
