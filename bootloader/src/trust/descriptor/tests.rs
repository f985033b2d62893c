//! Tests how descriptors are parsed, and the verdict on each.

pub(crate) mod sddl;
pub(crate) mod table;

use super::*;
use sddl::{ME, TRUSTED_INSTALLER, short};

pub(crate) fn sid(text: &str) -> Sid {
    Sid::read(&sddl::sid(text)).unwrap()
}

/// The process that makes the decision.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Process {
    Ordinary,
    /// Elevated by User Account Control: the other half of its token has fewer rights.
    Elevated,
    Service,
}

impl Process {
    pub(crate) const ALL: [Process; 3] = [Process::Ordinary, Process::Elevated, Process::Service];

    pub(crate) fn token(self) -> Token {
        let (user, level, is_split) = match self {
            Process::Ordinary => (ME, MEDIUM, false),
            Process::Elevated => (ME, HIGH, true),
            Process::Service => ("SY", 0x4000, false),
        };
        Token { user: Some(sid(user)), level, is_split, system_owner: Some(sid(TRUSTED_INSTALLER)) }
    }
}

/// Returns the verdict in one word: `-`, or who could write.
pub(crate) fn verdict(text: &str, asked: Asked, token: &Token) -> String {
    let Some(descriptor) = Descriptor::parse(&sddl::descriptor(text)) else { return "malformed".into() };
    match descriptor.writer(asked, token) {
        None => "-".into(),
        Some(Writer::Everybody) => "WD".into(),
        Some(Writer::OwnerSid(sid)) => format!("owner:{}", short(&sid.to_string())),
        Some(Writer::Sid(sid)) => short(&sid.to_string()).to_owned(),
        Some(other) => format!("{other:?}"),
    }
}

#[test]
fn identifiers_have_their_usual_form() {
    for text in [ME, TRUSTED_INSTALLER, "S-1-0", "S-1-1-0", "S-1-5-32-544", "S-1-15-2-4294967295"] {
        assert_eq!(sid(text).to_string(), text);
        assert_eq!(Sid::read(&sid(text).to_bytes()), Some(sid(text)));
    }
    let large = Sid { authority: 0x1234_5678_9abc, parts: vec![1] };
    assert_eq!(large.to_string(), "S-1-0x123456789abc-1");
    assert_eq!(sid("HI").level(), Some(HIGH));
    assert_eq!(sid("SY").level(), None);
}

#[test]
fn a_process_is_elevated_if_others_have_fewer_rights() {
    let [ordinary, elevated, service] = Process::ALL.map(Process::token);
    assert!(!ordinary.is_elevated() && elevated.is_elevated() && service.is_elevated());
    // The built-in administrator's token is not split.
    assert!(Token { level: HIGH, ..ordinary.clone() }.is_elevated());
    // Under Wine, the process appears elevated, but the user owns the system.
    let wine = Token { system_owner: Some(sid(ME)), ..elevated.clone() };
    assert!(!wine.is_elevated());
    assert_eq!(verdict("O:{ME}D:(A;;FA;;;{ME})(A;;0x1200a9;;;WD)", Asked::Content, &wine), "-");
    assert_eq!(verdict("O:{ME}D:(A;OICI;0x1301ff;;;WD)", Asked::Ancestor, &wine), "WD");
    // Nothing is known about the process.
    let unknown = Token { user: None, level: 0, is_split: true, system_owner: None };
    assert!(unknown.is_elevated());
    assert_eq!(verdict("O:{ME}D:(A;;FA;;;{ME})", Asked::Content, &unknown), "owner:me");
}

#[test]
fn a_sandbox_at_a_low_level_trusts_its_user_at_that_level() {
    let low = Token { level: 0x1000, ..Process::Ordinary.token() };
    let text = "O:{ME}D:(A;;FA;;;{ME})S:(ML;OICI;NW;;;LW)";
    assert_eq!(verdict(text, Asked::Content, &low), "-");
    assert_eq!(verdict(text, Asked::Content, &Process::Ordinary.token()), "owner:me");
}

#[test]
fn private_folders_pass_for_those_who_create_them() {
    let service_account = Token { user: Some(sid("LS")), ..Process::Service.token() };
    let [ordinary, elevated, service] = Process::ALL.map(Process::token);
    for (token, owner) in [(&ordinary, ME), (&elevated, "BA"), (&service, "BA"), (&service_account, "LS")] {
        let text = token.private_folder();
        let text = if text.starts_with("O:") { text } else { format!("O:{owner}{text}") };
        assert_eq!(verdict(&text, Asked::Content, token), "-", "{text}");
    }
    // A policy can make the user the owner of new files. The user's unelevated processes still cannot change
    // them.
    let file = format!("O:{ME}{}", elevated.private_folder().trim_start_matches("O:BA"));
    assert_eq!(verdict(&file, Asked::Content, &elevated), "-", "{file}");
    assert_eq!(elevated.private_folder(), "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RC;;;S-1-3-4)");
}

#[test]
fn roots_cannot_be_removed() {
    let data_volume = "O:BAG:SYD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1301bf;;;AU)";
    for process in Process::ALL {
        assert_eq!(verdict(data_volume, Asked::Root, &process.token()), "-");
        assert_eq!(verdict(data_volume, Asked::Ancestor, &process.token()), "AU");
        assert_eq!(verdict("O:BAD:(A;;FA;;;AU)", Asked::Root, &process.token()), "AU");
    }
}

#[test]
fn what_is_malformed_is_refused() {
    let whole =
        sddl::descriptor("O:{ME}G:SYD:(OA;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;BU)S:(ML;;NW;;;HI)");
    assert!(Descriptor::parse(&whole).is_some());
    for len in 0..whole.len() {
        assert_eq!(Descriptor::parse(&whole[..len]), None, "{len}");
    }
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        Descriptor::parse(&bytes)
    };
    let owner = 20;
    for (at, byte) in [(0, 2), (3, 0), (4, 0xff), (4, 0), (owner, 2), (owner + 1, 16)] {
        assert_eq!(with(at, byte), None, "{at}: {byte}");
    }
    assert_eq!(verdict("G:SYD:(A;;FA;;;BA)", Asked::Content, &Process::Ordinary.token()), "malformed");
    // Compound entries.
    let mut compound = sddl::descriptor("O:BAD:(A;;FA;;;BU)");
    let list = usize::from(compound[16]);
    compound[list + 8] = 4;
    assert_eq!(Descriptor::parse(&compound), None);
    // Unknown kinds have no effect.
    compound[list + 8] = 0x40;
    assert_eq!(
        Descriptor::parse(&compound).unwrap().writer(Asked::Content, &Process::Ordinary.token()),
        None
    );
}

/// Parsing never panics, whatever the input. `tests/fuzz` checks more inputs.
#[test]
fn no_bytes_end_in_a_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let seeds: Vec<Vec<u8>> = table::ROWS.iter().map(|row| sddl::descriptor(row.1)).collect();
    let mut read = 0;
    for i in 0..60_000 {
        let mut bytes = match i % 3 {
            0 => (0..random() % 96).map(|_| random() as u8).collect(),
            _ => seeds[random() as usize % seeds.len()].clone(),
        };
        for _ in 0..random() % 4 {
            if !bytes.is_empty() {
                let at = random() as usize % bytes.len();
                bytes[at] = random() as u8;
            }
        }
        if let Some(descriptor) = Descriptor::parse(&bytes) {
            read += 1;
            for asked in [Asked::Root, Asked::Ancestor, Asked::Content] {
                descriptor.writer(asked, &Process::Elevated.token());
            }
        }
        drop(Sid::read(&bytes).map(|sid| sid.to_string()));
    }
    assert!(read > 1000, "{read}");
}
