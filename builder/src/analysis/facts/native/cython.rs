//! The strings of a Cython extension, which are compressed in one run next to an array of their lengths.
//!
//! Based on Cython 3.3.1: Compiler/Code.py (`generate_pystring_constants`), Utility/StringTools.c
//! (`DecompressString_LZSS`). The run and the array have no name or mark, so their content identifies them.

use std::io::Read;

use super::MAX;

/// Message in every extension that unpacks an LZSS stream.
const LZSS_MARK: &[u8] = b"LZSS string data decompression failed";
/// Maximum size of unpacked texts; tables have some ten thousand bytes.
const LONGEST: usize = 4 << 20;
/// Minimum number of strings in order; fewer may be a coincidence.
const FEWEST: usize = 8;

/// The tables of a file.
#[derive(Default)]
pub(super) struct Tables {
    /// Strings, if they are short.
    pub strings: Vec<Vec<u8>>,
    /// Runs of strings that cannot be split: a C compiler turns the lengths of a small table into
    /// instructions.
    pub runs: Vec<Vec<u8>>,
}

/// Returns the tables of a Cython extension; empty for any other.
pub(super) fn tables(bytes: &[u8]) -> Tables {
    let mut tables = Tables::default();
    inflated(bytes, &mut tables);
    if memchr::memmem::find(bytes, LZSS_MARK).is_some() {
        unpacked(bytes, &mut tables);
    }
    tables
}

/// Reads the table in an LZSS stream (Cython 3.3).
fn unpacked(bytes: &[u8], tables: &mut Tables) {
    let numbers: Vec<usize> = numbers(bytes);
    let mut best: Vec<Vec<u8>> = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // A constant begins after the end of another or at a cache line, and its first flag byte marks a
        // plain byte.
        if bytes[at] & 1 == 1 && (at % 16 == 0 || bytes[at - 1] == 0) {
            let text = lzss(&bytes[at..]);
            // The table of every module contains this name.
            if text.len() >= 64 && memchr::memmem::find(&text, b"__main__").is_some() {
                let pieces = in_order(&text, &numbers);
                if pieces.len() > best.len() {
                    best = pieces;
                }
                if text.len() > run.len() {
                    run = text;
                }
            }
        }
        at += 1;
    }
    // A sequence that ends early is a coincidence.
    if best.iter().map(Vec::len).sum::<usize>() < run.len() / 2 {
        tables.runs.push(run);
    }
    tables.strings.extend(best.into_iter().filter(|p| p.len() < MAX));
}

/// Unpacks as long as the result is text.
fn lzss(source: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = Vec::new();
    let mut bytes = source.iter().copied();
    let mut next = || bytes.next().map(usize::from);
    while let Some(flags) = next() {
        for bit in 0..8 {
            if text.len() > LONGEST {
                return text;
            }
            let Some(low) = next() else { return text };
            if flags >> bit & 1 == 1 {
                let byte = low as u8;
                if byte < b' ' && !matches!(byte, 0 | b'\n' | b'\t' | b'\r') {
                    return text;
                }
                text.push(byte);
                continue;
            }
            let Some(high) = next() else { return text };
            let (distance, length) = if low & 0x80 == 0 {
                (low, high)
            } else if high & 0x80 == 0 {
                (0x80 + ((high << 2 & 0x180) | (low & 0x7f)), high & 0x1f)
            } else {
                let Some(length) = next() else { return text };
                (0x80 + ((high & 0x7f) << 7 | (low & 0x7f)), length)
            };
            let length = length + 3;
            let Some(from) = text.len().checked_sub(distance + length) else { return text };
            text.extend_from_within(from..from + length);
        }
    }
    text
}

/// Returns the file as an array of 32-bit numbers.
fn numbers(bytes: &[u8]) -> Vec<usize> {
    bytes
        .chunks_exact(4)
        .map(|c| usize::try_from(u32::from_le_bytes([c[0], c[1], c[2], c[3]])).unwrap_or(usize::MAX))
        .collect()
}

/// Splits a text by the array of lengths that gives the longest sequence of strings in order. Cython sorts
/// strings that are not identifiers first, then the others, so the order breaks once.
fn in_order(text: &[u8], numbers: &[usize]) -> Vec<Vec<u8>> {
    let (mut best, mut at) = (0..0, 0);
    while at < numbers.len() {
        let (mut position, mut breaks, mut last): (usize, u32, &[u8]) = (0, 0, b"");
        let mut end = at;
        while let Some(&length) = numbers.get(end) {
            let Some(piece) = (length > 0).then(|| text.get(position..position + length)).flatten() else {
                break;
            };
            if piece < last {
                breaks += 1;
                if breaks > 1 {
                    break;
                }
            }
            last = piece;
            position += length;
            end += 1;
        }
        if end - at > best.len() {
            best = at..end;
        }
        at += 1;
    }
    if best.len() < FEWEST {
        return Vec::new();
    }
    let mut position = 0;
    numbers[best]
        .iter()
        .map(|&length| {
            position += length;
            text[position - length..position].to_vec()
        })
        .collect()
}

/// Reads tables in a zlib stream (Cython 3.1 and 3.2).
fn inflated(bytes: &[u8], tables: &mut Tables) {
    if memchr::memmem::find(bytes, b"decompress\0").is_none() {
        return;
    }
    let mut first = flate2::Decompress::new(true);
    for at in memchr::memchr_iter(0x78, bytes) {
        if !matches!(bytes.get(at + 1), Some(0x01 | 0x5e | 0x9c | 0xda)) {
            continue;
        }
        // Data that only looks like a stream fails within a few bytes.
        first.reset(true);
        if first.decompress(&bytes[at..], &mut [0; 64], flate2::FlushDecompress::None).is_err() {
            continue;
        }
        let mut text = Vec::new();
        let stream = flate2::read::ZlibDecoder::new(&bytes[at..]);
        // A table has at most a few hundred kB.
        if stream.take(16 << 20).read_to_end(&mut text).is_ok() && text.len() > 64 {
            let strings = cut(&text, bytes);
            // A coincidental sum gives pieces that are not strings.
            let whole = strings.iter().filter(|s| s.len() > 1).count() > strings.len() / 2;
            if whole && strings.len() >= FEWEST {
                tables.strings.extend(strings);
            } else {
                tables.runs.push(text);
            }
        }
    }
}

/// Splits a run of strings by an array of lengths in the file: the longest run of numbers, without zeros at
/// its ends, whose sum is the length of the text.
fn cut(text: &[u8], bytes: &[u8]) -> Vec<Vec<u8>> {
    let total = text.len();
    let numbers = numbers(bytes);
    let (mut low, mut sum) = (0, 0);
    let mut best: &[usize] = &[];
    for (high, &number) in numbers.iter().enumerate() {
        if number > total {
            (low, sum) = (high + 1, 0);
            continue;
        }
        sum += number;
        while sum > total || (low < high && numbers[low] == 0) {
            sum -= numbers[low];
            low += 1;
        }
        if sum == total && number > 0 && high + 1 - low > best.len() {
            best = &numbers[low..=high];
        }
    }
    let mut at = 0;
    best.iter()
        .map(|&length| {
            let piece = text[at..at + length].to_vec();
            at += length;
            piece
        })
        .filter(|p| p.len() < MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn unpacks_plain_bytes_and_references() {
        // "abcabc": three plain bytes, then a copy of them.
        assert_eq!(lzss(&[0b0000_0111, b'a', b'b', b'c', 0, 0]), b"abcabc");
    }

    #[test]
    fn cuts_a_sorted_table() {
        let strings = [" x", "b c", "_a", "_b", "_c", "cmath", "d", "pkg.e", "z"];
        let text = strings.concat();
        let mut file = LZSS_MARK.to_vec();
        file.push(0);
        file.resize(file.len().next_multiple_of(4), 0);
        file.extend(strings.iter().flat_map(|s| u32::try_from(s.len()).unwrap().to_le_bytes()));
        let lengths = numbers(&file);
        let found = in_order(text.as_bytes(), &lengths);
        assert_eq!(found, strings.map(|s| s.as_bytes().to_vec()));
    }

    #[test]
    fn cuts_an_inflated_table() {
        let strings =
            ["pkg.one", "_two", &"long text ".repeat(30), "pkg.three.four", "a", "bb", "cc", "dd", "ee"];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(strings.concat().as_bytes()).unwrap();
        let mut file = b"decompress\0\0".to_vec();
        file.extend(0xffff_ffff_u32.to_le_bytes());
        for string in strings {
            file.extend(u32::try_from(string.len()).unwrap().to_le_bytes());
        }
        file.extend(0xffff_ffff_u32.to_le_bytes());
        file.extend(encoder.finish().unwrap());
        let mut found = Tables::default();
        inflated(&file, &mut found);
        let found: Vec<String> = found.strings.into_iter().map(|s| String::from_utf8(s).unwrap()).collect();
        assert_eq!(found, ["pkg.one", "_two", "pkg.three.four", "a", "bb", "cc", "dd", "ee"]);
    }
}
