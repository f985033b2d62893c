//! Reads and writes CPython's marshal format, so that the same code always gives the same bytes.
//!
//! What an interpreter writes depends on accidents: reference counts decide which objects are flagged,
//! 3.9 and 3.10 write sets in hash order, and the path of the source is baked in. [`rewrite`] removes
//! all three. Equal immutable objects are merged while reading (constants of one compilation are merged
//! by the compiler too), which makes the result independent of who compiled the source.
//!
//! The format is that of Python/marshal.c, versions 4 and 5 (CPython 3.9 to 3.15). Reading keeps an
//! explicit stack: no input can exhaust that of the thread.

mod decode;
mod encode;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::error::{Error, Result};

pub use decode::decode;

const FLAG_REF: u8 = 0x80;
/// CPython refuses to load anything nested deeper.
const MAX_DEPTH: usize = 2000;
/// No object: a slot of the reference table whose object is still being read, or none assigned.
const NONE: u32 = u32::MAX;

/// Where the parts of a code object stand in the stream; it changed with 3.11.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Numbers in front of the first object.
    longs: usize,
    /// Number of objects.
    objects: u32,
    /// Place of `co_filename` among the objects; `co_name` follows it.
    filename: u32,
}

/// `co_firstlineno` stands behind this many objects, in every version.
const OBJECTS_BEFORE_LINE: u32 = 8;

impl Layout {
    fn of(minor: u8) -> Layout {
        if minor >= 11 {
            // argcount posonlyargcount kwonlyargcount stacksize flags | code consts names
            // localsplusnames localspluskinds filename name qualname | firstlineno | linetable exceptiontable
            Layout { longs: 5, objects: 10, filename: 5 }
        } else {
            // argcount posonlyargcount kwonlyargcount nlocals stacksize flags | code consts names
            // varnames freevars cellvars filename name | firstlineno | lnotab
            Layout { longs: 6, objects: 9, filename: 6 }
        }
    }
}

/// The numbers of a code object.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    /// Those in front of the objects.
    head: [i32; 6],
    first_line: i32,
}

/// An object: a leaf with a payload, or a container with children.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Type code, without the flag; strings under that of their plain form.
    tag: u8,
    /// Strings: whether any occurrence was interned.
    interned: bool,
    /// Whether it is or holds a list, dict or set: such an object is never merged and cannot be in a set.
    mutable: bool,
    /// Leaf: start of the payload; container: first of its children.
    start: u32,
    /// Leaf: length of the payload; container: number of children.
    len: u32,
    /// Code object: place of its numbers.
    numbers: u32,
}

/// A decoded marshal stream: a graph of objects, equal immutable ones merged.
#[derive(Debug)]
pub struct Marshal<'a> {
    data: &'a [u8],
    /// Payloads that are not in `data`: their `start` counts on from its end.
    extra: Vec<u8>,
    layout: Layout,
    nodes: Vec<Node>,
    hashes: Vec<u128>,
    children: Vec<u32>,
    numbers: Vec<Numbers>,
    by_hash: HashMap<u128, u32, BuildHasherDefault<Folded>>,
    root: u32,
}

/// The keys are hashes already.
#[derive(Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 ^= bytes.iter().fold(0, |h, b| h << 8 | u64::from(*b));
    }
    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

/// Sets `co_filename` of the code object and of those nested in it that share it to `filename`, and gives
/// the stream its canonical form.
///
/// # Errors
/// The stream is not one that CPython of this version could load, or holds no code object.
pub fn rewrite(marshal: &[u8], python: (u8, u8), filename: &str) -> Result<Vec<u8>> {
    let mut decoded = decode(marshal, python.1)?;
    if decoded.set_filename(filename)? {
        return Ok(decoded.encode());
    }
    Ok(decode(&decoded.encode(), python.1)?.encode())
}

impl<'a> Marshal<'a> {
    fn payload(&self, start: u32, len: u32) -> &[u8] {
        let (start, len) = (start as usize, len as usize);
        match start.checked_sub(self.data.len()) {
            Some(at) if len > 0 => &self.extra[at..at + len],
            Some(_) => &[],
            None => &self.data[start..start + len],
        }
    }

    /// Gives the root and the code objects nested in it that share its `co_filename` a new one. Tells whether
    /// the graph is still as reading would make it: not if objects that differed may now be equal, or be
    /// ordered otherwise in a set, which no compiler brings about.
    fn set_filename(&mut self, filename: &str) -> Result<bool> {
        let Some(old) = self.root().as_code().map(|c| c.object(self.layout.filename).id) else {
            return Err(Error::new("marshal data contains no code object"));
        };
        let old = self.nodes[old as usize];
        let old = self.payload(old.start, old.len).to_vec();
        let start = (self.data.len() + self.extra.len()) as u32;
        self.extra.extend_from_slice(filename.as_bytes());
        let new = self.string(b'u', start, filename.len() as u32);
        let mut canonical = true;
        for i in 0..self.nodes.len() {
            let node = self.nodes[i];
            if matches!(node.tag, b'<' | b'>') {
                let children = &self.children[node.start as usize..][..node.len as usize];
                canonical &= !children.iter().any(|id| is_container(self.nodes[*id as usize].tag));
            }
            if node.tag == b'c' {
                let place = (node.start + self.layout.filename) as usize;
                let child = self.nodes[self.children[place] as usize];
                if self.payload(child.start, child.len) == old {
                    self.children[place] = new;
                } else {
                    canonical = false;
                }
            }
        }
        Ok(canonical)
    }

    /// The outermost object: a code object in what an interpreter compiled.
    pub fn root(&self) -> Value<'_> {
        Value { marshal: self, id: self.root }
    }

    /// All code objects, each once; the outermost is the last.
    pub fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        (0..self.nodes.len() as u32).filter_map(|id| Value { marshal: self, id }.as_code())
    }
}
fn is_string(tag: u8) -> bool {
    matches!(tag, b'z' | b'a' | b'u')
}

fn is_container(tag: u8) -> bool {
    matches!(tag, b'(' | b'[' | b'<' | b'>' | b'{' | b'}' | b':' | b'c')
}

/// An object of a decoded stream.
#[derive(Clone, Copy, Debug)]
pub struct Value<'m> {
    marshal: &'m Marshal<'m>,
    id: u32,
}

impl<'m> Value<'m> {
    fn node(&self) -> &'m Node {
        &self.marshal.nodes[self.id as usize]
    }

    fn payload(&self) -> &'m [u8] {
        let node = self.node();
        self.marshal.payload(node.start, node.len)
    }

    /// The code object, if it is one.
    pub fn as_code(&self) -> Option<Code<'m>> {
        (self.node().tag == b'c').then_some(Code { value: *self })
    }

    /// The text, if it is a string; lone surrogates are replaced.
    pub fn as_str(&self) -> Option<Cow<'m, str>> {
        match self.node().tag {
            b'u' => Some(String::from_utf8_lossy(self.payload())),
            b'a' | b'z' => Some(match std::str::from_utf8(self.payload()) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => self.payload().iter().map(|b| char::from(*b)).collect(),
            }),
            _ => None,
        }
    }

    /// The bytes, if it is a bytes object.
    pub fn as_bytes(&self) -> Option<&'m [u8]> {
        (self.node().tag == b's').then(|| self.payload())
    }

    /// The number, if it is an int of 32 bits.
    pub fn as_int(&self) -> Option<i32> {
        let bytes = (self.node().tag == b'i').then(|| self.payload())?;
        Some(i32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Whether it is `None`.
    pub fn is_none(&self) -> bool {
        self.node().tag == b'N'
    }

    /// The elements of a tuple, list, set or frozenset; nothing for any other object.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Value<'m>> + use<'m> {
        let node = self.node();
        let len = if matches!(node.tag, b'(' | b'[' | b'<' | b'>') { node.len as usize } else { 0 };
        let start = if len == 0 { 0 } else { node.start as usize };
        let marshal = self.marshal;
        marshal.children[start..start + len].iter().map(move |id| Value { marshal, id: *id })
    }
}

/// A code object of a decoded stream.
#[derive(Clone, Copy, Debug)]
pub struct Code<'m> {
    value: Value<'m>,
}

impl<'m> Code<'m> {
    fn object(&self, place: u32) -> Value<'m> {
        let marshal = self.value.marshal;
        Value { marshal, id: marshal.children[(self.value.node().start + place) as usize] }
    }

    /// `co_code`: the instructions.
    pub fn code(&self) -> &'m [u8] {
        self.object(0).as_bytes().unwrap_or_default()
    }

    /// `co_consts`.
    pub fn consts(&self) -> impl ExactSizeIterator<Item = Value<'m>> + use<'m> {
        self.object(1).items()
    }

    /// `co_names`.
    pub fn names(&self) -> impl ExactSizeIterator<Item = Value<'m>> + use<'m> {
        self.object(2).items()
    }

    /// `co_filename`.
    pub fn filename(&self) -> Cow<'m, str> {
        self.object(self.value.marshal.layout.filename).as_str().unwrap_or_default()
    }

    /// `co_name`.
    pub fn name(&self) -> Cow<'m, str> {
        self.object(self.value.marshal.layout.filename + 1).as_str().unwrap_or_default()
    }

    /// `co_firstlineno`.
    pub fn first_line(&self) -> i32 {
        self.value.marshal.numbers[self.value.node().numbers as usize].first_line
    }

    /// `co_flags`.
    pub fn flags(&self) -> i32 {
        let marshal = self.value.marshal;
        marshal.numbers[self.value.node().numbers as usize].head[marshal.layout.longs - 1]
    }

    /// `co_linetable` (3.10 on) or `co_lnotab`.
    pub fn line_table(&self) -> &'m [u8] {
        self.object(OBJECTS_BEFORE_LINE).as_bytes().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
