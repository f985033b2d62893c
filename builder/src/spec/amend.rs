//! Adds missing entries to a spec. Everything else, including comments and layout, stays unchanged.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::document::Document;
use super::schema::Raw;
use super::write::{self, Style, relative};
use super::{Request, entry};
use crate::error::{Context, Error, Result};
use crate::os::{allow_all_to_read, canonicalize};

/// The entries to add.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// `include` in `[modules]`.
    pub include: Vec<String>,
    /// `files` in `[modules]`.
    pub files: Vec<String>,
    /// `include` in `[metadata]`.
    pub metadata: Vec<String>,
    /// `[[data]]`: the file, and its destination folder in the bundle.
    pub data: Vec<(PathBuf, String)>,
    /// `[[binary]]`, likewise.
    pub binaries: Vec<(PathBuf, String)>,
    /// `order` in `[modules]`.
    pub order: Option<PathBuf>,
}

/// Adds entries to the spec `path`. If it does not exist, creates one that is equivalent to `request`. The
/// file is written atomically.
///
/// # Errors
/// The spec cannot be read or written.
pub fn write(request: &Request, path: &Path, additions: &Additions) -> Result<()> {
    let failed = || format!("failed to write spec `{}`", path.display());
    // Preserve a link.
    let file = canonicalize(path).unwrap_or_else(|_| entry::absolute(path));
    let folder = path.parent().unwrap_or(Path::new("."));
    let (old, mode) = if path.exists() {
        let metadata = fs_err::metadata(&file).context(failed)?;
        (Document::read(path)?.text, Some(metadata.permissions()))
    } else {
        (write::text(request, folder, Style::Terse), None)
    };
    let root: &[&str] =
        if Document::new(path, old.clone()).is_pyproject() { &["tool", "freeze"] } else { &[] };
    let text = amended(&old, root, folder, additions).context(failed)?;
    // Only write what can be read again.
    Raw::read(&Document::new(path, text.clone()), &[]).context(failed)?;
    let parent = file.parent().unwrap_or(Path::new("."));
    let mut made = tempfile::NamedTempFile::new_in(parent).context(failed)?;
    made.write_all(text.as_bytes()).context(failed)?;
    match mode {
        Some(mode) => made.as_file().set_permissions(mode).context(failed)?,
        None => allow_all_to_read(made.as_file()).context(failed)?,
    }
    made.persist(&file).map(drop).map_err(|e| Error::from(e.error).context(failed()))
}

/// `root` is the path of the table that contains the spec.
fn amended(text: &str, root: &[&str], folder: &Path, additions: &Additions) -> Result<String> {
    let mut whole: DocumentMut = text.parse()?;
    let mut doc = whole.as_table_mut();
    for key in root {
        let table = doc.get_mut(key).and_then(Item::as_table_mut);
        doc = table.ok_or_else(|| Error::new(format!("expected a table as `{}`", root.join("."))))?;
    }
    let lists = [
        ("modules", "include", &additions.include),
        ("modules", "files", &additions.files),
        ("metadata", "include", &additions.metadata),
    ];
    for (table, key, values) in lists.into_iter().filter(|(_, _, values)| !values.is_empty()) {
        let table = doc.entry(table).or_insert_with(|| Item::Table(Table::new()));
        let unexpected = || Error::new(format!("expected a list as `{key}`"));
        let table = table.as_table_like_mut().ok_or_else(unexpected)?;
        let list = table.entry(key).or_insert_with(|| Item::Value(Value::Array(Array::new())));
        extend(list.as_array_mut().ok_or_else(unexpected)?, values);
    }
    if let Some(order) = &additions.order {
        let table = doc.entry("modules").or_insert_with(|| Item::Table(Table::new()));
        let table = table.as_table_like_mut().ok_or_else(|| Error::new("expected a table as `modules`"))?;
        if !table.contains_key("order") {
            let path = relative(&entry::absolute(order), &entry::absolute(folder));
            table.insert("order", Item::Value(Value::from(path)));
        }
    }
    for (key, items) in [("data", &additions.data), ("binary", &additions.binaries)] {
        for (from, to) in items {
            let from = relative(&entry::absolute(from), &entry::absolute(folder));
            add_item(doc, key, &from, to);
        }
    }
    Ok(whole.to_string())
}

/// Adds texts to a list with the layout of existing ones.
fn extend(list: &mut Array, values: &[String]) {
    for value in values {
        if list.iter().any(|v| v.as_str() == Some(value)) {
            continue;
        }
        let before = list.iter().last().and_then(|last| last.decor().prefix()?.as_str().map(str::to_owned));
        let indent = before.as_deref().and_then(|before| before.rsplit_once('\n')).map(|(_, i)| i.to_owned());
        let mut new = Value::from(value.as_str());
        match indent {
            Some(indent) => {
                // Text after the last item, such as a comment, stays on its line, and the bracket stays on
                // its own line.
                let after = take_after(list);
                let (comments, bracket) = after.rsplit_once('\n').unwrap_or((&after, ""));
                *new.decor_mut() = toml_edit::Decor::new(format!("{comments}\n{indent}"), "");
                list.set_trailing(format!("\n{bracket}"));
                if !list.trailing_comma() {
                    // Without a comma, the bracket belongs to the last text.
                    let bracket = list.trailing().as_str().unwrap_or_default().to_owned();
                    new.decor_mut().set_suffix(bracket);
                    list.set_trailing("");
                }
            }
            None if !list.is_empty() => *new.decor_mut() = toml_edit::Decor::new(" ", ""),
            None => {}
        }
        list.push_formatted(new);
    }
}

/// Removes and returns the text between the last item of a list and its bracket.
fn take_after(list: &mut Array) -> String {
    if list.trailing_comma() {
        return list.trailing().as_str().unwrap_or_default().to_owned();
    }
    let Some(last) = list.len().checked_sub(1).and_then(|i| list.get_mut(i)) else { return String::new() };
    let after = last.decor().suffix().and_then(|s| s.as_str()).unwrap_or_default().to_owned();
    last.decor_mut().set_suffix("");
    after
}

/// Adds a table to `[[data]]` or `[[binary]]`, in any notation of the spec.
fn add_item(root: &mut Table, key: &str, from: &str, to: &str) {
    let to = (to != ".").then_some(to);
    let fill = |table: &mut dyn TableLike| {
        table.insert("from", toml_edit::value(from));
        to.map(|to| table.insert("to", toml_edit::value(to)));
    };
    let item = root.entry(key).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match item {
        Item::ArrayOfTables(tables) => {
            let mut table = Table::new();
            fill(&mut table);
            table.decor_mut().set_prefix("\n");
            tables.push(table);
        }
        Item::Value(Value::Array(list)) => {
            let mut table = InlineTable::new();
            fill(&mut table);
            list.push(Value::InlineTable(table));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, include: &[&str], data: &[(&str, &str)]) -> String {
        let additions = Additions {
            include: include.iter().map(|t| t.to_string()).collect(),
            data: data.iter().map(|(from, to)| (PathBuf::from(from), to.to_string())).collect(),
            ..Additions::default()
        };
        amended(text, &[], Path::new("/srv/app"), &additions).unwrap()
    }

    #[test]
    fn comments_and_layout_stay() {
        let old = "# mine\n[app]\nentry = 'app.py'  # the script\n\n[modules]\ninclude = ['a'] # why\nexclude = []\n";
        let new = with(old, &["b.c", "a"], &[("/srv/app/x/y.json", "x")]);
        assert_eq!(
            new,
            "# mine\n[app]\nentry = 'app.py'  # the script\n\n[modules]\ninclude = ['a', \"b.c\"] # why\nexclude = []\n\
             \n[[data]]\nfrom = \"x/y.json\"\nto = \"x\"\n"
        );
    }

    #[test]
    fn lists_of_several_lines_grow_by_lines() {
        for comma in ["", ","] {
            let old = format!("[modules]\ninclude = [\n    \"a\",\n    # of b\n    \"b\"{comma}\n]\n");
            let new = with(&old, &["c"], &[]);
            let more = with(&old.replace("\"b\"", "'b'").replace("]\n", "] # end\n"), &["c", "d"], &[]);
            assert!(more.ends_with(&format!("    'b',\n    \"c\",\n    \"d\"{comma}\n] # end\n")), "{more}");
            assert_eq!(
                new,
                format!("[modules]\ninclude = [\n    \"a\",\n    # of b\n    \"b\",\n    \"c\"{comma}\n]\n")
            );
        }
    }

    #[test]
    fn a_comment_stays_with_its_line() {
        for comma in ["", ","] {
            let old = format!("[modules]\ninclude = [\n  \"a\"{comma} # of a\n]\n");
            let new = with(&old, &["b"], &[]);
            assert_eq!(new, format!("[modules]\ninclude = [\n  \"a\", # of a\n  \"b\"{comma}\n]\n"));
        }
    }

    #[test]
    fn other_ways_of_writing_are_kept() {
        let new = with("modules.include = []\ndata = [{ from = \"a\" }]\n", &["m"], &[("/srv/b", ".")]);
        assert_eq!(new, "modules.include = [\"m\"]\ndata = [{ from = \"a\" }, { from = \"../b\" }]\n");
        let new = with("[app]\nentry = \"a.py\"\n", &["m"], &[]);
        assert_eq!(new, "[app]\nentry = \"a.py\"\n\n[modules]\ninclude = [\"m\"]\n");
        assert!(with("app = { entry = \"a\" }", &["m"], &[("/x", "y")]).contains("[[data]]"));
    }
}
