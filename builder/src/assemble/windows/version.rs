//! The version resource of a Windows executable, based on the application's name and version, a version file
//! and the spec.

use std::path::Path;

use editpe::constants::LANGUAGE_ID_EN_US;
use editpe::types::{FixedFileInfo, VersionU16, VersionU32};
use editpe::{Image, VersionInfo, VersionStringTable};

use crate::analysis::{Plain, expression};
use crate::error::{Context, Error, Result};
use crate::spec::Request;

/// Unicode, the encoding of strings in version resources.
const CODE_PAGE: u16 = 1200;
/// Language and code page of the strings, in hexadecimal digits.
const STRINGS: &str = "040904b0";

/// Returns the version resource. Values of the request override those of its version file, or else those
/// derived from its names and version.
///
/// # Errors
/// The version file cannot be read, or has another format.
pub(super) fn version(request: &Request, program: &str) -> Result<VersionInfo> {
    let given = &request.windows.version_info;
    let mut all = match &request.windows.version_file {
        Some(path) => file(path).context(|| format!("failed to read version file `{}`", path.display()))?,
        None => own(request, program),
    };
    for table in &mut all.strings {
        for (key, value) in given {
            table.strings.insert(key.clone(), value.clone());
        }
    }
    // A version file contains its own numbers. Otherwise, they are taken from the texts.
    let number = |key: &str| {
        let text = all.strings.iter().find_map(|table| table.strings.get(key));
        numbers(text.map(String::as_str).unwrap_or_default())
    };
    let is_ours = request.windows.version_file.is_none();
    if is_ours || given.contains_key("FileVersion") {
        all.info.file_version = number("FileVersion");
    }
    if is_ours || given.contains_key("ProductVersion") {
        all.info.product_version = number("ProductVersion");
    }
    // The length of a table includes its padding to a multiple of four bytes, which readers such as pefile
    // treat as another string. Therefore, pad the last string instead.
    for value in all.strings.iter_mut().filter_map(|table| table.strings.values_mut().last()) {
        if value.encode_utf16().count() % 2 == 0 {
            value.push('\0');
        }
    }
    Ok(all)
}

/// Returns the values derived from the names and version of the application.
fn own(request: &Request, program: &str) -> VersionInfo {
    let name = &request.name;
    let mut strings = VersionStringTable { key: STRINGS.to_owned(), ..VersionStringTable::default() };
    let mut set = |key: &str, value: &str| {
        strings.strings.insert(key.to_owned(), value.to_owned());
    };
    set("FileDescription", name);
    set("InternalName", name);
    set("OriginalFilename", program);
    set("ProductName", name);
    if let Some(version) = &request.version {
        set("FileVersion", version);
        set("ProductVersion", version);
    }
    let vars = vec![VersionU16 { major: LANGUAGE_ID_EN_US, minor: CODE_PAGE }];
    VersionInfo { info: FixedFileInfo::default(), strings: vec![strings], vars }
}

/// Reads a version file: an executable with a version resource, or the output of PyInstaller's
/// `pyi-grab_version`.
fn file(path: &Path) -> Result<VersionInfo> {
    let bytes = fs_err::read(path)?;
    if bytes.starts_with(b"MZ") {
        let image = Image::parse(bytes)?;
        let found = image.resource_directory().map(|r| r.get_version_info()).transpose()?.flatten();
        return found.ok_or_else(|| Error::new("the executable has no version resource"));
    }
    let read = expression(&bytes)
        .map_err(|(line, what)| (Some(line), what))
        .and_then(|value| info(value).map_err(|what| (None, format!("expected {what}"))));
    read.map_err(|(line, what)| {
        let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        Error::new(format!("{line}{what}")).hint(
            "a version file is `VSVersionInfo(ffi=FixedFileInfo(...), kids=[...])`, or an executable that has a version",
        )
    })
}

type Call = (Vec<Plain>, Vec<(String, Plain)>);

fn info(value: Plain) -> Result<VersionInfo, String> {
    let (at, named) = call(value, "VSVersionInfo")?;
    let [ffi, kids] = arguments(at, named, ["ffi", "kids"])?;
    let mut all = VersionInfo { info: FixedFileInfo::default(), ..VersionInfo::default() };
    if let Some(ffi) = ffi {
        all.info = fixed(ffi)?;
    }
    for kid in list(kids)? {
        match kid {
            Plain::Call(name, at, named) if name == "StringFileInfo" => {
                let [tables] = arguments(at, named, ["kids"])?;
                for table in list(tables)? {
                    all.strings.push(strings(table)?);
                }
            }
            Plain::Call(name, at, named) if name == "VarFileInfo" => {
                let [vars] = arguments(at, named, ["kids"])?;
                for var in list(vars)? {
                    let (at, named) = call(var, "VarStruct")?;
                    let [_, pairs] = arguments(at, named, ["name", "kids"])?;
                    let numbers =
                        list(pairs)?.into_iter().map(number::<u16>).collect::<Result<Vec<_>, _>>()?;
                    let pairs =
                        numbers.chunks_exact(2).map(|pair| VersionU16 { major: pair[0], minor: pair[1] });
                    all.vars.extend(pairs);
                }
            }
            _ => return Err("`StringFileInfo(...)` or `VarFileInfo(...)`".to_owned()),
        }
    }
    Ok(all)
}

fn fixed(value: Plain) -> Result<FixedFileInfo, String> {
    let (at, named) = call(value, "FixedFileInfo")?;
    let names = ["filevers", "prodvers", "mask", "flags", "OS", "fileType", "subtype", "date"];
    let [file, product, mask, flags, os, kind, subtype, date] = arguments(at, named, names)?;
    let mut info = FixedFileInfo::default();
    let version = |value: Option<Plain>| -> Result<VersionU32, String> {
        let mut parts = list(value)?.into_iter().map(number::<u16>);
        let mut part = || parts.next().unwrap_or(Ok(0)).map(u32::from);
        Ok(VersionU32 { major: (part()? << 16) | part()?, minor: (part()? << 16) | part()? })
    };
    info.file_version = version(file)?;
    info.product_version = version(product)?;
    let fields = [
        (&mut info.file_flags_mask, mask),
        (&mut info.file_flags, flags),
        (&mut info.file_os, os),
        (&mut info.file_type, kind),
        (&mut info.file_subtype, subtype),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            *field = number(value)?;
        }
    }
    let date = list(date)?.into_iter().map(number::<u32>).collect::<Result<Vec<_>, _>>()?;
    if let [high, low] = date[..] {
        // As a struct of two words, the high one first.
        info.file_date = u64::from(low) << 32 | u64::from(high);
    }
    Ok(info)
}

fn strings(value: Plain) -> Result<VersionStringTable, String> {
    let (at, named) = call(value, "StringTable")?;
    let [key, kids] = arguments(at, named, ["name", "kids"])?;
    let mut table = VersionStringTable { key: text(key)?, ..VersionStringTable::default() };
    for kid in list(kids)? {
        let (at, named) = call(kid, "StringStruct")?;
        let [name, value] = arguments(at, named, ["name", "val"])?;
        table.strings.insert(text(name)?, text(value)?);
    }
    Ok(table)
}

fn call(value: Plain, name: &str) -> Result<Call, String> {
    match value {
        Plain::Call(found, at, named) if found == name => Ok((at, named)),
        _ => Err(format!("`{name}(...)`")),
    }
}

/// Returns the arguments of a call in the order of its parameters.
fn arguments<const N: usize>(
    at: Vec<Plain>,
    named: Vec<(String, Plain)>,
    names: [&str; N],
) -> Result<[Option<Plain>; N], String> {
    let mut all = [const { None }; N];
    if at.len() > N {
        return Err(format!("at most {N} arguments, which are {}", names.join(", ")));
    }
    for (place, value) in all.iter_mut().zip(at) {
        *place = Some(value);
    }
    for (name, value) in named {
        let place = names
            .iter()
            .position(|n| *n == name)
            .ok_or_else(|| format!("one of {} for `{name}`", names.join(", ")))?;
        all[place] = Some(value);
    }
    Ok(all)
}

fn list(value: Option<Plain>) -> Result<Vec<Plain>, String> {
    match value {
        Some(Plain::List(items)) => Ok(items),
        None => Ok(Vec::new()),
        Some(_) => Err("a list".to_owned()),
    }
}

fn number<T: TryFrom<i64>>(value: Plain) -> Result<T, String> {
    let expected = || "a number that fits its field".to_owned();
    match value {
        Plain::Number(number) => T::try_from(number).map_err(|_| expected()),
        _ => Err(expected()),
    }
}

fn text(value: Option<Plain>) -> Result<String, String> {
    match value {
        Some(Plain::Text(text)) => Ok(text),
        _ => Err("a text".to_owned()),
    }
}

/// Returns the first four numbers of a version: for `1.2.3rc4`, these are 1, 2, 3 and 0.
fn numbers(version: &str) -> VersionU32 {
    let part = |text: &str| {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        u32::from(text[..digits].parse::<u16>().unwrap_or(0))
    };
    let mut parts = version.split('.').map(part).chain(std::iter::repeat(0));
    let mut pair = || (parts.next().unwrap_or(0) << 16) | parts.next().unwrap_or(0);
    VersionU32 { major: pair(), minor: pair() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(version: &VersionU32) -> [u32; 4] {
        let VersionU32 { major, minor } = *version;
        [major >> 16, major & 0xffff, minor >> 16, minor & 0xffff]
    }

    #[test]
    fn versions_become_four_numbers() {
        let of = |text: &str| four(&numbers(text));
        assert_eq!(of("1.2.3rc4"), [1, 2, 3, 0]);
        assert_eq!(of("2026.11.25.7.9"), [2026, 11, 25, 7]);
        assert_eq!(of("x"), [0; 4]);
        assert_eq!(of("99999.1"), [0, 1, 0, 0]);
    }

    const FILE: &str = "# UTF-8\nVSVersionInfo(\n  ffi=FixedFileInfo(filevers=(1, 2, 3, 4), prodvers=(5, 6, 0, 0), mask=0x3f,\n\
        flags=0x2, OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),\n  kids=[StringFileInfo([StringTable(u'040704B0',\n\
        [StringStruct(u'CompanyName', u'Żółw'), StringStruct('FileVersion', '1.2')])]),\n\
        VarFileInfo([VarStruct(u'Translation', [1031, 1200])])])\n";

    #[test]
    fn a_version_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("version.txt");
        std::fs::write(&path, FILE).unwrap();
        let mut request = Request::default();
        request.windows.version_file = Some(path.clone());
        request.windows.version_info.insert("ProductVersion".to_owned(), "7.8".to_owned());
        let info = version(&request, "app.exe").unwrap();
        assert_eq!(
            (four(&info.info.file_version), four(&info.info.product_version)),
            ([1, 2, 3, 4], [7, 8, 0, 0])
        );
        assert_eq!((info.info.file_flags, info.info.file_flags_mask), (2, 0x3f));
        let [table] = &info.strings[..] else { panic!("one table of strings") };
        assert_eq!((table.key.as_str(), table.strings["CompanyName"].as_str()), ("040704B0", "Żółw"));
        assert_eq!(table.strings["ProductVersion"].trim_end_matches('\0'), "7.8");
        assert_eq!((info.vars[0].major, info.vars[0].minor), (1031, 1200));
        for (bad, expected) in [
            ("VSVersionInfo(\n  kids=[x])", "line 2: expected a number, a text, a list or a call"),
            ("Other()", "expected `VSVersionInfo(...)`"),
            ("VSVersionInfo(kids=[Other()])", "expected `StringFileInfo(...)` or `VarFileInfo(...)`"),
            ("VSVersionInfo(ffi=FixedFileInfo(filevers=(70000,)))", "expected a number that fits its field"),
            ("VSVersionInfo(kid=[])", "expected one of ffi, kids for `kid`"),
        ] {
            std::fs::write(&path, bad).unwrap();
            let error = version(&request, "app.exe").unwrap_err();
            assert!(error.to_string().contains(expected), "{bad}: {error}");
        }
    }
}
