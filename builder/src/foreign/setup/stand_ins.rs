//! The stand-ins for cx_Freeze, py2exe, py2app and setuptools, which are embedded in the builder.

use super::super::stand_ins::{StandIns, stand_ins};

/// The stand-ins: path below their folder, and content.
pub(super) const STAND_INS: StandIns = stand_ins![
    "_freeze_build.py",
    "_freeze_distribution.py",
    "_freeze_modules.py",
    "_freeze_order.py",
    "_freeze_script.py",
    "_freeze_setup.py",
    "_freeze_values.py",
    "cx_Freeze/__init__.py",
    "cx_Freeze/_build_exe.py",
    "cx_Freeze/_executable.py",
    "cx_Freeze/_freezer.py",
    "cx_Freeze/_service.py",
    "distutils/__init__.py",
    "distutils/core.py",
    "distutils/dir_util.py",
    "distutils/file_util.py",
    "distutils/filelist.py",
    "distutils/log.py",
    "distutils/spawn.py",
    "distutils/sysconfig.py",
    "distutils/util.py",
    "distutils/version.py",
    "py2app/__init__.py",
    "py2app/_py2app.py",
    "py2exe/__init__.py",
    "py2exe/_service.py",
    "py2exe/build_exe.py",
    "py2exe/mf.py",
    "setuptools/__init__.py",
    "setuptools/config/__init__.py",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::stand_ins::assert_embeds;

    #[test]
    fn all_stand_ins_are_embedded() {
        assert_embeds(STAND_INS, "src/foreign/setup/python");
    }
}
