//! The only module that prints: progress, warnings, the closing summary, errors, the report file.
