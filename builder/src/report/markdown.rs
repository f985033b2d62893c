//! Pages of the documentation, formatted for a terminal.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::style::Style;
use super::text::wrapped;

/// Indent of everything below a heading.
const INDENT: &str = "  ";
/// The most columns for the first cell of a table whose other cell is next to it.
const FIRST_CELL: usize = 32;

/// The longest code that is kept on one line.
const UNBROKEN: usize = 24;
/// A space at which no line is broken.
const GLUE: &str = "\u{a0}";

/// Formats Markdown for a terminal of `width` columns.
pub(super) fn formatted(markdown: &str, width: usize, style: Style) -> String {
    let mut page = Page { width, style, ..Page::default() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.event(event);
    }
    page.lines.iter().map(|line| format!("{}\n", line.replace(GLUE, " ").trim_end())).collect()
}

#[derive(Default)]
struct Page {
    width: usize,
    style: Style,
    lines: Vec<String>,
    /// Number of lines at the last heading.
    below_heading: usize,
    /// Text of the current block.
    text: String,
    /// The numbers of the lists around, or `None` for bullets.
    lists: Vec<Option<u64>>,
    /// Whether the next block begins an item.
    item: bool,
    /// A code block, and whether it is shown.
    code: Option<bool>,
    rows: Vec<Vec<String>>,
    /// Whether the text of an image is skipped.
    image: bool,
    /// Address of the current link, if it leads out of the book.
    link: Option<String>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.source(&text),
            Event::Text(text) if !self.image => self.text.push_str(&text),
            Event::Code(code) if code.chars().count() <= UNBROKEN => {
                self.text += &format!("`{}`", code.replace(' ', GLUE));
            }
            Event::Code(code) => self.text += &format!("`{code}`"),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => self.item = true,
            Tag::CodeBlock(kind) => {
                self.flush();
                // A diagram is no text.
                let is_text = !matches!(&kind, CodeBlockKind::Fenced(word) if &**word == "mermaid");
                self.code = Some(is_text);
            }
            Tag::Image { .. } => self.image = true,
            Tag::Link { dest_url, .. } if dest_url.contains("://") => self.link = Some(dest_url.to_string()),
            Tag::TableRow | Tag::TableHead => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let title = std::mem::take(&mut self.text);
                self.blank();
                let indent = if level > HeadingLevel::H2 { INDENT } else { "" };
                self.lines.push(format!("{indent}{}", self.style.bold(&title)));
                self.below_heading = self.lines.len();
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.blank();
                }
            }
            TagEnd::CodeBlock => {
                self.code = None;
                self.blank();
            }
            TagEnd::Image => self.image = false,
            TagEnd::Link => {
                if let Some(address) =
                    self.link.take().filter(|address| !self.text.ends_with(address.as_str()))
                {
                    self.text += &format!(" ({address})");
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// Adds an empty line, except below a heading.
    fn blank(&mut self) {
        if self.lines.len() != self.below_heading && self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Adds the current text as a paragraph or an item.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        let depth = self.lists.len().saturating_sub(1);
        let indent = format!("{INDENT}{}", INDENT.repeat(depth));
        let Some(number) = self.lists.last_mut() else {
            self.lines.extend(wrapped(&text, self.width, INDENT, INDENT));
            self.blank();
            return;
        };
        let others = format!("{indent}{}", " ".repeat(if number.is_some() { 3 } else { 2 }));
        let first = match number {
            _ if !std::mem::take(&mut self.item) => others.clone(),
            Some(number) => {
                *number += 1;
                format!("{indent}{}. ", *number - 1)
            }
            None => format!("{indent}- "),
        };
        self.lines.extend(wrapped(&text, self.width, &first, &others));
    }

    fn source(&mut self, text: &str) {
        if self.code == Some(true) {
            self.blank();
            self.lines.extend(text.lines().map(|line| format!("{INDENT}{INDENT}{line}")));
        }
    }

    /// Adds a table: two columns next to each other if they fit, or else one below the other.
    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let Some((head, body)) = rows.split_first() else { return };
        self.blank();
        let widest = body.iter().filter_map(|row| Some(row.first()?.chars().count())).max().unwrap_or(0);
        let beside = head.len() == 2 && self.width >= 60 && widest <= FIRST_CELL;
        for row in body {
            let Some((first, rest)) = row.split_first() else { continue };
            if beside {
                let text = rest.first().map_or("", String::as_str);
                let others = " ".repeat(INDENT.len() + widest + 2);
                let first = format!("{INDENT}{first:widest$}  ");
                self.lines.extend(wrapped(text, self.width, &first, &others));
                continue;
            }
            self.lines.extend(wrapped(first, self.width, INDENT, INDENT));
            let indent = INDENT.repeat(3);
            for (name, cell) in head.iter().skip(1).zip(rest).filter(|(_, cell)| !cell.is_empty()) {
                let cell = if head.len() == 2 { cell.clone() } else { format!("{name}: {cell}") };
                self.lines.extend(wrapped(&cell, self.width, &indent, &indent));
            }
        }
        self.blank();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# One `two`\n\n<!-- skip: no -->\nA paragraph with [a link](b.md) and\n[another](https://example.org/).\n\n\
        - first\n- second `code`\n  goes on\n\n1. one\n2. two\n\n```sh\nfreeze  app.py\n```\n\n```mermaid\nno\n```\n\n\
        | a | b |\n|---|---|\n| `x` | text of x |\n\n| a | b | c |\n|---|---|---|\n| y | 1 | 2 |\n\n![picture](c.svg)\n";

    #[test]
    fn a_page_is_text() {
        let text = formatted(PAGE, 80, Style { color: false });
        let expected = "One two\n  A paragraph with a link and another (https://example.org/).\n\n  - first\n  - second `code` goes on\n\n  \
            1. one\n  2. two\n\n    freeze  app.py\n\n  `x`  text of x\n\n  y\n      b: 1\n      c: 2\n\n";
        assert_eq!(text, expected.replace("One two", "One `two`"));
    }

    #[test]
    fn a_narrow_terminal_wraps_everything_but_code() {
        let text = formatted(PAGE, 30, Style { color: false });
        assert!(text.contains("  `x`\n      text of x\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
    }
}
