//! The shapes of the values of a spec, named by its table of keys.

use clap::ValueEnum;
use serde_json::Value;

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

impl Key {
    /// Whether the table must have it.
    pub(super) fn is_required(&self) -> bool {
        matches!(&self.shape, Shape::Value(value) if value.get("minLength").is_some())
    }
}
