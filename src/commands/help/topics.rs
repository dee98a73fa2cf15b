//! The topics that `orgconn help` explains beside the commands.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::commands::reference::{NO_PERMISSION, REFERENCES};
use crate::error::Exit;

/// The names of the topics, in the order in which they are listed.
pub(crate) const TOPICS: [&str; 6] = [
    "exit-codes",
    "environment",
    "configuration",
    "selectors",
    "permissions",
    "scripting",
];

/// The word that lists the topics.
pub(crate) const TOPIC_LIST: &str = "topics";

/// The text of the topic with this name.
pub(super) fn topic(name: &str) -> Option<String> {
    match name {
        "exit-codes" => Some(exit_codes()),
        "environment" => Some(ENVIRONMENT.to_owned()),
        "configuration" => Some(CONFIGURATION.to_owned()),
        "selectors" => Some(SELECTORS.to_owned()),
        "permissions" => Some(permissions()),
        "scripting" => Some(SCRIPTING.to_owned()),
        TOPIC_LIST => Some(list()),
        _ => None,
    }
}

fn list() -> String {
    let names = TOPICS.map(|name| format!("  {name}\n"));
    format!(
        "Topics, each explained by `orgconn help TOPIC`:\n{}\nExample:\n  orgconn help exit-codes\n",
        names.concat()
    )
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes of orgconn\n\n");
    for exit in Exit::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>5}  {}", exit.code(), exit.meaning());
    }
    text.push_str(
        "
The help of each command has those that it ends with: orgconn check --help

Example:
  orgconn check --destination 'Security Archive' --type logs
  case $? in
    0) echo 'as it should be' ;;
    3) echo 'not as it should be' ;;
    *) echo 'not known' ;;
  esac
",
    );
    text
}

fn permissions() -> String {
    let mut text = String::from("Permissions that the keys need\n");
    let mut commands = IndexMap::<_, Vec<_>>::new();
    for reference in REFERENCES {
        let commands = commands.entry(reference.permission).or_default();
        commands.push(reference.command);
    }
    commands.shift_remove(NO_PERMISSION);
    for (permission, commands) in commands {
        let commands = commands.join(", ");
        let _ = write!(text, "\n{commands}\n  {permission}\n");
    }
    let _ = write!(text, "\nall other commands\n  {NO_PERMISSION}\n");
    text.push_str(
        "
With org_connections_write or org_management, an org is found by its name
wherever it is; else only among the orgs of connections, or by its UUID. A
connection belongs to the user whose keys created it, and Datadog deletes it
when that user is deactivated: use a service account.

Example:
  orgconn auth status      # shows which of them these keys have
",
    );
    text
}

pub(crate) const ENVIRONMENT: &str = "\
Environment variables in their order of precedence; a flag comes before them

  API key            ORGCONN_API_KEY, DD_API_KEY, DATADOG_API_KEY
  application key    ORGCONN_APP_KEY, DD_APP_KEY, DATADOG_APP_KEY
  or access token    ORGCONN_ACCESS_TOKEN, DD_ACCESS_TOKEN, DD_BEARER_TOKEN,
                     DATADOG_BEARER_TOKEN
  site               ORGCONN_SITE, DD_SITE, DATADOG_SITE
  URL of the API     ORGCONN_API_URL, DD_HOST, DATADOG_HOST
Both keys come from one column: a DD_API_KEY is never used with a
DATADOG_APP_KEY. A profile that is chosen supplies the site and the
credentials, and these variables are ignored then.

The other global flags have a variable each
  ORGCONN_PROFILE, ORGCONN_ALL_PROFILES, ORGCONN_TRUST_HOST, ORGCONN_OUTPUT,
  ORGCONN_COLUMNS, ORGCONN_TEMPLATE, ORGCONN_NO_HEADER, ORGCONN_RAW,
  ORGCONN_YES, ORGCONN_NO_INPUT, ORGCONN_QUIET, ORGCONN_VERBOSE,
  ORGCONN_COLOR, ORGCONN_TIMEOUT, ORGCONN_MAX_RETRIES, ORGCONN_CONFIG,
  ORGCONN_SANDBOX, ORGCONN_NO_HISTORY
Any other name that begins with ORGCONN_ is refused: it is probably a
misspelled setting. A variable that is set but empty counts as not set.

Also honoured
  HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NO_COLOR,
  CLICOLOR_FORCE, FORCE_HYPERLINK, TERM, COLUMNS, LC_ALL, LC_CTYPE, LANG,
  BROWSER, DISPLAY, WAYLAND_DISPLAY, XDG_CONFIG_HOME, XDG_STATE_HOME,
  XDG_CACHE_HOME

Example:
  ORGCONN_SANDBOX=1 ORGCONN_OUTPUT=csv orgconn list
";

const CONFIGURATION: &str = "\
The configuration file

It is ~/.config/orgconn/config.toml, or $XDG_CONFIG_HOME/orgconn/config.toml;
--config names another. It has a profile for each org that is worked with:

  default_profile = \"hub\"            # used where none is chosen

  [profiles.hub]
  site = \"datadoghq.eu\"              # or api_url; else datadoghq.com
  org = \"83999dcd-7f97-11f0-8de1-1ecf66f1aa85\"   # other keys are refused
  require_service_account = true     # creates nothing that a person would own
  api_key = { env = \"HUB_API_KEY\" }
  app_key = { command = [\"op\", \"read\", \"op://datadog/hub/app-key\"] }

  [profiles.retail]
  access_token = { file = \"~/.config/orgconn/retail.token\" }

It never holds a secret itself, only where it comes from: a variable (env), a
file that only its owner can read (file), a command that prints it (command),
or the system's keychain (keyring = true).

What comes first: a flag, then a variable (orgconn help environment), then the
profile, then the default. A profile that is chosen (--profile, --all-profiles)
supplies site and credentials alone. If none is chosen, keys in the environment
are used alone; else the profiles of the orgs that the command names, or the
default profile.

Example:
  orgconn profile add retail --api-key-env RETAIL_API --app-key-env RETAIL_APP
  orgconn profile list
";

const SELECTORS: &str = "\
How orgs and connections are named

An org (ORG, DESTINATION) is
  its UUID              83999dcd-7f97-11f0-8de1-1ecf66f1aa85
  its public id         abcdef12345
  its name              \"Observability Hub\": exact first, then in any case
  a profile's org       profile:hub
  the orgs of a group   group:Production, where a list of orgs may stand:
                        --source and --destination of list, graph, audit and
                        export, and source, destination and manage in a file
To force one reading, put uuid:, public-id: or name: in front. Two matches are
an error that lists both. Every run that depends on a name asks Datadog for it.

A connection (CONNECTION) is
  its id                40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d
  the beginning of it   40bb: at least 4 characters that no other begins with
or no id, and --source and --destination that together match exactly one.
Where no profile is chosen, --source of create, update and delete chooses the
profile that is for that org. --from stands for --source, --to and --sink for
--destination.

A run or a change of the history (RUN, ENTRY) is
  its id                1m85atpakvq5d
  the beginning of it   1m85at: at least 4 characters that no other begins with

A type (TYPE) is logs, metrics or audit; several are repeated or
comma-separated.

Example:
  orgconn get --source 'retail us' --destination profile:hub
";

const SCRIPTING: &str = "\
orgconn in scripts

Data goes to standard output; progress, warnings, errors and hints go to
standard error. Without a terminal, or with --no-input, nothing is asked: where
an answer is needed, the exit code is 2. --yes confirms.

  -o json               {\"schema\":\"orgconn/v1\",\"items\":[…],\"errors\":[…]},
                        after an error too
  -o jsonl              an item a line, while a long listing still arrives
  -o id                 an id a line
  --columns id,source   only these fields (json, jsonl, yaml, csv, tsv)
  --template TEXT       a line for each item, with columns in braces
  --no-header           no header (csv, tsv)

Fields are only ever added, and exit codes never change their meaning (orgconn
help exit-codes). create --if-not-exists, delete --ignore-not-found and apply
may be run again. --dry-run changes nothing. With --sandbox, or for a whole
script ORGCONN_SANDBOX=1, it is tried on sample orgs.

Example:
  id=$(orgconn create 'Security Archive' --type logs --if-not-exists -o id)
  orgconn list --type audit --template '{source} shares its audit data'
  orgconn list --source 'Legacy Shop' -o id | orgconn delete - --yes
";
