//! The help of `completions`.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn completions() {
    assert_data_eq!(
        page("completions"),
        str![[r#"
Print the completion script of a shell

Commands, flags and their values are completed, profiles of the configuration file, entries of the
history, and the orgs and connections that commands at a terminal have seen: `orgconn orgs` and
`orgconn list` see all of them. Completing sends nothing and reads no secret.

Usage: orgconn completions [OPTIONS] <SHELL>

Arguments:
  [SHELL]
          The shell whose script it is

          Possible values:
          - bash:       Bash (some features need 4.4 or later)
          - zsh:        Z shell
          - fish:       fish
          - elvish:     Elvish
          - powershell: PowerShell

Options:
  -h, --help
          Print help (see a summary with '-h')

Installation, once for all sessions to come:
  bash        echo 'eval "$(orgconn completions bash)"' >> ~/.bashrc
  zsh         echo 'eval "$(orgconn completions zsh)"' >> ~/.zshrc    (below the line with compinit)
  fish        orgconn completions fish > ~/.config/fish/completions/orgconn.fish
  elvish      orgconn completions elvish >> ~/.config/elvish/rc.elv
  powershell  orgconn completions powershell >> $PROFILE

"#]]
    );
}
