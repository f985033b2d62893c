//! What files of the program's own name: configurations modules, scripts what they import.

use std::path::Path;

use crate::analysis::claims::{Claims, by_text};
use crate::analysis::facts::Origin;
use crate::analysis::graph::Reason;
use crate::analysis::heuristics::own_words;
use crate::analysis::world::World;
use crate::names::top;

/// Larger files are data, not configuration.
const LARGEST: u64 = 256 << 10;

/// Takes the own modules that the words of a configuration name.
pub(super) fn configuration(file: &Path, from: &str, world: &World<'_>, claims: &mut Claims) {
    if world.reader.disk.size(file).is_none_or(|size| size > LARGEST) {
        return;
    }
    let Ok(bytes) = world.reader.disk.read(file) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let title = file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    for (i, line) in text.lines().enumerate() {
        let is_part = |c: char| c.is_alphanumeric() || "_.:/-".contains(c);
        for word in line.split(|c| !is_part(c)).map(|w| w.trim_matches(['.', ':'])) {
            let reason = by_text(from, &format!("{word} in {title}:{}", i + 1), 0);
            own_words::named(&word.replace('/', "."), None, &reason, true, world, claims);
        }
    }
}

/// Takes what a script imports that is run or read as a file.
pub(super) fn script(file: &Path, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    for import in world.reader.script(file).imports {
        if import.origin != Origin::Absolute || !world.exists(top(&import.module)) {
            continue;
        }
        for name in import.names.iter().map(|name| format!("{}.{name}", import.module)) {
            if world.exists(&name) {
                claims.module(name, reason);
            }
        }
        claims.module(import.module, reason);
    }
}
