//! The stand-ins for PyInstaller, which are embedded in the builder.

/// Lists files with their contents.
macro_rules! stand_ins {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("python/", $path))),)*]
    };
}

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
    "_freeze_spec.py",
    "_freeze_wire.py",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_stand_ins_are_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/foreign/pyinstaller/python");
        let mut there: Vec<String> = walkdir::WalkDir::new(&folder)
            .into_iter()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|e| e == "py"))
            .map(|entry| entry.path().strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/"))
            .collect();
        there.sort();
        let embedded: Vec<&str> = STAND_INS.iter().map(|(path, _)| *path).collect();
        assert_eq!(embedded, there);
    }
}
