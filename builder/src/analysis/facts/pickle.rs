//! Names of modules in pickles, without loading them.

use std::collections::BTreeSet;

use crate::names::is_dotted_name;

/// Returns the modules that a pickle names by GLOBAL, INST and STACK_GLOBAL (pickletools.py); empty if the
/// bytes are not a pickle.
///
/// Pickles of protocol 2 and later begin with PROTO. Older ones are text, with names on separate lines.
pub(in crate::analysis) fn modules(bytes: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match bytes {
        [0x80, 2..=5, rest @ ..] if bytes.ends_with(b".") => walk(rest, &mut names),
        [b'(' | b']' | b'}' | b'c', ..] if bytes.ends_with(b".") => walk(bytes, &mut names),
        _ => {}
    }
    names
}

/// Returns possible module names in bytes that contain pickles among other data (joblib arrays, for
/// example): texts in the format of pickles, and the operands of GLOBAL.
pub(in crate::analysis) fn candidates(bytes: &[u8]) -> BTreeSet<String> {
    let mut names = modules(bytes);
    // SHORT_BINUNICODE, MEMOIZE
    for at in memchr::memchr_iter(0x8c, bytes) {
        let Some(len) = bytes.get(at + 1).map(|len| usize::from(*len)) else { break };
        if bytes.get(at + 2 + len) == Some(&0x94) {
            note(&bytes[at + 2..at + 2 + len], &mut names);
        }
    }
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let line = &bytes[start..end];
        start = end + 1;
        // `cmodule\nname\n`
        let name = line.iter().rposition(|b| !is_part(b)).map_or(line, |at| &line[at + 1..]);
        if let Some(at) = name.iter().take(4).position(|b| *b == b'c') {
            note(&name[at + 1..], &mut names);
        }
    }
    names
}

/// Steps through the opcodes until an unknown one.
fn walk(mut rest: &[u8], names: &mut BTreeSet<String>) {
    let mut machine = Machine::default();
    while let Some((&op, arguments)) = rest.split_first() {
        let Some(len) = machine.step(op, arguments, names) else { return };
        let Some(after) = arguments.get(len..) else { return };
        rest = after;
    }
}

/// The part of the pickle machine that determines the operands of STACK_GLOBAL.
#[derive(Default)]
struct Machine {
    /// The last two strings, whether new or fetched from the memo.
    texts: [Option<String>; 2],
    memo: Vec<Option<String>>,
    /// The string that the last opcode pushed.
    last: Option<String>,
}

impl Machine {
    /// Executes an opcode (pickletools.py). Returns the length of its arguments, or `None` to stop.
    fn step(&mut self, op: u8, arguments: &[u8], names: &mut BTreeSet<String>) -> Option<usize> {
        let mut fresh = None;
        let len = match op {
            // GLOBAL, INST
            b'c' | b'i' => {
                let (module, n) = line(arguments)?;
                let (_, m) = line(&arguments[n..])?;
                note(module, names);
                n + m
            }
            // BINUNICODE, BINSTRING, BINBYTES; the short ones; BINUNICODE8, BINBYTES8, BYTEARRAY8; LONG1,
            // LONG4
            b'X' | b'T' | b'B' | 0x8b | 0x8c | b'U' | b'C' | 0x8a | 0x8d | 0x8e | 0x96 => {
                let width = match op {
                    0x8c | b'U' | b'C' | 0x8a => 1,
                    0x8d | 0x8e | 0x96 => 8,
                    _ => 4,
                };
                let bytes = sized(arguments, width)?;
                if matches!(op, b'X' | 0x8c | 0x8d) {
                    let text = std::str::from_utf8(bytes).ok().filter(|t| t.len() < 200);
                    fresh = Some(text.unwrap_or_default().to_owned());
                }
                width + bytes.len()
            }
            // STACK_GLOBAL
            0x93 => {
                if let Some(module) = &self.texts[0] {
                    note(module.as_bytes(), names);
                }
                0
            }
            // MEMOIZE, BINPUT, LONG_BINPUT, PUT: positions in the memo are counted, as all picklers do.
            0x94 | b'q' | b'r' | b'p' => {
                self.memo.push(self.last.clone());
                return argument(op, arguments);
            }
            // BINGET, LONG_BINGET, GET
            b'h' | b'j' | b'g' => {
                let place = match op {
                    b'h' => arguments.first().map(|b| usize::from(*b)),
                    b'j' => arguments.first_chunk().map(|place| u32::from_le_bytes(*place) as usize),
                    _ => std::str::from_utf8(line(arguments)?.0).ok().and_then(|text| text.parse().ok()),
                };
                self.push(place.and_then(|place| self.memo.get(place).cloned().flatten()));
                argument(op, arguments)?
            }
            _ => argument(op, arguments)?,
        };
        if fresh.is_some() {
            self.push(fresh.clone());
        }
        self.last = fresh;
        Some(len)
    }

    fn push(&mut self, text: Option<String>) {
        self.texts.swap(0, 1);
        self.texts[1] = text;
    }
}

/// The length of the arguments of an opcode whose arguments are skipped; `None` for STOP and unknown opcodes.
fn argument(op: u8, arguments: &[u8]) -> Option<usize> {
    /// Opcodes that take no arguments, such as MARK and POP.
    const BARE: &[u8] = b"(012NRabdelostu)]}Q";
    match op {
        _ if BARE.contains(&op) => Some(0),
        0x81 | 0x85..=0x89 | 0x8f..=0x92 | 0x94 | 0x97 | 0x98 => Some(0),
        // PROTO, BININT1, EXT1, BINPUT, BINGET; BININT2, EXT2; BININT, EXT4, LONG_BINPUT, LONG_BINGET;
        // BINFLOAT, FRAME
        0x80 | b'K' | 0x82 | b'q' | b'h' => Some(1),
        b'M' | 0x83 => Some(2),
        b'J' | 0x84 | b'r' | b'j' => Some(4),
        b'G' | 0x95 => Some(8),
        // Lines: FLOAT, INT, LONG, STRING, PERSID, UNICODE, PUT, GET
        b'F' | b'I' | b'L' | b'S' | b'P' | b'V' | b'p' | b'g' => line(arguments).map(|(_, n)| n),
        _ => None,
    }
}

/// Returns the argument after its size, a number of `width` bytes.
fn sized(rest: &[u8], width: usize) -> Option<&[u8]> {
    let size = rest.get(..width)?.iter().rev().try_fold(0_u64, |n, b| Some((n << 8) | u64::from(*b)))?;
    let end = usize::try_from(size).ok()?.checked_add(width)?;
    rest.get(width..end)
}

/// A line and its length with the newline.
fn line(rest: &[u8]) -> Option<(&[u8], usize)> {
    let end = rest.iter().position(|b| *b == b'\n')?;
    Some((&rest[..end], end + 1))
}

fn note(module: &[u8], names: &mut BTreeSet<String>) {
    if let Ok(name) = std::str::from_utf8(module)
        && is_dotted_name(name)
    {
        names.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pickle.dumps([collections.OrderedDict, decimal.Decimal, decimal.Context], protocol)` of CPython 3.12.
    const PICKLES: [&[u8]; 3] = [
        b"(lp0\nccollections\nOrderedDict\np1\nacdecimal\nDecimal\np2\nacdecimal\nContext\np3\na.",
        b"\x80\x02]q\x00(ccollections\nOrderedDict\nq\x01cdecimal\nDecimal\nq\x02cdecimal\nContext\nq\x03e.",
        b"\x80\x04\x95G\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93\x94\
          \x8c\x07decimal\x94\x8c\x07Decimal\x94\x93\x94h\x04\x8c\x07Context\x94\x93\x94e.",
    ];

    #[test]
    fn names_of_all_protocols() {
        for pickle in PICKLES {
            let found: Vec<String> = modules(pickle).into_iter().collect();
            assert_eq!(found, ["collections", "decimal"], "{pickle:?}");
        }
    }

    #[test]
    fn other_bytes_name_nothing() {
        for bytes in [
            &b""[..],
            b"\x80",
            b"\x80\x04",
            b"text.",
            b"\x80\x04\x8c\xff.",
            b"(\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
        ] {
            assert!(modules(bytes).is_empty());
        }
    }
}
