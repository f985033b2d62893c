//! `CodeResources`: hashes of all files in an app bundle, which are covered by the signature of its program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use plist::{Dictionary, Value};
use rayon::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::item::{FRAMEWORK, Item};
use super::universal::Cdhash;
use crate::archive::Stored;
use crate::error::{Context, Result};

/// Resource rules: pattern, flag, weight. As written by `codesign`, for systems before 10.9.5.
const RULES: [(&str, &str, u32); 5] = [
    ("^Resources/", "", 0),
    ("^Resources/.*\\.lproj/", "optional", 1000),
    ("^Resources/.*\\.lproj/locversion.plist$", "omit", 1100),
    ("^Resources/Base\\.lproj/", "", 1010),
    ("^version.plist$", "", 0),
];

/// The same for all later systems.
const RULES2: [(&str, &str, u32); 13] = [
    (".*\\.dSYM($|/)", "", 11),
    ("^(.*/)?\\.DS_Store$", "omit", 2000),
    (
        "^(Frameworks|SharedFrameworks|PlugIns|Plug-ins|XPCServices|Helpers|MacOS|Library/(Automator|Spotlight|LoginItems))/",
        "nested",
        10,
    ),
    ("^.*", "", 0),
    ("^Info\\.plist$", "omit", 20),
    ("^PkgInfo$", "omit", 20),
    ("^Resources/", "", 20),
    ("^Resources/.*\\.lproj/", "optional", 1000),
    ("^Resources/.*\\.lproj/locversion.plist$", "omit", 1100),
    ("^Resources/Base\\.lproj/", "", 1010),
    ("^[^/]+$", "nested", 10),
    ("^embedded\\.provisionprofile$", "", 20),
    ("^version\\.plist$", "", 20),
];

/// Files that are not resources, because the signature of the program covers them.
const OUTSIDE: [&str; 2] = ["Info.plist", "PkgInfo"];

/// Returns the content of `CodeResources` for the entries of `Contents`, without the program whose signature
/// covers it.
///
/// # Errors
/// A file cannot be read.
pub(super) fn content(items: &BTreeMap<String, Item>) -> Result<Vec<u8>> {
    let mut frameworks: BTreeMap<&str, &[Cdhash]> = BTreeMap::new();
    let mut sealed: Vec<(&String, &Item)> = Vec::new();
    for (path, item) in items.iter().filter(|(path, _)| !OUTSIDE.contains(&path.as_str())) {
        let Some((framework, inner)) = framework(path) else {
            sealed.push((path, item));
            continue;
        };
        // A framework is identified by the hashes of its library.
        let stem = framework.rsplit('/').next().and_then(|n| n.strip_suffix(FRAMEWORK));
        let known = frameworks.entry(framework).or_default();
        if let (Item::Code { cdhashes, .. }, true) = (item, inner.rsplit('/').next() == stem) {
            *known = cdhashes;
        }
    }
    let hashed = sealed.par_iter().map(|(path, item)| {
        Ok(match item {
            Item::Data { content, .. } => {
                Some(hashes(content).context(|| format!("failed to read `{path}` to seal it"))?)
            }
            _ => None,
        })
    });
    let hashed: Vec<Option<(Vec<u8>, Vec<u8>)>> = hashed.collect::<Result<_>>()?;
    let (files, mut files2) = resources(sealed.into_iter().zip(hashed));
    for (path, cdhashes) in frameworks.into_iter().filter(|(_, cdhashes)| !cdhashes.is_empty()) {
        files2.insert(path.to_owned(), nested(cdhashes));
    }
    files2.sort_keys();
    let mut all = Dictionary::new();
    all.insert("files".into(), Value::Dictionary(files));
    all.insert("files2".into(), Value::Dictionary(files2));
    all.insert("rules".into(), rules(&RULES));
    all.insert("rules2".into(), rules(&RULES2));
    let mut xml = Vec::new();
    Value::Dictionary(all).to_writer_xml(&mut xml).context(|| "failed to write CodeResources")?;
    xml.push(b'\n');
    Ok(xml)
}

/// Returns the entries of resources for [`RULES`] and for [`RULES2`].
fn resources<'a>(
    sealed: impl Iterator<Item = ((&'a String, &'a Item), Option<(Vec<u8>, Vec<u8>)>)>,
) -> (Dictionary, Dictionary) {
    let (mut files, mut files2) = (Dictionary::new(), Dictionary::new());
    for ((path, item), hashes) in sealed {
        let is_optional = path.starts_with("Resources/") && path.contains(".lproj/");
        let optional = |mut entry: Dictionary| {
            if is_optional && !path.starts_with("Resources/Base.lproj/") {
                entry.insert("optional".into(), Value::Boolean(true));
            }
            Value::Dictionary(entry)
        };
        let entry = |pairs: Vec<(&str, Value)>| -> Dictionary {
            pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
        };
        match (item, hashes) {
            (Item::Data { .. }, Some((old, new))) => {
                if path.starts_with("Resources/") {
                    let plain = Value::Data(old.clone());
                    let value = match is_optional {
                        true => optional(entry(vec![("hash", plain)])),
                        false => plain,
                    };
                    files.insert(path.clone(), value);
                }
                let both = vec![("hash", Value::Data(old)), ("hash2", Value::Data(new))];
                files2.insert(path.clone(), optional(entry(both)));
            }
            (Item::Link(target), _) => {
                files2
                    .insert(path.clone(), optional(entry(vec![("symlink", Value::String(target.clone()))])));
            }
            (Item::Code { cdhashes, .. }, _) => {
                files2.insert(path.clone(), nested(cdhashes));
            }
            (Item::Data { .. }, None) => {}
        }
    }
    (files, files2)
}

/// Returns the entry of code: the hash of its first part, and the requirement that its hash is that of any
/// part.
fn nested(cdhashes: &[Cdhash]) -> Value {
    let hex = |cdhash: &Cdhash| cdhash.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let requirements: Vec<String> = cdhashes.iter().map(|c| format!("cdhash H\"{}\"", hex(c))).collect();
    let first = cdhashes.first().map(|cdhash| cdhash.to_vec()).unwrap_or_default();
    let mut entry = Dictionary::new();
    entry.insert("cdhash".into(), Value::Data(first));
    entry.insert("requirement".into(), Value::String(requirements.join(" or ")));
    Value::Dictionary(entry)
}

/// Returns the framework that contains a file, and the file's path in it.
fn framework(path: &str) -> Option<(&str, &str)> {
    let end = path.find(&format!("{FRAMEWORK}/"))? + FRAMEWORK.len();
    path.starts_with("Frameworks/").then(|| (&path[..end], &path[end + 1..]))
}

fn rules(table: &[(&str, &str, u32)]) -> Value {
    let rule = |(pattern, flag, weight): &(&str, &str, u32)| {
        let mut rule = Dictionary::new();
        if !flag.is_empty() {
            rule.insert((*flag).to_owned(), Value::Boolean(true));
        }
        if *weight > 0 {
            rule.insert("weight".into(), Value::Real(f64::from(*weight)));
        }
        let plain = rule.is_empty();
        ((*pattern).to_owned(), if plain { Value::Boolean(true) } else { Value::Dictionary(rule) })
    };
    Value::Dictionary(table.iter().map(rule).collect())
}

/// Returns SHA-1 and SHA-256 of a content.
fn hashes(content: &Stored) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut old, mut new) = (Sha1::new(), Sha256::new());
    match content {
        Stored::Bytes(bytes) => {
            old.update(bytes);
            new.update(bytes);
        }
        Stored::File(path) => {
            let mut file = File::open(path)?;
            let mut buffer = vec![0; 1 << 16];
            loop {
                match io::Read::read(&mut file, &mut buffer)? {
                    0 => break,
                    n => {
                        old.update(&buffer[..n]);
                        new.update(&buffer[..n]);
                    }
                }
            }
        }
    }
    Ok((old.finalize().to_vec(), new.finalize().to_vec()))
}
