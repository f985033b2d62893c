//! The files and folders that a request names.

use std::path::PathBuf;

use super::{Entry, Macos, Request, Windows};

impl Request {
    /// Calls a function with each path of a file or folder that the product is made from, which may change it.
    pub(crate) fn each_path(&mut self, visit: &mut dyn FnMut(&mut PathBuf)) {
        for program in &mut self.programs {
            if let Entry::Script(script) = &mut program.entry {
                visit(script);
            }
            program.folder.iter_mut().chain(&mut program.then).for_each(&mut *visit);
            program.windows.iter_mut().for_each(|windows| of_windows(windows, visit));
        }
        for item in self.data.iter_mut().chain(&mut self.binaries) {
            let mut path = PathBuf::from(&item.from);
            visit(&mut path);
            item.from = path.to_string_lossy().into_owned();
        }
        let python = &mut self.python;
        let folders =
            [&mut python.paths, &mut python.packages, &mut python.requirements, &mut python.fallback];
        folders.into_iter().flatten().for_each(&mut *visit);
        let files = [&mut self.runtime.hooks, &mut self.hooks.folders, &mut self.rule_files];
        files.into_iter().flatten().for_each(&mut *visit);
        of_windows(&mut self.windows, visit);
        let Macos { icon, entitlements, .. } = &mut self.macos;
        icon.iter_mut().chain(entitlements).for_each(visit);
    }
}

fn of_windows(windows: &mut Windows, visit: &mut dyn FnMut(&mut PathBuf)) {
    let Windows { icon, version_file, manifest, resources, .. } = windows;
    icon.iter_mut().chain(version_file).chain(manifest).for_each(&mut *visit);
    resources.iter_mut().map(|resource| &mut resource.file).for_each(visit);
}
