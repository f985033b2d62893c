//! Lists the modules that Python needs before the importer runs, and those that every frozen program needs.

/// Whether `module` gets [`freeze_archive::module_flag::SEED`] in the archive: uncompressed and aligned to 16
/// bytes, because Python reads it from the mapped file during startup.
///
/// From 3.11 on, Python's own library contains `codecs`, `io`, `abc` and others.
pub fn is_seed(python_minor: u8, module: &str) -> bool {
    match module {
        "_freeze_bootstrap" => true,
        _ if module == Relay::of(python_minor).copy => true,
        "abc" | "codecs" | "io" => python_minor <= 10,
        "encodings.latin_1" => python_minor <= 9,
        _ => SEEDS.contains(&module),
    }
}

/// Whether libpython contains `module`, so that Python never imports it from the archive (Python/frozen.c).
pub fn is_in_libpython(python_minor: u8, module: &str) -> bool {
    let from = match module {
        "importlib._bootstrap" | "importlib._bootstrap_external" | "zipimport" => 8,
        "_collections_abc"
        | "_sitebuiltins"
        | "abc"
        | "codecs"
        | "genericpath"
        | "importlib.machinery"
        | "importlib.util"
        | "io"
        | "ntpath"
        | "os"
        | "posixpath"
        | "runpy"
        | "site"
        | "stat" => 11,
        _ => return false,
    };
    python_minor >= from
}

/// A module that Python imports whenever it creates an interpreter, and a copy of it that also imports
/// `_freeze` at its end. Further interpreters of the process get the copy instead.
#[derive(Clone, Copy, Debug)]
pub struct Relay {
    /// Name of the module.
    pub module: &'static str,
    /// Name of the copy in the archive.
    pub copy: &'static str,
    /// Path of its source below the standard library.
    pub source: &'static str,
}

impl Relay {
    /// Up to 3.13, this is the module that Python imports last. From 3.14 on, only one module remains.
    pub const fn of(python_minor: u8) -> Relay {
        match python_minor {
            ..=13 => Relay { module: "io", copy: "_freeze_io", source: "io.py" },
            _ => Relay { module: "encodings", copy: "_freeze_encodings", source: "encodings/__init__.py" },
        }
    }
}

/// The modules that any version loads from the seed.
pub const SEEDS: &[&str] =
    &["abc", "codecs", "encodings", "encodings.aliases", "encodings.latin_1", "encodings.utf_8", "io"];

/// Returns the modules that every frozen program needs, even if its code does not import them.
///
/// Python imports them from C: codecs by the name of an encoding, `warnings` for a warning, `traceback` (from
/// 3.13) for an uncaught exception. The analysis finds their own imports.
pub fn required(python_minor: u8) -> &'static [&'static str] {
    match python_minor {
        ..=9 => const { &concat::<{ BASE.len() + 1 + ENCODINGS.len() }>(BASE, &["_bootlocale"]) },
        10..=12 => const { &concat::<{ BASE.len() + ENCODINGS.len() }>(BASE, &[]) },
        _ => const { &concat::<{ BASE.len() + 2 + ENCODINGS.len() }>(BASE, &["traceback", "linecache"]) },
    }
}

const fn concat<const N: usize>(a: &[&'static str], b: &[&'static str]) -> [&'static str; N] {
    let mut all = [""; N];
    let parts = [a, b, ENCODINGS];
    let (mut n, mut p) = (0, 0);
    while p < parts.len() {
        let mut i = 0;
        while i < parts[p].len() {
            all[n] = parts[p][i];
            n += 1;
            i += 1;
        }
        p += 1;
    }
    all
}

/// Required by every version.
const BASE: &[&str] = &["_sitebuiltins", "abc", "codecs", "io", "os", "warnings"];

/// All modules of `encodings` except those that only exist on Windows.
#[rustfmt::skip]
const ENCODINGS: &[&str] = &[
    "encodings", "encodings.aliases", "encodings.ascii", "encodings.base64_codec", "encodings.big5",
    "encodings.big5hkscs", "encodings.bz2_codec", "encodings.charmap", "encodings.cp037",
    "encodings.cp1006", "encodings.cp1026", "encodings.cp1125", "encodings.cp1140", "encodings.cp1250",
    "encodings.cp1251", "encodings.cp1252", "encodings.cp1253", "encodings.cp1254", "encodings.cp1255",
    "encodings.cp1256", "encodings.cp1257", "encodings.cp1258", "encodings.cp273", "encodings.cp424",
    "encodings.cp437", "encodings.cp500", "encodings.cp720", "encodings.cp737", "encodings.cp775",
    "encodings.cp850", "encodings.cp852", "encodings.cp855", "encodings.cp856", "encodings.cp857",
    "encodings.cp858", "encodings.cp860", "encodings.cp861", "encodings.cp862", "encodings.cp863",
    "encodings.cp864", "encodings.cp865", "encodings.cp866", "encodings.cp869", "encodings.cp874",
    "encodings.cp875", "encodings.cp932", "encodings.cp949", "encodings.cp950", "encodings.euc_jis_2004",
    "encodings.euc_jisx0213", "encodings.euc_jp", "encodings.euc_kr", "encodings.gb18030",
    "encodings.gb2312", "encodings.gbk", "encodings.hex_codec", "encodings.hp_roman8", "encodings.hz",
    "encodings.idna", "encodings.iso2022_jp", "encodings.iso2022_jp_1", "encodings.iso2022_jp_2",
    "encodings.iso2022_jp_2004", "encodings.iso2022_jp_3", "encodings.iso2022_jp_ext",
    "encodings.iso2022_kr", "encodings.iso8859_1", "encodings.iso8859_10", "encodings.iso8859_11",
    "encodings.iso8859_13", "encodings.iso8859_14", "encodings.iso8859_15", "encodings.iso8859_16",
    "encodings.iso8859_2", "encodings.iso8859_3", "encodings.iso8859_4", "encodings.iso8859_5",
    "encodings.iso8859_6", "encodings.iso8859_7", "encodings.iso8859_8", "encodings.iso8859_9",
    "encodings.johab", "encodings.koi8_r", "encodings.koi8_t", "encodings.koi8_u", "encodings.kz1048",
    "encodings.latin_1", "encodings.mac_arabic", "encodings.mac_croatian", "encodings.mac_cyrillic",
    "encodings.mac_farsi", "encodings.mac_greek", "encodings.mac_iceland", "encodings.mac_latin2",
    "encodings.mac_roman", "encodings.mac_romanian", "encodings.mac_turkish", "encodings.palmos",
    "encodings.ptcp154", "encodings.punycode", "encodings.quopri_codec", "encodings.raw_unicode_escape",
    "encodings.rot_13", "encodings.shift_jis", "encodings.shift_jis_2004", "encodings.shift_jisx0213",
    "encodings.tis_620", "encodings.undefined", "encodings.unicode_escape", "encodings.utf_16",
    "encodings.utf_16_be", "encodings.utf_16_le", "encodings.utf_32", "encodings.utf_32_be",
    "encodings.utf_32_le", "encodings.utf_7", "encodings.utf_8", "encodings.utf_8_sig",
    "encodings.uu_codec", "encodings.zlib_codec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_required() {
        for minor in 9..=15 {
            let all = required(minor);
            for name in ["encodings", "encodings.aliases", "encodings.utf_8", "abc", "codecs", "io"] {
                assert!(all.contains(&name), "{name} in 3.{minor}");
            }
            assert!(!all.contains(&""));
        }
        assert!(is_seed(9, "codecs") && !is_seed(12, "codecs"));
    }
}
