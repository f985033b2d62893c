//! Inline metadata of scripts ([PEP 723](https://peps.python.org/pep-0723/)).

use std::path::{Path, PathBuf};

use toml::Table;

use crate::error::{Context, Error, Result};
use crate::excerpt;

/// The start of the metadata.
const START: &str = "# /// script";
/// Its end.
const END: &str = "# ///";

/// A script with its inline metadata.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) path: PathBuf,
    pub(super) table: Table,
}

/// Reads the metadata of a script. `None` if it has none.
///
/// # Errors
/// The script cannot be read, or its metadata are malformed. The error states the line.
pub(super) fn read(path: &Path) -> Result<Option<Script>> {
    let bytes = fs_err::read(path).context(|| "failed to look for inline metadata")?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let Some(start) = lines.iter().position(|line| *line == START) else { return Ok(None) };
    let failed = |line: usize, why: String| {
        let error = Error::new(format!("invalid inline metadata in `{}`", path.display()));
        let error = error.cause(format!("line {line}: {why}"));
        excerpt::at_line(error, path, u32::try_from(line).unwrap_or(u32::MAX))
            .hint("see https://packaging.python.org/en/latest/specifications/inline-script-metadata/")
    };
    let is_comment = |line: &&&str| **line == "#" || line.starts_with("# ");
    let length = lines[start + 1..].iter().take_while(is_comment).count();
    let block = &lines[start + 1..start + 1 + length];
    let Some(end) = block.iter().rposition(|line| *line == END) else {
        return Err(failed(start + 1, format!("the block has no end: expected `{END}`")));
    };
    let after = &lines[start + 1 + end..];
    if let Some(again) = after.iter().position(|line| *line == START) {
        return Err(failed(start + 2 + end + again, "a second block".to_owned()));
    }
    let content: Vec<&str> = block[..end].iter().map(|line| line.get(2..).unwrap_or_default()).collect();
    let content = content.join("\n");
    let table: Table = toml::from_str(&content).map_err(|e| {
        let line = e.span().map_or(0, |span| content[..span.start.min(content.len())].matches('\n').count());
        failed(start + 2 + line, e.message().trim_end().to_owned())
    })?;
    let line_of = |key: &str| {
        let at = block.iter().position(|line| line[1..].trim_start().starts_with(key));
        at.map_or(start + 1, |at| start + 2 + at)
    };
    let is_list = |value: &toml::Value| value.as_array().is_some_and(|l| l.iter().all(toml::Value::is_str));
    if table.get("dependencies").is_some_and(|value| !is_list(value)) {
        return Err(failed(
            line_of("dependencies"),
            "expected `dependencies` to be an array of strings".to_owned(),
        ));
    }
    if table.get("requires-python").is_some_and(|value| !value.is_str()) {
        return Err(failed(
            line_of("requires-python"),
            "expected `requires-python` to be a string".to_owned(),
        ));
    }
    Ok(Some(Script { path: path.to_owned(), table }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Option<Table>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.py");
        std::fs::write(&path, text).unwrap();
        let read =
            read(&path).map_err(|e| Error::new(e.to_string().replace(dir.path().to_str().unwrap(), "")))?;
        Ok(read.map(|script| script.table))
    }

    #[test]
    fn metadata_are_read_from_comments() {
        let text = "#!/usr/bin/env python\n# /// script\r\n# dependencies = [\n#   \"a\",  # why\n# ]\n#\n# [tool.x]\n# y = 1\n# ///\nimport a\n";
        let table = parsed(text).unwrap().unwrap();
        assert_eq!(table["dependencies"].as_array().unwrap()[0].as_str(), Some("a"));
        assert_eq!(table["tool"]["x"]["y"].as_integer(), Some(1));
        assert!(parsed("print('# /// script')\n# /// other\n# ///\n").unwrap().is_none());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, expected) in [
            ("\n# /// script\n# dependencies = []\nx = 1\n", "line 2: the block has no end"),
            ("# /// script\n# dependencies = [\n# ///\n", "line 2: "),
            (
                "# /// script\n# a = 1\n# dependencies = \"x\"\n# ///\n",
                "line 3: expected `dependencies` to be an array",
            ),
            (
                "# /// script\n# requires-python = 3\n# ///\n",
                "line 2: expected `requires-python` to be a string",
            ),
            ("# /// script\n# ///\n\n# /// script\n# ///\n", "line 4: a second block"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("app.py"), "{error}");
        }
    }
}
