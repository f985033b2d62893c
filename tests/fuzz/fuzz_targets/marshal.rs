//! Any bytes are read as marshal data or refused; what is read is written in a form that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

// The two modules alone: the rest of the builder would take minutes to build with the fuzzer's flags.
#[allow(dead_code)]
#[path = "../../../builder/src/error.rs"]
mod error;
#[allow(dead_code)]
#[path = "../../../builder/src/marshal/mod.rs"]
mod marshal;

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else { return };
    let minor = 9 + first % 7;
    let Ok(decoded) = marshal::decode(data, minor) else { return };
    for code in decoded.codes() {
        let _ = (code.name(), code.filename(), code.code(), code.first_line(), code.flags(), code.line_table());
        for value in code.consts().chain(code.names()) {
            let _ = (value.as_str(), value.as_bytes(), value.as_int(), value.is_none(), value.items().len());
        }
    }
    let canonical = decoded.encode();
    let again = marshal::decode(&canonical, minor).expect("what is written is read");
    assert!(again.encode() == canonical, "the canonical form is not stable");
    if let Ok(rewritten) = marshal::rewrite(data, (3, minor), "a/b.py") {
        assert!(marshal::rewrite(&rewritten, (3, minor), "a/b.py").is_ok_and(|again| again == rewritten));
    }
});
