//! Reads Windows security descriptors and decides who can change the files and folders that they protect.
//!
//! Section numbers refer to [MS-DTYP]: 2.4.6 for self-relative descriptors, 2.4.5 for lists, 2.4.4 for their
//! entries, 2.4.2 for identifiers, and 2.5.3.2 for the order in which Windows evaluates them.
//!
//! The verdict errs on the side of refusal: a grant always counts, but a deny entry only counts if it
//! certainly applies to everyone that the grant is for.

use std::fmt;

use super::Writer;

/// A security identifier: a user, a group, a service or an integrity level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

const EVERYONE: (u64, &[u32]) = (1, &[0]);
const CREATORS: u64 = 3;
const OWNER_RIGHTS: (u64, &[u32]) = (CREATORS, &[4]);
const ANONYMOUS: (u64, &[u32]) = (5, &[7]);
const SYSTEM: (u64, &[u32]) = (5, &[18]);
const ADMINISTRATORS: (u64, &[u32]) = (5, &[32, 544]);
const TRUSTED_INSTALLER: (u64, &[u32]) =
    (5, &[80, 956_008_885, 3_418_522_649, 1_831_038_044, 1_853_292_631, 2_271_478_464]);
const LABELS: u64 = 16;

impl Sid {
    /// Reads the identifier at the start of `bytes` (2.4.2.2).
    pub fn read(bytes: &[u8]) -> Option<Sid> {
        let ([1, count], rest) = bytes.split_first_chunk::<2>()? else { return None };
        let (authority, rest) = rest.split_first_chunk::<6>()?;
        let count = usize::from(*count);
        // `SID_MAX_SUB_AUTHORITIES`
        if count > 15 {
            return None;
        }
        let parts = rest.get(..4 * count)?.chunks_exact(4);
        Some(Sid {
            authority: authority.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
            parts: parts.map(|p| u32::from_le_bytes([p[0], p[1], p[2], p[3]])).collect(),
        })
    }

    /// Returns the identifier in the format that Windows stores.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, self.parts.len() as u8];
        bytes.extend(&self.authority.to_be_bytes()[2..]);
        bytes.extend(self.parts.iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    /// Returns the integrity level if this is the identifier of one.
    pub fn level(&self) -> Option<u32> {
        match (self.authority, &self.parts[..]) {
            (LABELS, [level]) => Some(*level),
            _ => None,
        }
    }

    fn is(&self, (authority, parts): (u64, &[u32])) -> bool {
        self.authority == authority && self.parts == parts
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.authority {
            small @ ..0x1_0000_0000 => write!(f, "S-1-{small}")?,
            large => write!(f, "S-1-{large:#014x}")?,
        }
        self.parts.iter().try_for_each(|part| write!(f, "-{part}"))
    }
}

/// Integrity level of ordinary processes, and of objects without a label.
pub const MEDIUM: u32 = 0x2000;
/// Integrity level of elevated processes.
pub const HIGH: u32 = 0x3000;

/// The rights of a process, as reported by Windows.
#[derive(Clone, Debug)]
pub struct Token {
    /// The user that the process runs as. With `None`, no user is trusted.
    pub user: Option<Sid>,
    /// Integrity level of the process.
    pub level: u32,
    /// Whether this is the elevated half of a token that User Account Control has split.
    pub is_split: bool,
    /// The owner of the system folder, who controls the libraries that every process loads. Under Wine, this
    /// is the user.
    pub system_owner: Option<Sid>,
}

impl Token {
    /// Whether the process has rights that other processes of the same user, or of other users, lack.
    pub fn is_elevated(&self) -> bool {
        let owns_system = self.user.is_some() && self.user == self.system_owner;
        (self.is_split || self.level >= HIGH) && !owns_system
    }

    /// Whether `sid` has at least the rights of this process if writing requires the integrity level `floor`.
    fn trusts(&self, sid: &Sid, floor: u32) -> bool {
        if [SYSTEM, ADMINISTRATORS, TRUSTED_INSTALLER].iter().any(|trusted| sid.is(*trusted))
            || self.system_owner.as_ref() == Some(sid)
        {
            return true;
        }
        // The same user also has processes with fewer rights: those without elevation, and sandboxes at a low level.
        let least = if self.is_split { HIGH } else { self.level.min(MEDIUM) };
        self.user.as_ref() == Some(sid) && floor >= least
    }

    /// Returns the owner and access list, in SDDL, of a folder that only trusted users can use, including
    /// everything created in it.
    ///
    /// The owner of a file can change its list even without an entry. If unelevated processes of the same
    /// user are not trusted, the entry for OWNER RIGHTS removes that right from files that belong to the
    /// user.
    pub fn private_folder(&self) -> String {
        let (owner, entry) = match &self.user {
            Some(user) if self.trusts(user, MEDIUM) => ("", format!("(A;OICI;FA;;;{user})")),
            _ => ("O:BA", "(A;OICI;RC;;;S-1-3-4)".to_owned()),
        };
        format!("{owner}D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA){entry}")
    }
}

/// The role that a file or folder has on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The root of a volume or share: a folder that cannot be renamed or removed.
    Root,
    /// A folder above the target: no one else may rename it, or rename or remove its entries.
    Ancestor,
    /// A file, a link or the target folder itself: no one else may change its content.
    Content,
}

const ADD_FILE: u32 = 0x2;
const ADD_SUBDIRECTORY: u32 = 0x4;
const WRITE_EA: u32 = 0x10;
const DELETE_CHILD: u32 = 0x40;
const WRITE_ATTRIBUTES: u32 = 0x100;
const DELETE: u32 = 0x1_0000;
const WRITE_DAC: u32 = 0x4_0000;
const WRITE_OWNER: u32 = 0x8_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;
const GENERIC_ALL: u32 = 0x1000_0000;
const FILE_GENERIC_WRITE: u32 = 0x12_0116;
const FILE_ALL_ACCESS: u32 = 0x1f_01ff;

impl Asked {
    /// Returns the rights that no one else may have.
    ///
    /// Users with write access to a folder or its attributes can turn it into a link
    /// (`FSCTL_SET_REPARSE_POINT`), but only while it is empty. An ancestor contains the next component of
    /// the path, which only trusted users can remove. `ProgramData`, where all users have both rights, is
    /// therefore acceptable as an ancestor. Content may be empty, and these rights allow redirecting a link
    /// at any time.
    fn harmful(self) -> u32 {
        let root = DELETE_CHILD | WRITE_DAC | WRITE_OWNER;
        match self {
            Asked::Root => root,
            Asked::Ancestor => root | DELETE,
            Asked::Content => root | DELETE | ADD_FILE | ADD_SUBDIRECTORY | WRITE_EA | WRITE_ATTRIBUTES,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

/// An entry of an access control list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    effect: Effect,
    /// Neither conditional nor limited to a property, so it certainly applies.
    is_plain: bool,
    mask: u32,
    sid: Sid,
}

/// A mandatory label.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    level: u32,
    /// Whether processes of lower levels cannot write (`SYSTEM_MANDATORY_LABEL_NO_WRITE_UP`).
    keeps_writers_out: bool,
}

/// The parts of a security descriptor that apply to the object itself. Entries that only exist to be
/// inherited are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    owner: Sid,
    /// `None` grants everyone full access; an empty list grants no access.
    dacl: Option<Vec<Entry>>,
    label: Option<Label>,
}

const DACL_PRESENT: u16 = 0x4;
const SACL_PRESENT: u16 = 0x10;
const SELF_RELATIVE: u16 = 0x8000;
const INHERIT_ONLY: u8 = 0x8;

impl Descriptor {
    /// Parses a self-relative descriptor that has an owner. `None` if it is malformed.
    pub fn parse(bytes: &[u8]) -> Option<Descriptor> {
        let control = u16_at(bytes, 2)?;
        if bytes.first() != Some(&1) || control & SELF_RELATIVE == 0 {
            return None;
        }
        let owner = Sid::read(bytes.get(offset(bytes, 4)??..)?)?;
        let list = |present: u16, at: usize| match offset(bytes, at)? {
            Some(offset) if control & present != 0 => Some(Some(entries(bytes.get(offset..)?)?)),
            _ => Some(None),
        };
        let (sacl, dacl) = (list(SACL_PRESENT, 12)?, list(DACL_PRESENT, 16)?);
        let dacl = match dacl {
            Some(entries) => Some(entries.into_iter().map(entry).collect::<Option<Vec<_>>>()?),
            None => None,
        };
        let mut labels = sacl.into_iter().flatten().filter(|e| e.kind == MANDATORY_LABEL && e.applies());
        let label = match labels.next() {
            Some(raw) => Some(label(&raw)?),
            None => None,
        };
        let dacl = dacl.map(|entries| entries.into_iter().flatten().collect());
        Some(Descriptor { owner, dacl, label })
    }

    /// The owner.
    pub fn owner(&self) -> &Sid {
        &self.owner
    }

    /// Returns someone with fewer rights than the process who can use the object in a way that its role
    /// forbids.
    pub fn writer(&self, asked: Asked, token: &Token) -> Option<Writer> {
        let Some(entries) = &self.dacl else { return Some(Writer::Everybody) };
        let floor = self.floor();
        // Owners can always change the list, unless an entry for OWNER RIGHTS limits their rights.
        let limits_owner =
            entries.iter().any(|e| e.is_plain && e.effect == Effect::Allow && e.sid.is(OWNER_RIGHTS));
        if !limits_owner && !token.trusts(&self.owner, floor) {
            return Some(Writer::OwnerSid(self.owner.clone()));
        }
        let mut denied: Vec<&Entry> = Vec::new();
        for entry in entries {
            if entry.effect == Effect::Deny {
                denied.extend(Some(entry).filter(|e| e.is_plain));
                continue;
            }
            let is_owner = entry.sid.is(OWNER_RIGHTS);
            let sid = if is_owner { &self.owner } else { &entry.sid };
            // No token contains the other creator identifiers.
            if token.trusts(sid, floor) || sid.authority == CREATORS {
                continue;
            }
            let rights = denied
                .iter()
                .filter(|deny| covers(deny, entry))
                .fold(specific(entry.mask) & asked.harmful(), |rights, deny| rights & !deny.mask);
            if rights != 0 {
                return Some(match sid {
                    _ if is_owner => Writer::OwnerSid(sid.clone()),
                    sid if sid.is(EVERYONE) => Writer::Everybody,
                    sid => Writer::Sid(sid.clone()),
                });
            }
        }
        None
    }

    /// Returns the integrity level that writing requires.
    fn floor(&self) -> u32 {
        match &self.label {
            None => MEDIUM,
            Some(label) if label.keeps_writers_out => label.level,
            Some(_) => 0,
        }
    }
}

/// Whether a deny entry applies to everyone that an allow entry is for. Tokens of anonymous users lack
/// Everyone.
fn covers(deny: &Entry, allow: &Entry) -> bool {
    deny.sid == allow.sid || deny.sid.is(EVERYONE) && !allow.sid.is(ANONYMOUS)
}

/// Returns the file rights that a mask grants, with generic rights resolved.
fn specific(mask: u32) -> u32 {
    let all = if mask & GENERIC_ALL != 0 { FILE_ALL_ACCESS } else { 0 };
    let write = if mask & GENERIC_WRITE != 0 { FILE_GENERIC_WRITE } else { 0 };
    mask | all | write
}

/// An uninterpreted entry of either list (2.4.4.1).
struct Raw<'a> {
    kind: u8,
    flags: u8,
    body: &'a [u8],
}

impl Raw<'_> {
    /// Whether the entry applies to the object itself.
    fn applies(&self) -> bool {
        self.flags & INHERIT_ONLY == 0
    }
}

/// Returns the entries of the list at the start of `bytes` (2.4.5).
fn entries(bytes: &[u8]) -> Option<Vec<Raw<'_>>> {
    let list = bytes.get(..usize::from(u16_at(bytes, 2)?))?;
    let mut rest = list.get(8..)?;
    let mut found = Vec::new();
    for _ in 0..u16_at(list, 4)? {
        let ([kind, flags], _) = rest.split_first_chunk::<2>()?;
        let (entry, after) = rest.split_at_checked(usize::from(u16_at(rest, 2)?))?;
        found.push(Raw { kind: *kind, flags: *flags, body: entry.get(4..)? });
        rest = after;
    }
    Some(found)
}

const MANDATORY_LABEL: u8 = 0x11;

/// Interprets an entry of the discretionary list. `Some(None)` if it has no effect on the object itself.
fn entry(raw: Raw<'_>) -> Option<Option<Entry>> {
    use Effect::{Allow, Deny};
    let (effect, is_object, is_plain) = match raw.kind {
        0x00 => (Allow, false, true),
        0x01 => (Deny, false, true),
        // Compound entries contain two identifiers. No current system creates them, and their layout is
        // undocumented.
        0x04 => return None,
        0x05 => (Allow, true, false),
        0x06 => (Deny, true, false),
        0x09 => (Allow, false, false),
        0x0a => (Deny, false, false),
        0x0b => (Allow, true, false),
        0x0c => (Deny, true, false),
        _ => return Some(None),
    };
    if !raw.applies() {
        return Some(None);
    }
    let mask = u32_at(raw.body, 0)?;
    // Two flags state which of two 16-byte object type identifiers are present.
    let skipped = match is_object {
        true => 4 + 16 * (u32_at(raw.body, 4)? & 3).count_ones() as usize,
        false => 0,
    };
    let sid = Sid::read(raw.body.get(4 + skipped..)?)?;
    Some(Some(Entry { effect, is_plain, mask, sid }))
}

/// Interprets a mandatory label (2.4.4.13).
fn label(raw: &Raw<'_>) -> Option<Label> {
    let level = Sid::read(raw.body.get(4..)?)?.level()?;
    Some(Label { level, keeps_writers_out: u32_at(raw.body, 0)? & 1 != 0 })
}

/// Reads the offset at `at` in the header. `Some(None)` if the part is missing.
fn offset(bytes: &[u8], at: usize) -> Option<Option<usize>> {
    Some(Some(u32_at(bytes, at)? as usize).filter(|offset| *offset != 0))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

#[cfg(test)]
pub(super) mod tests;
