//! Names that modules pass to functions of other modules, which import them.

use serde::{Deserialize, Serialize};

use super::Origin;

/// A function that imports the name in one of its parameters, or from the package in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Importer {
    /// The function.
    #[serde(rename = "f")]
    pub function: String,
    /// The parameter.
    #[serde(rename = "p")]
    pub slot: Slot,
    /// For `import_module("._" + name, parameter)`: the beginning of the names, relative to the package in
    /// the parameter.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub anchored: Option<String>,
}

/// A parameter: its position, without `self`, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Slot {
    /// From 0.
    #[serde(rename = "i")]
    pub place: u32,
    /// The name as a keyword.
    #[serde(rename = "n")]
    pub name: String,
}

/// An argument of a call that may name a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Handed {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The function, without the object of the attribute.
    #[serde(rename = "f")]
    pub function: String,
    /// Its position among the arguments, or its keyword.
    #[serde(rename = "a")]
    pub argument: Argument,
    /// The value of the argument.
    #[serde(rename = "v")]
    pub value: Value,
}

/// A value passed to a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Value {
    /// The module's own name.
    Own,
    /// A text.
    Text(String),
    /// An imported object, by its dotted name, that may be a package.
    Imported(Origin, String),
}

/// The position of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Argument {
    /// At a position, from 0.
    Place(u32),
    /// With a keyword.
    Keyword(String),
}

impl Slot {
    /// Returns whether an argument is the value of the parameter.
    pub(in crate::analysis) fn takes(&self, argument: &Argument) -> bool {
        match argument {
            Argument::Place(place) => *place == self.place,
            Argument::Keyword(name) => *name == self.name,
        }
    }
}
