//! Shows the progress of a slow extraction on a terminal.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::launcher::report;

/// Faster extractions print nothing.
const SLOW: Duration = Duration::from_secs(2);
/// Time between two updates of the line.
const UPDATE: Duration = Duration::from_millis(250);

/// The progress of an extraction. When it is dropped, its line is erased.
pub(super) struct Progress<'a> {
    app: &'a str,
    /// Sizes in bytes.
    total: u64,
    done: AtomicU64,
    /// Time of the next update, and the length of the line; `None` without a terminal.
    line: Option<Mutex<(Instant, usize)>>,
}

impl<'a> Progress<'a> {
    /// Begins an extraction of `total` bytes by the program `app`.
    pub(super) fn new(app: &'a str, total: u64) -> Progress<'a> {
        let line = report::is_on_terminal().then(|| Mutex::new((Instant::now() + SLOW, 0)));
        Progress { app, total, done: AtomicU64::new(0), line }
    }

    /// Records that `len` more bytes are done.
    pub(super) fn add(&self, len: u64) {
        let done = self.done.fetch_add(len, Ordering::Relaxed) + len;
        // Another thread may be updating the line.
        let Some(Ok(mut line)) = self.line.as_ref().map(Mutex::try_lock) else { return };
        if Instant::now() < line.0 {
            return;
        }
        let text = text(self.app, done, self.total);
        report::line(&text);
        *line = (Instant::now() + UPDATE, text.chars().count());
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(Ok(line)) = self.line.as_mut().map(Mutex::get_mut)
            && line.1 > 0
        {
            report::line(&" ".repeat(line.1));
            report::line("");
        }
    }
}

fn text(app: &str, done: u64, total: u64) -> String {
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100).min(100);
    format!("{app}: preparing to start: {percent:3}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_the_share_that_is_done() {
        assert_eq!(text("app", 0, 1000), "app: preparing to start:   0%");
        assert_eq!(text("app", 455, 1000), "app: preparing to start:  45%");
        assert_eq!(text("app", 2000, 1000), "app: preparing to start: 100%");
        assert_eq!(text("app", 1, 0), "app: preparing to start: 100%");
    }
}
