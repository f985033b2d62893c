//! Colors of the terminal.

use std::io::IsTerminal;

use super::Color;

/// Whether to use colors on a stream. Without a choice of the user, variables decide in the
/// same order as for the texts of the parser: `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`.
pub(super) fn is_colored(choice: Color, stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto => {
            let refused = set("CLICOLOR").is_some_and(|value| value == "0")
                || set("TERM").is_some_and(|value| value == "dumb");
            stream.is_terminal() && !refused && crate::os::shows_colours()
        }
    }
}

/// The colors to use, if any.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// Whether to use them.
    pub(super) color: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(super) fn warning(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    pub(super) fn hint(self, text: &str) -> String {
        self.paint("1;36", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Formats an excerpt of a file: numbers and bars are dimmed, marks are red.
    pub(super) fn excerpt(self, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let line = |line: &str| match line.find('|') {
            Some(bar) if line[..bar].chars().all(|c| c == ' ' || c.is_ascii_digit()) => {
                let (gutter, rest) = line.split_at(bar + 1);
                let marks = rest.trim_start().starts_with('^');
                let rest = if marks { self.error(rest) } else { rest.to_owned() };
                format!("{}{rest}", self.paint("34", gutter))
            }
            _ => match line.find("-->") {
                Some(arrow) => format!("{}{}", self.paint("34", &line[..arrow + 3]), &line[arrow + 3..]),
                None => line.to_owned(),
            },
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_stay_as_they_are_without_colors() {
        let text = " --> a:1:1\n  |\n1 | x = 1\n  | ^ no";
        assert_eq!(Style { color: false }.excerpt(text), text);
        let painted = Style { color: true }.excerpt(text);
        assert!(painted.contains("\x1b[1;31m ^ no\x1b[0m"), "{painted:?}");
    }
}
