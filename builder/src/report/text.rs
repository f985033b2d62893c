//! Texts that are wrapped to the width of the terminal.

use std::io::IsTerminal;

use textwrap::{Options, WordSplitter, wrap};

/// The width of text that does not go to a terminal, and the most that is readable.
const MOST: usize = 100;
/// The width below which nothing is wrapped.
const LEAST: usize = 20;
/// The width below which names are above their texts.
const NARROW: usize = 60;

/// Returns the columns to use for text on standard output.
pub fn width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok());
    let terminal = || {
        let (width, _) = terminal_size::terminal_size().filter(|_| std::io::stdout().is_terminal())?;
        Some(usize::from(width.0))
    };
    named.or_else(|| Some(terminal()?.min(MOST))).unwrap_or(MOST).max(LEAST)
}

/// Wraps a text, with an indent for its first line and one for the others.
pub(super) fn wrapped(text: &str, width: usize, first: &str, others: &str) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Rows of a name and a text, which is wrapped.
#[derive(Debug)]
pub(super) struct Columns {
    names: usize,
    width: usize,
    lines: Vec<String>,
}

impl Columns {
    pub(super) fn new(names: usize, width: usize) -> Columns {
        Columns { names, width, lines: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, name: &str, text: &str) {
        let inner = " ".repeat(text.len() - text.trim_start().len());
        // Narrow terminals have no room for a column of names.
        let is_narrow = self.is_narrow();
        let column = if is_narrow { 2 } else { self.names + 1 };
        let others = format!("{}{inner}  ", " ".repeat(column));
        let mut first = format!("{}{inner}", " ".repeat(column));
        if is_narrow && !name.is_empty() {
            self.lines.push(name.to_owned());
        } else if !is_narrow {
            first = format!("{name:column$}{inner}");
        }
        match text.trim_start() {
            "" if is_narrow => {}
            "" => self.lines.push(name.to_owned()),
            text => self.lines.extend(wrapped(text, self.width, &first, &others)),
        }
    }

    /// Whether there is no room for columns.
    pub(super) fn is_narrow(&self) -> bool {
        self.width < NARROW
    }

    /// Adds a text without a name.
    pub(super) fn plain(&mut self, text: &str) {
        let indent = " ".repeat(text.len() - text.trim_start().len());
        let others = format!("{indent}  ");
        self.lines.extend(wrapped(text.trim_start(), self.width, &indent, &others));
    }

    /// Adds an empty line.
    pub(super) fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// Returns all lines.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}
