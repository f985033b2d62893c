//! Configurations of other freezers, which build as they are.

mod arguments;
mod auto_py_to_exe;
mod briefcase;
pub mod configuration;
mod failure;
mod message;
mod moved;
pub mod nuitka;
mod place;
mod poetry;
pub mod product;
pub mod pyinstaller;
mod session;
pub mod setup;
mod stand_ins;
