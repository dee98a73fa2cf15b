use clap::ValueEnum;

use crate::app::App;
use crate::error::{CommandError, Exit, Result};

/// Print the script that makes a shell complete command lines
///
/// Commands, flags and their values are completed, profiles of the configuration file, entries of the history, and
/// the orgs and connections that commands at a terminal have seen: `orgconn orgs` and `orgconn list` see all of them.
/// Completing sends nothing and reads no secret.
#[derive(clap::Args, Debug)]
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

/// A shell that can complete command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "PowerShell is a name")]
pub(crate) enum Shell {
    /// Bash, 4.4 or later for all of it
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
}

pub(crate) fn run(args: Args, app: &mut App) -> Result<Exit> {
    let shell = args.shell.ok_or_else(|| {
        let names: Vec<_> = Shell::value_variants()
            .iter()
            .map(|shell| shell.name())
            .collect();
        CommandError::usage("no shell is named").hint(format!("give one of {}", names.join(", ")))
    })?;
    app.output.write_text(shell.script())?;
    Ok(Exit::Done)
}

impl Shell {
    /// The shell's name, as `completions` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
            Self::PowerShell => "powershell",
        }
    }

    /// The script that has the shell ask this program. The scripts of clap_complete leave the quoting to the shell,
    /// and bash, zsh and fish get names with spaces, quotes and colons wrong.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("scripts/orgconn.bash"),
            Self::Zsh => include_str!("scripts/orgconn.zsh"),
            Self::Fish => include_str!("scripts/orgconn.fish"),
            Self::Elvish => include_str!("scripts/orgconn.elv"),
            Self::PowerShell => include_str!("scripts/orgconn.ps1"),
        }
    }
}
