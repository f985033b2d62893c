//! `freeze help`: the help of commands, and topics from the pages of the book.

use builder::error::{Error, Result};
use builder::nearest::did_you_mean;
use clap::Command;

use super::USAGE;

/// A topic: its name, one line about it, and the parts of pages that it consists of.
pub(super) struct Topic {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    parts: &'static [Part],
}

/// A page of the book, and the headings of the sections to show. Without any, it is the whole page. [`INTRO`] names
/// what comes before the first section.
struct Part {
    path: &'static str,
    page: &'static str,
    sections: &'static [&'static str],
}

/// The beginning of a page.
const INTRO: &str = "";

/// A part of a page of `docs/`.
macro_rules! part {
    ($path:literal, $($section:expr),*) => {
        Part {
            path: concat!("docs/", $path),
            page: include_str!(concat!("../../../docs/", $path)),
            sections: &[$($section),*],
        }
    };
}

/// All topics, in the order of the list.
pub(super) const TOPICS: &[Topic] = &[
    Topic {
        name: "specs",
        about: "files that describe what to build",
        parts: &[part!("reference/spec.md", INTRO, "Keys outside of tables", "`[app]`", "`[bundle]`")],
    },
    Topic {
        name: "modules",
        about: "missing, hidden and unwanted imports",
        parts: &[
            part!(
                "guides/debugging.md",
                "Add a missing module",
                "Let freeze find everything that is missing"
            ),
            part!("reference/spec.md", "`[modules]`"),
        ],
    },
    Topic {
        name: "data",
        about: "data files and native libraries, and how to find them at run time",
        parts: &[
            part!("reference/spec.md", "`[[data]]` and `[[binary]]`"),
            part!("guides/debugging.md", "Find files at run time"),
        ],
    },
    Topic {
        name: "environments",
        about: "which Python and which packages a build uses",
        parts: &[part!("reference/environments.md", "What is built", "The interpreter", "`--sync`")],
    },
    Topic {
        name: "targets",
        about: "programs for Windows, macOS and other processors",
        parts: &[
            part!("guides/cross-building.md", INTRO, "Several targets", "Fetched Pythons"),
            part!("reference/targets.md", "Where launchers are found"),
        ],
    },
    Topic {
        name: "onefile",
        about: "the two forms of a program, and where a single file extracts its libraries",
        parts: &[
            part!("concepts/how-it-works.md", "A program", "Files of a onefile program"),
            part!("reference/runtime.md", "The root folder"),
        ],
    },
    Topic {
        name: "cache",
        about: "what builds keep, where, and how to limit it",
        parts: &[part!("concepts/cache.md", INTRO, "Location", "`--clean`", "Limit")],
    },
    Topic { name: "shrinking", about: "smaller programs", parts: &[part!("guides/shrinking.md",)] },
    Topic {
        name: "debugging",
        about: "programs that work with Python but fail when they are frozen",
        parts: &[part!("guides/debugging.md",)],
    },
    Topic {
        name: "variables",
        about: "environment variables",
        parts: &[part!("reference/environment-variables.md",)],
    },
    Topic {
        name: "exit-codes",
        about: "exit codes of freeze and of frozen programs",
        parts: &[part!("reference/exit-codes.md",)],
    },
];

/// What to print for `freeze help`.
#[derive(Debug, Default)]
pub(crate) struct Help {
    /// Help of a command, which is already wrapped.
    pub(crate) command: String,
    /// A page in Markdown.
    pub(crate) page: String,
}

/// Returns the help for words after `freeze help`: nothing, a command with its own commands, or a topic.
///
/// # Errors
/// There is neither a command nor a topic of this name.
pub(super) fn of(words: &[String], root: &Command) -> Result<Help> {
    let Some((first, rest)) = words.split_first() else {
        return Ok(Help { page: overview(root), ..Help::default() });
    };
    let topic = TOPICS.iter().find(|topic| topic.name == first).filter(|_| rest.is_empty());
    let mut command = root;
    for (i, word) in words.iter().enumerate() {
        match visible(command).find(|inner| inner.get_name() == word) {
            Some(inner) => command = inner,
            None if topic.is_some() => {
                return Ok(Help { page: topic.map(Topic::page).unwrap_or_default(), ..Help::default() });
            }
            None => return Err(unknown(&words[..=i], command)),
        }
    }
    Ok(Help {
        command: command.clone().render_long_help().to_string(),
        page: topic.map(Topic::page).unwrap_or_default(),
    })
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

/// Returns a list of all commands and topics, as Markdown.
fn overview(root: &Command) -> String {
    let row = |name: &str, about: &str| format!("| {name} | {about} |\n");
    let commands =
        visible(root).map(|c| row(c.get_name(), &c.get_about().map(ToString::to_string).unwrap_or_default()));
    let topics = TOPICS.iter().map(|topic| row(topic.name, topic.about));
    let head = "| | |\n|---|---|\n";
    format!(
        "# Commands\n\n{head}{}\n# Topics\n\n{head}{}\n`freeze help NAME` prints one of them. `freeze -h` lists the usual options \
         of a build, and `freeze --help` all of them.\n",
        commands.collect::<String>(),
        topics.collect::<String>()
    )
}

/// Returns an error about the last of these words, which is neither a command of `command` nor a topic.
fn unknown(words: &[String], command: &Command) -> Error {
    let mut names: Vec<&str> = visible(command).map(Command::get_name).collect();
    if words.len() == 1 {
        names.extend(TOPICS.iter().map(|topic| topic.name));
    }
    names.sort_unstable();
    names.dedup();
    let error = Error::new(format!("there is no command or topic `{}`", words.join(" "))).exit_code(USAGE);
    let last = words.last().map_or("", String::as_str);
    error.hint(if names.is_empty() {
        "leave out the last word".to_owned()
    } else {
        did_you_mean(last, &names)
    })
}

impl Topic {
    /// Returns the parts of pages, and where the rest of them is.
    fn page(&self) -> String {
        let mut page: String = self.parts.iter().map(Part::text).collect();
        let mut sources: Vec<String> = self.parts.iter().map(|part| format!("`{}`", part.path)).collect();
        sources.dedup();
        page += &format!("\n# More\n\n{} in the documentation of freeze.\n", sources.join(", "));
        page
    }
}

impl Part {
    fn text(&self) -> String {
        if self.sections.is_empty() {
            return self.page.to_owned();
        }
        self.sections.iter().filter_map(|title| section(self.page, title)).collect()
    }
}

/// Returns the section of a page with this title, or its beginning.
fn section(page: &str, title: &str) -> Option<String> {
    let (mut found, mut current, mut is_code) = (None, title == INTRO, false);
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !is_code) {
            current = heading == title;
        }
        if current {
            let text: &mut String = found.get_or_insert_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_of_a_topic_exists() {
        for topic in TOPICS {
            for part in topic.parts {
                for title in part.sections {
                    let text = section(part.page, title).unwrap_or_default();
                    assert!(
                        text.trim().lines().count() > 2,
                        "{}: no section `{title}` in {}",
                        topic.name,
                        part.path
                    );
                }
            }
        }
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let page = "# T\nintro\n## a\n```sh\n## no\n```\n### deeper\n## b\nlast\n";
        assert_eq!(section(page, INTRO).unwrap(), "# T\nintro\n");
        assert_eq!(section(page, "a").unwrap(), "## a\n```sh\n## no\n```\n### deeper\n");
        assert_eq!(section(page, "c"), None);
    }
}
