//! Customizes a Windows executable: icon, version, manifest, and whether it has a console.

mod resources;
mod version;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use editpe::constants::{RT_GROUP_ICON, RT_ICON, RT_MANIFEST};
use editpe::{Image, ResourceData, ResourceDirectory, ResourceEntry, ResourceEntryName, ResourceTable};

use super::picture::sizes;
use crate::error::{Context, Error, Result};
use crate::launcher::Launcher;
use crate::spec::{Request, Windows};

/// The subsystem without a console.
const WINDOWED: u16 = 2;

/// Returns the default manifest of a program: that of python itself, with the requested privileges.
fn manifest(windows: &Windows) -> String {
    let level = match windows.uac.as_deref() {
        Some("highest-available") => "highestAvailable",
        Some("require-administrator") => "requireAdministrator",
        _ => "asInvoker",
    };
    include_str!("windows.manifest")
        .replace("@LEVEL@", level)
        .replace("@UIACCESS@", &windows.uiaccess.to_string())
}

/// Returns the launcher of a program with the requested properties. `program` is the name of the executable.
///
/// # Errors
/// The launcher is not a Windows executable, or a file of the request cannot be read or has another format.
pub(super) fn builder(launcher: &Launcher, request: &Request, program: &str) -> Result<Launcher> {
    let own = request.programs.iter().find(|p| program.strip_suffix(".exe") == Some(p.name.as_str()));
    let windows = own.and_then(|own| own.windows.as_deref()).unwrap_or(&request.windows);
    let request = &Request { windows: windows.clone(), ..request.clone() };
    let windows = &request.windows;
    let mut image = Image::parse(launcher.to_vec())
        .context(|| "failed to read the launcher as a Windows executable")
        .map_err(|e| e.hint("FREEZE_BOOTLOADER must name a launcher for Windows, or be unset"))?;
    let mut resources = image.resource_directory().cloned().unwrap_or_default();
    let text = match &windows.manifest {
        Some(path) => fs_err::read_to_string(path).context(|| "failed to read the manifest")?,
        None => manifest(windows),
    };
    let failed = || format!("failed to write the resources of `{program}`");
    resources.set_manifest(&text).context(failed)?;
    resources.set_version_info(&version::version(request, program)?).context(failed)?;
    if let Some(path) = &windows.icon {
        icon(&mut resources, path).context(|| format!("failed to read icon `{}`", path.display()))?;
    }
    for resource in &windows.resources {
        resources::add(&mut resources, resource)?;
    }
    align(resources.root_mut(), 0);
    fill_names(resources.root_mut());
    image.set_resource_directory(resources).context(failed)?;
    if windows.console == Some(false) {
        image.set_subsystem(WINDOWED);
    }
    Ok(Arc::new(Cow::Owned(image.data().to_vec())))
}

/// Alignment of resources.
const ALIGN: usize = 8;

/// Pads each resource, so that the fields of the next one are aligned. `fill` is the padding byte.
fn align(table: &mut ResourceTable, fill: u8) {
    let names: Vec<ResourceEntryName> = table.entries().into_iter().cloned().collect();
    for name in names {
        // Spaces may follow the text of a manifest, zeros may follow other resources.
        let fill = if name == ResourceEntryName::ID(u32::from(RT_MANIFEST)) { b' ' } else { fill };
        match table.get_mut(&name) {
            Some(ResourceEntry::Table(inner)) => align(inner, fill),
            Some(ResourceEntry::Data(data)) => {
                let mut bytes = data.data().to_vec();
                bytes.resize(bytes.len().next_multiple_of(ALIGN), fill);
                data.set_data(bytes);
            }
            None => {}
        }
    }
}

/// Pads the texts of names to a multiple of [`ALIGN`] with an additional name, because the content follows
/// them.
fn fill_names(root: &mut ResourceTable) {
    let rest = root.strings_size() as usize % ALIGN;
    if rest == 0 {
        return;
    }
    // A text of `n` characters takes `2 + 2 * n` bytes.
    let count = (1..=4).find(|n| (rest + 2 + 2 * n).is_multiple_of(ALIGN)).unwrap_or(4);
    let mut filler = ResourceData::default();
    filler.set_data(vec![0; ALIGN]);
    let (mut names, mut languages) = (ResourceTable::default(), ResourceTable::default());
    languages.insert(ResourceEntryName::ID(0), ResourceEntry::Data(filler));
    names.insert(ResourceEntryName::ID(1), ResourceEntry::Table(languages));
    root.insert(ResourceEntryName::from_string(&"FILL"[..count]), ResourceEntry::Table(names));
}

/// Adds an icon file, or the icons of another executable.
fn icon(resources: &mut ResourceDirectory, path: &Path) -> Result<()> {
    let mut bytes = fs_err::read(path)?;
    if bytes.starts_with(b"\x89PNG") {
        bytes = from_png(&bytes)?;
    }
    if !bytes.starts_with(b"MZ") {
        resources.set_main_icon(bytes).map_err(|e| {
            Error::from(e).hint("expected an `.ico` file, a PNG picture, or an executable with an icon")
        })?;
        by_number(resources.root_mut());
        return Ok(());
    }
    let other = Image::parse(bytes)?;
    let tables = [RT_ICON, RT_GROUP_ICON].map(|kind| ResourceEntryName::ID(u32::from(kind)));
    for name in tables {
        let entry = other.resource_directory().and_then(|r| r.root().get(&name));
        let entry = entry.ok_or_else(|| Error::new("the executable has no icon"))?;
        resources.root_mut().insert(name, entry.clone());
    }
    Ok(())
}

/// Creates an icon file from an image: the sizes that Windows shows, each compressed.
fn from_png(png: &[u8]) -> Result<Vec<u8>> {
    let pictures = sizes(png)?;
    let shown: Vec<_> = pictures.iter().filter(|picture| picture.width() <= 256).collect();
    let mut file = vec![0, 0, 1, 0];
    file.extend((shown.len() as u16).to_le_bytes());
    let mut content = Vec::new();
    for picture in &shown {
        let start = content.len();
        picture.write_png(&mut content)?;
        // 256 does not fit in a byte and is written as 0.
        let side = picture.width() as u8;
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend(((content.len() - start) as u32).to_le_bytes());
        file.extend(((6 + 16 * shown.len() + start) as u32).to_le_bytes());
    }
    file.extend(content);
    Ok(file)
}

/// Renames groups of icons to numbers, because the texts of names precede the content and change its
/// alignment.
fn by_number(root: &mut ResourceTable) {
    let kind = ResourceEntryName::ID(u32::from(RT_GROUP_ICON));
    let Some(ResourceEntry::Table(groups)) = root.get_mut(&kind) else { return };
    let names: Vec<ResourceEntryName> = groups.entries().into_iter().cloned().collect();
    let entries: Vec<ResourceEntry> = names.into_iter().filter_map(|name| groups.remove(name)).collect();
    for (number, entry) in (1..).zip(entries) {
        groups.insert(ResourceEntryName::ID(number), entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_asks_for_the_rights_that_are_wanted() {
        let windows =
            Windows { uac: Some("require-administrator".into()), uiaccess: true, ..Windows::default() };
        let text = manifest(&windows);
        assert!(text.contains("level=\"requireAdministrator\" uiAccess=\"true\""), "{text}");
        assert!(manifest(&Windows::default()).contains("level=\"asInvoker\" uiAccess=\"false\""));
        assert!(text.contains("longPathAware"));
    }

    #[test]
    fn what_is_no_executable_is_refused() {
        let launcher: Launcher = Arc::new(Cow::Borrowed(b"no launcher"));
        let error = builder(&launcher, &Request::default(), "x.exe").unwrap_err().to_string();
        assert!(error.contains("as a Windows executable"), "{error}");
    }
}
