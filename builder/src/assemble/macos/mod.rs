//! Executables of macOS: the archive in a segment, a signature over the whole file, and an app bundle around
//! them.

mod bundle;
mod entitlements;
mod icon;
mod info;
mod item;
#[cfg(feature = "notarize")]
mod notary;
mod place;
mod seal;
mod universal;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::{App, Executable, Parts, Payload, Piece};
use crate::archive::Stored;
use crate::binaries::macho::image;
use crate::binaries::macho::sign::{self, Seal};
use crate::binaries::macho::signer::Signer;
use crate::error::{Context, Error, Result};
use crate::launcher::Launcher;
use crate::spec::{Extract, Mode, Request};
use crate::store::Store;
use crate::target::Target;
use universal::Cdhash;

/// The minimum macOS version of each part of a program.
type MinOsVersions = [(Target, Option<(u32, u32)>)];

/// Checks the macOS options of the request.
///
/// # Errors
/// The request asks for something impossible, or the launcher is not for this target.
pub(super) fn check(request: &Request, target: Target, launcher: &Launcher) -> Result<()> {
    place::check(&part(launcher, target), target)?;
    let macos = &request.macos;
    let architectures = &macos.architectures;
    if !architectures.is_empty() && !architectures.iter().any(|a| a == target.machine()) {
        let wanted = architectures.join(", ");
        let error = Error::new(format!(
            "the architectures of `[macos]` are {wanted}, but {} is built",
            target.name()
        ));
        let fits = |t: &Target| architectures.iter().any(|a| a == t.machine());
        return Err(match Target::UNIVERSAL.into_iter().find(fits) {
            Some(other) => error.hint(format!("build with `--target {}`", other.name())),
            None => error.hint("use `x86_64`, `arm64`, or `universal2` for both"),
        });
    }
    if request.bundle.mode == Mode::Onefile && request.bundle.extract == Extract::Memory {
        return Err(Error::new(
            "macOS cannot load libraries from memory, as `extract = \"memory\"` requires",
        )
        .hint("use `extract = \"temp\"`, which removes the files on exit"));
    }
    if let Some(path) = &macos.icon {
        icon::read(path)?;
    }
    entitlements::read(macos.entitlements.as_deref())?;
    #[cfg(feature = "notarize")]
    if let Some(key) = &macos.notarize {
        let signer = Signer::of(request)?;
        notary::notary(key)?;
        return signer.check_notarisable();
    }
    Signer::of(request).map(drop)
}

/// Notarizes an application if the request asks for it.
///
/// # Errors
/// The application cannot be sent, or Apple rejects it.
#[cfg(feature = "notarize")]
pub(super) fn notarise(request: &Request, product: &std::path::Path) -> Result<()> {
    request.macos.notarize.as_deref().map_or(Ok(()), |key| notary::notarise(key, product))
}

/// Returns the part of a universal launcher for a target, or the whole launcher if it is not universal.
fn part(launcher: &Launcher, target: Target) -> Launcher {
    match image::slice(launcher, target.arch) {
        Ok(part) if part.len() < launcher.len() => Arc::new(Cow::Owned(part.to_vec())),
        _ => Arc::clone(launcher),
    }
}

/// Inserts archives into launchers and signs them, and creates a bundle if requested.
///
/// # Errors
/// The launcher cannot be changed, a file cannot be read, or a file of the request is invalid.
pub(super) fn builder(mut app: App, parts: Parts, request: &Request, store: &Store) -> Result<App> {
    let Parts { mut payload, beside, min_versions } = parts;
    let signer = Signer::of(request)?;
    let entitlements = entitlements::read(request.macos.entitlements.as_deref())?;
    let builder = ExecutableBuilder { signer, entitlements };
    app.beside = universal::beside(beside, store)?;
    for parts in &mut payload {
        for (payload, (target, _)) in parts.iter_mut().zip(&min_versions) {
            payload.launcher = part(&payload.launcher, *target);
        }
    }
    if request.is_bundle() {
        let launchers = payload.first().into_iter().flatten().map(|c| place::oldest(&c.launcher));
        let min_versions =
            min_versions.iter().zip(launchers).map(|((target, floor), own)| (*target, (*floor).max(own)));
        let min_versions: Vec<_> = min_versions.collect();
        return bundle::make(app, payload, &builder, request, &min_versions);
    }
    let seal = |name: &str| Seal {
        identifier: request.macos.identifier.clone().unwrap_or_else(|| name.to_owned()),
        entitlements: builder.entitlements.clone(),
        ..Seal::default()
    };
    let make = |parts: Vec<Payload>| {
        let seal = seal(parts.first().map_or("", |payload| &payload.name));
        builder.executable(parts, &seal).map(|(made, _)| made)
    };
    Ok(App { executables: payload.into_iter().map(make).collect::<Result<_>>()?, ..app })
}

/// Properties that all executables of an application share.
struct ExecutableBuilder {
    signer: Signer,
    /// As XML and as DER.
    entitlements: Option<(Vec<u8>, Vec<u8>)>,
}

impl ExecutableBuilder {
    /// Returns an executable with a part for each processor, and the hashes by which the system identifies
    /// the parts.
    fn executable(&self, parts: Vec<Payload>, seal: &Seal) -> Result<(Executable, Vec<Cdhash>)> {
        let made = parts.into_iter().map(|payload| self.part(payload, seal)).collect::<Result<_>>()?;
        universal::executable(made)
    }

    /// Returns an executable for one processor, and the hash by which the system identifies it. It consists
    /// of the launcher, the archive in a segment of its own, and the signature.
    fn part(&self, payload: Payload, seal: &Seal) -> Result<(Executable, Cdhash)> {
        let Payload { name, launcher, archive, len, index_hash } = payload;
        let mut room = place::make_room(&launcher, len)?;
        let failed = || format!("failed to sign `{name}`");
        let end = room.behind + room.tail.len() as u64;
        let place = sign::prepare(&mut room.head, end, seal).context(failed)?;
        room.tail.resize(usize::try_from(place.limit - room.behind)?, 0);
        let owned = |bytes: Vec<u8>| Piece::Launcher(Arc::new(Cow::Owned(bytes)));
        let mut pieces = vec![(0, owned(room.head))];
        let start = room.archive;
        let known = |cdhash: Option<Cdhash>| cdhash.ok_or_else(|| Error::new(failed()));
        let archives = |len: u64| vec![(0..len, index_hash)];
        pieces.extend(archive.into_iter().map(|(at, stored)| (start + at, Piece::Stored(stored))));
        let mut content = Content { pieces: &pieces, at: 0, file: None };
        let mut tail = room.tail.as_slice();
        // Zeros up to the data after the archive.
        let gap = Gap { content: &mut content, end: room.behind };
        if !self.signer.keeps() {
            // Signing with an identity: the library that signs needs the whole file.
            let mut all = Vec::new();
            gap.chain(&mut tail).read_to_end(&mut all).context(failed)?;
            let signed = self.signer.sign(&all, seal).context(failed)?;
            let behind = usize::try_from(room.behind)?;
            let (head, tail) = (signed.get(..usize::try_from(start)?), signed.get(behind..));
            let (Some(head), Some(tail)) = (head, tail) else { return Err(Error::new(failed())) };
            pieces[0] = (0, owned(head.to_vec()));
            pieces.push((room.behind, owned(tail.to_vec())));
            let (len, cdhash) = (signed.len() as u64, known(sign::cdhash(&signed))?);
            return Ok((Executable { archives: archives(len), name, pieces, len }, cdhash));
        }
        let signature = sign::over(&mut gap.chain(&mut tail), &place, seal).context(failed)?;
        let cdhash = known(sign::cdhash_of(&signature))?;
        room.tail.extend(signature);
        pieces.push((room.behind, owned(room.tail)));
        let len = place.limit + place.len;
        Ok((Executable { archives: archives(len), name, pieces, len }, cdhash))
    }
}

/// The bytes of pieces, with zeros between them.
struct Content<'a> {
    pieces: &'a [(u64, Piece)],
    at: u64,
    file: Option<File>,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((start, piece)) = self.pieces.first() {
            if self.at < *start {
                let gap = usize::try_from(start - self.at).unwrap_or(usize::MAX).min(buffer.len());
                buffer[..gap].fill(0);
                self.at += gap as u64;
                return Ok(gap);
            }
            let bytes: &[u8] = match piece {
                Piece::Launcher(bytes) => bytes,
                Piece::Stored(Stored::Bytes(bytes)) => bytes,
                Piece::Stored(Stored::File(path)) => {
                    let file = match &mut self.file {
                        Some(file) => file,
                        none => none.insert(File::open(path)?),
                    };
                    let n = file.read(buffer)?;
                    self.at += n as u64;
                    if n > 0 || buffer.is_empty() {
                        return Ok(n);
                    }
                    &[]
                }
            };
            let done = usize::try_from(self.at - start).unwrap_or(usize::MAX);
            let rest = bytes.get(done..).unwrap_or_default();
            let n = rest.len().min(buffer.len());
            if n > 0 || buffer.is_empty() {
                buffer[..n].copy_from_slice(&rest[..n]);
                self.at += n as u64;
                return Ok(n);
            }
            self.file = None;
            self.pieces = &self.pieces[1..];
        }
        Ok(0)
    }
}

/// Content, followed by zeros up to an offset.
struct Gap<'a, 'b> {
    content: &'a mut Content<'b>,
    end: u64,
}

impl Read for Gap<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.content.at)).unwrap_or(usize::MAX);
        let n = left.min(buffer.len());
        let read = self.content.read(&mut buffer[..n])?;
        if read > 0 || n == 0 {
            return Ok(read);
        }
        buffer[..n].fill(0);
        self.content.at += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binaries::macho::image::tests::{ARM64, X86_64, file};
    use crate::target::Arch;
    use object::macho::MH_EXECUTE;

    #[test]
    fn an_executable_holds_the_archive_and_a_signature_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let blob = folder.path().join("blob");
        std::fs::write(&blob, vec![7; 9000]).unwrap();
        let plain = file(MH_EXECUTE, ARM64, &[], 400);
        let launcher: Launcher = Arc::new(Cow::Owned(plain));
        let archive = vec![(0, Stored::Bytes(vec![1; 10].into())), (16, Stored::File(blob))];
        let payload = Payload { name: "app".into(), launcher, archive, len: 9016 + 20, index_hash: [0; 16] };
        let seal = Seal { identifier: "app".into(), ..Seal::default() };
        let builder = ExecutableBuilder { signer: Signer::AdHoc, entitlements: None };
        let (made, cdhashes) = builder.executable(vec![payload.clone()], &seal).unwrap();
        let mut bytes = Vec::new();
        Content { pieces: &made.pieces, at: 0, file: None }.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, made.len);
        assert!(sign::holds(&bytes));
        assert_eq!(cdhashes, [sign::cdhash(&bytes).unwrap()]);
        assert_eq!((bytes[0x4000], bytes[0x400a], bytes[0x4010], bytes[0x4010 + 8999]), (1, 0, 7, 7));
        assert_eq!(&bytes[0x8000..0x8007], b"symbols");

        // Next to a part for another processor, its content is the same.
        let launcher: Launcher = Arc::new(Cow::Owned(file(MH_EXECUTE, X86_64, &[], 400)));
        let other = Payload { launcher, index_hash: [1; 16], ..payload.clone() };
        let (both, cdhashes) = builder.executable(vec![payload, other], &seal).unwrap();
        let mut whole = Vec::new();
        Content { pieces: &both.pieces, at: 0, file: None }.read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len() as u64, both.len);
        assert_eq!(image::slice(&whole, Arch::Aarch64).unwrap(), bytes);
        let intel = image::slice(&whole, Arch::X86_64).unwrap();
        assert!(sign::holds(intel));
        assert_eq!(cdhashes, [intel, &bytes].map(|part| sign::cdhash(part).unwrap()));
        let places: Vec<_> =
            both.archives.iter().map(|(r, hash)| (r.start, r.end - r.start, hash[0])).collect();
        let start = (0x4000 + intel.len() as u64).next_multiple_of(0x4000);
        assert_eq!(places, [(0x4000, intel.len() as u64, 1), (start, bytes.len() as u64, 0)]);
    }
}
