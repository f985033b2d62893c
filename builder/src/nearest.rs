//! Finds the known name that is most similar to a mistyped one.

use std::path::Path;

/// Returns the name in `known` that is similar enough to `name` to be the intended one.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = fold(name);
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&name, &fold(k)), k))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, k)| k)
}

/// Returns up to three names that are most similar to a wanted one.
pub fn most_similar(wanted: &str, mut names: Vec<String>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    names.sort();
    names.dedup();
    names.sort_by_cached_key(|name| strsim::levenshtein(&wanted, &name.to_lowercase()));
    names.truncate(3);
    names
}

/// Returns a hint with the most similar name, or all of them.
pub fn did_you_mean(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(right) => format!("did you mean `{right}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// Returns a hint with the most similar file name next to `text`, a path relative to `base`.
pub(crate) fn nearest_file(text: &str, base: &Path) -> Option<String> {
    let path = base.join(text);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(folder).ok()?;
    let mut names: Vec<String> =
        entries.filter_map(|e| e.ok()?.file_name().into_string().ok()).filter(|n| n != name).collect();
    names.sort();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", Path::new(text).with_file_name(near).display()))
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_similar_names_come_first() {
        assert_eq!(most_similar("blak", vec!["pip".into(), "black".into(), "wheel".into()])[0], "black");
    }

    #[test]
    fn finds_swapped_missing_and_underscored_letters() {
        let known = ["name", "entry", "contents-directory"];
        assert_eq!(nearest("nmae", known), Some("name"));
        assert_eq!(nearest("entr", known), Some("entry"));
        assert_eq!(nearest("contents_directory", known), Some("contents-directory"));
        assert_eq!(nearest("icon", known), None);
    }
}
