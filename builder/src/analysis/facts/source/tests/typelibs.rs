//! Tests of the required versions of libraries for GObject introspection.

use super::super::source;
use crate::analysis::facts::Whose;

#[test]
fn versions_are_found_in_calls_tables_and_loops() {
    let found = |text: &str| -> Vec<String> {
        let required = source(text.as_bytes(), 12, Whose::Own).required.into_iter();
        required.map(|r| format!("{}-{}:{}", r.namespace, r.version, r.line)).collect()
    };
    assert_eq!(found("import gi\ngi.require_version('Gtk', '3.0')\n"), ["Gtk-3.0:2"]);
    assert_eq!(found("gi.require_versions({'Gtk': '4.0', 'Adw': '1'})\n"), ["Gtk-4.0:1", "Adw-1:1"]);
    let text = "for name in 'Gtk', 'Gdk':\n    gi_require_version(name, '3.0')\n";
    assert_eq!(found(text), ["Gtk-3.0:2", "Gdk-3.0:2"]);
    assert_eq!(found("Repository.get_default().require('Gio', '2.0', 0)\n"), ["Gio-2.0:1"]);
    assert!(found("require_version('Gtk', version)\nrequire('name', 'text')\n").is_empty());
}
