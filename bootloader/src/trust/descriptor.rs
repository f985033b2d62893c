//! Placeholder until the Windows half is merged.
/// A security identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sid;
impl std::fmt::Display for Sid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("S-1-0")
    }
}
