//! A display for programs with windows, where the machine has none.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// An X server without a screen; it ends with the value.
#[derive(Debug)]
pub struct Display {
    server: Child,
    /// What `DISPLAY` is to be.
    pub name: String,
}

impl Display {
    /// Starts one, if there is Xvfb.
    pub fn start() -> Option<Display> {
        let mut command = Command::new("Xvfb");
        command
            .args(["-displayfd", "1", "-nolisten", "tcp", "-ac"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = command.spawn().ok()?;
        let mut number = String::new();
        let output = server.stdout.take().expect("it is a pipe");
        BufReader::new(output).read_line(&mut number).expect("it tells its number");
        Some(Display { server, name: format!(":{}", number.trim()) })
    }

    /// Number of the process.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
