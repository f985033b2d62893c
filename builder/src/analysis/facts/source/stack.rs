//! Provides stacks that are large enough to recurse over syntax trees.

/// Upper bound for the stack that the parser and the visitors use per level of a tree, in bytes. A level takes at least one byte
/// of source.
const LEVEL: usize = 1 << 10;
/// Maximum stack size in bytes. Python cannot compile sources with more than about 10,000 levels.
const MOST: usize = 512 << 20;

/// Runs `f`, which parses or visits a source of `len` bytes, on a stack that suffices for the deepest possible tree. Generated
/// code can contain sums of thousands of terms.
pub(super) fn deep<T>(len: usize, f: impl FnOnce() -> T) -> T {
    let needed = len.saturating_mul(LEVEL).min(MOST);
    stacker::maybe_grow(needed, needed, f)
}
