//! The options for the environment that a build creates.

use builder::spec::EnvironmentRequest;
use clap::Args;

/// Whether to create an environment, and how.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Environment")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct EnvironmentArgs {
    /// Create an environment from inline metadata, a lock file or the project.
    ///
    /// The default for a script with inline metadata, unless `--python` names an environment.
    #[arg(long, overrides_with = "no_sync", hide_short_help = true)]
    sync: bool,
    /// Use the interpreter as it is.
    #[arg(long, overrides_with = "sync", hide_short_help = true, conflicts_with_all = ["locked", "extra", "group"])]
    no_sync: bool,
    /// Like `--sync`, but fail if the versions are not locked.
    #[arg(long, hide_short_help = true)]
    locked: bool,
    /// Download nothing: use what is in the caches.
    #[arg(long, hide_short_help = true)]
    offline: bool,
    /// Address or folder to fetch Pythons for other platforms from, in the layout of python-build-standalone.
    #[arg(long, value_name = "URL | DIR", hide_short_help = true)]
    python_mirror: Option<String>,
    /// Like `--sync`, and install these optional dependencies of the project.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    extra: Vec<String>,
    /// Like `--sync`, and install this dependency group of the project.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    group: Vec<String>,
}

impl EnvironmentArgs {
    /// Returns the part of a request that these options determine.
    pub(super) fn request(&self) -> EnvironmentRequest {
        let wanted = self.sync || self.locked || !self.extra.is_empty() || !self.group.is_empty();
        let split = |names: &[String]| -> Vec<String> {
            names.iter().flat_map(|n| n.split(',')).map(|n| n.trim().to_owned()).collect()
        };
        EnvironmentRequest {
            sync: if self.no_sync { Some(false) } else { wanted.then_some(true) },
            locked: self.locked,
            offline: self.offline,
            mirror: self.python_mirror.clone(),
            extras: split(&self.extra),
            groups: split(&self.group),
        }
    }
}
