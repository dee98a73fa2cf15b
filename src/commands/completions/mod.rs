use clap::ValueEnum;

use crate::app::App;
use crate::error::{CommandError, Exit, Result};

/// Print the completion script of a shell
///
/// Commands, flags and their values are completed, profiles of the configuration file, entries of the history, and
/// the orgs and connections that commands at a terminal have seen: `orgconn orgs` and `orgconn list` see all of them.
/// Completing sends nothing and reads no secret.
#[derive(clap::Args, Debug)]
#[command(before_help = "  eval \"$(orgconn completions bash)\"")]
#[command(override_usage = "orgconn completions [OPTIONS] <SHELL>")]
#[command(after_long_help = "Installation, once for all sessions to come:
  bash        echo 'eval \"$(orgconn completions bash)\"' >> ~/.bashrc
  zsh         echo 'eval \"$(orgconn completions zsh)\"' >> ~/.zshrc    (below the line with compinit)
  fish        orgconn completions fish > ~/.config/fish/completions/orgconn.fish
  elvish      orgconn completions elvish >> ~/.config/elvish/rc.elv
  powershell  orgconn completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// The shell whose script it is
    #[arg(value_name = "SHELL", value_enum)]
    shell: Option<Shell>,
}

/// The shells that have a completion script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// Bash (some features need 4.4 or later)
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    Powershell,
}

impl Shell {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
            Self::Powershell => "powershell",
        }
    }

    /// The script with which the shell asks the program for completions. The scripts are our own, since those of the
    /// `clap_complete` crate break on names with spaces, quotes and colons.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("orgconn.bash"),
            Self::Zsh => include_str!("orgconn.zsh"),
            Self::Fish => include_str!("orgconn.fish"),
            Self::Elvish => include_str!("orgconn.elv"),
            Self::Powershell => include_str!("orgconn.ps1"),
        }
    }
}

pub(crate) fn run(args: Args, app: &mut App) -> Result<Exit> {
    let shell = args.shell.ok_or_else(|| {
        let shells: Vec<_> = Shell::value_variants().iter().map(|it| it.name()).collect();
        CommandError::usage("no shell is named").hint(format!("give one of {}", shells.join(", ")))
    })?;
    app.output.write_text(shell.script())?;
    Ok(Exit::Done)
}
