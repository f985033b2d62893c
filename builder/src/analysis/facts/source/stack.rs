//! The stack that recursion over a syntax tree needs.

/// Most that the parser and the visitors take for each level of a tree, in bytes. In the densest source, each level takes one byte.
const LEVEL: usize = 1 << 10;
/// Largest stack that is made. Python compiles no source with more than about 10,000 levels.
const MOST: usize = 512 << 20;

/// Parses or visits a source of `len` bytes: runs `f` on a stack for the deepest tree that the source can have. Generated code holds
/// sums of thousands of terms.
pub(super) fn deep<T>(len: usize, f: impl FnOnce() -> T) -> T {
    let needed = len.saturating_mul(LEVEL).min(MOST);
    stacker::maybe_grow(needed, needed, f)
}
