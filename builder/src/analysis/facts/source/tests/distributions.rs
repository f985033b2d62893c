//! Tests of data and metadata of distributions.

use super::names;

#[test]
fn packages_of_resources() {
    let text = "import pkgutil\nfrom importlib import resources\nfrom importlib.resources import files as f\nimport importlib_resources\n\
                resources.files('a.b')\nf(f'{__package__}.c')\npkgutil.get_data('d', 'x')\nimportlib_resources.read_text('e', 'y')\n\
                x.files('no')\nresources.files(unknown)\n";
    let found: Vec<String> =
        names(text).into_iter().filter(|n| !n.contains("resources") && n != "pkgutil").collect();
    assert_eq!(found, ["a.b", ".c", "d", "e"]);
}
