//! Reads the header of a typelib, the binary description of a library for GObject introspection.
//!
//! The format is that of `Header` in girepository's `gitypelib-internal.h`: offsets of strings, in the byte
//! order of the machine.

/// The first bytes of a typelib.
const MAGIC: &[u8] = b"GOBJ\nMETADATA\r\n\x1a";
/// Offset of the offset of the dependencies, `Gdk-3.0|Atk-1.0`.
const DEPENDENCIES: usize = 36;
/// Offset of the offset of the names of libraries, `libgtk-3.so.0,libgdk-3.so.0`.
const LIBRARIES: usize = 52;

/// What a typelib needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Typelib {
    /// Other typelibs: `Gdk-3.0`.
    pub dependencies: Vec<String>,
    /// Libraries that contain its functions, by name or path.
    pub libraries: Vec<String>,
}

impl Typelib {
    /// Reads a typelib; `None` if the bytes are something else.
    pub(in crate::analysis) fn read(bytes: &[u8]) -> Option<Typelib> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let list = |field, separator| {
            let text = text(bytes, field)?;
            Some(text.split(separator).filter(|part| !part.is_empty()).map(str::to_owned).collect())
        };
        Some(Typelib { dependencies: list(DEPENDENCIES, '|')?, libraries: list(LIBRARIES, ',')? })
    }
}

/// Returns the text that a field of the header points to; an empty one if it points to none.
fn text(bytes: &[u8], field: usize) -> Option<&str> {
    let offset = u32::from_le_bytes(bytes.get(field..field + 4)?.try_into().ok()?) as usize;
    if offset == 0 {
        return Some("");
    }
    let rest = bytes.get(offset..)?;
    let end = memchr::memchr(0, rest)?;
    std::str::from_utf8(&rest[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a typelib with these two texts.
    fn typelib(dependencies: &str, libraries: &str) -> Vec<u8> {
        let mut bytes = vec![0; 112];
        bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        for (field, text) in [(DEPENDENCIES, dependencies), (LIBRARIES, libraries)] {
            if !text.is_empty() {
                let at = u32::try_from(bytes.len()).unwrap();
                bytes[field..field + 4].copy_from_slice(&at.to_le_bytes());
                bytes.extend(text.bytes());
                bytes.push(0);
            }
        }
        bytes
    }

    #[test]
    fn the_header_names_typelibs_and_libraries() {
        let read = Typelib::read(&typelib("Gdk-3.0|Atk-1.0", "libgtk-3.so.0,libgdk-3.so.0")).unwrap();
        assert_eq!(read.dependencies, ["Gdk-3.0", "Atk-1.0"]);
        assert_eq!(read.libraries, ["libgtk-3.so.0", "libgdk-3.so.0"]);
        assert_eq!(Typelib::read(&typelib("", "")), Some(Typelib::default()));
    }

    #[test]
    fn damaged_files_are_no_typelibs() {
        let whole = typelib("Gdk-3.0", "libgtk-3.so.0");
        assert_eq!(Typelib::read(b"ELF"), None);
        assert_eq!(Typelib::read(&whole[..40]), None);
        assert_eq!(Typelib::read(&whole[..whole.len() - 1]), None);
        let mut far = whole;
        far[LIBRARIES..LIBRARIES + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Typelib::read(&far), None);
    }
}
