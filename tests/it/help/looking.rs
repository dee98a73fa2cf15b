//! The help of the commands that change no connection, without the global flags: those are in the help of the program.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn list() {
    assert_data_eq!(
        page("list"),
        str![[r#"
List the connections this org takes part in

Source and destination narrow the listing at the service, types after it. Long listings stream in
every format but the table. With several profiles each connection comes once, with the profiles that
see it.

Usage: orgconn list [OPTIONS]

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

      --type <TYPE>
          Only connections that share this type, or one of several (repeatable, comma-separated)

      --sort <COLUMNS>
          Order by these columns; `-` in front: descending (comma-separated)

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn list --destination 'Observability Hub' --type logs
  orgconn list --sort=-created_at --columns source,destination,created_by
  orgconn list -o csv > connections.csv

"#]]
    );
}

#[test]
fn get() {
    assert_data_eq!(
        page("get"),
        str![[r#"
Show one connection

It is named by its id, by a beginning of it (4 characters or more) that no other connection has, or
by --source and --destination if they match exactly one. Where no profile is chosen, an id is looked
up with all of them.

Usage: orgconn get [OPTIONS] [CONNECTION]

Arguments:
  [CONNECTION]
          Id of the connection, or its beginning

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

  -h, --help
          Print help (see a summary with '-h')


"#]]
    );
}

#[test]
fn check() {
    assert_data_eq!(
        page("check"),
        str![[r#"
Check that a connection, or all connections of a file, are as they should be

Exit code 0 when it holds, 3 when it does not (and the output says why), another when it could not
be found out. An end that is left out is the org of the credentials; with several profiles it is
enough that one belongs to an end. With a file only the differences are shown; -o github writes them
as annotations of its lines, for a workflow on GitHub.

Usage: orgconn check [OPTIONS]

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

  -f, --file <FILE>
          File of the wanted connections, YAML or JSON (repeatable); a directory stands for its
          *.yaml and *.yml files, `-` for standard input

      --type <TYPE>
          Types that must be shared, or with --absent must not (repeatable, comma-separated)

      --allow-unknown-type
          Accept connection types that this version does not know

      --exact
          No other types may be shared; with --file: the orgs in its scope may have no other
          connections

      --absent
          There must be no connection; with --type: none that shares any of these

      --wait <DURATION>
          Check again until it holds, at most for this long

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn check --destination 'Security Archive' --type logs --wait 60s
  orgconn check --source Platform --type logs,metrics,audit --exact
  orgconn check --source 'Security Archive' --absent
  orgconn check -f orgconn.yaml --exact -o github

"#]]
    );
}

#[test]
fn orgs() {
    assert_data_eq!(
        page("orgs"),
        str![[r#"
List the orgs that these credentials manage

The current org is marked, and each org has the profiles whose keys belong to it. Without the
permission to read the orgs, those that connections mention are listed.

Usage: orgconn orgs [OPTIONS]

Options:
      --name <TEXT>
          Only orgs whose name holds this text

      --sort <COLUMNS>
          Order by these columns; `-` in front: descending (comma-separated)

  -h, --help
          Print help (see a summary with '-h')


"#]]
    );
}

#[test]
fn sandbox() {
    assert_data_eq!(
        page("sandbox"),
        str![[r#"
The local sandbox of the API: serve it, reset it, or print where its state is

Any command runs against it with --sandbox. `serve` is for other programs, such as curl.

Usage: orgconn sandbox [OPTIONS] <COMMAND>

Commands:
  serve  Serve the API on a loopback port until Ctrl-C
  reset  Restore the sample orgs and connections
  path   Print the path of the state file

Options:
  -h, --help
          Print help (see a summary with '-h')


"#]]
    );
}

#[test]
fn sandbox_serve() {
    assert_data_eq!(
        page("sandbox serve"),
        str![[r#"
Serve the API on a loopback port until Ctrl-C

First prints, for a shell to take up, the variables with which other programs find it: DATADOG_HOST,
and the keys of the sample hub. With -v each answer is told on standard error.

Usage: orgconn sandbox serve [OPTIONS]

Options:
      --listen <ADDRESS>
          Address to listen on, on this machine only; port 0 takes a free one
          
          [default: 127.0.0.1:0]

      --latency <DURATION>
          Wait this long before each answer

      --rate-limit <N/PERIOD>
          Refuse what an org sends beyond this many requests in this time, such as 20/10s

  -h, --help
          Print help (see a summary with '-h')


"#]]
    );
}

#[test]
fn help() {
    assert_data_eq!(
        page("help"),
        str![[r#"
Explain a command, or one of the topics: exit-codes, selectors, environment

Usage: orgconn help [OPTIONS] [COMMAND]...

Arguments:
  [COMMAND]...
          Command or topic

Options:
  -h, --help
          Print help (see a summary with '-h')


"#]]
    );
}

#[test]
fn export() {
    assert_data_eq!(
        page("export"),
        str![[r#"
Write the live connections as a file

All connections that the chosen profiles see: as a desired-state file (-o yaml, as usual), in which
the same profiles then find no difference, or as Terraform resources with the blocks that import
them (-o terraform). Orgs are called by their names where those are unique, else by their UUIDs,
with the name as a comment. The file of --all-profiles says `manage: all`: a connection that is
later taken out of it is one too many.

Usage: orgconn export [OPTIONS]

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

      --type <TYPE>
          Only connections that share this type, or one of several (repeatable, comma-separated)

      --ids
          Call all orgs by their UUIDs, with the name as a comment, so that the file outlives a new
          name (-o yaml)

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn export --all-profiles > orgconn.yaml
  orgconn export --source 'Retail EU' --ids
  orgconn export -o terraform > connections.tf

"#]]
    );
}

#[test]
fn graph() {
    assert_data_eq!(
        page("graph"),
        str![[r#"
Draw who sees whose data

A tree (-o tree, the default) or a matrix (-o matrix) for the terminal, the matrix as a picture for
a browser (-o svg), a Mermaid flowchart for Markdown (-o mermaid), a digraph for Graphviz (-o dot),
or the connections as data (-o json). In a matrix the sources are the rows and the destinations the
columns. Disabled orgs are marked.

Usage: orgconn graph [OPTIONS]

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

      --type <TYPE>
          Only connections that share this type, or one of several (repeatable, comma-separated)

      --unconnected
          Draw orgs in no connection, too; the tree and the matrices always name them

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn graph --all-profiles
  orgconn graph --all-profiles -o matrix --type audit
  orgconn graph -o svg > connections.svg

"#]]
    );
}
