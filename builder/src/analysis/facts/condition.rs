//! Conditions on the platform and the Python version: stored as written, and evaluated for a target.

use serde::{Deserialize, Serialize};

use crate::target::Target;

/// A condition under which code runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::analysis) enum Condition {
    /// Unknown until the program runs.
    Unknown,
    /// The same on every target.
    Known(bool),
    /// The module runs as the program.
    Main,
    /// The code is the module's own small tool or self-test: a function named `main`, `_main`, `test` or
    /// `_test`.
    Tool,
    /// A platform text equals, or begins with, one of some texts.
    Text(Variable, Match, Vec<String>),
    /// `sys.version_info[start..end]` compared with a tuple (`len` 0: the whole). A single index is
    /// compared as a number.
    Version {
        /// First index.
        start: u8,
        /// One past the last index; `u8::MAX`: open.
        end: u8,
        /// Comparison.
        op: Compare,
        /// The right-hand side.
        with: Vec<i64>,
    },
    /// `sys.hexversion` compared with a number.
    Hex(Compare, i64),
    /// The negation.
    Not(Box<Condition>),
    /// All conditions hold.
    All(Vec<Condition>),
    /// At least one condition holds.
    Any(Vec<Condition>),
}

/// Texts that depend on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Variable {
    /// `sys.platform`.
    Platform,
    /// `os.name`.
    OsName,
    /// `platform.system()`.
    System,
    /// `sys.implementation.name`.
    Implementation,
    /// `platform.python_implementation()`.
    PythonImplementation,
}

/// How texts are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Match {
    /// Equal to one of them.
    Equal,
    /// Begins with one of them.
    Prefix,
}

/// Comparisons of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Compare {
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Compare {
    fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Compare::Equal => ordering.is_eq(),
            Compare::Less => ordering.is_lt(),
            Compare::LessEqual => ordering.is_le(),
            Compare::Greater => ordering.is_gt(),
            Compare::GreaterEqual => ordering.is_ge(),
        }
    }

    /// Returns the comparison with its sides exchanged.
    pub(in crate::analysis) fn mirrored(self) -> Compare {
        match self {
            Compare::Equal => Compare::Equal,
            Compare::Less => Compare::Greater,
            Compare::LessEqual => Compare::GreaterEqual,
            Compare::Greater => Compare::Less,
            Compare::GreaterEqual => Compare::LessEqual,
        }
    }
}

/// The use of a module.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Role {
    /// Whether it runs as the program.
    pub main: bool,
    /// Whether its own tool may run: always, except for modules of the standard library that are not
    /// requested by name.
    pub tool: bool,
}

/// The inputs of conditions.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Platform {
    /// The platform.
    pub target: Target,
    /// The Python version.
    pub version: (u8, u8, u8),
}

impl Condition {
    /// Returns whether the platform or the version affects the condition, or it is the same everywhere.
    pub(in crate::analysis) fn is_decidable(&self) -> bool {
        match self {
            Condition::Unknown => false,
            Condition::Known(_)
            | Condition::Main
            | Condition::Tool
            | Condition::Text(..)
            | Condition::Version { .. } => true,
            Condition::Hex(..) => true,
            Condition::Not(inner) => inner.is_decidable(),
            Condition::All(inner) | Condition::Any(inner) => inner.iter().any(Condition::is_decidable),
        }
    }

    /// Returns the negated condition.
    pub(in crate::analysis) fn negated(self) -> Condition {
        match self {
            Condition::Unknown => Condition::Unknown,
            Condition::Known(value) => Condition::Known(!value),
            Condition::Not(inner) => *inner,
            other => Condition::Not(Box::new(other)),
        }
    }

    /// Evaluates the condition for a target; `None` if the result is unknown.
    pub(in crate::analysis) fn holds(&self, platform: &Platform, role: Role) -> Option<bool> {
        match self {
            Condition::Unknown => None,
            Condition::Known(value) => Some(*value),
            Condition::Main => Some(role.main),
            Condition::Tool => Some(role.tool),
            Condition::Text(variable, how, texts) => {
                let value = match variable {
                    Variable::Platform => platform.target.sys_platform(),
                    Variable::OsName => platform.target.os_name(),
                    Variable::System => platform.target.platform_system(),
                    Variable::Implementation => "cpython",
                    Variable::PythonImplementation => "CPython",
                };
                Some(texts.iter().any(|t| match how {
                    Match::Equal => value == t,
                    Match::Prefix => value.starts_with(t.as_str()),
                }))
            }
            Condition::Version { start, end, op, with } => {
                let all = [
                    i64::from(platform.version.0),
                    i64::from(platform.version.1),
                    i64::from(platform.version.2),
                ];
                let (start, end) = (usize::from(*start).min(3), usize::from(*end));
                // The release level and serial after the micro version are unknown. They count only if the
                // preceding numbers are equal, so that `(3, 12, 1)` is below `version_info` as in Python.
                let open = end > 3;
                let value = &all[start..end.clamp(start, 3)];
                let ordering = value.cmp(with.as_slice());
                if open && with.len() > value.len() && value == &with[..value.len()] {
                    return None;
                }
                let ordering = if open && ordering.is_eq() { std::cmp::Ordering::Greater } else { ordering };
                Some(op.holds(ordering))
            }
            Condition::Hex(op, with) => {
                let (major, minor, micro) = platform.version;
                // The value of a final release; pre-releases differ only in the lowest byte.
                let hex =
                    (i64::from(major) << 24) | (i64::from(minor) << 16) | (i64::from(micro) << 8) | 0xf0;
                Some(op.holds(hex.cmp(with)))
            }
            Condition::Not(inner) => inner.holds(platform, role).map(|v| !v),
            Condition::All(inner) => {
                let no = inner.iter().map(|c| c.holds(platform, role).map(|v| !v));
                any(no).map(|v| !v)
            }
            Condition::Any(inner) => any(inner.iter().map(|c| c.holds(platform, role))),
        }
    }
}

/// Three-valued `or`.
fn any(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut is_unknown = false;
    for value in values {
        match value {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_unknown = true,
        }
    }
    (!is_unknown).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Arch, Os};

    const FACTS: Platform =
        Platform { target: Target { os: Os::Linux, arch: Arch::X86_64, musl: false }, version: (3, 12, 1) };

    fn version(start: u8, end: u8, op: Compare, with: &[i64]) -> Option<bool> {
        Condition::Version { start, end, op, with: with.to_vec() }.holds(&FACTS, Role::default())
    }

    #[test]
    fn versions_compare_as_tuples_do() {
        assert_eq!(version(0, u8::MAX, Compare::GreaterEqual, &[3, 8]), Some(true));
        assert_eq!(version(0, u8::MAX, Compare::Greater, &[3, 12]), Some(true));
        assert_eq!(version(0, u8::MAX, Compare::LessEqual, &[3, 12, 1]), Some(false));
        assert_eq!(version(0, u8::MAX, Compare::Less, &[3, 12]), Some(false));
        assert_eq!(version(0, 2, Compare::Equal, &[3, 12]), Some(true));
        assert_eq!(version(0, 1, Compare::Equal, &[2]), Some(false));
        assert_eq!(version(1, 2, Compare::GreaterEqual, &[9]), Some(true));
    }

    #[test]
    fn unknown_parts_do_not_hide_decisive_ones() {
        let windows = Condition::Text(Variable::Platform, Match::Equal, vec!["win32".into()]);
        let both = Condition::All(vec![Condition::Unknown, windows.clone()]);
        assert_eq!(both.holds(&FACTS, Role::default()), Some(false));
        assert_eq!(Condition::Any(vec![Condition::Unknown, windows]).holds(&FACTS, Role::default()), None);
    }
}
