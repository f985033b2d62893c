//! Tests of folders that are listed, and of paths into packages.

use super::names;

#[test]
fn listed_folders() {
    let found = |text: &str| -> Vec<String> {
        names(text).into_iter().filter(|n| n.ends_with('/') || n.ends_with("/**")).collect()
    };
    let code = "import glob, importlib, os\nfrom pathlib import Path\ndef load(n):\n    importlib.import_module(n)\n";
    let text = |rest: &str| found(&format!("{code}{rest}"));
    assert_eq!(text("os.listdir(os.path.dirname(os.path.abspath(__file__)))\n"), ["./"]);
    assert_eq!(
        text("HERE = os.path.dirname(__file__)\nos.walk(os.path.join(HERE, 'a', 'b'))\n"),
        [".a.b/**"]
    );
    assert_eq!(text("for f in (Path(__file__).parent / 'plugins').iterdir():\n    pass\n"), [".plugins/"]);
    assert_eq!(text("Path(__file__).resolve().parents[1].joinpath('c').rglob('*.py')\n"), ["..c/**"]);
    assert_eq!(text("glob.glob(os.path.dirname(__file__) + '/d/*.py')\n"), [".d/"]);
    assert_eq!(text("Path(__file__).with_name('e').glob('**/*.py')\n"), [".e/**"]);
    // Data files, an unknown folder, and a module that runs no code by an unknown name.
    assert!(text("Path(__file__).parent.glob('*.json')\nos.listdir(x)\nos.listdir(__file__)\n").is_empty());
    assert!(found("import os\nos.listdir(os.path.dirname(__file__))\n").is_empty());
    // A function of the module lists what it is given; a package hands out its own path.
    let given = "def walk(folder):\n    for name in os.listdir(folder):\n        load(name)\nwalk(Path(__file__).parent / 'f')\n";
    assert_eq!(text(given), [".f/"]);
    assert_eq!(found("from x import register\nregister(linter, __path__[0])\n"), ["__name__./"]);
}

#[test]
fn paths_in_packages() {
    let found =
        |text: &str| -> Vec<String> { names(text).into_iter().filter(|n| n.ends_with("/.")).collect() };
    let text = "import os\nfrom pathlib import Path\nHERE = os.path.dirname(__file__)\nA = os.path.join(HERE, 'a', f'b/{x}', 'c')\n\
                B = Path(__file__).parent.parent / 'lib' / x\nopen(os.path.join(HERE, 'data.json'))\nC = os.path.join(x, 'd')\n\
                D = os.path.join(HERE, f'../e/{x}')\n";
    assert_eq!(found(text), [".a.b/.", "..lib/.", "..e/."]);
}
