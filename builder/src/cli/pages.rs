//! Texts that are generated from the options: completion scripts and manual pages.

use builder::error::{Context, Error, Result};
use builder::nearest::did_you_mean;
use clap::{Command, ValueEnum};
use clap_complete::Generator;

use super::USAGE;

/// A shell to complete for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

/// Returns the completion script for a shell.
pub(super) fn completions(shell: Shell, command: &Command) -> String {
    let command = &mut visible(command);
    match shell {
        Shell::Bash => script(clap_complete::Shell::Bash, command),
        Shell::Elvish => script(clap_complete::Shell::Elvish, command),
        Shell::Fish => script(clap_complete::Shell::Fish, command),
        Shell::Nushell => script(clap_complete_nushell::Nushell, command),
        Shell::Powershell => script(clap_complete::Shell::PowerShell, command),
        Shell::Zsh => script(clap_complete::Shell::Zsh, command),
    }
}

/// Returns a command without hidden options and commands.
fn visible(command: &Command) -> Command {
    let mut shown = Command::new(command.get_name().to_owned())
        .args(command.get_arguments().filter(|argument| !argument.is_hide_set()))
        .subcommands(command.get_subcommands().filter(|command| !command.is_hide_set()).map(visible))
        .disable_help_subcommand(true)
        .disable_help_flag(command.is_disable_help_flag_set());
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    shown
}

fn script(generator: impl Generator, command: &mut Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(generator, command, "freeze", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the manual page of a command or of all of `freeze`.
///
/// # Errors
/// There is no such command.
pub(super) fn manual(name: Option<&str>, mut command: Command) -> Result<String> {
    command.build();
    if let Some(name) = name {
        let Some(found) = command.find_subcommand(name) else {
            let error = Error::new(format!("there is no command `{name}`")).exit_code(USAGE);
            let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            return Err(error.hint(did_you_mean(name, &names)));
        };
        command = found.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).context(|| "failed to write the manual page")?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
