//! What commands print on the standard output: tables for people, JSON for programs.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::Value;

/// Prints a JSON value on a line.
pub fn print_json(value: &Value) {
    print(|out| writeln!(out, "{value}"));
}

/// A line of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is, as in `module`.
    pub kind: String,
    /// Bytes when loaded.
    pub size: u64,
    /// Bytes in the product.
    pub stored: u64,
    /// Name or path.
    pub name: String,
    /// Why it is there.
    pub reason: String,
}

/// Prints a list with a line of sums.
pub fn print_list(rows: &[Row]) {
    print(|out| {
        let width = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or_default().min(60);
        writeln!(out, "{:>10} {:>10} {:9} {:width$} reason", "size", "stored", "kind", "name")?;
        for row in rows {
            let (size, stored) = (bytes(row.size), bytes(row.stored));
            let line = format!("{size:>10} {stored:>10} {:9} {:width$} {}", row.kind, row.name, row.reason);
            writeln!(out, "{}", line.trim_end())?;
        }
        let sum = |of: fn(&Row) -> u64| bytes(rows.iter().map(of).sum());
        writeln!(out, "{:>10} {:>10} in {} entries", sum(|r| r.size), sum(|r| r.stored), rows.len())
    });
}

/// Prints that a product is sound.
pub fn print_verified(path: &Path, entries: usize, stored: u64) {
    print(|out| {
        writeln!(out, "`{}` is sound: {entries} entries, {}, match their hashes", path.display(), bytes(stored))
    });
}

/// Prints what the cache holds: kind, number and bytes of each.
pub fn print_cache(root: &Path, buckets: &[(String, u64, u64)], total: u64) {
    print(|out| {
        writeln!(out, "{}", root.display())?;
        for (name, count, size) in buckets {
            writeln!(out, "  {name:10} {count:>8} {:>10}", bytes(*size))?;
        }
        writeln!(out, "  {:10} {:>8} {:>10}", "on disk", "", bytes(total))
    });
}

/// A number of bytes for people, as in `1.2 MB`.
pub fn bytes(n: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

/// Prints to the standard output; a reader that closes it early (`| head`) is not an error.
fn print(write: impl FnOnce(&mut BufWriter<std::io::StdoutLock<'_>>) -> std::io::Result<()>) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let _ = write(&mut out).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_decimal_units() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1000), "1.0 kB");
        assert_eq!(bytes(49_000_000), "49.0 MB");
        assert_eq!(bytes(999_960), "1.0 MB");
    }
}
