//! The help of the program itself.

use snapbox::{assert_data_eq, str};

use super::shown;

#[test]
fn the_long_help_explains_every_command_and_global_flag() {
    assert_data_eq!(
        shown(&["--help"]),
        str![[r#"
See, change and check the connections between Datadog organizations.

A connection lets a destination org query the logs, metrics or audit data of a source org of the
same account. It is made with the source org's credentials.

Usage: orgconn [OPTIONS] <COMMAND>

Commands:
  list         List the connections this org takes part in [alias: ls]
  get          Show one connection
  create       Connect this org to others, which may then query its data
  update       Change what connections share
  delete       Delete connections [alias: rm]
  plan         Show what would turn the live connections into those of a file
  apply        Carry out what turns the live connections into those of a file
  check        Check that a connection, or all connections of a file, are as they should be
  export       Write the live connections as a file
  graph        Draw who sees whose data
  schema       Print the JSON Schema of the desired-state file, for editors
  history      List the changes that this machine made, the newest first
  undo         Take back a change of the history
  orgs         List the orgs that these credentials manage
  auth         Who these credentials are and what they may do; log in and out
  profile      The profiles of the configuration file: one for each org that is worked with
  sandbox      The local stand-in for the API: serve it, reset it, or say where its state is
  completions  Print the script that makes a shell complete command lines
  help         Explain a command, or one of the topics: exit-codes, selectors, environment

Options:
  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --profile <NAME>
          Profile of the configuration file to use; several, comma-separated, where a command takes
          several [env: ORGCONN_PROFILE]

      --all-profiles
          Use all profiles of the configuration file [env: ORGCONN_ALL_PROFILES]

      --site <SITE>
          Datadog site of the orgs, such as datadoghq.eu [env: ORGCONN_SITE, DD_SITE, DATADOG_SITE]
          [default: datadoghq.com]

      --api-url <URL>
          Base URL of the API, in place of the site's own [env: ORGCONN_API_URL, DATADOG_HOST]

      --trust-host <HOST>
          Let the keys go to this host too, which is neither Datadog's nor this machine; repeatable
          [env: ORGCONN_TRUST_HOST]

  -o, --output <FORMAT>
          Format of what goes to standard output

          Possible values:
          - table: Aligned columns for people; on a terminal fitted to its width
          - json:  One object: `{"schema":"orgconn/v1","items":[…],"errors":[…]}`
          - jsonl: One JSON item a line
          - yaml:  The data of `json`, as YAML
          - csv:   Comma-separated values with a header
          - tsv:   Tab-separated values with a header
          - id:    One id a line
          
          [env: ORGCONN_OUTPUT]
          [default: table]

      --columns <NAMES>
          Columns to show in table, csv and tsv, in this order (comma-separated)
          
          [env: ORGCONN_COLUMNS]

      --no-header
          Leave out the line of column names in table, csv and tsv
          
          [env: ORGCONN_NO_HEADER]

  -y, --yes
          Do what would be asked about, without asking
          
          [env: ORGCONN_YES]

      --no-input
          Never ask: what would need an answer is an error
          
          [env: ORGCONN_NO_INPUT]

  -q, --quiet
          Leave notes and hints out: standard error gets warnings and errors alone
          
          [env: ORGCONN_QUIET]

  -v, --verbose...
          Tell of each request on standard error; given twice, with details
          
          [env: ORGCONN_VERBOSE]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal that takes it, unless the environment says otherwise
          - always: Always, into a pipe or file too
          - never:  Never
          
          [env: ORGCONN_COLOR]
          [default: auto]

      --timeout <DURATION>
          The longest that one operation may take, its retries and waits included
          
          [env: ORGCONN_TIMEOUT]
          [default: 60s]

      --max-retries <N>
          How often a request is tried again that failed for a reason that may pass
          
          [env: ORGCONN_MAX_RETRIES]
          [default: 3]

      --config <FILE>
          Configuration file to read in place of the usual one
          
          [env: ORGCONN_CONFIG]

      --sandbox
          Use a local stand-in for the API with sample orgs: no account, no keys, nothing leaves
          this machine
          
          [env: ORGCONN_SANDBOX]

Try it without an account: orgconn --sandbox list
More: orgconn help exit-codes, orgconn help selectors, orgconn help environment

"#]]
    );
}

#[test]
fn the_short_help_has_the_same_commands_and_flags() {
    assert_data_eq!(
        shown(&["-h"]),
        str![[r#"
See, change and check the connections between Datadog organizations

Usage: orgconn [OPTIONS] <COMMAND>

Commands:
  list         List the connections this org takes part in [alias: ls]
  get          Show one connection
  create       Connect this org to others, which may then query its data
  update       Change what connections share
  delete       Delete connections [alias: rm]
  plan         Show what would turn the live connections into those of a file
  apply        Carry out what turns the live connections into those of a file
  check        Check that a connection, or all connections of a file, are as they should be
  export       Write the live connections as a file
  graph        Draw who sees whose data
  schema       Print the JSON Schema of the desired-state file, for editors
  history      List the changes that this machine made, the newest first
  undo         Take back a change of the history
  orgs         List the orgs that these credentials manage
  auth         Who these credentials are and what they may do; log in and out
  profile      The profiles of the configuration file: one for each org that is worked with
  sandbox      The local stand-in for the API: serve it, reset it, or say where its state is
  completions  Print the script that makes a shell complete command lines
  help         Explain a command, or one of the topics: exit-codes, selectors, environment

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
      --profile <NAME>      Profile of the configuration file to use; several, comma-separated,
                            where a command takes several [env: ORGCONN_PROFILE]
      --all-profiles        Use all profiles of the configuration file [env: ORGCONN_ALL_PROFILES]
      --site <SITE>         Datadog site of the orgs, such as datadoghq.eu [env: ORGCONN_SITE,
                            DD_SITE, DATADOG_SITE] [default: datadoghq.com]
      --api-url <URL>       Base URL of the API, in place of the site's own [env: ORGCONN_API_URL,
                            DATADOG_HOST]
      --trust-host <HOST>   Let the keys go to this host too, which is neither Datadog's nor this
                            machine; repeatable [env: ORGCONN_TRUST_HOST]
  -o, --output <FORMAT>     Format of what goes to standard output [env: ORGCONN_OUTPUT] [default:
                            table] [possible values: table, json, jsonl, yaml, csv, tsv, id]
      --columns <NAMES>     Columns to show in table, csv and tsv, in this order (comma-separated)
                            [env: ORGCONN_COLUMNS]
      --no-header           Leave out the line of column names in table, csv and tsv [env:
                            ORGCONN_NO_HEADER]
  -y, --yes                 Do what would be asked about, without asking [env: ORGCONN_YES]
      --no-input            Never ask: what would need an answer is an error [env: ORGCONN_NO_INPUT]
  -q, --quiet               Leave notes and hints out: standard error gets warnings and errors alone
                            [env: ORGCONN_QUIET]
  -v, --verbose...          Tell of each request on standard error; given twice, with details [env:
                            ORGCONN_VERBOSE]
      --color <WHEN>        When to use colour [env: ORGCONN_COLOR] [default: auto] [possible
                            values: auto, always, never]
      --timeout <DURATION>  The longest that one operation may take, its retries and waits included
                            [env: ORGCONN_TIMEOUT] [default: 60s]
      --max-retries <N>     How often a request is tried again that failed for a reason that may
                            pass [env: ORGCONN_MAX_RETRIES] [default: 3]
      --config <FILE>       Configuration file to read in place of the usual one [env:
                            ORGCONN_CONFIG]
      --sandbox             Use a local stand-in for the API with sample orgs: no account, no keys,
                            nothing leaves this machine [env: ORGCONN_SANDBOX]

Try it without an account: orgconn --sandbox list
More: orgconn help exit-codes, orgconn help selectors, orgconn help environment

"#]]
    );
}
