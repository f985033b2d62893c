//! Tests of data and metadata of distributions.

use super::super::source;
use super::names;
use crate::analysis::facts::Whose;

#[test]
fn packages_of_resources() {
    let text = "import pkgutil\nfrom importlib import resources\nfrom importlib.resources import files as f\nimport importlib_resources\n\
                resources.files('a.b')\nf(f'{__package__}.c')\npkgutil.get_data('d', 'x')\nimportlib_resources.read_text('e', 'y')\n\
                x.files('no')\nresources.files(unknown)\n";
    let found: Vec<String> =
        names(text).into_iter().filter(|n| !n.contains("resources") && n != "pkgutil").collect();
    assert_eq!(found, ["a.b", ".c", "d", "e"]);
}

#[test]
fn metadata_is_asked_for_by_name() {
    let found = |text: &str| {
        let facts = source(text.as_bytes(), 12, Whose::Library);
        (facts.metadata, facts.asks_metadata)
    };
    let text = "import importlib.metadata\nfrom importlib.metadata import version as v\nimport pkg_resources\n\
                importlib.metadata.version('a-b')\nv('c')\npkg_resources.require('d>=1')\nv('c')\nx.version('no')\n";
    assert_eq!(found(text), (["a-b", "c", "d"].map(str::to_owned).to_vec(), false));
    assert_eq!(found("from importlib.metadata import version\nversion(name)\n"), (Vec::new(), true));
}

#[test]
fn packages_are_extended_by_others() {
    let extends = |text: &str| source(text.as_bytes(), 12, Whose::Library).extends_path;
    assert!(extends("__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"));
    assert!(extends("from pkgutil import extend_path as e\n__path__ = e(__path__, __name__)\n"));
    assert!(extends("__import__('pkg_resources').declare_namespace(__name__)\n"));
    assert!(!extends("x.extend_path(__path__, __name__)\nextend_path(__path__)\n"));
}
