//! Tests of libraries for GObject introspection.

use super::tests::graph;

#[test]
fn typelibs_of_the_required_versions_come_with_what_they_need() {
    /// A typelib with its dependencies and libraries.
    fn typelib(dependencies: &str, libraries: &str) -> String {
        let mut bytes = vec![0; 112];
        bytes[..16].copy_from_slice(b"GOBJ\nMETADATA\r\n\x1a");
        for (field, text) in [(36, dependencies), (52, libraries)] {
            let at = u32::try_from(bytes.len()).unwrap();
            bytes[field..field + 4].copy_from_slice(&at.to_le_bytes());
            bytes.extend(text.bytes().chain([0]));
        }
        String::from_utf8(bytes).unwrap()
    }
    let (kit, base) = (typelib("Base-1.0", "libkit.so.3"), typelib("", "libbase.so.0"));
    let collected = |main: &str| {
        let files = [
            ("app/main.py", main),
            ("site/gi/__init__.py", ""),
            ("site/gi/_gi_base.py", ""),
            ("site/gi/repository/__init__.py", ""),
            ("lib/girepository-1.0/Kit-3.0.typelib", &kit),
            ("lib/girepository-1.0/Kit-10.0.typelib", &kit),
            ("lib/girepository-1.0/Base-1.0.typelib", &base),
            ("lib/girepository-1.0/Base-2.0.typelib", &base),
            ("lib/girepository-1.0/GstKit-1.0.typelib", &kit),
        ];
        let graph = graph(&files, |_| {});
        let own = |name: &&String| name.contains("Kit") || name.contains("Base");
        let typelibs: Vec<String> = graph.used.typelibs.keys().filter(own).cloned().collect();
        (typelibs, graph)
    };
    let (found, graph) =
        collected("import gi\ngi.require_version('Kit', '3.0')\nfrom gi.repository import Base, Kit\n");
    assert_eq!(found, ["Base-1.0", "Kit-3.0"]);
    assert!(graph.modules.contains_key("gi._gi_base"));
    let libraries: Vec<String> = graph.used.opened.iter().map(|o| format!("{:?}", o.name)).collect();
    assert!(libraries.contains(&"File(\"libkit.so.3\")".to_owned()), "{libraries:?}");
    assert_eq!(collected("from gi.repository import Kit\n").0, ["Base-1.0", "Kit-10.0"]);
    let (found, graph) = collected("from gi.repository import GstKit, Kit\n");
    assert!(found.is_empty());
    assert!(graph.warnings.iter().any(|w| w.minor && w.message.contains("`GstKit`")), "{:?}", graph.warnings);
}
