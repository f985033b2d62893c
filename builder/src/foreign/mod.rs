//! Configurations of other freezers, which build as they are.

pub mod pyinstaller;
