//! Lists the contents of programs that PyInstaller made.
//!
//! Format: <https://pyinstaller.org/en/stable/advanced-topics.html>

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Context, Error, Result};
use crate::os::map;

/// Begins the record at the end of an archive.
const MAGIC: &[u8] = b"MEI\x0c\x0b\x0a\x0b\x0e";
/// Length of that record, and of the one of versions before 2.1.
const RECORDS: [usize; 2] = [88, 24];
/// Length of an entry without its name.
const ENTRY: usize = 18;

/// A program that PyInstaller made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The executable.
    pub path: PathBuf,
    /// Always `pyinstaller`.
    pub made_by: &'static str,
    /// Version of Python, as in `3.12`.
    pub python: String,
    /// What it contains, in the order of the archive.
    pub entries: Vec<Entry>,
}

/// A file or module of such a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Path below the root, or name of a module.
    pub name: String,
    /// `script`, `module`, `package`, `modules` (an archive of modules), `binary`, `data`, `option`, `link`, …
    pub kind: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Size in the archive, in bytes.
    pub stored: u64,
    /// The archive of modules that contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// Reads a program; `None` if it is not one of PyInstaller.
///
/// # Errors
/// The file cannot be read, or its archive is damaged.
pub fn list(path: &Path) -> Result<Option<Listing>> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = map(path).context(|| format!("failed to read `{}`", path.display()))?;
    let Some(at) = memchr::memmem::rfind(&bytes, MAGIC) else { return Ok(None) };
    let damaged = || {
        Error::new(format!("the archive in `{}` is damaged", path.display()))
            .cause("it begins like one of PyInstaller")
    };
    let found = RECORDS.iter().find_map(|record| archive(&bytes, at, *record));
    let (python, entries) = found.ok_or_else(damaged)?;
    Ok(Some(Listing { path: path.to_owned(), made_by: "pyinstaller", python, entries }))
}

/// Reads the archive whose record of a given length is at `at`.
fn archive(bytes: &[u8], at: usize, record: usize) -> Option<(String, Vec<Entry>)> {
    let number = |i: usize| Some(word(bytes, at.checked_add(8 + 4 * i)?)? as usize);
    let (length, toc, toc_length, version) = (number(0)?, number(1)?, number(2)?, number(3)?);
    let start = (at + record).checked_sub(length)?;
    let mut rest = bytes.get(start..)?.get(toc..)?.get(..toc_length)?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let size = word(rest, 0)? as usize;
        let (entry, more) = rest.split_at_checked(size).filter(|_| size >= ENTRY)?;
        rest = more;
        let (offset, stored, raw) = (word(entry, 4)? as usize, word(entry, 8)?, word(entry, 12)?);
        let name = entry[ENTRY..].split(|byte| *byte == 0).next().unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        let kind = kind(entry[17]);
        let archive = bytes.get(start..)?.get(offset..)?.get(..stored as usize)?;
        let within = (kind == "modules").then(|| name.clone());
        entries.push(Entry { name, kind, size: raw.into(), stored: stored.into(), within: None });
        if let Some(within) = within {
            entries.extend(modules(archive, &within)?);
        }
    }
    let python = if version >= 100 {
        format!("{}.{}", version / 100, version % 100)
    } else {
        format!("{}.{}", version / 10, version % 10)
    };
    (!entries.is_empty()).then_some((python, entries))
}

fn kind(code: u8) -> &'static str {
    match code {
        b's' => "script",
        b'm' => "module",
        b'M' => "package",
        b'z' => "modules",
        b'b' => "binary",
        b'x' | b'Z' => "data",
        b'o' => "option",
        b'n' => "link",
        b'd' => "dependency",
        b'l' => "splash",
        _ => "unknown",
    }
}

/// Reads an archive of modules: a marshalled list or dict of names, each with kind, place and length.
fn modules(archive: &[u8], within: &str) -> Option<Vec<Entry>> {
    if !archive.starts_with(b"PYZ\0") {
        return None;
    }
    let toc = archive.get(word(archive, 8)? as usize..)?;
    let mut reader = Marshal { bytes: toc, at: 0, known: Vec::new() };
    let Value::List(items) = reader.value(0)? else { return None };
    let entry = |item: Value| {
        let Value::List(pair) = item else { return None };
        let [Value::Text(name), Value::List(place)] = &pair[..] else { return None };
        let [Value::Number(code), _, Value::Number(length)] = &place[..] else { return None };
        let kind = match code {
            0 => "module",
            1 => "package",
            2 => "data",
            3 => "namespace",
            _ => "unknown",
        };
        let stored = u64::try_from(*length).ok()?;
        Some(Entry { name: name.clone(), kind, size: stored, stored, within: Some(within.to_owned()) })
    };
    items.into_iter().map(entry).collect()
}

/// A big-endian number.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A marshalled value, as far as tables of contents contain them.
#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(i64),
    /// A list, a tuple, or the items of a dict as pairs.
    List(Vec<Value>),
    Other,
}

/// Maximum depth of values.
const DEPTH: u8 = 8;

/// Reads marshalled values (Python/marshal.c).
struct Marshal<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Values that later ones refer to.
    known: Vec<Value>,
}

impl Marshal<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn count(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn text(&mut self, length: usize) -> Option<Value> {
        Some(Value::Text(String::from_utf8_lossy(self.take(length)?).into_owned()))
    }

    fn list(&mut self, count: usize, depth: u8) -> Option<Value> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.value(depth + 1)?);
        }
        Some(Value::List(items))
    }

    fn value(&mut self, depth: u8) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        let code = self.byte()?;
        let place = (code & 0x80 != 0).then(|| {
            self.known.push(Value::Other);
            self.known.len() - 1
        });
        let value = match code & 0x7f {
            b'z' | b'Z' => {
                let length = usize::from(self.byte()?);
                self.text(length)?
            }
            b'a' | b'A' | b'u' | b't' | b's' => {
                let length = self.count()?;
                self.text(length)?
            }
            b'i' => Value::Number(i32::from_le_bytes(self.take(4)?.try_into().ok()?).into()),
            b'T' => Value::Number(1),
            b'F' => Value::Number(0),
            b'N' => Value::Other,
            b')' => {
                let count = usize::from(self.byte()?);
                self.list(count, depth)?
            }
            b'(' | b'[' => {
                let count = self.count()?;
                self.list(count, depth)?
            }
            b'{' => {
                let mut items = Vec::new();
                while self.bytes.get(self.at).is_some_and(|byte| byte & 0x7f != b'0') {
                    items.push(self.list(2, depth)?);
                }
                self.byte()?;
                Value::List(items)
            }
            b'r' => {
                let place = self.count()?;
                self.known.get(place)?.clone()
            }
            _ => return None,
        };
        if let Some(place) = place {
            // Nothing refers to a list, whose copies could grow without bound.
            self.known[place] = if matches!(value, Value::List(_)) { Value::Other } else { value.clone() };
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an archive with a script, an option and a module.
    fn made() -> Vec<u8> {
        let mut pyz = b"PYZ\0\xcb\x0d\x0d\x0a\0\0\0\x0ccode".to_vec();
        let toc = u32::try_from(pyz.len()).unwrap();
        pyz[8..12].copy_from_slice(&toc.to_be_bytes());
        // [("pkg", (1, 12, 4)), ("pkg.part", (0, 12, 4))], with a reference to the last number.
        pyz.extend(b"[\x02\0\0\0)\x02\xda\x03pkg)\x03i\x01\0\0\0i\x0c\0\0\0\xe9\x04\0\0\0");
        pyz.extend(b")\x02\xda\x08pkg.part)\x03i\0\0\0\0i\x0c\0\0\0r\x01\0\0\0");
        let mut package = pyz.clone();
        package.extend(b"script");
        let mut toc = Vec::new();
        let entry = |name: &[u8], offset: usize, length: usize, code: u8| {
            let size = ENTRY + name.len() + 2;
            let numbers = [size, offset, length, length].map(|n| u32::try_from(n).unwrap().to_be_bytes());
            [&numbers.concat(), &[0, code][..], name, &[0, 0]].concat()
        };
        toc.extend(entry(b"PYZ.pyz", 0, pyz.len(), b'z'));
        toc.extend(entry(b"app", pyz.len(), 6, b's'));
        toc.extend(entry(b"u", 0, 0, b'o'));
        let length = package.len() + toc.len() + RECORDS[0];
        let mut record = MAGIC.to_vec();
        for number in [length, package.len(), toc.len(), 312] {
            record.extend(u32::try_from(number).unwrap().to_be_bytes());
        }
        record.resize(RECORDS[0], 0);
        [b"launcher".as_slice(), &package, &toc, &record, b"signature"].concat()
    }

    #[test]
    fn entries_and_modules_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app");
        std::fs::write(&path, made()).unwrap();
        let listing = list(&path).unwrap().unwrap();
        let shown: Vec<String> =
            listing.entries.iter().map(|e| format!("{} {} {}", e.kind, e.name, e.stored)).collect();
        let all = ["modules PYZ.pyz 74", "package pkg 4", "module pkg.part 4", "script app 6", "option u 0"];
        assert_eq!((listing.python.as_str(), shown), ("3.12", all.map(str::to_owned).to_vec()));
    }

    #[test]
    fn other_files_and_damaged_archives_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app");
        std::fs::write(&path, b"nothing").unwrap();
        assert_eq!(list(&path).unwrap(), None);
        assert_eq!(list(folder.path()).unwrap(), None);
        let whole = made();
        // No cut or changed byte makes the reader fail otherwise than with an error.
        for i in 0..whole.len() {
            let mut changed = whole.clone();
            changed[i] ^= 0xff;
            std::fs::write(&path, changed).unwrap();
            let _ = list(&path);
        }
        let at = whole.windows(8).position(|w| w == MAGIC).unwrap();
        std::fs::write(&path, &whole[at..]).unwrap();
        assert!(list(&path).unwrap_err().to_string().contains("is damaged"));
    }
}
