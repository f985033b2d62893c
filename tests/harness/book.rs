//! Reads the pages of the documentation: their headings, links and fenced blocks, and the markers in front of blocks.

use std::path::{Path, PathBuf};

use crate::root;

/// A page in Markdown.
#[derive(Debug)]
pub struct Page {
    /// Path below the repository.
    pub path: PathBuf,
    /// Its headings, outermost first in each section.
    pub headings: Vec<Heading>,
    /// The targets of its links and pictures.
    pub links: Vec<Place>,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
    /// Where blocks begin that are indented instead of fenced: `path:line`.
    pub indented: Vec<String>,
}

/// A heading.
#[derive(Debug)]
pub struct Heading {
    /// 1 for the title of the page.
    pub level: usize,
    /// Its text, without marks.
    pub text: String,
}

/// Something in a line of a page.
#[derive(Debug)]
pub struct Place {
    /// Line, from 1 on.
    pub line: usize,
    /// The text of the link or heading.
    pub text: String,
}

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// Line of its fence, from 1 on.
    pub line: usize,
    /// The word after the fence.
    pub language: String,
    /// Its lines.
    pub text: String,
    /// What the comments directly above it say: `<!-- name: value -->`.
    pub markers: Vec<(String, String)>,
}

impl Block {
    /// The value of a marker, empty if it has none.
    pub fn marker(&self, name: &str) -> Option<&str> {
        self.markers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl Page {
    /// Reads the page at a path below the repository.
    ///
    /// # Panics
    /// It is not there, or a fence has no end.
    pub fn read(path: impl AsRef<Path>) -> Page {
        let path = path.as_ref();
        let text = std::fs::read_to_string(root().join(path))
            .unwrap_or_else(|e| panic!("failed to read `{}`: {e}", path.display()));
        Page::parse(path, &text)
    }

    /// Reads the text of a page.
    ///
    /// # Panics
    /// A fence has no end.
    pub fn parse(path: &Path, text: &str) -> Page {
        let mut page = Page {
            path: path.to_owned(),
            headings: Vec::new(),
            links: Vec::new(),
            blocks: Vec::new(),
            indented: Vec::new(),
        };
        let mut markers = Vec::new();
        let mut after_blank = true;
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let trimmed = line.trim_start();
            if let Some(rest) = trimmed.strip_prefix("```") {
                let indent = line.len() - trimmed.len();
                let fence = &trimmed[..3 + rest.chars().take_while(|c| *c == '`').count()];
                let mut body = String::new();
                loop {
                    let (_, inner) = lines
                        .next()
                        .unwrap_or_else(|| panic!("{}:{}: the block has no end", path.display(), index + 1));
                    if inner.trim() == fence {
                        break;
                    }
                    let cut = inner.len().min(indent);
                    let cut = if inner[..cut].trim().is_empty() { cut } else { 0 };
                    body.push_str(&inner[cut..]);
                    body.push('\n');
                }
                let language = trimmed[fence.len()..].split([' ', ',']).next().unwrap_or_default();
                page.blocks.push(Block {
                    line: index + 1,
                    language: language.to_owned(),
                    text: body,
                    markers: std::mem::take(&mut markers),
                });
            } else if let Some(comment) = trimmed.strip_prefix("<!-- ").and_then(|c| c.strip_suffix(" -->")) {
                let (name, value) = comment.split_once(':').unwrap_or((comment, ""));
                markers.push((name.trim().to_owned(), value.trim().to_owned()));
            } else if !trimmed.is_empty() {
                markers.clear();
                if after_blank && line.starts_with("    ") {
                    page.indented.push(format!("{}:{}", path.display(), index + 1));
                }
                page.prose(index + 1, line);
            }
            after_blank = trimmed.is_empty();
        }
        page
    }

    fn prose(&mut self, number: usize, line: &str) {
        let level = line.bytes().take_while(|b| *b == b'#').count();
        if level > 0 && line[level..].starts_with(' ') {
            self.headings.push(Heading { level, text: line[level..].trim().to_owned() });
        }
        let line = without_code(line);
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            self.links.push(Place { line: number, text: target.to_owned() });
        }
    }

    /// The anchors of its headings, as mdBook and GitHub make them.
    pub fn anchors(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for heading in &self.headings {
            let anchor = anchor(&heading.text);
            let same = all.iter().filter(|a| **a == anchor || is_numbered(a, &anchor)).count();
            all.push(if same == 0 { anchor } else { format!("{anchor}-{same}") });
        }
        all
    }
}

/// Whether `name` is `anchor` with a number behind it.
fn is_numbered(name: &str, anchor: &str) -> bool {
    let number = name.strip_prefix(anchor).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A line with its code spans blanked.
fn without_code(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let ticks: usize = rest[start..].bytes().take_while(|b| *b == b'`').count();
        let fence = "`".repeat(ticks);
        let Some(end) = rest[start + ticks..].find(&fence) else { break };
        text.push_str(&rest[..start]);
        text.push_str("code");
        rest = &rest[start + ticks + end + ticks..];
    }
    text.push_str(rest);
    text
}
