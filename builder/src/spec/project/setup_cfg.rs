//! `setup.cfg`, where older projects of setuptools state what others do in their pyproject.toml.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// The options of a file, by section and key.
type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Adds what a `setup.cfg` states to the tables `[project]` and `[tool.setuptools]`.
pub(super) fn add(table: &mut Table, text: &str) {
    let sections = parse(text);
    let get = |section: &str, key: &str| sections.get(section).and_then(|s| s.get(key)).map(String::as_str);
    let mut project = Table::new();
    let mut setuptools = Table::new();
    let string = |text: &str| Value::String(text.trim().to_owned());
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
    };
    if let Some(name) = get("metadata", "name") {
        project.insert("name".into(), string(name));
    }
    let version = get("metadata", "version").unwrap_or_default();
    match version.split_once(':').map(|(kind, place)| (kind.trim(), place.trim())) {
        Some((kind @ ("attr" | "file"), place)) => {
            let dynamic = Table::from_iter([(kind.to_owned(), string(place))]);
            let version = Table::from_iter([("version".to_owned(), Value::Table(dynamic))]);
            setuptools.insert("dynamic".into(), Value::Table(version));
        }
        _ if version.is_empty() => {}
        _ => drop(project.insert("version".into(), string(version))),
    }
    if let Some(range) = get("options", "python_requires") {
        project.insert("requires-python".into(), string(range));
    }
    if let Some(requirements) = get("options", "install_requires") {
        let list = lines(requirements).into_iter().map(Value::String).collect();
        project.insert("dependencies".into(), Value::Array(list));
    }
    let pairs = |text: &str| -> Table {
        let pair = |line: String| line.split_once('=').map(|(k, v)| (k.trim().to_owned(), string(v)));
        lines(text).into_iter().filter_map(pair).collect()
    };
    let mut groups = Table::new();
    for (group, text) in sections.get("options.entry_points").into_iter().flatten() {
        let entries = Value::Table(pairs(text));
        match group.as_str() {
            "console_scripts" => drop(project.insert("scripts".into(), entries)),
            "gui_scripts" => drop(project.insert("gui-scripts".into(), entries)),
            group => drop(groups.insert(group.to_owned(), entries)),
        }
    }
    if !groups.is_empty() {
        project.insert("entry-points".into(), Value::Table(groups));
    }
    if let Some(folders) = get("options", "package_dir") {
        setuptools.insert("package-dir".into(), Value::Table(pairs(folders)));
    }
    if project.is_empty() {
        return;
    }
    table.insert("project".into(), Value::Table(project));
    let tool = table.entry("tool").or_insert_with(|| Value::Table(Table::new()));
    if let Some(tool) = tool.as_table_mut() {
        tool.entry("setuptools").or_insert(Value::Table(setuptools));
    }
}

/// Parses the sections as `configparser` does: an indented line continues the value.
fn parse(text: &str) -> Sections {
    let mut sections = Sections::new();
    let (mut section, mut key) = (String::new(), String::new());
    for line in text.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let value = sections.get_mut(&section).and_then(|s| s.get_mut(&key));
            value.map(|value| value.extend(["\n", line.trim()])).unwrap_or_default();
        } else if let Some(name) = line.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
            key.clear();
        } else if let Some((name, value)) = line.split_once(['=', ':']) {
            key = name.trim().to_lowercase();
            sections.entry(section.clone()).or_default().insert(key.clone(), value.trim().to_owned());
        }
    }
    sections
}
