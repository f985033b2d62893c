//! Questions of the analysis about the content of a file. Answers are cached by content.

use serde::{Deserialize, Serialize};

use crate::analysis::facts::source::{bindings, calls, source, standard};
use crate::analysis::facts::{Whose, bytecode, native, pickle, texts};
use crate::python::Python;
use crate::store::{Code, Hash, KeyBuilder};

/// A question whose answer depends on the content of one file and on the interpreter only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Question {
    /// The facts about a module of the program. Any word in it may be the name of one of its packages.
    Own,
    /// The facts about a module of a library.
    Library,
    /// The facts about a module of the standard library.
    Standard,
    /// The facts about a module that exists only as bytecode.
    Bytecode,
    /// The modules that an extension module of this top-level package names.
    Native(String),
    /// The calls of each function in a source file.
    Calls,
    /// The names that a source file binds.
    Bindings,
    /// The modules that a pickle names.
    Pickle,
    /// The modules of this top-level package that a text names.
    Names(String),
}

impl Question {
    /// Returns the key of the answer about a content.
    pub(super) fn key(&self, python: &Python, content: &Hash) -> Hash {
        let (what, top) = match self {
            Question::Own => ("source and words", ""),
            Question::Library => ("source", ""),
            Question::Standard => ("standard", ""),
            Question::Bytecode => ("bytecode", ""),
            Question::Native(top) => ("native", top.as_str()),
            Question::Calls => ("calls", ""),
            Question::Bindings => ("bindings", ""),
            Question::Pickle => ("pickle", ""),
            Question::Names(top) => ("names", top.as_str()),
        };
        // These are the same for every version.
        let is_neutral = matches!(self, Question::Native(_) | Question::Pickle | Question::Names(_));
        let minor = if is_neutral { 0 } else { python.minor() };
        KeyBuilder::new(Code::Analysis, what).part(top).part([minor]).part(content).finish()
    }

    /// Returns the answer, encoded. Equal answers have equal bytes.
    pub(super) fn answer(&self, bytes: &[u8], python: &Python) -> serde_json::Result<Vec<u8>> {
        let minor = python.minor();
        match self {
            Question::Own => serde_json::to_vec(&source(bytes, minor, Whose::Own)),
            Question::Library => serde_json::to_vec(&source(bytes, minor, Whose::Library)),
            Question::Standard => serde_json::to_vec(&standard(bytes, minor)),
            Question::Bytecode => serde_json::to_vec(&bytecode::find(bytes, minor, &python.opcodes)),
            Question::Native(top) => serde_json::to_vec(&native::find(bytes, top)),
            Question::Calls => serde_json::to_vec(&calls(bytes, minor)),
            Question::Bindings => serde_json::to_vec(&bindings(bytes, minor)),
            Question::Pickle => serde_json::to_vec(&pickle::modules(bytes).into_iter().collect::<Vec<_>>()),
            Question::Names(top) => serde_json::to_vec(&texts::names(bytes, top)),
        }
    }
}
