//! Puts launcher and archive together: onefile, onedir, later a bundle.
