//! The JSON Schema of a spec, from the table of its keys: editors complete and check specs with it.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::schema::{Raw, RawWhole, TARGETS};

/// A key of a table.
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What it means, in one line.
    pub(super) about: &'static str,
    /// The shape of its value.
    pub(super) shape: Shape,
}

/// The shape of a value.
pub(super) enum Shape {
    /// A scalar, or an array of scalars.
    Value(Value),
    /// A table, or an array of tables, with these keys.
    Table(Vec<Key>),
    /// An array of tables with these keys.
    Tables(Vec<Key>),
}

/// A table whose keys are known.
pub(super) trait Described {
    /// Returns its keys.
    fn keys() -> Vec<Key>;
}

impl<T: Described> Described for Vec<T> {
    fn keys() -> Vec<Key> {
        T::keys()
    }
}

/// A value that is one of some words.
pub(super) trait Words {
    /// Returns the words.
    fn words() -> Vec<String>;
}

impl<T: ValueEnum> Words for Option<T> {
    fn words() -> Vec<String> {
        let values = T::value_variants().iter().filter_map(T::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect()
    }
}

/// The shapes, named after the functions of `Table` that read them.
#[expect(
    clippy::extra_unused_type_parameters,
    reason = "the macro that defines tables names the type for all"
)]
pub(super) mod shape {
    use super::{Described, Shape, Words};
    use serde_json::json;

    pub(in crate::spec) fn string<T>() -> Shape {
        Shape::Value(json!({ "type": "string" }))
    }

    pub(in crate::spec) fn required<T>() -> Shape {
        Shape::Value(json!({ "type": "string", "minLength": 1 }))
    }

    pub(in crate::spec) fn strings<T>() -> Shape {
        Shape::Value(json!({ "type": "array", "items": { "type": "string" } }))
    }

    pub(in crate::spec) fn one_or_more<T>() -> Shape {
        let text = json!({ "type": "string" });
        Shape::Value(json!({ "anyOf": [text, { "type": "array", "items": text }] }))
    }

    pub(in crate::spec) fn names_of<T>(_what: &str, names: &[&str]) -> Shape {
        Shape::Value(json!({ "type": "array", "items": { "enum": names } }))
    }

    pub(in crate::spec) fn boolean<T>() -> Shape {
        Shape::Value(json!({ "type": "boolean" }))
    }

    pub(in crate::spec) fn number<T>(most: u8) -> Shape {
        Shape::Value(json!({ "type": "integer", "minimum": 0, "maximum": most }))
    }

    pub(in crate::spec) fn word<T>(words: &[&str]) -> Shape {
        Shape::Value(json!({ "enum": words }))
    }

    pub(in crate::spec) fn choice<T: Words>() -> Shape {
        Shape::Value(json!({ "enum": T::words() }))
    }

    pub(in crate::spec) fn texts<T>() -> Shape {
        Shape::Value(json!({ "type": "object", "additionalProperties": { "type": "string" } }))
    }

    pub(in crate::spec) fn json<T>() -> Shape {
        Shape::Value(json!({ "type": "object" }))
    }

    pub(in crate::spec) fn section<T: Described>() -> Shape {
        Shape::Table(T::keys())
    }

    pub(in crate::spec) fn sections<T: Described>() -> Shape {
        Shape::Tables(T::keys())
    }
}

/// Returns the JSON Schema of a spec, and of the table `[tool.freeze]` of a pyproject.toml.
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    for key in Raw::keys() {
        let (Shape::Table(keys) | Shape::Tables(keys)) = key.shape else { continue };
        definitions.insert(key.name.to_owned(), object(keys, key.about, &|_| None));
    }
    let tables = |key: &Key| {
        let table = json!({ "$ref": format!("#/definitions/{}", key.name) });
        match key.shape {
            Shape::Value(_) => None,
            Shape::Table(_) => Some(table),
            Shape::Tables(_) => Some(json!({ "type": "array", "items": table })),
        }
    };
    let layer = object(Raw::keys(), "The tables for one target.", &tables);
    definitions.insert("layer".to_owned(), layer);
    let whole = RawWhole::keys().into_iter().chain(Raw::keys()).collect();
    let mut schema =
        object(whole, "A spec of freeze, or the table `[tool.freeze]` of a pyproject.toml.", &tables);
    let layers: Map<String, Value> =
        TARGETS.iter().map(|name| ((*name).to_owned(), json!({ "$ref": "#/definitions/layer" }))).collect();
    schema["properties"]["target"] = json!({
        "description": "Tables for one target.",
        "type": "object",
        "additionalProperties": false,
        "properties": layers,
    });
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("freeze");
    schema["definitions"] = Value::Object(definitions);
    schema
}

/// Returns the schema of a table. `special` returns that of a key whose value is a table.
fn object(keys: Vec<Key>, about: &str, special: &dyn Fn(&Key) -> Option<Value>) -> Value {
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required()).map(|key| key.name).collect();
    let mut properties = Map::new();
    for key in keys {
        let table = special(&key);
        let (Shape::Value(mut value), None) = (key.shape, &table) else {
            properties.extend(table.map(|table| (key.name.to_owned(), table)));
            continue;
        };
        value["description"] = json!(key.about);
        properties.insert(key.name.to_owned(), value);
    }
    let mut schema = json!({
        "description": about,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

impl Key {
    fn is_required(&self) -> bool {
        matches!(&self.shape, Shape::Value(value) if value.get("minLength").is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_the_documentation_is_the_one_printed() {
        let printed = format!("{:#}\n", json_schema());
        let documented = include_str!("../../../docs/spec.schema.json");
        assert_eq!(printed, documented, "update it: `freeze schema > docs/spec.schema.json`");
    }

    #[test]
    fn values_have_the_shapes_that_are_read() {
        let schema = json_schema();
        let of = |table: &str, key: &str| schema["definitions"][table]["properties"][key].clone();
        assert_eq!(of("bundle", "mode")["enum"], json!(["onefile", "onedir"]));
        assert_eq!(of("python", "optimize")["maximum"], 2);
        assert_eq!(of("macos", "architectures")["items"]["enum"], json!(["x86_64", "arm64"]));
        assert_eq!(schema["definitions"]["data"]["required"], json!(["from"]));
        assert_eq!(schema["properties"]["data"]["items"]["$ref"], "#/definitions/data");
        // A table for one target has no keys of the whole spec.
        let layer = &schema["definitions"]["layer"]["properties"];
        assert!(layer["cache-size"].is_null() && layer["target"].is_null() && !layer["app"].is_null());
        assert!(schema["properties"]["target"]["properties"]["linux-musl"].is_object());
    }

    #[test]
    fn every_key_of_the_example_is_in_the_schema() {
        let text = include_str!("../../../docs/spec.md");
        let example = text.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).unwrap();
        let spec: toml::Table = toml::from_str(example).unwrap();
        let schema = json_schema();
        for (name, value) in &spec {
            assert!(!schema["properties"][name].is_null(), "{name}");
            let table = value.as_table().or_else(|| value.as_array()?.first()?.as_table());
            let known = &schema["definitions"][name]["properties"];
            for key in table.into_iter().flat_map(toml::Table::keys).filter(|_| name != "target") {
                assert!(known[key]["description"].is_string(), "{name}.{key}");
            }
        }
        // The example shows every key that is not an alternative of another.
        let alternatives =
            ["entry-point", "hooks", "version-file", "hide-console", "windowed-traceback", "resources"];
        for (table, definition) in schema["definitions"].as_object().unwrap() {
            for key in definition["properties"].as_object().unwrap().keys() {
                let shown = example.contains(&format!("\n{key} = ")) || alternatives.contains(&key.as_str());
                assert!(shown || table == "layer", "{table}.{key} is not in the example of docs/spec.md");
            }
        }
    }
}
