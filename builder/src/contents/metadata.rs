//! Metadata of distributions for `importlib.metadata`, identical in every venv.

use super::policy::Policy;
use super::{Data, scrub_metadata};
use crate::analysis::world::disk::Disk;
use crate::analysis::{By, Distribution, Info, Reason, Source};

/// Returns the metadata files of a distribution as data. `reason` is set if none of its modules is
/// collected.
pub(super) fn files(distribution: &Distribution, policy: &Policy, reason: Option<Reason>) -> Vec<Data> {
    let info = &distribution.info;
    let own = || Reason::new(&distribution.name, By::Package);
    let reason = reason.unwrap_or_else(own);
    let folder = folder_name(distribution);
    let disk = Disk::default();
    let data = |dest: String, source: Source| Data::new(dest, source, reason.clone());
    if matches!(info, Info::File(_)) {
        let neutral = info.metadata(&disk).and_then(|text| scrub_metadata::without_places("PKG-INFO", &text));
        let source = neutral.map_or_else(|| info.source(""), |text| Source::Bytes(text.into_bytes()));
        return vec![data(folder, source)];
    }
    let kept: Vec<String> = info.names(&disk).into_iter().filter(|n| policy.is_metadata(n)).collect();
    let mut rewritten = Vec::new();
    let mut found = Vec::new();
    for name in kept.iter().filter(|n| *n != "RECORD") {
        let neutral = if scrub_metadata::may_tell_places(name) {
            info.text(name, &disk).and_then(|text| scrub_metadata::without_places(name, &text))
        } else {
            None
        };
        let source = match neutral {
            Some(text) => {
                rewritten.push(name.clone());
                Source::Bytes(text.into_bytes())
            }
            None => info.source(name),
        };
        found.push(data(format!("{folder}/{name}"), source));
    }
    if let Some(text) = info.text("RECORD", &disk) {
        let text = scrub_metadata::record(&text, &info.name(), policy, &rewritten);
        found.push(data(format!("{folder}/RECORD"), Source::Bytes(text.into_bytes())));
    }
    found
}

/// Returns the name of the info folder in the application.
fn folder_name(distribution: &Distribution) -> String {
    let name = distribution.info.name();
    if name == "EGG-INFO" {
        let egg = distribution.info.egg().map_or_else(|| distribution.name.replace('-', "_"), str::to_owned);
        return format!("{egg}-{}.egg-info", distribution.version);
    }
    name
}
