//! Maps the options of a frozen program, named as on python's command line, to Python's configuration.

use std::ffi::CString;

/// The effects of the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Numeric fields of `PyConfig`.
    pub(crate) ints: Vec<(&'static str, i64)>,
    /// `-W` values.
    pub(crate) warnings: Vec<CString>,
    /// `-X` values.
    pub(crate) extensions: Vec<CString>,
    /// Development mode.
    pub(crate) dev_mode: bool,
    /// UTF-8 mode, if specified.
    pub(crate) utf8_mode: Option<bool>,
}

impl Options {
    /// Parses the values of the option settings: `u`, `OO`, `X dev`, `W error`, `hash_seed=1`.
    ///
    /// # Errors
    /// An option that has no meaning for an embedded Python.
    pub(crate) fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Options, String> {
        let mut o = Options::default();
        for value in values {
            let text = String::from_utf8_lossy(value);
            let text = text.trim();
            if let Some(rest) = text.strip_prefix('W') {
                o.warnings.push(crate::launcher::os::c_string(rest.trim().as_bytes()));
            } else if let Some(rest) = text.strip_prefix('X') {
                o.extension(rest.trim())?;
            } else if let Some(seed) = text.strip_prefix("hash_seed=") {
                o.hash_seed(seed)?;
            } else {
                text.chars().try_for_each(|c| o.flag(c))?;
            }
        }
        Ok(o)
    }

    fn flag(&mut self, flag: char) -> Result<(), String> {
        let field = match flag {
            'b' => "bytes_warning",
            'd' => "parser_debug",
            'O' => "optimization_level",
            'q' => "quiet",
            'i' => {
                self.ints.extend([("inspect", 1), ("interactive", 1)]);
                return Ok(());
            }
            'u' => {
                self.ints.push(("buffered_stdio", 0));
                return Ok(());
            }
            'v' => "verbose",
            // Always in effect in a frozen program, or the default.
            'B' | 'E' | 'I' | 'P' | 'R' | 's' | 'S' => return Ok(()),
            _ => return Err(format!("the option `{flag}` means nothing to a frozen program")),
        };
        match self.ints.iter_mut().find(|(name, _)| *name == field) {
            Some((_, n)) => *n += 1,
            None => self.ints.push((field, 1)),
        }
        Ok(())
    }

    fn extension(&mut self, value: &str) -> Result<(), String> {
        match value {
            // Any value enables it (Python/initconfig.c, `config_get_xoption`).
            dev if dev.split('=').next() == Some("dev") => self.dev_mode = true,
            "utf8" | "utf8=1" => self.utf8_mode = Some(true),
            "utf8=0" => self.utf8_mode = Some(false),
            _ => {
                if let Some(seed) = value.strip_prefix("hash_seed=") {
                    return self.hash_seed(seed);
                }
            }
        }
        self.extensions.push(crate::launcher::os::c_string(value.as_bytes()));
        Ok(())
    }

    fn hash_seed(&mut self, seed: &str) -> Result<(), String> {
        if seed == "random" {
            return Ok(());
        }
        let seed: u32 = seed.parse().map_err(|_| format!("`{seed}` is not a hash seed"))?;
        self.ints.push(("use_hash_seed", 1));
        self.ints.push(("hash_seed", i64::from(seed)));
        Ok(())
    }

    /// Whether Python imports `warnings` while it starts.
    pub(crate) fn needs_warnings(&self) -> bool {
        self.dev_mode
            || !self.warnings.is_empty()
            || self.ints.iter().any(|(name, _)| *name == "bytes_warning")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_of_the_command_line() {
        let o =
            Options::read([&b"u"[..], b"OO", b"X dev", b"W error", b"Xutf8", b"hash_seed=7", b"B"]).unwrap();
        assert_eq!(
            o.ints,
            [("buffered_stdio", 0), ("optimization_level", 2), ("use_hash_seed", 1), ("hash_seed", 7)]
        );
        assert_eq!(o.warnings, [c"error".to_owned()]);
        assert_eq!(o.extensions, [c"dev".to_owned(), c"utf8".to_owned()]);
        assert!(o.dev_mode && o.utf8_mode == Some(true) && o.needs_warnings());
        assert!(Options::read([&b"z"[..]]).is_err());
        assert!(Options::read([&b"hash_seed=x"[..]]).is_err());
    }
}
