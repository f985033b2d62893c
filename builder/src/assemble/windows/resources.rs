//! Additional resources for a Windows executable: from plain files, or from another executable.

use editpe::{Image, ResourceData, ResourceDirectory, ResourceEntry, ResourceEntryName, ResourceTable};

use crate::error::{Context, Error, Result};
use crate::spec::Resource;

/// Resource types with a name in the Windows headers (`winuser.h`).
const TYPES: [(&str, u32); 22] = [
    ("RT_CURSOR", 1),
    ("RT_BITMAP", 2),
    ("RT_ICON", 3),
    ("RT_MENU", 4),
    ("RT_DIALOG", 5),
    ("RT_STRING", 6),
    ("RT_FONTDIR", 7),
    ("RT_FONT", 8),
    ("RT_ACCELERATOR", 9),
    ("RT_RCDATA", 10),
    ("RT_MESSAGETABLE", 11),
    ("RT_GROUP_CURSOR", 12),
    ("RT_GROUP_ICON", 14),
    ("RT_VERSION", 16),
    ("RT_DLGINCLUDE", 17),
    ("RT_PLUGPLAY", 19),
    ("RT_VXD", 20),
    ("RT_ANICURSOR", 21),
    ("RT_ANIICON", 22),
    ("RT_HTML", 23),
    ("RT_MANIFEST", 24),
    ("RT_DLGINIT", 240),
];

/// Adds the given resources, replacing those with the same type, name and language.
///
/// # Errors
/// The file cannot be read, is not an executable and has no type or name, or is an executable without such a
/// resource.
pub(super) fn add(resources: &mut ResourceDirectory, resource: &Resource) -> Result<()> {
    let failed = || format!("failed to add resources of `{}`", resource.file.display());
    let bytes = fs_err::read(&resource.file).context(failed)?;
    let wanted = [&resource.kind, &resource.name, &resource.language];
    if !bytes.starts_with(b"MZ") {
        let [Some(kind), Some(name), language] = wanted.map(|w| w.as_deref().filter(|w| *w != "*")) else {
            return Err(Error::new(failed())
                .cause("a file that is not an executable needs a type and a name")
                .hint("write it as `FILE,TYPE,NAME`, as in `data.bin,RT_RCDATA,1`"));
        };
        let mut data = ResourceData::default();
        data.set_data(bytes);
        put(resources.root_mut(), [type_entry(kind), entry(name), entry(language.unwrap_or("0"))], &data);
        return Ok(());
    }
    let other = Image::parse(bytes).context(failed)?;
    let levels: [fn(&str) -> ResourceEntryName; 3] = [type_entry, entry, entry];
    let wanted: Vec<Option<ResourceEntryName>> = std::iter::zip(wanted, levels)
        .map(|(text, entry)| text.as_deref().filter(|t| *t != "*").map(entry))
        .collect();
    let mut found = Vec::new();
    if let Some(directory) = other.resource_directory() {
        collect(directory.root(), &mut Vec::new(), &wanted, &mut found);
    }
    if found.is_empty() {
        return Err(Error::new(failed()).cause("the executable has no such resource"));
    }
    for (path, data) in found {
        put(resources.root_mut(), path, &data);
    }
    Ok(())
}

/// Returns a type of resources: one of [`TYPES`], or any other entry.
fn type_entry(text: &str) -> ResourceEntryName {
    let upper = text.to_uppercase();
    let known = TYPES.iter().find(|(name, _)| *name == upper);
    known.map_or_else(|| entry(text), |(_, number)| ResourceEntryName::ID(*number))
}

/// Returns a number or a name, which Windows compares in uppercase.
fn entry(text: &str) -> ResourceEntryName {
    match text.parse::<u16>() {
        Ok(number) => ResourceEntryName::ID(number.into()),
        Err(_) => ResourceEntryName::from_string(text.to_uppercase()),
    }
}

type Found = Vec<([ResourceEntryName; 3], ResourceData)>;

/// Resources are at the third level of the tables, below type, name and language.
fn collect(
    table: &ResourceTable,
    path: &mut Vec<ResourceEntryName>,
    wanted: &[Option<ResourceEntryName>],
    found: &mut Found,
) {
    for name in table.entries() {
        if wanted.get(path.len()).is_none_or(|w| w.as_ref().is_some_and(|w| w != name)) {
            continue;
        }
        path.push(name.clone());
        match table.get(name) {
            Some(ResourceEntry::Table(inner)) => collect(inner, path, wanted, found),
            Some(ResourceEntry::Data(data)) => {
                if let [kind, name, language] = &path[..] {
                    found.push(([kind.clone(), name.clone(), language.clone()], data.clone()));
                }
            }
            None => {}
        }
        path.pop();
    }
}

fn put(root: &mut ResourceTable, path: [ResourceEntryName; 3], data: &ResourceData) {
    let [kind, name, language] = path;
    let mut names = table(root, &kind);
    let mut languages = table(&names, &name);
    languages.insert(language, ResourceEntry::Data(data.clone()));
    names.insert(name, ResourceEntry::Table(languages));
    root.insert(kind, ResourceEntry::Table(names));
}

/// Returns the table with this name, or an empty one.
fn table(above: &ResourceTable, name: &ResourceEntryName) -> ResourceTable {
    above.get(name).and_then(ResourceEntry::as_table).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_a_resource() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.bin");
        std::fs::write(&file, b"data").unwrap();
        let mut all = ResourceDirectory::default();
        let text = |t: &str| Some(t.to_owned());
        let mut resource = Resource { file, kind: text("rt_rcdata"), name: text("mine"), language: None };
        add(&mut all, &resource).unwrap();
        resource.name = text("2");
        add(&mut all, &resource).unwrap();
        let kinds = all.root().get(ResourceEntryName::ID(10)).and_then(ResourceEntry::as_table).unwrap();
        let names: Vec<_> = kinds.entries().into_iter().cloned().collect();
        assert!(
            names.contains(&ResourceEntryName::from_string("MINE"))
                && names.contains(&ResourceEntryName::ID(2))
        );
        resource.name = text("*");
        assert!(add(&mut all, &resource).unwrap_err().to_string().contains("needs a type and a name"));
    }
}
