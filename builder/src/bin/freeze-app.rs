//! Starts the `freeze` in the same folder: `uvx` runs the command that has the name of the distribution.

#[path = "../os/instead.rs"]
#[allow(unreachable_pub, reason = "the library exports it")]
mod instead;

use std::io;
use std::process::Command;

fn main() -> io::Result<()> {
    let own = std::env::current_exe()?;
    // Installers may link to this file from another folder.
    let own = own.canonicalize().unwrap_or(own);
    let freeze = own.with_file_name(format!("freeze{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(&freeze);
    command.args(std::env::args_os().skip(1));
    let status = instead::run_instead(&mut command).map_err(|error| {
        io::Error::new(error.kind(), format!("failed to start `{}`: {error}", freeze.display()))
    })?;
    std::process::exit(status.code().unwrap_or(1))
}
