//! The JSON Schema of a spec, from the table of its keys: editors complete and check specs with it.

use serde_json::{Map, Value, json};

use super::schema::{Raw, RawWhole, TARGETS};
use super::shapes::{Described, Key, Shape};

/// Returns the JSON Schema of a spec, and of the table `[tool.freeze]` of a pyproject.toml.
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    // A table inside of a table is one that the spec also has by itself.
    let inner = |key: &Key| match key.shape {
        Shape::Table(_) => Some(json!({ "$ref": format!("#/definitions/{}", key.name) })),
        _ => None,
    };
    for key in Raw::keys() {
        let (Shape::Table(keys) | Shape::Tables(keys)) = key.shape else { continue };
        definitions.insert(key.name.to_owned(), object(keys, key.about, &inner));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_the_documentation_is_the_one_printed() {
        let printed = format!("{:#}\n", json_schema());
        let documented = include_str!("../../../docs/reference/spec.schema.json");
        assert!(printed == documented, "update it: `freeze schema > docs/reference/spec.schema.json`");
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
        let text = include_str!("../../../docs/reference/spec.md");
        let example = text.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).unwrap();
        let spec: toml::Table = toml::from_str(example).unwrap();
        let schema = json_schema();
        for (name, value) in &spec {
            assert!(!schema["properties"][name].is_null(), "{name}");
            let table = value.as_table().or_else(|| value.as_array()?.first()?.as_table());
            let known = &schema["definitions"][name]["properties"];
            for key in table.into_iter().flat_map(toml::Table::keys).filter(|_| name != "target") {
                let about = &known[key];
                assert!(about["description"].is_string() || about["$ref"].is_string(), "{name}.{key}");
            }
        }
        // The example shows every key that is not an alternative of another.
        let alternatives =
            ["entry-point", "hooks", "version-file", "hide-console", "windowed-traceback", "resources"];
        for (table, definition) in schema["definitions"].as_object().unwrap() {
            for key in definition["properties"].as_object().unwrap().keys() {
                let shown = example.contains(&format!("\n{key} = ")) || alternatives.contains(&key.as_str());
                let shown = shown || example.contains(&format!("\n[{table}.{key}]"));
                assert!(
                    shown || table == "layer",
                    "{table}.{key} is not in the example of docs/reference/spec.md"
                );
            }
        }
    }
}
