//! The code signature of a Mach-O file: creates ad hoc signatures, checks and compares signatures.
//!
//! No library is used here. `apple-codesign` takes minutes to compile (it signs with identities, behind the
//! feature `signing`). `arwen-codesign` is an alpha that reads the whole file into memory and does not
//! support sealed resources and entitlements. The output of `codesign -s -` is only a header and a list of
//! hashes.

use std::io::Read;

use object::macho::{self, MH_EXECUTE};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::edit;
use super::image::{Image, Segment, put_u32, put_u64, u32_at};
use crate::error::{Error, Result};
use crate::target::Arch;

/// Bytes that one hash covers.
const PAGE: usize = 4096;
/// As a power of two.
const PAGE_SHIFT: u8 = 12;
const HASH: usize = 32;
/// Fields of a code directory of version 0x20400.
const FIELDS: usize = 88;

const SUPERBLOB: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
const REQUIREMENTS: u32 = 0xfade_0c01;
const ENTITLEMENTS: u32 = 0xfade_7171;
const ENTITLEMENTS_DER: u32 = 0xfade_7172;
const CMS: u32 = 0xfade_0b01;

/// The file is signed without an identity.
const ADHOC: u32 = 2;
/// The hash type SHA-256.
const SHA256: u8 = 2;
/// The code segment belongs to a program.
const MAIN_BINARY: u64 = 1;

/// Slots of hashed items other than the pages.
mod slot {
    pub(super) const INFO: usize = 1;
    pub(super) const REQUIREMENTS: usize = 2;
    pub(super) const RESOURCES: usize = 3;
    pub(super) const ENTITLEMENTS: usize = 5;
    pub(super) const ENTITLEMENTS_DER: usize = 7;
}

/// Slot of the signature blob of an identity.
const SIGNATURE_SLOT: u32 = 0x10000;

/// The contents of a signature other than the pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seal {
    /// The identifier of the file: the name of a library, the identifier of a bundle.
    pub(crate) identifier: String,
    /// Content of `Info.plist`.
    pub(crate) info: Option<Vec<u8>>,
    /// Content of `CodeResources`.
    pub(crate) resources: Option<Vec<u8>>,
    /// Entitlements: as XML, and as DER.
    pub(crate) entitlements: Option<(Vec<u8>, Vec<u8>)>,
}

/// Position and size of a signature in a file.
#[derive(Debug)]
pub(crate) struct Place {
    /// Bytes of the file that are hashed; the signature follows.
    pub(crate) limit: u64,
    /// Bytes of the signature.
    pub(crate) len: u64,
    text: (u64, u64),
    program: bool,
}

fn blob(magic: u32, content: &[u8]) -> Vec<u8> {
    let mut blob = Vec::from(magic.to_be_bytes());
    blob.extend((content.len() as u32 + 8).to_be_bytes());
    blob.extend(content);
    blob
}

impl Seal {
    /// Returns the blobs beside the code directory, by slot.
    fn blobs(&self) -> Vec<(usize, Vec<u8>)> {
        let mut blobs = vec![(slot::REQUIREMENTS, blob(REQUIREMENTS, &0u32.to_be_bytes()))];
        if let Some((xml, der)) = &self.entitlements {
            blobs.push((slot::ENTITLEMENTS, blob(ENTITLEMENTS, xml)));
            blobs.push((slot::ENTITLEMENTS_DER, blob(ENTITLEMENTS_DER, der)));
        }
        blobs
    }

    fn special(&self) -> usize {
        match () {
            () if self.entitlements.is_some() => slot::ENTITLEMENTS_DER,
            () if self.resources.is_some() => slot::RESOURCES,
            () => slot::REQUIREMENTS,
        }
    }

    /// Returns the size in bytes of the signature for this many hashed bytes.
    fn len(&self, limit: u64) -> u64 {
        let hashes = limit.div_ceil(PAGE as u64) + self.special() as u64;
        let directory = (FIELDS + self.identifier.len() + 1) as u64 + hashes * HASH as u64;
        let blobs = self.blobs();
        let rest: usize = blobs.iter().map(|(_, b)| b.len()).sum();
        let head = 12 + 8 * (blobs.len() + 2) as u64;
        (head + directory + rest as u64 + 8).next_multiple_of(16)
    }

    /// Builds the signature for these hashes of pages.
    fn signature(&self, place: &Place, pages: &[[u8; HASH]]) -> Vec<u8> {
        let blobs = self.blobs();
        let special = self.special();
        let mut slots = vec![[0; HASH]; special];
        let mut set = |slot: usize, content: &[u8]| slots[special - slot] = Sha256::digest(content).into();
        blobs.iter().for_each(|(slot, blob)| set(*slot, blob));
        if let Some(info) = &self.info {
            set(slot::INFO, info);
        }
        if let Some(resources) = &self.resources {
            set(slot::RESOURCES, resources);
        }
        let hashes = FIELDS + self.identifier.len() + 1 + special * HASH;
        let len = hashes + pages.len() * HASH;
        let mut directory = Vec::with_capacity(len);
        let narrow = u32::try_from(place.limit).unwrap_or(u32::MAX);
        let wide = if narrow == u32::MAX { place.limit } else { 0 };
        for number in [
            CODE_DIRECTORY,
            len as u32,
            0x20400,
            ADHOC,
            hashes as u32,
            FIELDS as u32,
            special as u32,
            pages.len() as u32,
            narrow,
        ] {
            directory.extend(number.to_be_bytes());
        }
        directory.extend([HASH as u8, SHA256, 0, PAGE_SHIFT]);
        // No scatter, no team.
        directory.extend([0; 16]);
        let program = if place.program { MAIN_BINARY } else { 0 };
        for number in [wide, place.text.0, place.text.1, program] {
            directory.extend(number.to_be_bytes());
        }
        directory.extend(self.identifier.as_bytes());
        directory.push(0);
        directory.extend(slots.concat());
        directory.extend(pages.concat());

        let mut all = vec![(0u32, directory)];
        all.extend(blobs.into_iter().map(|(slot, blob)| (slot as u32, blob)));
        all.push((SIGNATURE_SLOT, blob(CMS, &[])));
        let mut head = Vec::new();
        let mut at = 12 + 8 * all.len();
        for (slot, blob) in &all {
            head.extend(slot.to_be_bytes());
            head.extend((at as u32).to_be_bytes());
            at += blob.len();
        }
        let mut signature = Vec::from(SUPERBLOB.to_be_bytes());
        signature.extend((at as u32).to_be_bytes());
        signature.extend((all.len() as u32).to_be_bytes());
        signature.extend(head);
        all.iter().for_each(|(_, blob)| signature.extend(blob));
        signature.resize(usize::try_from(place.len).unwrap_or(signature.len()), 0);
        signature
    }
}

/// Returns the offset where the content of a file ends and its signature begins, if it has one.
fn signature_at(image: &Image, bytes: &[u8]) -> Option<usize> {
    let command = image.all(macho::LC_CODE_SIGNATURE).find(|c| c.len >= 16)?;
    Some(u32_at(bytes, command.at + 8) as usize)
}

/// Prepares `head`, the start of an unsigned file of `len` bytes, for a signature at the end.
///
/// `head` contains at least the load commands and the bytes up to the first section.
///
/// # Errors
/// The file cannot have a signature.
pub(crate) fn prepare(head: &mut [u8], len: u64, seal: &Seal) -> Result<Place> {
    let image = Image::parse(head).map_err(|_| Error::new("its load commands are damaged"))?;
    let limit = len.next_multiple_of(16);
    let size = seal.len(limit);
    let end = limit + size;
    let Ok(data) = u32::try_from(end).map(|_| limit as u32) else {
        return Err(Error::new("it has more than 4 GiB, which a signature cannot cover")
            .hint("leave data files out, or build with `mode = \"onedir\"`"));
    };
    let mut signature = vec![0; 16];
    for (at, value) in [(0, macho::LC_CODE_SIGNATURE.0), (4, 16), (8, data), (12, size as u32)] {
        put_u32(&mut signature, at, value);
    }
    let mut commands: Vec<Vec<u8>> = image
        .commands
        .iter()
        .filter(|c| c.kind != macho::LC_CODE_SIGNATURE)
        .map(|c| head[c.at..c.at + c.len].to_vec())
        .collect();
    commands.push(signature);
    edit::write(head, &image, &commands).map_err(|why| Error::new(why.0))?;
    let image = Image::parse(head).map_err(|_| Error::new("its load commands are damaged"))?;
    let linkedit = image.linkedit(head).filter(|s| s.fileoff <= limit);
    let linkedit = linkedit.ok_or_else(|| Error::new("its last segment is not __LINKEDIT"))?;
    grow(head, &linkedit, end - linkedit.fileoff, image.arch);
    let text = image.segments(head).into_iter().find(|s| s.name == "__TEXT");
    let text = text.map_or((0, 0), |s| (s.fileoff, s.filesize));
    Ok(Place { limit, len: size, text, program: image.filetype == MH_EXECUTE })
}

/// Returns the size of a memory page.
pub(crate) fn page(arch: Option<Arch>) -> u64 {
    if arch == Some(Arch::X86_64) { 0x1000 } else { 0x4000 }
}

fn grow(head: &mut [u8], segment: &Segment, size: u64, arch: Option<Arch>) {
    let at = segment.command.at;
    put_u64(head, at + 48, size);
    put_u64(head, at + 32, size.next_multiple_of(page(arch)));
}

/// Returns the signature of a file that [`prepare`] has prepared. `content` provides its bytes, which are
/// padded with zeros.
///
/// # Errors
/// The content cannot be read.
pub(crate) fn over(content: &mut dyn Read, place: &Place, seal: &Seal) -> Result<Vec<u8>> {
    let mut pages = Vec::new();
    let mut left = place.limit;
    /// Number of bytes that are hashed at a time, on all cores.
    const CHUNK: usize = 1024 * PAGE;
    let mut buffer = vec![0; CHUNK];
    while left > 0 {
        let want = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let mut at = 0;
        while at < want {
            match content.read(&mut buffer[at..want])? {
                0 => break,
                n => at += n,
            }
        }
        buffer[at..want].fill(0);
        pages
            .par_extend(buffer[..want].par_chunks(PAGE).map(|page| <[u8; HASH]>::from(Sha256::digest(page))));
        left -= want as u64;
    }
    Ok(seal.signature(place, &pages))
}

/// Signs a file ad hoc and replaces an existing signature.
///
/// # Errors
/// The file cannot have a signature.
pub(crate) fn ad_hoc(bytes: &[u8], seal: &Seal) -> Result<Vec<u8>> {
    let mut new = unsigned(bytes).to_vec();
    let len = new.len() as u64;
    let place = prepare(&mut new, len, seal)?;
    new.resize(usize::try_from(place.limit)?, 0);
    let signature = over(&mut &new[..], &place, seal)?;
    new.extend(signature);
    Ok(new)
}

/// Returns a file without its signature, if the signature is at the end. The load commands are unchanged.
pub(crate) fn unsigned(bytes: &[u8]) -> &[u8] {
    let image = Image::parse(bytes).ok();
    let at = image.and_then(|image| signature_at(&image, bytes)).filter(|at| *at <= bytes.len());
    &bytes[..at.unwrap_or(bytes.len())]
}

/// A code directory in a file.
struct Directory<'a> {
    bytes: &'a [u8],
}

impl<'a> Directory<'a> {
    /// Finds the first SHA-256 code directory in the signature of a file.
    fn of(bytes: &'a [u8]) -> Option<Directory<'a>> {
        let image = Image::parse(bytes).ok()?;
        Directory::within(bytes.get(signature_at(&image, bytes)?..)?)
    }

    fn within(signature: &'a [u8]) -> Option<Directory<'a>> {
        if be(signature, 0)? != SUPERBLOB {
            return None;
        }
        let blobs = (0..be(signature, 8)?.min(32) as usize).filter_map(|i| {
            let blob = signature.get(be(signature, 16 + i * 8)? as usize..)?;
            blob.get(..be(blob, 4)? as usize)
        });
        let mut directories =
            blobs.filter(|b| be(b, 0) == Some(CODE_DIRECTORY) && b.get(37) == Some(&SHA256));
        directories.next().map(|bytes| Directory { bytes })
    }

    fn number(&self, at: usize) -> Option<usize> {
        be(self.bytes, at).map(|n| n as usize)
    }
}

fn be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns whether a file has a signature whose hashes match its pages.
pub(crate) fn holds(bytes: &[u8]) -> bool {
    let check = || -> Option<bool> {
        let directory = Directory::of(bytes)?;
        let (hashes, count, limit) = (directory.number(16)?, directory.number(28)?, directory.number(32)?);
        let size = 1usize
            .checked_shl(u32::from(*directory.bytes.get(39)?))
            .filter(|s| (PAGE..=1 << 16).contains(s))?;
        let content = bytes.get(..limit)?;
        let expected = directory.bytes.get(hashes..hashes.checked_add(count.checked_mul(HASH)?)?)?;
        let image = Image::parse(bytes).ok()?;
        let whole = signature_at(&image, bytes)? == limit && content.len().div_ceil(size) == count;
        let pages = content.par_chunks(size).zip(expected.par_chunks(HASH));
        Some(whole && pages.into_par_iter().all(|(page, hash)| Sha256::digest(page)[..] == *hash))
    };
    check().unwrap_or(false)
}

/// Returns the hash by which the system identifies a signed file, or `None` if it is not signed.
pub(crate) fn cdhash(bytes: &[u8]) -> Option<[u8; 20]> {
    Directory::of(bytes)?.cdhash()
}

/// Returns the same hash of a signature.
pub(crate) fn cdhash_of(signature: &[u8]) -> Option<[u8; 20]> {
    Directory::within(signature)?.cdhash()
}

impl Directory<'_> {
    fn cdhash(&self) -> Option<[u8; 20]> {
        Sha256::digest(self.bytes)[..20].try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::image::tests::{ARM64, X86_64, file, named};
    use object::macho::MH_DYLIB;

    use super::super::image::u64_at;
    use super::*;

    fn seal() -> Seal {
        Seal { identifier: "liba.dylib".into(), ..Seal::default() }
    }

    #[test]
    fn a_file_is_signed_and_every_change_is_seen() {
        for cpu in [ARM64, X86_64] {
            let plain =
                file(MH_DYLIB, cpu, &[named(macho::LC_LOAD_DYLIB, 24, "/usr/lib/libSystem.B.dylib")], 64);
            assert!(!holds(&plain) && cdhash(&plain).is_none());
            let signed = ad_hoc(&plain, &seal()).unwrap();
            assert!(holds(&signed) && cdhash(&signed).is_some());
            // The last segment extends to the end of the file.
            let image = Image::parse(&signed).unwrap();
            let linkedit = image.linkedit(&signed).unwrap();
            assert_eq!(linkedit.fileoff + linkedit.filesize, signed.len() as u64);
            assert_eq!(linkedit.vmsize % page(image.arch), 0);
            let mut other = signed.clone();
            other[0x2000] ^= 1;
            assert!(!holds(&other));
            // Signing again gives the same bytes.
            assert_eq!(ad_hoc(&signed, &seal()).unwrap(), signed);
            assert!(ad_hoc(&other, &seal()).map(|b| holds(&b)).unwrap());
        }
    }

    #[test]
    fn what_a_bundle_seals_is_in_the_signature() {
        let plain = file(MH_EXECUTE, ARM64, &[], 64);
        let all = Seal {
            info: Some(b"<plist/>".to_vec()),
            resources: Some(b"resources".to_vec()),
            entitlements: Some((b"<dict/>".to_vec(), b"der".to_vec())),
            ..seal()
        };
        let signed = ad_hoc(&plain, &all).unwrap();
        assert!(holds(&signed));
        let directory = Directory::of(&signed).unwrap();
        let (hashes, special) = (directory.number(16).unwrap(), directory.number(24).unwrap());
        assert_eq!(special, 7);
        let at = |slot: usize| &directory.bytes[hashes - slot * HASH..][..HASH];
        assert_eq!(at(slot::INFO), &Sha256::digest(b"<plist/>")[..]);
        assert_eq!(at(slot::RESOURCES), &Sha256::digest(b"resources")[..]);
        assert_eq!(at(4), [0; HASH]);
        assert_ne!(at(slot::ENTITLEMENTS_DER), [0; HASH]);
        assert_eq!(directory.bytes[FIELDS - 1], 1);
    }

    #[test]
    fn what_is_cut_or_has_no_room_is_told() {
        let error = ad_hoc(&file(MH_DYLIB, ARM64, &[], 8), &seal()).unwrap_err().to_string();
        assert!(error.contains("no room"), "{error}");
        assert!(ad_hoc(b"text", &seal()).is_err());
        let signed = ad_hoc(&file(MH_DYLIB, ARM64, &[], 64), &seal()).unwrap();
        for at in (0..700).chain(signed.len() - 400..signed.len()) {
            let mut other = signed.clone();
            other[at] = !other[at];
            let _ = (holds(&other), cdhash(&other), ad_hoc(&other, &seal()));
            let _ = (holds(&signed[..at]), ad_hoc(&signed[..at], &seal()));
        }
        let image = Image::parse(&signed).unwrap();
        assert_eq!(u64_at(&signed, image.linkedit(&signed).unwrap().command.at + 40), 0x4000);
    }
}
