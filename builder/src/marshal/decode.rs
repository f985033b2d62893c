//! Reads a marshal stream into a graph, merging equal immutable objects on the way.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use super::{
    FLAG_REF, Layout, MAX_DEPTH, Marshal, NONE, Node, Numbers, OBJECTS_BEFORE_LINE, is_container, is_string,
};
use crate::error::{Error, Result};

/// Reads a marshal stream of CPython 3.`minor`; bytes behind the first object are passed over, as
/// CPython does.
///
/// # Errors
/// The stream is cut off, malformed, or nested deeper than CPython allows.
pub fn decode(data: &[u8], minor: u8) -> Result<Marshal<'_>> {
    if data.len() >= (NONE / 2) as usize {
        return Err(Error::new("marshal data is larger than 2 GiB"));
    }
    let mut reader = Reader {
        m: Marshal {
            data,
            extra: Vec::new(),
            layout: Layout::of(minor),
            nodes: Vec::with_capacity(data.len() / 16),
            hashes: Vec::with_capacity(data.len() / 16),
            children: Vec::with_capacity(data.len() / 8),
            numbers: Vec::new(),
            by_hash: HashMap::with_capacity_and_hasher(data.len() / 16, BuildHasherDefault::default()),
            root: 0,
        },
        at: 0,
        refs: Vec::new(),
        frames: Vec::new(),
        values: Vec::new(),
    };
    let root = reader.run()?;
    let mut marshal = reader.m;
    marshal.root = root;
    Ok(marshal)
}

/// A container being read.
struct Frame {
    tag: u8,
    /// Its place in the reference table, or [`NONE`].
    slot: u32,
    /// Children still to come are counted against this; [`NONE`] for a dict, which ends with a null.
    want: u32,
    /// Where its children begin in the value stack.
    base: usize,
    numbers: Numbers,
}

struct Reader<'a> {
    m: Marshal<'a>,
    at: usize,
    refs: Vec<u32>,
    frames: Vec<Frame>,
    values: Vec<u32>,
}

/// What reading a type code gave.
enum Token {
    Object(u32),
    Opened,
}

impl Reader<'_> {
    fn bad(&self, what: &str) -> Error {
        Error::new(format!("marshal data is damaged near byte {}: {what}", self.at))
    }

    fn take(&mut self, len: usize) -> Result<(u32, u32)> {
        if len > self.m.data.len() - self.at {
            return Err(self.bad("it is cut off"));
        }
        let start = self.at as u32;
        self.at += len;
        Ok((start, len as u32))
    }

    fn byte(&mut self) -> Result<u8> {
        let (start, _) = self.take(1)?;
        Ok(self.m.data[start as usize])
    }

    fn long(&mut self) -> Result<i32> {
        let (start, _) = self.take(4)?;
        let b = &self.m.data[start as usize..];
        Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn size(&mut self) -> Result<usize> {
        let n = self.long()?;
        let left = self.m.data.len() - self.at;
        // Whatever is counted takes a byte at least: no size larger than what is left is worth memory.
        usize::try_from(n).ok().filter(|n| *n <= left).ok_or_else(|| self.bad("a size is out of range"))
    }

    fn run(&mut self) -> Result<u32> {
        loop {
            let Token::Object(mut id) = self.token()? else { continue };
            loop {
                let Some(frame) = self.frames.last() else { return Ok(id) };
                let (base, want, is_code) = (frame.base, frame.want, frame.tag == b'c');
                self.values.push(id);
                let have = (self.values.len() - base) as u32;
                if is_code && have == OBJECTS_BEFORE_LINE {
                    let line = self.long()?;
                    if let Some(frame) = self.frames.last_mut() {
                        frame.numbers.first_line = line;
                    }
                }
                if have != want {
                    break;
                }
                id = self.close()?;
            }
        }
    }

    /// Reads one type code and what belongs to it.
    fn token(&mut self) -> Result<Token> {
        let byte = self.byte()?;
        let tag = byte & !FLAG_REF;
        let (start, len) = match tag {
            // Never registered, flagged or not.
            b'N' | b'F' | b'T' | b'S' | b'.' => return Ok(Token::Object(self.m.leaf(tag, 0, 0))),
            b'0' => return self.null(),
            b'r' => {
                let n = self.long()?;
                let id = usize::try_from(n).ok().and_then(|n| self.refs.get(n)).copied();
                // An object that contains itself is no constant.
                return match id {
                    Some(id) if id != NONE => Ok(Token::Object(id)),
                    _ => Err(self.bad("a reference has no target")),
                };
            }
            b'i' => self.take(4)?,
            b'I' | b'g' => self.take(8)?,
            b'y' => self.take(16)?,
            b'l' => {
                let n = self.long()?.unsigned_abs() as usize;
                let digits = self.take(n.saturating_mul(2))?;
                (digits.0 - 4, digits.1 + 4)
            }
            b'f' => self.short_text()?,
            b'x' => {
                let start = self.at;
                self.short_text()?;
                self.short_text()?;
                (start as u32, (self.at - start) as u32)
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let n = self.size()?;
                self.take(n)?
            }
            b'z' | b'Z' => {
                let n = self.byte()? as usize;
                self.take(n)?
            }
            b')' | b'(' | b'[' | b'<' | b'>' | b':' | b'{' | b'}' | b'c' => return self.open(byte),
            _ => return Err(self.bad("unknown type code")),
        };
        let id = match tag {
            b't' | b'u' | b'a' | b'A' | b'z' | b'Z' => self.m.string(tag, start, len),
            _ => self.m.leaf(tag, start, len),
        };
        if byte & FLAG_REF != 0 {
            self.refs.push(id);
        }
        Ok(Token::Object(id))
    }

    fn short_text(&mut self) -> Result<(u32, u32)> {
        let n = self.byte()? as usize;
        let text = self.take(n)?;
        Ok((text.0 - 1, text.1 + 1))
    }

    /// A null ends a dict; anywhere else it is damage.
    fn null(&mut self) -> Result<Token> {
        match self.frames.last() {
            Some(f) if f.want == NONE && (self.values.len() - f.base).is_multiple_of(2) => {
                Ok(Token::Object(self.close()?))
            }
            _ => Err(self.bad("unexpected null")),
        }
    }

    /// Begins the container of a type code.
    fn open(&mut self, byte: u8) -> Result<Token> {
        let (tag, want) = match byte & !FLAG_REF {
            b')' => (b'(', u32::from(self.byte()?)),
            b':' => (b':', 3),
            b'c' => (b'c', self.m.layout.objects),
            tag @ (b'{' | b'}') => (tag, NONE),
            tag => (tag, self.size()? as u32),
        };
        if self.frames.len() >= MAX_DEPTH {
            return Err(self.bad("it is nested too deeply"));
        }
        // The place is taken before the content is read: references count in order of appearance.
        let mut slot = NONE;
        if byte & FLAG_REF != 0 {
            slot = self.refs.len() as u32;
            self.refs.push(NONE);
        }
        let mut numbers = Numbers::default();
        if tag == b'c' {
            for i in 0..self.m.layout.longs {
                numbers.head[i] = self.long()?;
            }
        }
        self.frames.push(Frame { tag, slot, want, base: self.values.len(), numbers });
        if want == 0 { Ok(Token::Object(self.close()?)) } else { Ok(Token::Opened) }
    }

    fn close(&mut self) -> Result<u32> {
        let Some(frame) = self.frames.pop() else { return Err(self.bad("unbalanced container")) };
        if matches!(frame.tag, b'<' | b'>') && self.m.any_mutable(&self.values[frame.base..]) {
            return Err(self.bad("a set contains an unhashable value"));
        }
        if frame.tag == b'c' {
            let filename = self.values[frame.base + self.m.layout.filename as usize];
            if !is_string(self.m.nodes[filename as usize].tag) {
                return Err(self.bad("a code object's filename is not a string"));
            }
        }
        let id = self.m.container(frame.tag, &mut self.values[frame.base..], frame.numbers);
        self.values.truncate(frame.base);
        if let Some(slot) = self.refs.get_mut(frame.slot as usize) {
            *slot = id;
        }
        Ok(id)
    }
}

impl Marshal<'_> {
    fn intern(&mut self, hash: u128, node: Node, children: &[u32]) -> u32 {
        if let Some(&id) = self.by_hash.get(&hash) {
            return id;
        }
        let id = self.nodes.len() as u32;
        let mut node = node;
        if is_container(node.tag) {
            node.start = self.children.len() as u32;
            self.children.extend_from_slice(children);
        }
        self.nodes.push(node);
        self.hashes.push(hash);
        self.by_hash.insert(hash, id);
        id
    }

    fn any_mutable(&self, ids: &[u32]) -> bool {
        ids.iter().any(|id| self.nodes[*id as usize].mutable)
    }

    fn leaf(&mut self, tag: u8, start: u32, len: u32) -> u32 {
        let hash = xxh3_128_with_seed(self.payload(start, len), u64::from(tag));
        self.intern(hash, Node { tag, interned: false, mutable: false, start, len, numbers: 0 }, &[])
    }

    /// A string, under the type code that CPython would write today.
    pub(super) fn string(&mut self, tag: u8, start: u32, len: u32) -> u32 {
        let text = self.payload(start, len);
        // In 3.9 to 3.11 such strings exist once per process, interned or not as chance will have it.
        let lone = text.len() <= 1
            || (text.len() == 2 && matches!(text[0], 0xc2 | 0xc3) && matches!(tag, b't' | b'u'));
        let interned = lone || matches!(tag, b'A' | b'Z' | b't');
        // `a` and `z` hold Latin-1 if a byte is not ASCII: they stay what they are.
        let narrow = matches!(tag, b'a' | b'A' | b'z' | b'Z') || text.is_ascii();
        let tag = match (narrow, len < 256) {
            (true, true) => b'z',
            (true, false) => b'a',
            (false, _) => b'u',
        };
        // Whether the compiler meets a string before or after it was interned is chance as well.
        let id = self.leaf(tag, start, len);
        self.nodes[id as usize].interned |= interned;
        id
    }

    fn container(&mut self, tag: u8, children: &mut [u32], numbers: Numbers) -> u32 {
        if matches!(tag, b'<' | b'>') {
            // Sets have no order of their own: that of the content's hashes does for all writers.
            children.sort_unstable_by_key(|id| self.hashes[*id as usize]);
        }
        let mutable = matches!(tag, b'[' | b'<' | b'{') || self.any_mutable(children);
        let hash = if mutable {
            xxh3_128_with_seed(&(self.nodes.len() as u64).to_le_bytes(), u64::from(tag))
        } else {
            let mut bytes = Vec::with_capacity(children.len() * 16 + 32);
            bytes.push(tag);
            if tag == b'c' {
                for n in numbers.head {
                    bytes.extend(n.to_le_bytes());
                }
                bytes.extend(numbers.first_line.to_le_bytes());
            }
            for id in &*children {
                bytes.extend(self.hashes[*id as usize].to_le_bytes());
            }
            xxh3_128(&bytes)
        };
        let place = self.numbers.len() as u32;
        let node =
            Node { tag, interned: false, mutable, start: 0, len: children.len() as u32, numbers: place };
        let id = self.intern(hash, node, children);
        if tag == b'c' && self.nodes[id as usize].numbers == place {
            self.numbers.push(numbers);
        }
        id
    }
}
