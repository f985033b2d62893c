//! A minimal SDDL parser, so that recorded descriptors can be evaluated on any system.

/// The user that tests run as, another user, and the owner of Windows itself.
pub(crate) const ME: &str = "S-1-5-21-1004336348-1177238915-682003330-1001";
pub(crate) const OTHER: &str = "S-1-5-21-1004336348-1177238915-682003330-1002";
pub(crate) const TRUSTED_INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

const SIDS: [(&str, &str); 20] = [
    ("AC", "S-1-15-2-1"),
    ("AN", "S-1-5-7"),
    ("AU", "S-1-5-11"),
    ("BA", "S-1-5-32-544"),
    ("BU", "S-1-5-32-545"),
    ("CG", "S-1-3-1"),
    ("CO", "S-1-3-0"),
    ("HI", "S-1-16-12288"),
    ("IU", "S-1-5-4"),
    ("LS", "S-1-5-19"),
    ("LW", "S-1-16-4096"),
    ("ME", "S-1-16-8192"),
    ("NS", "S-1-5-20"),
    ("NU", "S-1-5-2"),
    ("OW", "S-1-3-4"),
    ("PU", "S-1-5-32-547"),
    ("RC", "S-1-5-12"),
    ("SI", "S-1-16-16384"),
    ("SY", "S-1-5-18"),
    ("WD", "S-1-1-0"),
];

const RIGHTS: [(&str, u32); 24] = [
    ("CC", 0x1),
    ("CR", 0x100),
    ("DC", 0x2),
    ("DT", 0x40),
    ("FA", 0x1f_01ff),
    ("FR", 0x12_0089),
    ("FW", 0x12_0116),
    ("FX", 0x12_00a0),
    ("GA", 0x1000_0000),
    ("GR", 0x8000_0000),
    ("GW", 0x4000_0000),
    ("GX", 0x2000_0000),
    ("LC", 0x4),
    ("LO", 0x80),
    ("RC", 0x2_0000),
    ("RP", 0x10),
    ("SD", 0x1_0000),
    ("SW", 0x8),
    ("WD", 0x4_0000),
    ("WO", 0x8_0000),
    ("WP", 0x20),
    // Rights of mandatory labels.
    ("NW", 0x1),
    ("NR", 0x2),
    ("NX", 0x4),
];

const KINDS: [(&str, u8); 10] = [
    ("A", 0),
    ("D", 1),
    ("AU", 2),
    ("OA", 5),
    ("OD", 6),
    ("XA", 9),
    ("XD", 0xa),
    ("ZA", 0xb),
    ("ML", 0x11),
    ("TL", 0x14),
];

const FLAGS: [(&str, u8); 7] =
    [("OI", 1), ("CI", 2), ("NP", 4), ("IO", 8), ("ID", 0x10), ("SA", 0x40), ("FA", 0x80)];

fn known<T: Copy>(table: &[(&str, T)], name: &str) -> T {
    let found = table.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("`{name}` is not known")).1
}

/// Looks up each pair of letters in a table.
fn letters<T: Copy>(table: &[(&str, T)], text: &str) -> Vec<T> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| known(table, std::str::from_utf8(pair).unwrap())).collect()
}

/// Returns the identifier that `text` represents, in the format that Windows stores.
pub(crate) fn sid(text: &str) -> Vec<u8> {
    let text = if text.starts_with("S-1-") { text } else { known(&SIDS, text) };
    let mut numbers = text.split('-').skip(2).map(|n| n.parse::<u64>().unwrap());
    let authority = numbers.next().unwrap().to_be_bytes();
    let parts: Vec<u8> = numbers.flat_map(|n| u32::try_from(n).unwrap().to_le_bytes()).collect();
    [&[1, (parts.len() / 4) as u8][..], &authority[2..], &parts].concat()
}

/// Returns the short SDDL name of an identifier, if it has one.
pub(crate) fn short(sid: &str) -> &str {
    match sid {
        ME => "me",
        OTHER => "other",
        _ => SIDS.iter().find(|(_, known)| *known == sid).map_or(sid, |(short, _)| *short),
    }
}

fn guid(text: &str) -> Vec<u8> {
    let parts: Vec<&str> = text.split('-').collect();
    let bytes = |part: &str| -> Vec<u8> {
        (0..part.len()).step_by(2).map(|i| u8::from_str_radix(&part[i..i + 2], 16).unwrap()).collect()
    };
    let turned = |part: &str| bytes(part).into_iter().rev().collect::<Vec<_>>();
    [turned(parts[0]), turned(parts[1]), turned(parts[2]), bytes(parts[3]), bytes(parts[4])].concat()
}

fn entry(text: &str) -> Vec<u8> {
    let fields: Vec<&str> = text.splitn(7, ';').collect();
    let [kind, flags, rights, object, inherited, account, ..] = fields[..] else { panic!("`{text}`") };
    let kind = known(&KINDS, kind);
    let mask = match rights.strip_prefix("0x") {
        Some(number) => u32::from_str_radix(number, 16).unwrap(),
        None => letters(&RIGHTS, rights).into_iter().fold(0, |mask, right| mask | right),
    };
    let flags = letters(&FLAGS, flags).into_iter().fold(0, |flags, flag| flags | flag);
    let mut body = mask.to_le_bytes().to_vec();
    if [5, 6, 0xb].contains(&kind) {
        let present = u32::from(!object.is_empty()) | u32::from(!inherited.is_empty()) << 1;
        body.extend(present.to_le_bytes());
        for id in [object, inherited].into_iter().filter(|id| !id.is_empty()) {
            body.extend(guid(id));
        }
    }
    body.extend(sid(account));
    if fields.len() > 6 {
        // A condition is stored as bytes that start with this marker. The tests ignore its content.
        body.extend(b"artx\0\0\0\0");
    }
    [&[kind, flags][..], &(body.len() as u16 + 4).to_le_bytes(), &body].concat()
}

/// Returns a list of entries; `None` if there is no list.
fn list(text: &str) -> Option<Vec<u8>> {
    let (flags, entries) = text.split_at(text.find('(').unwrap_or(text.len()));
    if flags.contains("NO_ACCESS_CONTROL") {
        return None;
    }
    let mut rest = entries;
    let mut all = Vec::new();
    while let Some(begun) = rest.strip_prefix('(') {
        let mut depth = 1;
        let end = begun.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let end = end.unwrap();
        all.push(entry(&begun[..end]));
        rest = &begun[end + 1..];
    }
    let count = (all.len() as u16).to_le_bytes();
    let all = all.concat();
    Some([&[2, 0][..], &(all.len() as u16 + 8).to_le_bytes(), &count, &[0, 0], &all].concat())
}

/// Returns the self-relative descriptor for an SDDL text. `{ME}`, `{OTHER}` and `{TI}` are identifiers of
/// this module.
pub(crate) fn descriptor(text: &str) -> Vec<u8> {
    let text = filled(text);
    // Start of each part: a letter with a colon outside all entries.
    let mut depth = 0;
    let mut starts = Vec::new();
    for (i, c) in text.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ':' && depth == 0 {
            starts.push(i - 1);
        }
    }
    let part = |letter: char| {
        let i = starts.iter().position(|start| text[*start..].starts_with(letter))?;
        let end = starts.get(i + 1).copied().unwrap_or(text.len());
        Some(&text[starts[i] + 2..end])
    };
    let mut control = 0x8000u16;
    let mut bytes = vec![0; 20];
    let add = |at: usize, part: Option<Vec<u8>>, bytes: &mut Vec<u8>| {
        if let Some(part) = part {
            let offset = bytes.len() as u32;
            bytes[at..at + 4].copy_from_slice(&offset.to_le_bytes());
            bytes.extend(part);
        }
    };
    add(4, part('O').map(sid), &mut bytes);
    add(8, part('G').map(sid), &mut bytes);
    if let Some(text) = part('S') {
        control |= 0x10;
        add(12, list(text), &mut bytes);
    }
    if let Some(text) = part('D') {
        control |= 0x4;
        add(16, list(text), &mut bytes);
    }
    bytes[0] = 1;
    bytes[2..4].copy_from_slice(&control.to_le_bytes());
    bytes
}

/// Returns SDDL with the identifiers filled in.
pub(crate) fn filled(text: &str) -> String {
    text.replace("{ME}", ME).replace("{OTHER}", OTHER).replace("{TI}", TRUSTED_INSTALLER)
}
