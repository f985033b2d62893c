//! Generated sources whose trees are deeper than any that a person writes.

use crate::analysis::facts::Whose;
use crate::analysis::facts::source::{bindings, calls, source};

#[test]
fn deep_trees_are_read_on_a_small_stack() {
    const TERMS: usize = 50_000;
    let chain = format!("x = {}1", "a + ".repeat(TERMS));
    let attributes = format!("x = a{}", ".b".repeat(TERMS));
    let lambdas = format!("x = {}1", "lambda: ".repeat(TERMS / 10));
    let branches = format!("if a:\n    import b\n{}", "elif a:\n    import b\n".repeat(TERMS / 10));
    for text in [chain, attributes, lambdas, branches] {
        let text = format!("import first\n{text}\nimport last\n");
        let small = std::thread::Builder::new().stack_size(1 << 20);
        let read = small.spawn(move || {
            let facts = source(text.as_bytes(), 12, Whose::Own);
            calls(text.as_bytes(), 12);
            (facts.imports.len(), bindings(text.as_bytes(), 12).names.len())
        });
        let (imports, names) = read.unwrap().join().unwrap();
        assert!(imports >= 2 && names >= 2, "{imports} {names}");
    }
}
