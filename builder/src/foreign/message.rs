//! Messages that every process with stand-ins sends: one JSON object per line, told apart by `kind`.

use serde::Deserialize;
use serde_json::Value;

use super::place::Place;
use crate::error::Warning;

/// What a process says.
#[derive(Debug)]
pub(super) enum Message<C> {
    /// A call of a stand-in that needs an answer.
    Call(C),
    /// Everything else.
    Event(Event),
}

/// What a process reports, whatever configuration it runs.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Event {
    /// Waits for hooks to run.
    Ready {},
    /// The answer to a question of the builder.
    Answer {
        /// The answer.
        value: Value,
    },
    /// What a function has found, for a conversion.
    Collected(Collected),
    /// Something to tell the user.
    Note(Note),
    /// A mistake in the user's code, which a stand-in has found.
    Refused { message: String, hint: Option<String>, place: Option<Place> },
    /// An exception in the user's code.
    Raised(Raised),
    /// The user's code ended the process.
    Exited { code: i64, text: Option<String>, place: Option<Place> },
    /// The user's code is done.
    End {},
}

impl Event {
    /// The kinds of events. All other messages are calls.
    pub(super) const KINDS: [&str; 8] =
        ["ready", "answer", "collected", "note", "refused", "raised", "exited", "end"];
}

/// What a function such as `collect_all(package)` has found.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Collected {
    pub(super) function: String,
    pub(super) package: String,
    /// Files, with their folder in the bundle.
    pub(super) files: Vec<(String, String)>,
    pub(super) modules: Vec<String>,
    pub(super) recursive: bool,
    pub(super) place: Option<Place>,
}

/// Something to tell the user.
#[derive(Debug, Deserialize)]
pub(super) struct Note {
    message: String,
    hint: Option<String>,
    minor: bool,
}

impl From<Note> for Warning {
    fn from(note: Note) -> Warning {
        let new = if note.minor { Warning::minor } else { Warning::new };
        note.hint.into_iter().fold(new(note.message), Warning::hint)
    }
}

/// An exception.
#[derive(Debug, Deserialize)]
pub(super) struct Raised {
    /// The class.
    #[serde(rename = "type")]
    pub(super) class: String,
    pub(super) text: String,
    /// The innermost line of the user's files.
    pub(super) place: Option<Place>,
    /// Column of a syntax error, 1-based.
    pub(super) column: Option<usize>,
    /// The module that was not found.
    pub(super) missing: Option<String>,
    /// The innermost line of all.
    pub(super) deepest: Option<Place>,
}
