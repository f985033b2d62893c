//! Properties on Windows of several programs that share a bundle.

use super::Windows;

impl Windows {
    /// Returns the properties that differ from those of `base`.
    pub(crate) fn without(&self, base: &Windows) -> Windows {
        fn differing<T: Clone + PartialEq>(own: &Option<T>, base: &Option<T>) -> Option<T> {
            own.clone().filter(|_| own != base)
        }
        let mut version_info = self.version_info.clone();
        version_info.retain(|key, value| base.version_info.get(key) != Some(value));
        Windows {
            icon: differing(&self.icon, &base.icon),
            console: differing(&self.console, &base.console),
            version_info,
            version_file: differing(&self.version_file, &base.version_file),
            hide_console: differing(&self.hide_console, &base.hide_console),
            windowed_traceback: differing(&self.windowed_traceback, &base.windowed_traceback),
            resources: self.resources.iter().filter(|r| !base.resources.contains(r)).cloned().collect(),
            manifest: differing(&self.manifest, &base.manifest),
            uac: differing(&self.uac, &base.uac),
            uiaccess: self.uiaccess && !base.uiaccess,
        }
    }

    /// Returns these properties, with those of `base` where they say nothing.
    #[must_use]
    pub(crate) fn over(self, base: &Windows) -> Windows {
        let base = base.clone();
        let mut version_info = base.version_info;
        version_info.extend(self.version_info);
        Windows {
            icon: self.icon.or(base.icon),
            console: self.console.or(base.console),
            version_info,
            version_file: self.version_file.or(base.version_file),
            hide_console: self.hide_console.or(base.hide_console),
            windowed_traceback: self.windowed_traceback.or(base.windowed_traceback),
            resources: [base.resources, self.resources].concat(),
            manifest: self.manifest.or(base.manifest),
            uac: self.uac.or(base.uac),
            uiaccess: self.uiaccess || base.uiaccess,
        }
    }
}
