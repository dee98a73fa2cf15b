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
...
  help         Explain a command, or one of the topics: exit-codes, selectors, environment

Options:
  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --profile <NAME>
          Profile of the configuration file to use; several, comma-separated, where a command takes
          several
          
          [env: ORGCONN_PROFILE]

      --all-profiles
          Use all profiles of the configuration file
          
          [env: ORGCONN_ALL_PROFILES]

      --site <SITE>
          Datadog site of the orgs, such as datadoghq.eu [default: datadoghq.com]
          
          [env: ORGCONN_SITE, DD_SITE, DATADOG_SITE]

      --api-url <URL>
          Base URL of the API, in place of the site's own
          
          [env: ORGCONN_API_URL, DD_HOST, DATADOG_HOST]

      --trust-host <HOST>
          Send keys to this host too, although it is neither Datadog's nor this machine; repeatable
          
          [env: ORGCONN_TRUST_HOST]

  -o, --output <FORMAT>
          Output format
          
          [env: ORGCONN_OUTPUT]

          Possible values:
          - table: Aligned columns for people; on a terminal fitted to its width
          - wide:  The table with every column and whole values, however narrow the terminal is
          - json:  One object: `{"schema":"orgconn/v1","items":[…],"errors":[…]}`
          - jsonl: One JSON item per line
          - yaml:  The data of `json`, as YAML; of `export`, a desired-state file
          - csv:   Comma-separated values with a header
          - tsv:   Tab-separated values with a header
          - id:    One id per line
          
          [default: table]

      --columns <NAMES>
          Columns to show in table, csv and tsv, or fields in json, jsonl and yaml, in this order
          (comma-separated)
          
          [env: ORGCONN_COLUMNS]

      --template <TEXT>
          One line for each item, with columns in braces: '{source} -> {destination}: {types}'
          
          [env: ORGCONN_TEMPLATE]

      --no-header
          Leave out the header in table, csv and tsv
          
          [env: ORGCONN_NO_HEADER]

  -y, --yes
          Answer yes to every confirmation
          
          [env: ORGCONN_YES]

      --no-input
          Never ask; fail where an answer is needed
          
          [env: ORGCONN_NO_INPUT]

  -q, --quiet
          Print only warnings and errors to standard error
          
          [env: ORGCONN_QUIET]

  -v, --verbose...
          Log each request to standard error; given twice, with details
          
          [env: ORGCONN_VERBOSE]

      --color <WHEN>
          When to use colour
          
          [env: ORGCONN_COLOR]

          Possible values:
          - auto:   On a terminal that takes it, unless the environment says otherwise
          - always: Always, into a pipe or file too
          - never:  Never
          
          [default: auto]

      --timeout <DURATION>
          Time limit of one request, with its retries and waits; a check after a lost answer may
          take as long again
          
          [env: ORGCONN_TIMEOUT]
          
          [default: 60s]

      --max-retries <N>
          How often a request is retried after a temporary failure
          
          [env: ORGCONN_MAX_RETRIES]
          
          [default: 3]

      --config <FILE>
          Configuration file to read in place of the usual one
          
          [env: ORGCONN_CONFIG]

      --sandbox
          Use a local sandbox with sample orgs: no account, no keys, nothing leaves this machine
          
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
...
  help         Explain a command, or one of the topics: exit-codes, selectors, environment

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
      --profile <NAME>      Profile of the configuration file to use; several, comma-separated,
                            where a command takes several
      --all-profiles        Use all profiles of the configuration file
      --site <SITE>         Datadog site of the orgs, such as datadoghq.eu [default: datadoghq.com]
      --api-url <URL>       Base URL of the API, in place of the site's own
      --trust-host <HOST>   Send keys to this host too, although it is neither Datadog's nor this
                            machine; repeatable
  -o, --output <FORMAT>     Output format [default: table] [possible values: table, wide, json,
                            jsonl, yaml, csv, tsv, id]
      --columns <NAMES>     Columns to show in table, csv and tsv, or fields in json, jsonl and
                            yaml, in this order (comma-separated)
      --template <TEXT>     One line for each item, with columns in braces: '{source} ->
                            {destination}: {types}'
      --no-header           Leave out the header in table, csv and tsv
  -y, --yes                 Answer yes to every confirmation
      --no-input            Never ask; fail where an answer is needed
  -q, --quiet               Print only warnings and errors to standard error
  -v, --verbose...          Log each request to standard error; given twice, with details
      --color <WHEN>        When to use colour [default: auto] [possible values: auto, always,
                            never]
      --timeout <DURATION>  Time limit of one request, with its retries and waits; a check after a
                            lost answer may take as long again [default: 60s]
      --max-retries <N>     How often a request is retried after a temporary failure [default: 3]
      --config <FILE>       Configuration file to read in place of the usual one
      --sandbox             Use a local sandbox with sample orgs: no account, no keys, nothing
                            leaves this machine

Try it without an account: orgconn --sandbox list
More: orgconn help exit-codes, orgconn help selectors, orgconn help environment

"#]]
    );
}
