//! Removes differences between two installs of one distribution, such as paths of the build machine, from
//! metadata.

use super::policy::Policy;
use crate::requirement::{is_place, without_place};

/// Returns RECORD without external files, bytecode and traces of the installer. Files that are `rewritten`
/// have no hash and length.
pub(super) fn record(text: &str, info: &str, policy: &Policy, rewritten: &[String]) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let path = line.trim_start_matches('"');
            let outside = path.starts_with("..") || path.starts_with('/') || path.starts_with("__editable__");
            let path = path.split([',', '"']).next().unwrap_or_default();
            let inner = path.strip_prefix(info).and_then(|p| p.strip_prefix('/'));
            let dropped = match inner {
                Some(inner) => !policy.is_metadata(inner),
                None => path.ends_with(".pth"),
            };
            if line.is_empty() || outside || dropped || line.contains("__pycache__") {
                return None;
            }
            let changed = inner.is_some_and(|inner| rewritten.iter().any(|name| name == inner));
            Some(if changed { format!("{path},,") } else { line.to_owned() })
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// Returns whether a metadata file may contain paths of the build machine.
pub(super) fn may_tell_places(name: &str) -> bool {
    matches!(name, "METADATA" | "PKG-INFO" | "requires.txt")
}

/// Returns a metadata file without paths of the build machine, or `None` if it has none. A requirement with
/// a path keeps its name and marker.
pub(super) fn without_places(name: &str, text: &str) -> Option<String> {
    let is_list = name == "requires.txt";
    let mut changed = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n');
    for whole in lines.by_ref() {
        let line = whole.trim_end_matches(['\r', '\n']);
        let new =
            if is_list { Some(without_place(line).unwrap_or_else(|| line.to_owned())) } else { header(line) };
        if let Some(new) = new {
            changed.push_str(&new);
            changed.push_str(&whole[line.len()..]);
        }
        // The description is the author's text, and the same on every machine.
        if line.is_empty() && !is_list {
            break;
        }
    }
    changed.extend(lines);
    (changed != text).then_some(changed)
}

/// Returns one line of the header, or `None` if it contains nothing but a path.
fn header(line: &str) -> Option<String> {
    let unchanged = || Some(line.to_owned());
    let Some((key, value)) = line.split_once(':') else { return unchanged() };
    match key.to_ascii_lowercase().as_str() {
        "requires-dist" => {
            without_place(value.trim()).map_or_else(unchanged, |r| Some(format!("{key}: {r}")))
        }
        "home-page" | "download-url" => {
            if is_place(value.trim()) {
                None
            } else {
                unchanged()
            }
        }
        "project-url" => {
            let url = value.split_once(',').map_or(value, |(_, url)| url);
            if is_place(url.trim()) { None } else { unchanged() }
        }
        _ => unchanged(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_two_venvs_are_equal() {
        let policy = Policy::load().unwrap();
        let one = "b.py,sha256=x,1\n../../../bin/b,sha256=y,2\n__pycache__/b.cpython-312.pyc,,\nb-1.dist-info/INSTALLER,,\n\
                   a.py,,\nb-1.dist-info/METADATA,sha256=z,3\nb-1.dist-info/direct_url.json,sha256=z,4\n";
        let text = record(one, "b-1.dist-info", &policy, &[]);
        assert_eq!(text, "a.py,,\nb-1.dist-info/METADATA,sha256=z,3\nb.py,sha256=x,1\n");
        let text = record(one, "b-1.dist-info", &policy, &["METADATA".into()]);
        assert_eq!(text, "a.py,,\nb-1.dist-info/METADATA,,\nb.py,sha256=x,1\n");
    }

    #[test]
    fn places_go_and_requirements_stay() {
        for (given, expected) in [
            ("x @ file:///home/me/x-1.whl", "x"),
            ("x[a,b]@ FILE:///C:/x ; python_version < '4'", "x[a,b]; python_version < '4'"),
            ("x @ git+file:///srv/x@main#egg=x ; extra == 'dev'", "x; extra == 'dev'"),
            ("x @ ../x", "x"),
            ("x @ C:\\x", "x"),
        ] {
            assert_eq!(without_place(given).as_deref(), Some(expected), "{given}");
        }
        for kept in
            ["x>=1", "x @ https://example.org/x.whl ; a", "x; extra == 'a@file:b'", "x @ git+ssh://h/x"]
        {
            assert_eq!(without_place(kept), None, "{kept}");
        }
    }

    #[test]
    fn only_lines_that_tell_places_change() {
        let metadata = "Name: a\nHome-page: file:///home/me\nProject-URL: Src, https://a.org\n\
                        Requires-Dist: x @ file:///home/me/x\nRequires-Dist: y>1\n\nSee file:///etc/a.\n";
        let neutral = "Name: a\nProject-URL: Src, https://a.org\nRequires-Dist: x\nRequires-Dist: y>1\n\n\
                       See file:///etc/a.\n";
        assert_eq!(without_places("METADATA", metadata).as_deref(), Some(neutral));
        assert_eq!(without_places("METADATA", neutral), None);
        assert_eq!(
            without_places("requires.txt", "y\n\n[dev]\nx @ file:///a\n").as_deref(),
            Some("y\n\n[dev]\nx\n")
        );
        assert_eq!(without_places("METADATA", "Name: a\r\nRequires-Dist: y\r\n\r\nText\r\n"), None);
        assert_eq!(
            without_places("PKG-INFO", "Requires-Dist: x @ file:/y\r\n").as_deref(),
            Some("Requires-Dist: x\r\n")
        );
    }
}
