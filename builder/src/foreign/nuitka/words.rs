//! The words of a command line of Nuitka.

use crate::foreign::place::Place;

/// A word, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// `None` for the command line of `freeze` itself.
    pub(super) place: Option<Place>,
}

/// Splits a command line as a shell does: at blanks, except within quotes. A backslash only escapes quotes and
/// blanks, so that paths of Windows stay as they are.
pub(in crate::foreign) fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut is_open) = (String::new(), None, false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, quote) {
            ('\\', _)
                if rest.peek().is_some_and(|next| matches!(next, '"' | ' ' | '\''))
                    && quote != Some('\'') =>
            {
                word.extend(rest.next());
                is_open = true;
            }
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                is_open = true;
            }
            (c, None) if c.is_whitespace() => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            (c, _) => {
                word.push(c);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

/// Returns the words of a comment. Its text is one word, with blanks and without quotes, unless further options
/// follow.
pub(super) fn of_comment(text: &str) -> Vec<String> {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let is_value = first.contains('=') && !rest.starts_with("--");
    if rest.is_empty() || is_value {
        return vec![unquoted(text)];
    }
    split(text)
}

/// Removes the quotes around the value of an option.
fn unquoted(text: &str) -> String {
    let Some((name, value)) = text.split_once('=') else { return text.to_owned() };
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return format!("{name}={inner}");
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_by_a_shell() {
        let words = split(r#"python -m nuitka --icon="my icon.ico" 'a b' --x=C:\y\z.ico c\ d "" "#);
        assert_eq!(
            words,
            ["python", "-m", "nuitka", "--icon=my icon.ico", "a b", r"--x=C:\y\z.ico", "c d", ""]
        );
    }

    #[test]
    fn a_comment_is_one_word() {
        assert_eq!(of_comment("--company-name=\"My Company\""), ["--company-name=My Company"]);
        assert_eq!(of_comment("--company-name=My Company"), ["--company-name=My Company"]);
        assert_eq!(of_comment("--onefile --lto=no"), ["--onefile", "--lto=no"]);
        assert_eq!(of_comment("--output-dir dist"), ["--output-dir", "dist"]);
        assert_eq!(of_comment("--include-data-files=a/*=b/"), ["--include-data-files=a/*=b/"]);
    }
}
