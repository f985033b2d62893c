//! Entitlements in the formats of signatures: a property list, and the same content in DER.

use std::path::Path;

use plist::Value;

use crate::error::{Context, Error, Result};

/// Reads the entitlements in a file, and returns them as XML and as DER.
///
/// # Errors
/// The file cannot be read, is not a property list, or contains values that entitlements do not support.
pub(super) fn read(path: Option<&Path>) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let Some(path) = path else { return Ok(None) };
    let failed = || format!("failed to read the entitlements `{}`", path.display());
    let value = Value::from_file(path).context(failed)?;
    if value.as_dictionary().is_none() {
        let error = Error::new(failed()).cause("expected a property list with a dictionary");
        return Err(error);
    }
    let mut xml = Vec::new();
    value.to_writer_xml(&mut xml).context(failed)?;
    let content = der(&value).map_err(|kind| {
        Error::new(failed()).cause(format!(
            "entitlements contain only strings, numbers, booleans, arrays and dictionaries, got {kind}"
        ))
    })?;
    // Application tag 16: version 1, and the dictionary.
    let mut version = tagged(0x02, &[1]);
    version.extend(content);
    Ok(Some((xml, tagged(0x70, &version))))
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut all = vec![tag];
    let len = content.len();
    if len < 0x80 {
        all.push(len as u8);
    } else {
        let bytes = len.to_be_bytes();
        let significant = &bytes[bytes.iter().position(|b| *b != 0).unwrap_or(0)..];
        all.push(0x80 | significant.len() as u8);
        all.extend(significant);
    }
    all.extend(content);
    all
}

fn der(value: &Value) -> Result<Vec<u8>, &'static str> {
    Ok(match value {
        Value::Boolean(value) => tagged(0x01, &[if *value { 0xff } else { 0 }]),
        Value::Integer(value) => {
            let value = value.as_signed().ok_or("a number that is too large")?;
            let bytes = value.to_be_bytes();
            // The minimum number of bytes that preserves the sign.
            let spare = |i: &usize| {
                let (now, next) = (bytes[*i], bytes[*i + 1]);
                now == 0 && next < 0x80 || now == 0xff && next >= 0x80
            };
            let first = (0..7).take_while(spare).count();
            tagged(0x02, &bytes[first..])
        }
        Value::String(text) => tagged(0x0c, text.as_bytes()),
        Value::Array(values) => {
            tagged(0x30, &values.iter().map(der).collect::<Result<Vec<_>, _>>()?.concat())
        }
        Value::Dictionary(values) => {
            let mut sorted: Vec<_> = values.iter().collect();
            sorted.sort_by_key(|(key, _)| key.as_str());
            let mut entries = Vec::new();
            for (key, value) in sorted {
                let entry = [tagged(0x0c, key.as_bytes()), der(value)?].concat();
                entries.extend(tagged(0x30, &entry));
            }
            tagged(0xb0, &entries)
        }
        Value::Data(_) => return Err("data"),
        Value::Date(_) => return Err("a date"),
        Value::Real(_) => return Err("a fraction"),
        _ => return Err("something else"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entitlements_are_encoded_as_codesign_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.plist");
        let text = r#"<?xml version="1.0"?><plist version="1.0"><dict><key>b</key><true/>
            <key>a</key><array><string>x</string><integer>300</integer></array></dict></plist>"#;
        std::fs::write(&path, text).unwrap();
        let (xml, der) = read(Some(&path)).unwrap().unwrap();
        assert!(String::from_utf8(xml).unwrap().contains("<key>b</key>"));
        let expected = [
            &[0x70, 31 - 4, 0x02, 1, 1, 0xb0, 22][..],
            &[0x30, 12, 0x0c, 1, b'a', 0x30, 7, 0x0c, 1, b'x', 0x02, 2, 1, 44],
            &[0x30, 6, 0x0c, 1, b'b', 0x01, 1, 0xff],
        ]
        .concat();
        assert_eq!(der, expected);
        assert_eq!(tagged(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        for (text, expected) in [
            ("<plist><array/></plist>", "dictionary"),
            ("no list", "failed to read"),
            ("<plist><dict><key>a</key><real>1.5</real></dict></plist>", "got a fraction"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(Some(&path)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
