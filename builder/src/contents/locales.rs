//! Translations of packages: with `locales` in `[modules]`, only those of some languages are collected.

use std::collections::BTreeMap;

use super::{Cause, Data, LeftOut};
use crate::analysis::By;

/// Removes the translations of other languages from the data of packages. Does nothing if no locale is
/// named.
pub(super) fn keep(data: &mut BTreeMap<String, Data>, locales: &[String]) -> Vec<LeftOut> {
    if locales.is_empty() {
        return Vec::new();
    }
    let is_unwanted = |file: &Data| {
        file.reason.by == By::Package
            && locale_of(&file.dest).is_some_and(|found| !locales.iter().any(|wanted| covers(wanted, found)))
    };
    let unwanted: Vec<String> =
        data.values().filter(|file| is_unwanted(file)).map(|file| file.dest.clone()).collect();
    let files = unwanted.iter().filter_map(|dest| data.remove(dest));
    files.map(|file| LeftOut::new(file.clone(), file.reason.from, Cause::Locale)).collect()
}

/// Returns the locale of a translation from the paths used by gettext, Qt, Chromium and CLDR data.
fn locale_of(dest: &str) -> Option<&str> {
    let (folder, name) = dest.rsplit_once('/')?;
    let (stem, suffix) = name.rsplit_once('.')?;
    if let Some(locale) = folder.strip_suffix("/LC_MESSAGES") {
        return locale.rsplit('/').next().filter(|text| is_locale(text));
    }
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let candidate = match (suffix, last) {
        // In `qtbase_pt_BR.qm`, the locale follows the name of the catalog. Only the catalog `qt_help` has
        // a separator in its name.
        ("qm", _) => {
            let rest = stem.strip_prefix("qt_help_").or_else(|| Some(stem.split_once('_')?.1))?;
            return Some(rest).filter(|text| is_locale(text));
        }
        ("pak" | "info", "locales" | "qtwebengine_locales") => stem.trim_end_matches(".pak"),
        ("dat", "locale-data") => stem,
        ("msg", "msgs") => stem,
        _ => return None,
    };
    Some(candidate).filter(|text| is_locale(text))
}

/// Returns whether a text has the form of a locale: a language, optionally with a script, a region and a
/// variant.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['_', '-', '@']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Returns whether a wanted locale covers another one. `de` covers `de_AT`; `pt_BR` covers `pt-br` and its
/// fallback `pt`.
fn covers(wanted: &str, found: &str) -> bool {
    let parts =
        |text: &str| text.to_ascii_lowercase().split(['_', '-', '@']).map(str::to_owned).collect::<Vec<_>>();
    let (wanted, found) = (parts(wanted), parts(found));
    wanted.starts_with(&found) || found.starts_with(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_seen_in_the_places_of_translations() {
        for (dest, expected) in [
            ("pkg/locale/pt_BR/LC_MESSAGES/django.mo", Some("pt_BR")),
            ("PySide6/Qt/translations/qtbase_zh_TW.qm", Some("zh_TW")),
            ("PySide6/Qt/translations/qt_help_de.qm", Some("de")),
            ("PySide6/Qt/translations/qtwebengine_locales/es-419.pak", Some("es-419")),
            ("babel/locale-data/sr_Latn_RS.dat", Some("sr_Latn_RS")),
            ("babel/locale-data/root.dat", None),
            ("_tcl_data/msgs/fr.msg", Some("fr")),
            ("pkg/data/de.json", None),
            ("pkg/locale/README.txt", None),
        ] {
            assert_eq!(locale_of(dest), expected, "{dest}");
        }
    }

    #[test]
    fn languages_cover_their_regions_and_fall_back() {
        assert!(covers("de", "de_AT") && covers("pt_BR", "pt-br") && covers("pt_BR", "pt"));
        assert!(!covers("pt_BR", "pt_PT") && !covers("de", "den") && !covers("en", "de"));
    }
}
