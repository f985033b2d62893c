//! Distributes work over the cores, the largest pieces first, so that all cores finish at the same time.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::interrupt;

/// Calls `work` with the number of each piece and collects the results in the order of `sizes`.
///
/// # Errors
/// The error of the first piece (by number) that failed, or an interrupt.
pub(super) fn run<T: Send>(sizes: &[u64], work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|i| Reverse(sizes[*i]));
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let results = Mutex::new(Vec::with_capacity(sizes.len()));
    rayon::broadcast(|_| {
        let mut mine = Vec::new();
        while let Some(&i) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if failed.load(Ordering::Relaxed) {
                break;
            }
            let result = interrupt::check().and_then(|()| work(i));
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            mine.push((i, result));
        }
        results.lock().unwrap_or_else(PoisonError::into_inner).append(&mut mine);
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Errors after an interrupt are its consequence.
    if failed.load(Ordering::Relaxed) {
        interrupt::check()?;
    }
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_keep_their_order() {
        let sizes: Vec<u64> = (0..1000).map(|i| i * 7 % 13).collect();
        assert_eq!(run(&sizes, Ok).unwrap(), (0..1000).collect::<Vec<_>>());
        assert!(run(&sizes, |i| if i == 500 { Err(Error::new("no")) } else { Ok(()) }).is_err());
        assert_eq!(run(&[], Ok).unwrap(), Vec::<usize>::new());
    }
}
