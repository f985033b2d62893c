//! Reads imports from bytecode, for modules without source.

use std::collections::BTreeMap;

use super::{Facts, Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::marshal;
use crate::names::is_dotted_name;

/// Size of the header of a `.pyc` file.
const HEADER: usize = 16;

/// Finds the imports in a `.pyc` file. `opcodes` are the target interpreter's own numbers.
pub(in crate::analysis) fn find(bytes: &[u8], minor: u8, opcodes: &BTreeMap<String, u8>) -> Facts {
    let mut record = Facts::default();
    let Some(Ok(tree)) = bytes.get(HEADER..).map(|data| marshal::decode(data, minor)) else { return record };
    let root = tree.root().as_code().map(|c| c.code().as_ptr());
    for code in tree.codes() {
        let consts: Vec<_> = code.consts().collect();
        // Names for `import_module`, and for tables of modules.
        let texts = consts.iter().flat_map(|c| std::iter::once(*c).chain(c.items()));
        for text in texts.filter_map(|c| c.as_str()) {
            if text.len() < 120 && text.contains('.') && is_dotted_name(&text) {
                record.texts.push((0, text.into_owned()));
            }
        }
        let names: Vec<String> = code.names().map(|n| n.as_str().unwrap_or_default().into_owned()).collect();
        // These instructions do not show whether an import is guarded, except by a function.
        let guard = if root == Some(code.code().as_ptr()) { Guard::None } else { Guard::Function };
        let mut before = [(0, 0); 2];
        let mut extended = 0_usize;
        for pair in code.code().chunks_exact(2) {
            let (op, argument) = (pair[0], extended << 8 | usize::from(pair[1]));
            if is(opcodes, "EXTENDED_ARG", op) {
                extended = argument & 0x00ff_ffff;
                continue;
            }
            extended = 0;
            if is(opcodes, "IMPORT_NAME", op) {
                // Since 3.15, the two lowest bits mark lazy imports.
                let index = if minor >= 15 { argument >> 2 } else { argument };
                let level = match before[0] {
                    (op, argument) if is(opcodes, "LOAD_SMALL_INT", op) => argument,
                    (op, argument) if is(opcodes, "LOAD_CONST", op) => consts
                        .get(argument)
                        .and_then(|c| c.as_int())
                        .and_then(|n| usize::try_from(n).ok())
                        .unwrap_or(0),
                    _ => 0,
                };
                let from: Vec<String> = match before[1] {
                    (op, argument) if is(opcodes, "LOAD_CONST", op) => consts
                        .get(argument)
                        .map(|c| c.items().filter_map(|i| i.as_str().map(|s| s.into_owned())).collect())
                        .unwrap_or_default(),
                    _ => Vec::new(),
                };
                if let Some(name) = names.get(index) {
                    record.imports.push(import(name, level, from, guard));
                }
            }
            before = [before[1], (op, argument)];
        }
    }
    record
}

fn is(opcodes: &BTreeMap<String, u8>, name: &str, op: u8) -> bool {
    opcodes.get(name) == Some(&op)
}

fn import(name: &str, level: usize, names: Vec<String>, guard: Guard) -> Import {
    let origin = match u32::try_from(level) {
        Ok(level) if level > 0 => Origin::Package(level),
        _ => Origin::Absolute,
    };
    let form = if names.is_empty() { Form::Import } else { Form::From };
    Import { line: 0, guard, condition: 0, origin, module: name.to_owned(), form, names }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `import a.b` and `from . import e`, compiled by CPython 3.12.
    const PYC: &[u8] =
        b"\xcb\r\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe3\x00\x00\x00\x00\x00\x00\x00\x00\
        \x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\xf3\x18\x00\x00\x00\x97\x00d\x00d\x01l\x00Z\x01\
        d\x02d\x03l\x02m\x03Z\x03\x01\x00y\x01)\x04\xe9\x00\x00\x00\x00N\xe9\x01\x00\x00\x00)\x01\xda\
        \x01e)\x04\xda\x03a.b\xda\x01a\xda\x00r\x04\x00\x00\x00\xa9\x00\xf3\x00\x00\x00\x00\xda\x01x\xfa\
        \x08<module>r\x0b\x00\x00\x00\x01\x00\x00\x00s\x0b\x00\x00\x00\xf0\x03\x01\x01\x01\xdb\x00\n\xde\
        \x00\x0fr\t\x00\x00\x00";

    #[test]
    fn finds_import_instructions() {
        let opcodes = BTreeMap::from([
            ("IMPORT_NAME".into(), 108),
            ("LOAD_CONST".into(), 100),
            ("EXTENDED_ARG".into(), 144),
        ]);
        let record = find(PYC, 12, &opcodes);
        let found: Vec<_> =
            record.imports.iter().map(|i| (i.module.as_str(), i.origin, i.names.clone())).collect();
        assert_eq!(
            found,
            [("a.b", Origin::Absolute, vec![]), ("", Origin::Package(1), vec!["e".to_owned()])]
        );
    }
}
