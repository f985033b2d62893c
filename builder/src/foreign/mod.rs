//! Configurations of other freezers, which build as they are.

mod failure;
mod message;
pub mod pyinstaller;
mod session;
pub mod setup;
mod stand_ins;
