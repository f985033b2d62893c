//! The text of a spec with the positions of its values, for errors that show the line.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Keys, SYNONYMS};
use crate::error::{Context, Error, Result};
use crate::nearest::{did_you_mean, nearest, nearest_file};

/// A spec file in memory.
#[derive(Debug)]
pub(super) struct Document {
    /// The path as given by the user.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// The specs that it extends, each with those that it extends itself.
    pub(super) extended: Vec<Document>,
    /// Position of the text among those of all these specs, so that a span also identifies its file.
    pub(super) start: usize,
}

/// A value and its position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Located<T> {
    /// The value.
    pub(super) value: T,
    /// Range of the value in the texts of the spec and of those that it extends, in bytes.
    pub(super) span: Range<usize>,
}

impl Document {
    /// Reads a spec as text.
    pub(super) fn read(path: &Path) -> Result<Document> {
        let named = path.display();
        if path.is_dir() {
            return Err(Error::new(format!("expected a spec, got folder `{named}`"))
                .hint("name the spec in it, or write one with `freeze init`"));
        }
        if !path.exists() {
            let error = Error::new(format!("spec `{named}` not found"));
            let near = path.to_str().and_then(|text| nearest_file(text, Path::new("")));
            return Err(error.hint(near.unwrap_or_else(|| "`freeze init app.py` writes one".into())));
        }
        let bytes = std::fs::read(path).context(|| format!("failed to read spec `{named}`"))?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let valid = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|b| **b == b'\n').count();
            Error::new(format!("failed to read spec `{named}`"))
                .cause(format!("line {line} is not UTF-8"))
                .hint("save the file as UTF-8 text")
        })?;
        // Some editors add a byte order mark, which TOML does not allow.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Error::new(format!("spec `{named}` is empty")).hint(
                "`freeze init app.py` writes one; the smallest one is `[app]` with `entry = \"app.py\"`",
            ));
        }
        Ok(Document::new(path, text))
    }

    /// Returns a spec with this text.
    pub(super) fn new(path: &Path, text: String) -> Document {
        Document { path: path.to_owned(), text, extended: Vec::new(), start: 0 }
    }

    /// Whether the spec is the `[tool.freeze]` table of a pyproject.toml.
    pub(super) fn is_pyproject(&self) -> bool {
        self.path.file_name().is_some_and(|name| name == "pyproject.toml")
            || self.text.contains("[tool.freeze")
    }

    /// Returns the folder that relative paths of the value at `span` are based on.
    pub(super) fn base(&self, span: &Range<usize>) -> PathBuf {
        let path = super::entry::absolute(&self.of(span).path);
        path.parent().unwrap_or(Path::new("/")).to_owned()
    }

    /// Returns the document that contains `span`: this one, or one that it extends.
    fn of(&self, span: &Range<usize>) -> &Document {
        let has = |d: &Document| (d.start..=d.start + d.text.len()).contains(&span.start);
        if has(self) {
            return self;
        }
        self.extended.iter().map(|d| d.of(span)).find(|d| has(d)).unwrap_or(self)
    }

    /// Parses the text as TOML.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'_>>> {
        DeTable::parse(&self.text).map_err(|e| {
            let message = e.message().trim_end_matches(['.', '\n']).to_owned();
            let error = Error::new(format!("failed to parse spec `{}`", self.path.display()));
            match e.span() {
                Some(span) => self.shown(error, self.start + span.start..self.start + span.end, &message),
                None => error.cause(message),
            }
        })
    }

    /// Returns an error about a part of the text.
    pub(super) fn error(&self, message: impl Into<String>, span: Range<usize>, label: &str) -> Error {
        self.shown(Error::new(message), span, label)
    }

    /// Returns `file:line` of a value. The result contains no folders, because the application includes it
    /// and must not depend on the build location.
    pub(super) fn place(&self, span: &Range<usize>) -> String {
        let (path, line) = self.line(span);
        format!("{}:{line}", path.file_name().unwrap_or_default().to_string_lossy())
    }

    /// Returns the file that contains a value, and its line.
    fn line(&self, span: &Range<usize>) -> (&Path, u32) {
        let Document { path, text, start, .. } = self.of(span);
        let before = &text.as_bytes()[..(span.start - start).min(text.len())];
        let ahead = before.iter().filter(|b| **b == b'\n').count();
        (path, u32::try_from(ahead).map_or(u32::MAX, |ahead| ahead.saturating_add(1)))
    }

    /// Adds the part of the text to an error.
    fn shown(&self, error: Error, span: Range<usize>, label: &str) -> Error {
        let (path, line) = self.line(&span);
        error.at(path, line).excerpt(self.excerpt(span, label))
    }

    fn excerpt(&self, span: Range<usize>, label: &str) -> String {
        let Document { path, text, start: offset, .. } = self.of(&span);
        let start = (span.start - offset).min(text.len());
        crate::excerpt::marked(text, path, start..(span.end - offset).max(start), label)
    }
}

/// A type that is read from a table.
pub(super) trait Section: Sized {
    /// Reads all keys of a table.
    ///
    /// # Errors
    /// A value is invalid.
    fn from_table(table: &Table<'_>) -> Result<Self>;
}

/// A table of the spec. Requested values are checked, and unknown keys are an error.
#[derive(Debug)]
pub(super) struct Table<'d> {
    doc: &'d Document,
    /// Its name, as in `[bundle]` or `[target.linux.bundle]`; empty for the whole spec, or `tool.freeze`.
    name: String,
    /// The keys of all tables.
    keys: &'d Keys,
    /// Name of the table in `keys`.
    kind: &'static str,
    entries: &'d DeTable<'d>,
    span: Range<usize>,
}

impl<'d> Table<'d> {
    /// Returns the whole document.
    pub(super) fn root(
        doc: &'d Document,
        parsed: &'d Spanned<DeTable<'d>>,
        keys: &'d Keys,
    ) -> Result<Table<'d>> {
        let (mut entries, mut span, mut name) = (parsed.as_ref(), parsed.span(), String::new());
        if doc.is_pyproject() {
            let inner = |table: &'d DeTable<'d>, key: &str| {
                let value = table.get(key)?;
                Some((value.as_ref().as_table()?, value.span()))
            };
            let Some((own, at)) = inner(entries, "tool").and_then(|(tool, _)| inner(tool, "freeze")) else {
                let error = Error::new(format!("no `[tool.freeze]` table in `{}`", doc.path.display()));
                return Err(error.hint("add the table, with the keys of a spec"));
            };
            (entries, span, name) = (own, at, "tool.freeze".to_owned());
        }
        let span = doc.start + span.start..doc.start + span.end;
        Table { doc, name, keys, kind: "", entries, span }.checked()
    }

    /// Returns the position of a value or a key.
    fn at<T>(&self, of: &Spanned<T>) -> Range<usize> {
        self.doc.start + of.span().start..self.doc.start + of.span().end
    }

    /// Returns a table inside this one.
    fn inner(
        &self,
        name: String,
        kind: &'static str,
        entries: &'d DeTable<'d>,
        span: Range<usize>,
    ) -> Result<Table<'d>> {
        Table { doc: self.doc, name, keys: self.keys, kind, entries, span }.checked()
    }

    /// Fails if the table has an unknown key.
    fn checked(self) -> Result<Table<'d>> {
        self.check_keys()?;
        Ok(self)
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the notation of the user: `[bundle]`, or `the spec` for the whole document.
    fn title(&self) -> String {
        match self.name.as_str() {
            "" => "the spec".into(),
            name if matches!(self.kind, "data" | "binary" | "program") => format!("`[[{name}]]`"),
            name => format!("`[{name}]`"),
        }
    }

    fn check_keys(&self) -> Result<()> {
        let Some(known) = self.keys.of(self.kind) else { return Ok(()) };
        let mut unknown: Vec<_> =
            self.entries.keys().filter(|k| !known.contains(&k.as_ref().as_ref())).collect();
        unknown.sort_by_key(|k| k.span().start);
        let Some(key) = unknown.first() else { return Ok(()) };
        let name: &str = key.as_ref();
        let (label, what) =
            if self.kind.is_empty() { ("unknown table", "table") } else { ("unknown key", "key") };
        let message = format!("unknown {what} `{name}` in {}", self.title());
        let error = self.doc.error(message, self.at(key), label);
        Err(error.hint(self.suggest(name, known)))
    }

    fn suggest(&self, name: &str, known: &[&str]) -> String {
        if let Some(key) = nearest(name, known.iter().copied()) {
            return format!("did you mean `{key}`?");
        }
        if let Some((_, right)) = SYNONYMS.iter().find(|(wrong, _)| *wrong == name.replace('_', "-")) {
            return format!("write {right}");
        }
        if let Some(table) = self.keys.owner(&name.replace('_', "-")) {
            return format!("`{name}` belongs to `[{table}]`");
        }
        format!("expected one of: {}", known.join(", "))
    }

    fn get(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        debug_assert!(self.keys.of(self.kind).is_none_or(|known| known.contains(&key)), "{key}");
        self.entries.get(key)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Error {
        let got = type_name(value.as_ref());
        let key = if key.is_empty() { self.name.clone() } else { key.to_owned() };
        let message = format!("wrong type of `{key}` in {}: expected {expected}, got {got}", self.title());
        self.doc.error(message, self.at(value), &format!("expected {expected}"))
    }

    /// Returns an error for a value that a later check rejects.
    pub(super) fn invalid<T>(&self, value: &Located<T>, message: impl Into<String>, label: &str) -> Error {
        self.doc.error(message, value.span.clone(), label)
    }

    /// Reads text.
    pub(super) fn string(&self, key: &str) -> Result<Option<Located<String>>> {
        self.get(key).map(|v| self.as_string(key, v, "a string")).transpose()
    }

    fn as_string(&self, key: &str, v: &Spanned<DeValue<'_>>, expected: &str) -> Result<Located<String>> {
        let text = v.as_ref().as_str().ok_or_else(|| self.wrong_type(key, v, expected))?;
        if text.contains('\0') {
            return Err(self.doc.error(
                format!("`{key}` contains a NUL character"),
                self.at(v),
                "not allowed",
            ));
        }
        Ok(Located { value: text.to_owned(), span: self.at(v) })
    }

    /// Reads a required, non-empty text.
    pub(super) fn required(&self, key: &str) -> Result<Located<String>> {
        let value = self.string(key)?.ok_or_else(|| {
            let label = format!("`{key}` is missing");
            self.doc.error(format!("missing key `{key}` in {}", self.title()), self.span(), &label)
        })?;
        if value.value.is_empty() {
            return Err(self.invalid(&value, format!("`{key}` in {} is empty", self.title()), "empty"));
        }
        Ok(value)
    }

    /// Reads a list of texts.
    pub(super) fn strings(&self, key: &str) -> Result<Vec<Located<String>>> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let Some(array) = value.as_ref().as_array() else {
            let error = self.wrong_type(key, value, "an array of strings");
            return Err(match value.as_ref().as_str() {
                Some(text) => error.hint(format!("write `{key} = [{}]`", quote(text))),
                None => error,
            });
        };
        array.iter().map(|v| self.as_string(key, v, "an array of strings")).collect()
    }

    /// Reads a text or a list of texts.
    pub(super) fn one_or_more(&self, key: &str) -> Result<Vec<Located<String>>> {
        match self.get(key).filter(|value| value.as_ref().is_str()) {
            Some(value) => Ok(vec![self.as_string(key, value, "a string")?]),
            None => self.strings(key),
        }
    }

    /// Reads a list of names, all of which must be in `known`.
    pub(super) fn names_of(&self, key: &str, what: &str, known: &[&str]) -> Result<Vec<Located<String>>> {
        let names = self.strings(key)?;
        match names.iter().find(|name| !known.contains(&name.value.as_str())) {
            Some(name) => Err(self.unknown_name(name, what, known)),
            None => Ok(names),
        }
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let error = || self.wrong_type(key, value, "true or false");
        value.as_ref().as_bool().map(Some).ok_or_else(error)
    }

    /// Reads a number up to `max`.
    pub(super) fn number(&self, key: &str, max: u8) -> Result<Option<u8>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let expected = format!("a number from 0 to {max}");
        let number = value.as_ref().as_integer().ok_or_else(|| self.wrong_type(key, value, &expected))?;
        match u8::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if number <= max => Ok(Some(number)),
            _ => {
                let message = format!("invalid `{key}` in {}: expected {expected}", self.title());
                Err(self.doc.error(message, self.at(value), &format!("expected {expected}")))
            }
        }
    }

    /// Reads a variant of an enum.
    pub(super) fn choice<T: ValueEnum>(&self, key: &str) -> Result<Option<T>> {
        let values: Vec<_> = T::value_variants().iter().filter_map(T::to_possible_value).collect();
        let words: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        Ok(self.word(key, &words)?.and_then(|word| T::from_str(&word.value, false).ok()))
    }

    /// Reads one of a few words.
    pub(super) fn word(&self, key: &str, words: &[&str]) -> Result<Option<Located<String>>> {
        let Some(value) = self.string(key)? else { return Ok(None) };
        if words.contains(&value.value.as_str()) {
            return Ok(Some(value));
        }
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let message = format!("invalid `{key}` in {}: `{}`", self.title(), value.value);
        let error = self.invalid(&value, message, &format!("expected {}", quoted.join(", ")));
        Err(match nearest(&value.value, words.iter().copied()) {
            Some(word) => error.hint(format!("did you mean \"{word}\"?")),
            None => error,
        })
    }

    /// Returns a table inside this one.
    pub(super) fn table(&self, key: &'static str) -> Result<Option<Table<'d>>> {
        self.table_of_kind(key, key)
    }

    /// Returns a table inside this one that is read as another kind.
    pub(super) fn table_of_kind(&self, key: &str, kind: &'static str) -> Result<Option<Table<'d>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let name = self.join(key);
        let Some(entries) = value.as_ref().as_table() else {
            let error = self.wrong_type(key, value, "a table");
            return Err(error.hint(format!("write `[{name}]` on a line of its own")));
        };
        self.inner(name, kind, entries, self.at(value)).map(Some)
    }

    /// Returns an array of tables inside this one.
    pub(super) fn tables(&self, key: &'static str) -> Result<Vec<Table<'d>>> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let name = self.join(key);
        let Some(array) = value.as_ref().as_array() else {
            let error = self.wrong_type(key, value, "an array of tables");
            return Err(error.hint(format!("write `[[{name}]]`")));
        };
        let entry = |v: &'d Spanned<DeValue<'d>>| match v.as_ref().as_table() {
            Some(entries) => self.inner(name.clone(), key, entries, self.at(v)),
            None => Err(self.wrong_type(key, v, "an array of tables")),
        };
        array.iter().map(entry).collect()
    }

    /// Reads a table inside this one as a type, or returns its default if there is none.
    pub(super) fn section<T: Section + Default>(&self, key: &'static str) -> Result<T> {
        self.table(key)?.map_or_else(|| Ok(T::default()), |table| T::from_table(&table))
    }

    /// Reads an array of tables inside this one, each as a type.
    pub(super) fn sections<T: Section>(&self, key: &'static str) -> Result<Vec<T>> {
        self.tables(key)?.iter().map(T::from_table).collect()
    }

    /// Returns the keys of the table, in the order of the text.
    pub(super) fn names(&self) -> Vec<Located<String>> {
        let mut names: Vec<_> = self
            .entries
            .keys()
            .map(|k| Located { value: k.as_ref().to_string(), span: self.at(k) })
            .collect();
        names.sort_by_key(|n| n.span.start);
        names
    }

    /// Reads all values of a table with free keys inside this one, as text.
    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<(Located<String>, Located<String>)>> {
        let Some(table) = self.table(key)? else { return Ok(Vec::new()) };
        let pair = |name: Located<String>| {
            let value = &table.entries[name.value.as_str()];
            Ok((name.clone(), table.as_string(&name.value, value, "a string")?))
        };
        table.names().into_iter().map(pair).collect()
    }

    /// Reads all values of a table with free keys inside this one, as JSON.
    pub(super) fn json(&self, key: &'static str) -> Result<Vec<(String, serde_json::Value)>> {
        let Some(table) = self.table(key)? else { return Ok(Vec::new()) };
        Ok(table.entries.iter().map(|(k, v)| (k.as_ref().to_string(), json(v.as_ref()))).collect())
    }

    fn join(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Returns an error for a name that is not in `known`.
    pub(super) fn unknown_name(&self, name: &Located<String>, what: &str, known: &[&str]) -> Error {
        let error =
            self.invalid(name, format!("unknown {what} `{}`", name.value), &format!("unknown {what}"));
        error.hint(did_you_mean(&name.value, known))
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value;
    match value {
        DeValue::String(s) => Value::from(s.as_ref()),
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).map_or(Value::Null, Value::from),
        DeValue::Float(n) => n.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(b) => Value::from(*b),
        DeValue::Datetime(d) => Value::from(d.to_string()),
        DeValue::Array(a) => a.iter().map(|v| json(v.as_ref())).collect(),
        DeValue::Table(t) => {
            Value::Object(t.iter().map(|(k, v)| (k.as_ref().to_string(), json(v.as_ref()))).collect())
        }
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Returns a TOML string.
pub(super) fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
