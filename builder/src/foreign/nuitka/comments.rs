//! Options of Nuitka in the comments of a script: `# nuitka-project: --option`.

use std::path::Path;

use super::condition::{self, Surroundings};
use super::words::{self, Word};
use crate::error::{Context, Error, Result};
use crate::foreign::place::{self, Place};

/// What all of these comments begin with.
const MARK: &str = "nuitka-project";

/// A comment.
struct Line<'a> {
    /// Number of blanks between `#` and the mark.
    indent: usize,
    kind: Kind<'a>,
    number: u32,
}

enum Kind<'a> {
    Option(&'a str),
    If(&'a str),
    Else,
    /// `NAME = VALUE`.
    Set(&'a str),
}

/// A condition whose lines follow.
struct Block {
    indent: usize,
    /// Whether its lines count.
    holds: bool,
    shape: Shape,
    /// The last line of it.
    last: u32,
}

/// How the lines of a condition are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// None has followed yet.
    Unknown,
    Indented,
    /// Not indented. They end with the comment.
    Flat,
}

/// Whether a script has such comments.
pub(super) fn has_any(script: &Path) -> bool {
    let is_python = script.extension().is_some_and(|e| e == "py" || e == "pyw");
    let read = || std::fs::read(script).ok();
    is_python && read().is_some_and(|bytes| lines(&String::from_utf8_lossy(&bytes)).next().is_some())
}

/// Returns the options of a script that apply under the given circumstances.
///
/// # Errors
/// The script cannot be read, a comment is malformed, or its condition cannot be evaluated.
pub(super) fn read(script: &Path, mut around: Surroundings) -> Result<Vec<Word>> {
    let bytes = fs_err::read(script).context(|| format!("failed to read `{}`", script.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut blocks: Vec<Block> = Vec::new();
    let mut found = Vec::new();
    for line in lines(&text) {
        let place: Place = (script.to_owned(), line.number);
        let failed = |message: &str, hint: &str| place::at(Error::new(message).hint(hint), Some(&place));
        if matches!(line.kind, Kind::Else) {
            while blocks.last().is_some_and(|block| block.indent > line.indent) {
                blocks.pop();
            }
            if blocks.last().is_none_or(|block| block.indent != line.indent) {
                return Err(failed(
                    "`nuitka-project-else` has no condition",
                    "it follows the lines of `# nuitka-project-if: CONDITION:`",
                ));
            }
            let outer_holds = blocks.iter().rev().skip(1).all(|block| block.holds);
            if let Some(block) = blocks.last_mut() {
                *block = Block {
                    holds: outer_holds && !block.holds,
                    shape: Shape::Unknown,
                    last: line.number,
                    ..*block
                };
            }
            continue;
        }
        close(&mut blocks, &line);
        let holds = blocks.iter().all(|block| block.holds);
        match line.kind {
            Kind::If(text) => {
                let text = text.trim().strip_suffix(':').ok_or_else(|| {
                    failed(
                        "the condition does not end with `:`",
                        "write `# nuitka-project-if: {OS} == \"Windows\":`",
                    )
                })?;
                // Conditions in a part that does not apply may name what exists nowhere else.
                let holds = holds
                    && condition::holds(text, &around).map_err(|error| place::at(error, Some(&place)))?;
                blocks.push(Block { indent: line.indent, holds, shape: Shape::Unknown, last: line.number });
            }
            Kind::Option(text) if holds => {
                let text = around.fill(text);
                found.extend(
                    words::of_comment(&text)
                        .into_iter()
                        .map(|text| Word { text, place: Some(place.clone()) }),
                );
            }
            Kind::Set(text) if holds => around.set(text).map_err(|error| place::at(error, Some(&place)))?,
            Kind::Option(_) | Kind::Set(_) | Kind::Else => {}
        }
    }
    Ok(found)
}

/// Ends the blocks that a line does not belong to.
fn close(blocks: &mut Vec<Block>, line: &Line<'_>) {
    while let Some(block) = blocks.last_mut() {
        let is_next = line.number == block.last + 1;
        if line.indent > block.indent {
            block.shape = Shape::Indented;
            return;
        }
        let is_option = matches!(line.kind, Kind::Option(_));
        // Not indented, but right below the condition.
        if line.indent == block.indent && is_option && is_next && block.shape != Shape::Indented {
            block.shape = Shape::Flat;
            block.last = line.number;
            return;
        }
        blocks.pop();
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1..).filter_map(|(text, number)| line(text, number))
}

fn line(text: &str, number: u32) -> Option<Line<'_>> {
    let comment = text.trim_start().strip_prefix('#')?;
    let inner = comment.trim_start();
    let rest = inner.strip_prefix(MARK)?;
    let indent = comment.len() - inner.len();
    let kind = if let Some(option) = rest.strip_prefix(':') {
        Kind::Option(option.trim())
    } else if let Some(condition) = rest.strip_prefix("-if:") {
        Kind::If(condition)
    } else if let Some(text) = rest.strip_prefix("-set:") {
        Kind::Set(text)
    } else if rest.trim_end().strip_suffix(':') == Some("-else") {
        Kind::Else
    } else {
        return None;
    };
    Some(Line { indent, kind, number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Os;

    fn options(text: &str, os: Os) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("app.py");
        std::fs::write(&script, text).unwrap();
        let around =
            Surroundings { os, machine: "x86_64".into(), folder: folder.path().to_owned(), own: Vec::new() };
        Ok(read(&script, around)?.into_iter().map(|word| word.text).collect())
    }

    #[test]
    fn conditions_choose_among_the_options() {
        let text = "# nuitka-project: --standalone\n# nuitka-project-if: {OS} == \"Windows\":\n\
                    #    nuitka-project: --a\n#    nuitka-project-if: {Arch} == \"arm64\":\n\
                    #        nuitka-project: --b\n#    nuitka-project-else:\n#        nuitka-project: --c\n\
                    # nuitka-project-else:\n#    nuitka-project: --d\nimport x\n# nuitka-project: --e\n";
        assert_eq!(options(text, Os::Windows).unwrap(), ["--standalone", "--a", "--c", "--e"]);
        assert_eq!(options(text, Os::Linux).unwrap(), ["--standalone", "--d", "--e"]);
    }

    #[test]
    fn lines_right_below_a_condition_belong_to_it() {
        let text = "# nuitka-project-if: {OS} == \"Windows\":\n# nuitka-project: --a\n# nuitka-project: --b\n\
                    # nuitka-project-if: {OS} == \"Linux\":\n# nuitka-project: --c\n\n# nuitka-project: --d\n";
        assert_eq!(options(text, Os::Linux).unwrap(), ["--c", "--d"]);
        assert_eq!(options(text, Os::Windows).unwrap(), ["--a", "--b", "--d"]);
    }

    #[test]
    fn values_are_set_and_used() {
        let text = "# nuitka-project-set: NAME = \"my\" + \"app\"\n# nuitka-project: --output-filename={NAME}-{OS}\n\
                    # nuitka-project-set: V = __import__(\"app\").VERSION\nVERSION = \"1.2\"\n\
                    # nuitka-project: --product-version={V}\n";
        let expected = ["--output-filename=myapp-Linux", "--product-version=1.2"];
        assert_eq!(options(text, Os::Linux).unwrap(), expected);
    }

    #[test]
    fn a_malformed_comment_is_shown() {
        let error = |text: &str| options(text, Os::Linux).unwrap_err().to_string();
        assert!(error("# nuitka-project-else:\n").contains("app.py:1"));
        assert!(error("\n# nuitka-project-if: {OS} == \"Linux\"\n").contains("app.py:2"));
        assert!(error("# nuitka-project-if: {OS} =:\n").contains("app.py:1"));
        assert!(
            options("# nuitka-projects: --x\n# about nuitka-project: x\n", Os::Linux).unwrap().is_empty()
        );
    }
}
