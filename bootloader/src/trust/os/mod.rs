//! Queries the system for the properties of processes, files and accounts that decisions depend on.

#[cfg(unix)]
mod entry;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_vendor = "apple")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Handle, account_name, group_name, judge_entry, open_in, user_name, walk};
#[cfg(unix)]
pub use unix::{Rights, account_home};
#[cfg(windows)]
pub(super) use windows::{Handle, account_name, group_name, judge_entry, open_in, user_name, walk};
#[cfg(windows)]
pub use windows::{Rights, account_home, create_folder, final_path, local_data, machine_data};
