//! Offsets of the fields of `PyConfig` for each version of Python. `bootloader/layouts.py` generates the
//! declarations.

use std::ffi::c_int;
use std::mem::{offset_of, size_of};

use super::api::{PyWideStringList, WStr};
use super::version::Version;
use crate::launcher::os::{self, Abi};

/// Bytes to reserve after the end of a `PyConfig`, where debug builds have more fields.
pub(crate) const ROOM: usize = 128;

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `int`.
    Int,
    /// `int` that is only declared on Windows.
    WindowsInt,
    /// `unsigned long`.
    Ulong,
    /// `wchar_t *`.
    Str,
    /// `PyWideStringList`.
    List,
}

/// A field: its name, offset and type.
pub(crate) type Field = (&'static str, usize, Kind);

/// `PyConfig` of one version of Python.
#[derive(Debug)]
pub(crate) struct Layout {
    /// `sizeof(PyConfig)`.
    pub(crate) size: usize,
    /// Its fields in order.
    pub(crate) fields: &'static [Field],
}

impl Layout {
    /// Returns the layout of a version on this system; `None` if it is unknown or not needed (from 3.14 on).
    pub(crate) fn of(version: Version) -> Option<&'static Layout> {
        Layout::on::<os::OwnAbi>(version)
    }

    fn on<A: Abi>(version: Version) -> Option<&'static Layout> {
        Some(match (version.minor, version.free_threaded) {
            (9, false) => versions::V3_9::<A>::LAYOUT,
            (10, false) => versions::V3_10::<A>::LAYOUT,
            (11, false) => versions::V3_11::<A>::LAYOUT,
            (12, false) => versions::V3_12::<A>::LAYOUT,
            (13, false) => versions::V3_13::<A>::LAYOUT,
            (13, true) => versions::V3_13T::<A>::LAYOUT,
            _ => return None,
        })
    }

    /// Returns the field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        self.fields.iter().find(|f| f.0 == name).copied()
    }
}

macro_rules! c_type {
    (int) => {
        c_int
    };
    (windows) => {
        A::WindowsInt
    };
    (ulong) => {
        A::Ulong
    };
    (wstr) => {
        WStr
    };
    (list) => {
        PyWideStringList
    };
}

macro_rules! kind {
    (int) => {
        Kind::Int
    };
    (windows) => {
        Kind::WindowsInt
    };
    (ulong) => {
        Kind::Ulong
    };
    (wstr) => {
        Kind::Str
    };
    (list) => {
        Kind::List
    };
}

/// Declares the struct like its header, in runs of equal types, and lists its fields.
macro_rules! layout {
    ($name:ident: $($type:ident($($field:ident),* $(,)?))*) => {
        #[allow(non_camel_case_types, dead_code)]
        #[repr(C)]
        pub(super) struct $name<A: Abi> {
            $($($field: c_type!($type),)*)*
        }

        impl<A: Abi> $name<A> {
            pub(super) const LAYOUT: &Layout = &Layout {
                size: size_of::<$name<A>>(),
                fields: &[$($((stringify!($field), offset_of!($name<A>, $field), kind!($type)),)*)*],
            };
        }
    };
}

mod versions;

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::api::PyPreConfig;
    use super::super::headers::{self, Headers};
    use super::*;
    use crate::launcher::os::{UnixAbi, WindowsAbi};

    /// Returns the questions for the headers, and the expected answers.
    fn questions(layout: &Layout, headers: &Headers, ulong: usize) -> (Vec<(String, String)>, String) {
        // A debug build has more fields after these.
        let mut asked = Vec::new();
        let mut expected = String::new();
        if !headers.debug {
            asked.push(("size".to_owned(), "sizeof(PyConfig)".to_owned()));
            writeln!(expected, "size {}", layout.size).unwrap();
        }
        for (name, offset, kind) in layout.fields {
            let size = match kind {
                Kind::WindowsInt if ulong == 8 => continue,
                Kind::Int | Kind::WindowsInt => 4,
                Kind::Ulong => ulong,
                Kind::Str => 8,
                Kind::List => 16,
            };
            asked.push((name.to_string(), format!("offsetof(PyConfig, {name})")));
            asked.push((format!("size of {name}"), format!("sizeof(((PyConfig *)0)->{name})")));
            writeln!(expected, "{name} {offset}\nsize of {name} {size}").unwrap();
        }
        (asked, expected)
    }

    #[test]
    fn layouts_are_those_of_the_headers() {
        for headers in headers::all() {
            let Some(layout) = Layout::on::<UnixAbi>(headers.version) else { continue };
            let (asked, expected) = questions(layout, &headers, 8);
            let Some(said) = headers.ask(&asked) else { return };
            assert_eq!(said, expected, "{}", headers.shown());
            let size = headers.ask(&[("size".to_owned(), "sizeof(PyConfig)".to_owned())]).unwrap();
            let size: usize = size.trim().strip_prefix("size ").unwrap().parse().unwrap();
            assert!(size <= layout.size + ROOM, "{}", headers.shown());
        }
    }

    #[test]
    fn layouts_are_those_of_the_headers_on_windows_too() {
        for headers in headers::all().iter().filter(|h| !h.debug) {
            let Some(layout) = Layout::on::<WindowsAbi>(headers.version) else {
                continue;
            };
            let (mut asked, mut expected) = questions(layout, headers, 4);
            type Pre = PyPreConfig<WindowsAbi>;
            for (name, offset) in [
                ("isolated", offset_of!(Pre, isolated)),
                ("legacy_windows_fs_encoding", offset_of!(Pre, legacy_windows_fs_encoding)),
                ("utf8_mode", offset_of!(Pre, utf8_mode)),
                ("dev_mode", offset_of!(Pre, dev_mode)),
                ("allocator", offset_of!(Pre, allocator)),
            ] {
                asked.push((format!("pre {name}"), format!("offsetof(PyPreConfig, {name})")));
                writeln!(expected, "pre {name} {offset}").unwrap();
            }
            let Some(said) = headers.ask_for_windows(&asked) else { return };
            assert_eq!(said, expected, "{}", headers.shown());
        }
    }
}
