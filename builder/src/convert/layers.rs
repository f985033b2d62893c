//! Splits the specs for several systems into what they share, and a `[target.…]` layer for each system.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

/// A table of a spec: its header, such as `modules`, or `[data]` for one of several.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) entries: Vec<(String, Value)>,
}

/// Returns the tables of a spec, in the order of the text.
///
/// # Errors
/// The text is not TOML.
pub(super) fn sections(text: &str) -> Result<Vec<Section>, toml_edit::TomlError> {
    let document: DocumentMut = text.parse()?;
    let mut found = Vec::new();
    for (key, item) in document.iter() {
        match item {
            Item::Table(table) => found.push(Section { name: key.to_owned(), entries: entries(table) }),
            Item::ArrayOfTables(tables) => {
                for table in tables {
                    found.push(Section { name: format!("[{key}]"), entries: entries(table) });
                    let inner = table.iter().filter_map(|(name, item)| Some((name, item.as_table()?)));
                    found.extend(inner.map(|(name, table)| Section {
                        name: format!("{key}.{name}"),
                        entries: entries(table),
                    }));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn entries(table: &Table) -> Vec<(String, Value)> {
    let plain = |(key, item): (&str, &Item)| {
        let mut value = item.as_value()?.clone();
        value.decor_mut().clear();
        Some((key.to_owned(), value))
    };
    table.iter().filter_map(plain).collect()
}

/// Whether a section is one of several with the same name, or belongs to one.
fn is_one_of_several(section: &Section) -> bool {
    section.name.starts_with('[') || section.name.contains('.')
}

/// Splits specs into what all of them have, and what each has besides.
///
/// A layer adds to lists and replaces single values, so a value that one spec lacks belongs to the layers of the
/// others.
pub(super) fn split(specs: &[Vec<Section>]) -> (Vec<Section>, Vec<Vec<Section>>) {
    let Some((first, others)) = specs.split_first() else { return (Vec::new(), Vec::new()) };
    let mut shared = Vec::new();
    for section in first {
        if is_one_of_several(section) {
            if others.iter().all(|spec| spec.iter().any(|other| is_same(section, other))) {
                shared.push(section.clone());
            }
            continue;
        }
        let in_all = |(key, value): &(String, Value)| {
            let mut common = value.clone();
            for spec in others {
                common = common_part(&common, value_in(spec, &section.name, key)?)?;
            }
            Some((key.clone(), common))
        };
        let entries: Vec<_> = section.entries.iter().filter_map(in_all).collect();
        if !entries.is_empty() {
            shared.push(Section { name: section.name.clone(), entries });
        }
    }
    let layers = specs.iter().map(|spec| besides(spec, &shared)).collect();
    (shared, layers)
}

/// Returns what a spec has besides the shared part.
fn besides(spec: &[Section], shared: &[Section]) -> Vec<Section> {
    let mut layer = Vec::new();
    for section in spec {
        if is_one_of_several(section) {
            if !shared.iter().any(|other| is_same(section, other)) {
                layer.push(section.clone());
            }
            continue;
        }
        let rest = |(key, value): &(String, Value)| {
            let value = match value_in(shared, &section.name, key) {
                Some(common) => rest_of(value, common)?,
                None => value.clone(),
            };
            Some((key.clone(), value))
        };
        let entries: Vec<_> = section.entries.iter().filter_map(rest).collect();
        if !entries.is_empty() {
            layer.push(Section { name: section.name.clone(), entries });
        }
    }
    layer
}

fn value_in<'a>(spec: &'a [Section], name: &str, key: &str) -> Option<&'a Value> {
    let section = spec.iter().find(|section| section.name == name)?;
    section.entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn is_same(one: &Section, other: &Section) -> bool {
    let text = |section: &Section| -> Vec<String> {
        section.entries.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect()
    };
    one.name == other.name && text(one) == text(other)
}

fn plain(value: &Value) -> String {
    value.to_string().trim().to_owned()
}

/// Returns what two values have in common: items of lists, keys of tables, or the whole value.
fn common_part(one: &Value, other: &Value) -> Option<Value> {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            let has = |value: &Value| other.iter().any(|known| plain(known) == plain(value));
            non_empty(one.iter().filter(|value| has(value)))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => {
            let has =
                |key: &str, value: &Value| other.get(key).is_some_and(|known| plain(known) == plain(value));
            non_empty_table(one.iter().filter(|(key, value)| has(key, value)))
        }
        (one, other) => (plain(one) == plain(other)).then(|| one.clone()),
    }
}

/// Returns what a value has besides the common part.
fn rest_of(value: &Value, common: &Value) -> Option<Value> {
    match (value, common) {
        (Value::Array(all), Value::Array(common)) => {
            let has = |value: &Value| common.iter().any(|known| plain(known) == plain(value));
            non_empty(all.iter().filter(|value| !has(value)))
        }
        (Value::InlineTable(all), Value::InlineTable(common)) => {
            non_empty_table(all.iter().filter(|(key, _)| !common.contains_key(key)))
        }
        _ => None,
    }
}

fn non_empty<'a>(values: impl Iterator<Item = &'a Value>) -> Option<Value> {
    let clean = |value: &Value| {
        let mut value = value.clone();
        value.decor_mut().clear();
        value
    };
    let array: Array = values.map(clean).collect();
    (!array.is_empty()).then_some(Value::Array(array))
}

fn non_empty_table<'a>(pairs: impl Iterator<Item = (&'a str, &'a Value)>) -> Option<Value> {
    let table: InlineTable = pairs.map(|(key, value)| (key.to_owned(), value.clone())).collect();
    (!table.is_empty()).then_some(Value::InlineTable(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sections: &[Section]) -> Vec<String> {
        let entry = |(key, value): &(String, Value)| format!("{key} = {}", plain(value));
        let one = |s: &Section| {
            format!("{}: {}", s.name, s.entries.iter().map(entry).collect::<Vec<_>>().join("; "))
        };
        sections.iter().map(one).collect()
    }

    #[test]
    fn what_differs_goes_to_the_layer_of_a_system() {
        let one = "[app]\nname = \"x\"\n[bundle]\nmode = \"onedir\"\n[modules]\ninclude = [\"a\", \"b\"]\n\
                   [[data]]\nfrom = \"x\"\n[[data]]\nfrom = \"y\"\n";
        let two = "[app]\nname = \"x\"\n[bundle]\nmode = \"onefile\"\n[modules]\ninclude = [\"c\", \"a\"]\n\
                   [[data]]\nfrom = \"x\"\n[windows]\nversion-info = { A = \"1\" }\n";
        let (shared, layers) = split(&[sections(one).unwrap(), sections(two).unwrap()]);
        assert_eq!(
            shown(&shared),
            ["app: name = \"x\"", "modules: include = [\"a\"]", "[data]: from = \"x\""]
        );
        let first = ["bundle: mode = \"onedir\"", "modules: include = [\"b\"]", "[data]: from = \"y\""];
        assert_eq!(shown(&layers[0]), first);
        let second = [
            "bundle: mode = \"onefile\"",
            "modules: include = [\"c\"]",
            "windows: version-info = { A = \"1\" }",
        ];
        assert_eq!(shown(&layers[1]), second);
    }
}
