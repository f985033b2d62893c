//! What a project requires, from its pyproject.toml.

use toml::Value;

use super::constraint;
use super::dependency::Dependency;
use crate::requirement::normalize;
use crate::spec::project::Project;

/// Returns what a project requires, with some of its extras and dependency groups.
pub(super) fn requirements(
    project: &Project,
    extras: &[String],
    groups: &[String],
) -> Result<Vec<Dependency>, String> {
    let mut found = Vec::new();
    for text in project.texts(&["project", "dependencies"]) {
        found.push(Dependency::read(&text)?);
    }
    for file in dynamic_files(project) {
        let text = std::fs::read_to_string(project.folder.join(&file))
            .map_err(|e| format!("failed to read `{file}`: {e}"))?;
        for line in text.lines().map(|l| l.split(" #").next().unwrap_or_default().trim()) {
            if !line.is_empty() && !line.starts_with(['#', '-']) {
                found.push(Dependency::read(line)?);
            }
        }
    }
    found.extend(of_poetry(project, extras, &found));
    found.extend(of_briefcase(project)?);
    for extra in extras {
        let is_known = |keys: &[&str]| project.at(keys).and_then(|table| table.get(extra)).is_some();
        if !is_known(&["project", "optional-dependencies"]) && !is_known(&["tool", "poetry", "extras"]) {
            return Err(format!("the project has no extra `{extra}`"));
        }
        for text in project.texts(&["project", "optional-dependencies", extra]) {
            found.push(Dependency::read(&text)?);
        }
    }
    for group in groups {
        found.extend(of_group(project, group, &mut Vec::new())?);
    }
    Ok(found)
}

/// Returns the files with the requirements that setuptools reads.
fn dynamic_files(project: &Project) -> Vec<String> {
    let keys = ["tool", "setuptools", "dynamic", "dependencies", "file"];
    match project.text(&keys) {
        Some(file) => vec![file],
        None => project.texts(&keys),
    }
}

/// Returns the requirements in poetry's own table that are not in `known`.
fn of_poetry(project: &Project, extras: &[String], known: &[Dependency]) -> Vec<Dependency> {
    let table = project.at(&["tool", "poetry", "dependencies"]).and_then(Value::as_table);
    let wanted: Vec<String> = extras
        .iter()
        .flat_map(|extra| project.texts(&["tool", "poetry", "extras", extra]))
        .map(|name| normalize(&name))
        .collect();
    let is_wanted = |name: &str, value: &Value| {
        let is_optional = value.get("optional").and_then(Value::as_bool) == Some(true);
        let name = normalize(name);
        (!is_optional || wanted.contains(&name)) && !known.iter().any(|k| k.name == name)
    };
    let table =
        table.into_iter().flatten().filter(|(name, value)| *name != "python" && is_wanted(name, value));
    table.flat_map(|(name, value)| constraint::dependencies(name, value)).collect()
}

/// Returns the requirements of the applications of briefcase, for the system that builds.
fn of_briefcase(project: &Project) -> Result<Vec<Dependency>, String> {
    let apps = project.at(&["tool", "briefcase", "app"]).and_then(Value::as_table);
    let mut tables: Vec<&Value> = project.at(&["tool", "briefcase"]).into_iter().collect();
    for app in apps.into_iter().flatten().map(|(_, app)| app) {
        let own = app.as_table().into_iter().flatten();
        let of_system = own.filter(|(name, _)| name.eq_ignore_ascii_case(std::env::consts::OS));
        tables.extend(std::iter::once(app).chain(of_system.map(|(_, table)| table)));
    }
    let lists = tables.into_iter().filter_map(|table| table.get("requires")?.as_array()).flatten();
    // A path names a folder, which is not a requirement.
    let texts = lists.filter_map(Value::as_str).filter(|text| !text.starts_with(['.', '/']));
    texts.map(Dependency::read).collect()
}

/// Returns the requirements of a dependency group (PEP 735), or of one of poetry or pdm.
fn of_group(project: &Project, group: &str, chain: &mut Vec<String>) -> Result<Vec<Dependency>, String> {
    let name = normalize(group);
    if chain.contains(&name) {
        return Err(format!("the dependency group `{group}` includes itself"));
    }
    let groups = project.at(&["dependency-groups"]).and_then(Value::as_table);
    let list = groups.into_iter().flatten().find(|(known, _)| normalize(known) == name);
    let mut found = Vec::new();
    if let Some((_, list)) = list {
        chain.push(name);
        for item in list.as_array().into_iter().flatten() {
            match (item.as_str(), item.get("include-group").and_then(Value::as_str)) {
                (Some(text), _) => found.push(Dependency::read(text)?),
                (None, Some(inner)) => found.extend(of_group(project, inner, chain)?),
                (None, None) => return Err(format!("the dependency group `{group}` has an invalid item")),
            }
        }
        chain.pop();
        return Ok(found);
    }
    if let Some(table) =
        project.at(&["tool", "poetry", "group", group, "dependencies"]).and_then(Value::as_table)
    {
        return Ok(table.iter().flat_map(|(name, value)| constraint::dependencies(name, value)).collect());
    }
    let keys = ["tool", "pdm", "dev-dependencies", group];
    if project.at(&keys).is_some() {
        return project.texts(&keys).iter().map(|text| Dependency::read(text)).collect();
    }
    Err(format!("the project has no dependency group `{group}`"))
}
