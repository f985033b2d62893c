//! Publishes the application atomically: the previous one stays in place until the new one is complete.

mod compare;
mod write;

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::Totals;
use crate::assemble::App;
use crate::error::{Context, Error, Result, Warning};
use crate::os::{exchange, in_use, lock_folder, symlink};
use crate::spec::{Mode, Request};

/// Name prefix of the hidden folders in which applications are built, next to their destination.
const TEMPORARY: &str = ".freeze-tmp-";

/// The result of publishing.
#[derive(Clone, Debug)]
pub struct Published {
    /// Onefile: the executable; onedir: the folder.
    pub path: PathBuf,
    /// The executable to start.
    pub program: PathBuf,
    /// All executables, the main one first.
    pub executables: Vec<PathBuf>,
    /// Size of the application in bytes.
    pub size: u64,
    /// Whether an identical application already existed.
    pub unchanged: bool,
    /// Numbers for the summary.
    pub totals: Totals,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// Writes the application to the output folder, unless an identical one exists (with `--clean`, always).
///
/// # Errors
/// The folder cannot be written, the disk is full, a folder that `freeze` has not created is in the way, or
/// an interrupt. The previous application then stays unchanged.
pub fn publish(request: &Request, app: App) -> Result<Published> {
    let dist = &request.output.dist;
    let product = dist.join(&app.name);
    let folder = match app.mode {
        Mode::Onefile => dist.clone(),
        Mode::Onedir => product.clone(),
    };
    let names = app.executables.iter().map(|e| &e.name).chain(&app.aliases);
    let executables: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    let published = |unchanged| Published {
        path: product.clone(),
        program: executables.first().cloned().unwrap_or_else(|| product.clone()),
        size: app.executables.iter().map(|e| e.len).sum::<u64>()
            + app.beside.iter().map(|b| b.size).sum::<u64>(),
        executables: executables.clone(),
        unchanged,
        totals: app.totals.clone(),
        warnings: app.warnings.clone(),
    };
    let unchanged = || match app.mode {
        Mode::Onefile => {
            let mut all = app.executables.iter();
            all.all(|e| compare::onefile(&dist.join(&e.name), e)) && compare::aliases(dist, &app)
        }
        Mode::Onedir => compare::onedir(&product, &app),
    };
    if !request.output.clean && unchanged() {
        return Ok(published(true));
    }
    if !request.output.overwrite {
        let others = executables.iter().skip(1).filter(|_| app.mode == Mode::Onefile);
        check_replaced(others.chain([&product]), &app)?;
    }
    std::fs::create_dir_all(dist).context(|| format!("failed to create `{}`", dist.display()))?;
    let temporary = Temporary::new(dist)?;
    sweep(dist, &temporary);
    let new = temporary.path.join(&app.name);
    let written = match app.mode {
        Mode::Onefile => {
            let mut all = app.executables.iter();
            all.try_for_each(|e| write::executable(&temporary.path.join(&e.name), e))
        }
        Mode::Onedir => write::onedir(&new, &app),
    };
    // Errors after an interrupt are its consequence.
    crate::interrupt::check()?;
    written.context(|| format!("failed to write `{}`", product.display()))?;
    replace(&new, &product).map_err(|e| not_replaced(e, &product))?;
    beside(&app, dist, &temporary)?;
    Ok(published(false))
}

/// Puts the executables and names of further programs of a onefile bundle next to the first.
fn beside(app: &App, dist: &Path, temporary: &Temporary) -> Result<()> {
    for companion in app.executables.iter().skip(1).filter(|_| app.mode == Mode::Onefile) {
        let place = dist.join(&companion.name);
        replace(&temporary.path.join(&companion.name), &place).map_err(|e| not_replaced(e, &place))?;
    }
    for alias in &app.aliases {
        let link = temporary.path.join(alias);
        let made = match app.copies {
            true => std::fs::copy(dist.join(&app.name), &link).map(drop),
            false => symlink(&app.name, &link),
        };
        made.and_then(|()| replace(&link, &dist.join(alias)))
            .map_err(|e| not_replaced(e, &dist.join(alias)))?;
    }
    Ok(())
}

/// Fails if one of these files or folders is not to be replaced without confirmation.
fn check_replaced<'a>(mut products: impl Iterator<Item = &'a PathBuf>, app: &App) -> Result<()> {
    let Some(other) = products.find(|path| !may_replace(path, app)) else { return Ok(()) };
    let error = Error::new(format!("`{}` exists and was not created by freeze", other.display()));
    Err(error.hint("`-y` replaces it; `--distpath` selects another folder"))
}

/// Whether the entry at `product` may be replaced without confirmation.
fn may_replace(product: &Path, app: &App) -> bool {
    let Ok(metadata) = std::fs::symlink_metadata(product) else { return true };
    if !metadata.is_dir() {
        return app.mode == Mode::Onefile || compare::is_ours(product);
    }
    let ours = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|e| compare::is_ours(&e.path()))
    };
    let is_empty = std::fs::read_dir(product).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || ours(product) || ours(&product.join(crate::inspect::BUNDLED))
}

/// Replaces `old` with `new`, atomically if the system supports that.
fn replace(new: &Path, old: &Path) -> io::Result<()> {
    // Try again if another build of the same application was faster.
    for _ in 0..20 {
        match std::fs::symlink_metadata(old) {
            Err(_) => {
                if std::fs::rename(new, old).is_ok() {
                    return Ok(());
                }
            }
            Ok(there) if !there.is_dir() && !new.is_dir() => return std::fs::rename(new, old),
            // The old application is then in the temporary folder and is removed with it.
            Ok(_) => match exchange(new, old) {
                Ok(()) => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(_) => break,
            },
        }
    }
    // Without support from the system, neither exists for a moment.
    let aside = new.with_extension("old");
    std::fs::rename(old, &aside)?;
    std::fs::rename(new, old).inspect_err(|_| {
        let _ = std::fs::rename(&aside, old);
    })
}

/// Reports that the old application could not be replaced.
fn not_replaced(error: io::Error, product: &Path) -> Error {
    let is_used = in_use(&error) && product.exists();
    let error = Error::from(error).context(format!("failed to write `{}`", product.display()));
    if is_used { error.hint("it is in use or protected: stop the program and build again") } else { error }
}

/// A hidden folder next to the application, which is removed with its content on drop.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    /// Held while the folder is in use: a sweep only removes unlocked folders.
    lock: Option<File>,
}

impl Temporary {
    fn new(dist: &Path) -> Result<Temporary> {
        let failed = || format!("failed to write to `{}`", dist.display());
        loop {
            let dir = tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(dist).context(failed)?;
            let lock = lock_folder(dir.path()).and_then(|file| match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
                // On a file system without locks, no process sweeps.
                Err(TryLockError::Error(_)) => Ok(None),
            });
            // A sweep may have removed the folder before it was locked.
            match lock {
                Ok(lock) if dir.path().exists() => return Ok(Temporary { path: dir.keep(), lock }),
                _ => crate::interrupt::check()?,
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // The lock file may be in the folder.
        drop(self.lock.take());
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Locks a folder; `None` if that is not possible or another process has locked it.
fn lock(dir: &Path) -> Option<File> {
    let file = lock_folder(dir).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Removes the remains of killed builds.
fn sweep(dist: &Path, own: &Temporary) {
    for entry in std::fs::read_dir(dist).into_iter().flatten().flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY));
        if ours && path != own.path && lock(&path).is_some() {
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests;
