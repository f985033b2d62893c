//! Changes the structure of an archive at random: numbers, records, settings, strings.
//!
//! The bytes of code and libraries stay as they are: changed code may do anything.

use freeze_archive::{BLOB_LEN, FILE_LEN, FileKind, MODULE_LEN};
use harness::{Parts, Random};

/// Offset and length of a number in a record.
type Field = (usize, usize);

const MODULE: [Field; 11] =
    [(0, 4), (4, 4), (8, 2), (10, 2), (12, 1), (13, 1), (14, 2), (16, 4), (20, 4), (24, 4), (28, 4)];
const FILE: [Field; 9] = [(0, 4), (4, 2), (6, 1), (7, 1), (8, 4), (12, 4), (16, 4), (20, 8), (28, 4)];
/// Without the hash, which is made to fit.
const BLOB: [Field; 5] = [(0, 8), (8, 8), (16, 8), (40, 1), (41, 7)];

/// Paths and link targets that lead outside, or nowhere.
const HOSTILE: [&str; 20] = [
    "../evil",
    "../../evil",
    "../../../../evil",
    "a/../../../../../evil",
    "/tmp/freeze-evil",
    "/var/tmp/freeze-evil",
    "/dev/shm/freeze-evil",
    "..",
    "../..",
    ".",
    "",
    "/",
    "/tmp",
    "a//b",
    "a/",
    "./a",
    "a\0b",
    "a\\..\\b",
    "/proc/self/fd/0",
    "libpython3.12.so.1.0",
];

/// Options of Python. `X perf` is left out: Python writes a file to `/tmp` for it, as asked.
const OPTIONS: [&str; 30] = [
    "u",
    "O",
    "OO",
    "v",
    "b",
    "bb",
    "d",
    "q",
    "B",
    "i",
    "z",
    "",
    "X dev",
    "X utf8",
    "X utf8=0",
    "X importtime",
    "X tracemalloc=5",
    "X tracemalloc=99999999999",
    "X int_max_str_digits=1",
    "X faulthandler",
    "X frozen_modules=off",
    "X no_debug_ranges",
    "X gil=0",
    "X",
    "W error",
    "W",
    "hash_seed=7",
    "hash_seed=x",
    "hash_seed=4294967295",
    "OOOOOOOOOOOOOOOO",
];

const ENVIRONMENT: [&str; 14] = [
    "A=b",
    "=x",
    "",
    "A",
    "A={root}{root}",
    "A\0B=c",
    "LC_ALL=C",
    "LC_ALL=ja_JP.eucJP",
    "LANG=zh_CN.GB18030",
    "HOME=/",
    "TMPDIR=..",
    "PYTHONHOME=/nonexistent",
    "PYTHONPATH=/tmp",
    "LD_LIBRARY_PATH=/tmp",
];

const FLAGS: [&str; 8] = ["1", "0", "", "children", "x", "hide-early", "minimize-late", "11"];

/// Values for a setting: those that it may have, and others.
fn values(key: &str) -> &'static [&'static str] {
    match key {
        "app" => &["", "..", "../../x", "a/b", "\0", "hello", ".", "\u{1F40D}"],
        "python" => {
            &["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.99", "2.7", "", "3.12x"]
        }
        "abiflags" => &["", "t", "d", "td", "x", "dt"],
        "mode" => &["onefile", "onedir", "", "x"],
        "extract" => &["cache", "temp", "memory", "", "disk"],
        "runtime-tmpdir" => &["", "x", "../x", "x\0y"],
        "contents" => &[".", "..", "_internal", "../..", "/", "/tmp", "../Frameworks", "", "a/b", "a\0b"],
        "shared" => &["", "app", "hello", "..", ".", "/bin/sh", "a/b", "a\0b", "_internal"],
        "option" => &OPTIONS,
        "env" => &ENVIRONMENT,
        "target" => &["linux-x86_64", "windows-x86_64", ""],
        "debug" | "as-interpreter" | "ahead" | "switches" | "hide-console" | "windowed-traceback" => &FLAGS,
        _ => &HOSTILE,
    }
}

const KEYS: [&str; 21] = [
    "app",
    "python",
    "abiflags",
    "libpython",
    "interpreter",
    "twin",
    "mode",
    "extract",
    "runtime-tmpdir",
    "contents",
    "program",
    "hook",
    "option",
    "env",
    "dictionary",
    "manifest",
    "debug",
    "as-interpreter",
    "ahead",
    "switches",
    "shared",
];

/// Applies one to six changes to an archive and describes them.
pub(crate) fn mutate(parts: &mut Parts, random: &mut Random) -> Vec<String> {
    let mut done = Vec::new();
    while done.is_empty() || (done.len() < 6 && random.once_in(2)) {
        done.push(match random.below(16) {
            0 | 1 => field(&mut parts.modules, &MODULE, "module", random),
            2 | 3 => field(&mut parts.files, &FILE, "file", random),
            4 => field(&mut parts.blobs, &BLOB, "blob", random),
            5 | 6 => exchange(parts, random),
            7 => table(parts, random),
            8 | 9 => setting(parts, random),
            10 => path(parts, random),
            11 => link(parts, random),
            12 => preload(parts, random),
            13 => numbers(parts, random),
            14 => range(parts, random),
            _ => strings(parts, random),
        });
    }
    done
}

fn get(bytes: &[u8], (at, len): Field) -> u64 {
    let mut number = [0; 8];
    number[..len].copy_from_slice(&bytes[at..at + len]);
    u64::from_le_bytes(number)
}

fn put(bytes: &mut [u8], (at, len): Field, value: u64) {
    bytes[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
}

/// Another number for one that `width` bytes hold.
fn number(old: u64, width: usize, random: &mut Random) -> u64 {
    let most = u64::MAX >> (64 - 8 * width);
    let new = match random.below(9) {
        0 => 0,
        1 => 1,
        2 => most,
        3 => most - 1,
        4 => most / 2,
        5 => old.wrapping_add(1),
        6 => old.wrapping_sub(1),
        7 => random.number() % 300,
        _ => random.number(),
    };
    new & most
}

/// Another number in a record: one from another record, or any.
fn field<const N: usize>(table: &mut [[u8; N]], fields: &[Field], what: &str, random: &mut Random) -> String {
    if table.is_empty() {
        return format!("no {what}");
    }
    let (i, other) = (random.below(table.len()), random.below(table.len()));
    let field = *random.one(fields);
    let old = get(&table[i], field);
    let new = if random.once_in(2) { get(&table[other], field) } else { number(old, field.1, random) };
    put(&mut table[i], field, new);
    format!("{what} {i}: {old:#x} at {} becomes {new:#x}", field.0)
}

/// Two records of a kind exchange a number, as the code of two modules.
fn exchange(parts: &mut Parts, random: &mut Random) -> String {
    fn swap<const N: usize>(
        table: &mut [[u8; N]],
        fields: &[Field],
        what: &str,
        random: &mut Random,
    ) -> String {
        if table.is_empty() {
            return format!("no {what}");
        }
        let (a, b) = (random.below(table.len()), random.below(table.len()));
        let field = *random.one(fields);
        let (old, new) = (get(&table[a], field), get(&table[b], field));
        put(&mut table[a], field, new);
        put(&mut table[b], field, old);
        format!("{what}s {a} and {b} exchange what is at {}", field.0)
    }
    match random.below(4) {
        0 => swap(&mut parts.modules, &[(16, 4)], "module", random),
        1 => swap(&mut parts.modules, &MODULE, "module", random),
        2 => swap(&mut parts.files, &FILE, "file", random),
        _ => {
            // A seed: Python reads it before the importer is there.
            let is_seed = |m: &&mut [u8; MODULE_LEN]| m[13] & 2 != 0;
            let codes: Vec<u64> = parts.modules.iter().map(|m| get(m, (16, 4))).collect();
            let mut seeds: Vec<_> = parts.modules.iter_mut().filter(is_seed).collect();
            if seeds.is_empty() {
                return "no seed".into();
            }
            let (i, code) = (random.below(seeds.len()), *random.one(&codes));
            put(seeds[i].as_mut_slice(), (16, 4), code);
            format!("seed {i} gets the code {code:#x}")
        }
    }
}

/// Swaps, repeats, removes or reverses records.
fn table(parts: &mut Parts, random: &mut Random) -> String {
    fn change<const N: usize>(table: &mut Vec<[u8; N]>, random: &mut Random) -> String {
        if table.is_empty() {
            return "is empty".into();
        }
        let (a, b) = (random.below(table.len()), random.below(table.len()));
        match random.below(4) {
            0 => {
                table.swap(a, b);
                format!("exchanges {a} and {b}")
            }
            1 => {
                table.insert(b, table[a]);
                format!("has {a} again at {b}")
            }
            2 => {
                table.remove(a);
                format!("lacks {a}")
            }
            _ => {
                let (a, b) = (a.min(b), a.max(b));
                table[a..b].reverse();
                format!("is turned round from {a} to {b}")
            }
        }
    }
    match random.below(3) {
        0 => format!("module table {}", change(&mut parts.modules, random)),
        1 => format!("file table {}", change(&mut parts.files, random)),
        _ => format!("blob table {}", change::<BLOB_LEN>(&mut parts.blobs, random)),
    }
}

/// A value for a setting.
fn value(parts: &Parts, key: &str, random: &mut Random) -> Vec<u8> {
    if random.once_in(20) {
        return b"x".repeat(random.below(70_000));
    }
    let file = |random: &mut Random| parts.path(random.one(&parts.files)).to_vec();
    let module = |random: &mut Random| parts.name(random.one(&parts.modules)).to_vec();
    match key {
        "libpython" | "interpreter" | "twin" if !random.once_in(4) => file(random),
        "hook" if !random.once_in(4) => module(random),
        "dictionary" | "manifest" => match random.below(4) {
            0 => b"-1".to_vec(),
            1 => random.number().to_string().into_bytes(),
            _ => random.below(parts.blobs.len() + 2).to_string().into_bytes(),
        },
        "program" => {
            let fields = [b"hello".to_vec(), module(random), random.one(&HOSTILE).as_bytes().to_vec()];
            fields[..random.below(3) + 1].join(&0)
        }
        _ => random.one(values(key)).as_bytes().to_vec(),
    }
}

fn setting(parts: &mut Parts, random: &mut Random) -> String {
    let i = random.below(parts.settings.len().max(1));
    if random.once_in(2) || parts.settings.is_empty() {
        let key = *random.one(&KEYS);
        let value = value(parts, key, random);
        let shown = format!("{:?}", String::from_utf8_lossy(&value).chars().take(60).collect::<String>());
        // Ahead of the others, so that it counts.
        parts.settings.insert(0, (key.into(), value));
        return format!("setting `{key}` is {shown}");
    }
    let key = String::from_utf8_lossy(&parts.settings[i].0).into_owned();
    match random.below(8) {
        0 => {
            parts.settings.remove(i);
            format!("setting `{key}` is away")
        }
        1 => {
            let other = random.below(parts.settings.len());
            let (a, b) = (parts.settings[i].1.clone(), parts.settings[other].1.clone());
            parts.settings[i].1 = b;
            parts.settings[other].1 = a;
            format!("settings {i} and {other} exchange their values")
        }
        2 => {
            parts.trailing[0] = vec![0xff; random.below(20)];
            "the settings end in bytes that are none".into()
        }
        _ => {
            let value = value(parts, &key, random);
            let shown = format!("{:?}", String::from_utf8_lossy(&value).chars().take(60).collect::<String>());
            parts.settings[i].1 = value;
            format!("setting `{key}` becomes {shown}")
        }
    }
}

/// A file or a module gets another path.
fn path(parts: &mut Parts, random: &mut Random) -> String {
    let mut path = random.one(&HOSTILE).as_bytes().to_vec();
    if parts.files.is_empty() || parts.modules.is_empty() {
        return "no records".into();
    }
    match random.below(4) {
        0 => path = parts.path(random.one(&parts.files)).to_vec(),
        1 => path = [parts.path(random.one(&parts.files)), b"/evil"].concat(),
        _ => {}
    }
    let shown = String::from_utf8_lossy(&path).into_owned();
    if random.once_in(3) {
        let i = random.below(parts.modules.len());
        // Name or path.
        let (at, len) = *random.one(&[((0, 4), (8, 2)), ((4, 4), (10, 2))]);
        let place = parts.add_string(&path);
        put(&mut parts.modules[i], at, place.into());
        put(&mut parts.modules[i], len, path.len() as u64);
        parts.sort_modules();
        return format!("module {i}: the string at {} becomes `{shown}`", at.0);
    }
    let i = random.below(parts.files.len());
    parts.set_path(i, &path);
    if !random.once_in(4) {
        parts.sort_files();
    }
    format!("file {i} lies at `{shown}`")
}

/// Turns a file into a link that leads outside, and mostly moves another file below it.
fn link(parts: &mut Parts, random: &mut Random) -> String {
    if parts.files.is_empty() {
        return "no files".into();
    }
    let target = *random.one(&HOSTILE);
    let blob = parts.add_blob(target.as_bytes());
    let (i, other) = (random.below(parts.files.len()), random.below(parts.files.len()));
    parts.set_kind(i, FileKind::Link);
    put(&mut parts.files[i], (8, 4), blob.into());
    let mut done = format!("file {i} is a link to `{target}`");
    if !random.once_in(3) {
        parts.set_path(i, b"link");
        parts.set_path(other, b"link/freeze-evil");
        done.push_str(&format!(", and file {other} lies below it"));
    }
    if !random.once_in(4) {
        parts.sort_files();
    }
    done
}

/// Preload lists: a ring through all files, or any numbers.
fn preload(parts: &mut Parts, random: &mut Random) -> String {
    if parts.files.is_empty() {
        return "no files".into();
    }
    let ring = random.once_in(2);
    let first = parts.preloads.len();
    let count = if ring { parts.files.len() } else { 1 + random.below(4) };
    for i in 0..count {
        let next = if ring { (i + 1) % count } else { random.below(parts.files.len() + 2) };
        parts.preloads.push(u32::try_from(next).unwrap());
    }
    let own = |file: &mut [u8; FILE_LEN], at: usize, len: usize| {
        put(file, (12, 4), at as u64);
        put(file, (16, 4), len as u64);
    };
    if ring {
        parts.files.iter_mut().enumerate().for_each(|(i, file)| own(file, first + i, 1));
        return "each file needs the next one".into();
    }
    let i = random.below(parts.files.len());
    own(&mut parts.files[i], first, count);
    format!("file {i} needs {:?}", &parts.preloads[first..])
}

/// Numbers of the header and the footer.
fn numbers(parts: &mut Parts, random: &mut Random) -> String {
    let lengths =
        [parts.modules.len(), parts.files.len(), parts.blobs.len(), parts.preloads.len(), 300, 9000];
    match random.below(3) {
        0 => {
            let i = random.below(6);
            let new = u32::try_from(number(lengths[i] as u64, 4, random)).unwrap();
            parts.counts[i] = Some(new);
            format!("the header's number {i} is {new}")
        }
        1 => {
            let i = random.below(3);
            let new = number(parts.body.len() as u64, 8, random);
            parts.footer[i] = Some(new);
            format!("the footer's number {i} is {new}")
        }
        _ => {
            parts.trailing[1] = vec![0; 1 + random.below(100)];
            "bytes behind the strings".into()
        }
    }
}

/// Points a blob at the bytes of another one, or at a part of them.
fn range(parts: &mut Parts, random: &mut Random) -> String {
    if parts.blobs.is_empty() {
        return "no blobs".into();
    }
    let (i, other) = (random.below(parts.blobs.len()), random.below(parts.blobs.len()));
    let (start, len) = (get(&parts.blobs[other], (0, 8)), get(&parts.blobs[other], (8, 8)));
    let skipped = if random.once_in(2) { 0 } else { random.number() % (len + 1) };
    let len = if random.once_in(2) { len - skipped } else { random.number() % (len - skipped + 1) };
    put(&mut parts.blobs[i], (0, 8), start + skipped);
    put(&mut parts.blobs[i], (8, 8), len);
    if random.once_in(2) {
        put(&mut parts.blobs[i], (16, 8), len);
        put(&mut parts.blobs[i], (40, 1), 0);
    }
    format!("blob {i} is {len} bytes of blob {other} from {skipped} on")
}

fn strings(parts: &mut Parts, random: &mut Random) -> String {
    if parts.strings.is_empty() {
        return "no strings".into();
    }
    let at = random.below(parts.strings.len());
    if random.once_in(8) {
        parts.strings.truncate(at);
        return format!("strings end at {at}");
    }
    let new = *random.one(b"\0/.\\\xff_a-:");
    parts.strings[at] = new;
    format!("byte {at} of the strings is {new:#x}")
}
