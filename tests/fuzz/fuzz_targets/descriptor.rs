//! Any bytes are read as a Windows security descriptor or refused; each that is read gets a verdict.
#![no_main]

use freeze_launcher::trust::descriptor::{Asked, Descriptor, HIGH, Sid, Token};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(sid) = Sid::read(bytes) {
        assert_eq!(Sid::read(&sid.to_bytes()), Some(sid));
    }
    let Some(descriptor) = Descriptor::parse(bytes) else { return };
    let owner = descriptor.owner().clone();
    for (user, is_split) in [(None, true), (Some(owner.clone()), false), (Some(owner), true)] {
        let token = Token { user, level: HIGH, is_split, system_owner: None };
        let [root, ancestor, content] =
            [Asked::Root, Asked::Ancestor, Asked::Content].map(|asked| descriptor.writer(asked, &token));
        // Each asks for more than the one before.
        assert!(root.is_none() || ancestor.is_some());
        assert!(ancestor.is_none() || content.is_some());
    }
});
