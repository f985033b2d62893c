//! The stand-ins for PyInstaller, which are embedded in the builder.

use super::super::stand_ins::stand_ins;

/// The stand-ins: path below their folder, and content.
pub(super) const STAND_INS: &[(&str, &str)] = stand_ins![
    "PyInstaller/__init__.py",
    "PyInstaller/__main__.py",
    "PyInstaller/building/__init__.py",
    "PyInstaller/building/api.py",
    "PyInstaller/building/build_main.py",
    "PyInstaller/building/datastruct.py",
    "PyInstaller/building/osx.py",
    "PyInstaller/building/splash.py",
    "PyInstaller/building/utils.py",
    "PyInstaller/compat.py",
    "PyInstaller/config.py",
    "PyInstaller/depend/__init__.py",
    "PyInstaller/depend/bindepend.py",
    "PyInstaller/depend/dylib.py",
    "PyInstaller/depend/utils.py",
    "PyInstaller/exceptions.py",
    "PyInstaller/isolated/__init__.py",
    "PyInstaller/log.py",
    "PyInstaller/utils/__init__.py",
    "PyInstaller/utils/hooks/__init__.py",
    "PyInstaller/utils/hooks/conda.py",
    "PyInstaller/utils/hooks/django.py",
    "PyInstaller/utils/hooks/gi.py",
    "PyInstaller/utils/hooks/qt.py",
    "PyInstaller/utils/hooks/setuptools.py",
    "PyInstaller/utils/hooks/tcl_tk.py",
    "PyInstaller/utils/misc.py",
    "PyInstaller/utils/osx.py",
    "PyInstaller/utils/win32/__init__.py",
    "PyInstaller/utils/win32/versioninfo.py",
    "_freeze_convert.py",
    "_freeze_hooks.py",
    "_freeze_merge.py",
    "_freeze_record.py",
    "_freeze_spec.py",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::stand_ins::assert_embeds;

    #[test]
    fn all_stand_ins_are_embedded() {
        assert_embeds(STAND_INS, "src/foreign/pyinstaller/python");
    }
}
