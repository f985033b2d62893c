//! Names of files that the target's system cannot have, or not beside each other: a wheel unpacked elsewhere may hold them.

use std::collections::{BTreeMap, HashMap};

use super::Data;
use crate::error::Warning;
use crate::target::{Os, Target};

/// Takes out what the system could not write: a program would fail when it starts, and an installation has not had it either.
pub(super) fn leave_out(files: [&mut BTreeMap<String, Data>; 2], target: &Target) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut known: HashMap<String, String> = HashMap::new();
    if target.os == Os::Linux {
        return warnings;
    }
    for files in files {
        files.retain(|dest, _| {
            let folded = dest.to_lowercase();
            let reason = match (dest.split('/').find_map(|part| target.refuses(part)), known.get(&folded)) {
                (Some(reason), _) => reason,
                (_, Some(other)) if other != dest => format!("it is the same as `{other}` there"),
                _ => {
                    known.insert(folded, dest.clone());
                    return true;
                }
            };
            let warning =
                Warning::new(format!("`{dest}` is left out of a program for {}: {reason}", target.name()));
            warnings.push(warning.hint("rename it, if the program needs it"));
            false
        });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::analysis::{By, Guard, Reason, Source};

    fn left(target: &str, names: &[&str]) -> (Vec<String>, usize) {
        let data = |dest: &str| Data {
            dest: dest.to_owned(),
            source: Source::File(PathBuf::new()),
            executable: false,
            resource: false,
            reason: Reason { from: String::new(), by: By::Package, line: 0, guard: Guard::None },
        };
        let mut files: BTreeMap<String, Data> = names.iter().map(|n| ((*n).to_owned(), data(n))).collect();
        let mut same = files.clone();
        let warnings = leave_out([&mut files, &mut same], &Target::named(target).unwrap());
        assert_eq!(files.keys().collect::<Vec<_>>(), same.keys().collect::<Vec<_>>());
        (files.into_keys().collect(), warnings.len() / 2)
    }

    #[test]
    fn what_cannot_be_a_file_is_left_out() {
        let names = ["A/x", "a/X", "a/aux.txt", "a/auxiliary", "a/com1", "b./c", "com10/x", "q?"];
        assert_eq!(left("linux-x86_64", &names), (names.map(str::to_owned).to_vec(), 0));
        assert_eq!(
            left("windows-x86_64", &names),
            (["A/x", "a/auxiliary", "com10/x"].map(str::to_owned).to_vec(), 5)
        );
        assert_eq!(left("macos-aarch64", &names).1, 1);
    }
}
