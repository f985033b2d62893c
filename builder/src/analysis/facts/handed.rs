//! Names that modules hand to functions of others which import them.

use serde::{Deserialize, Serialize};

use super::Origin;

/// A function that imports what one of its parameters names, or from where it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Importer {
    /// The function.
    #[serde(rename = "f")]
    pub function: String,
    /// The parameter.
    #[serde(rename = "p")]
    pub slot: Slot,
    /// `import_module("._" + name, parameter)`: what the names begin with that count from the package in the parameter.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub anchored: Option<String>,
}

/// A parameter: its place, without `self`, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Slot {
    /// From 0.
    #[serde(rename = "i")]
    pub place: u32,
    /// As a keyword.
    #[serde(rename = "n")]
    pub name: String,
}

/// An argument of a call that may name a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Handed {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The function, without what it is an attribute of.
    #[serde(rename = "f")]
    pub function: String,
    /// Its place among the arguments, or its keyword.
    #[serde(rename = "a")]
    pub argument: Argument,
    /// What is handed out.
    #[serde(rename = "v")]
    pub value: Value,
}

/// What is handed to a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Value {
    /// The module's own name.
    Own,
    /// A text.
    Text(String),
    /// Something that was imported, by its dotted name, and may be a package.
    Imported(Origin, String),
}

/// Where an argument stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Argument {
    /// At a place, from 0.
    Place(u32),
    /// After a keyword.
    Keyword(String),
}

impl Slot {
    /// Whether an argument is the value of the parameter.
    pub(in crate::analysis) fn takes(&self, argument: &Argument) -> bool {
        match argument {
            Argument::Place(place) => *place == self.place,
            Argument::Keyword(name) => *name == self.name,
        }
    }
}
