//! The help of the commands that change connections, without the global flags: those are in the help of the program.

use snapbox::{assert_data_eq, str};

use super::page;

#[test]
fn create() {
    assert_data_eq!(
        page("create"),
        str![[r#"
Connect this org to others, which may then query its data

The org whose credentials are used is the source: it shares its data with each destination.
Destinations are named by name, UUID or public id; all of them are looked up before anything is
sent.

Usage: orgconn create [OPTIONS] <DESTINATION>...

Arguments:
  <DESTINATION>...
          Orgs that may query this org's data: name, UUID or public id

Options:
      --type <TYPE>
          Types to share: logs, metrics, audit (repeatable, comma-separated)

      --allow-unknown-type
          Accept connection types that this version does not know

      --source <ORG>
          Org whose data is shared: where no profile is chosen, the profile whose org it is makes
          the connection; else the credentials must belong to it
          
          [alias: --from]

      --if-not-exists
          Succeed if the connection is there already with exactly these types

      --dry-run
          Show what would be created; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn create 'Security Archive' --type logs,metrics
  id=$(orgconn create 'Security Archive' --type logs,metrics --if-not-exists -o id)

"#]]
    );
}

#[test]
fn update() {
    assert_data_eq!(
        page("update"),
        str![[r#"
Change the types that connections share

A connection is updated with its source org's credentials: where no profile is chosen, an id or
--source selects that org's profile. Nothing is sent for one that already is as wanted.

Usage: orgconn update [OPTIONS] <--type <TYPE>|--add-type <TYPE>|--remove-type <TYPE>> [CONNECTION]...

Arguments:
  [CONNECTION]...
          Ids of the connections, or their beginnings

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

      --type <TYPE>
          Share exactly these types (repeatable, comma-separated)

      --add-type <TYPE>
          Share these types as well (repeatable, comma-separated)

      --remove-type <TYPE>
          Stop sharing these types (repeatable, comma-separated)

      --allow-unknown-type
          Accept connection types that this version does not know

      --dry-run
          Show what would change; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn update --destination 'Security Archive' --add-type audit
  orgconn update --destination 'Security Archive' --type logs --dry-run

"#]]
    );
}

#[test]
fn delete() {
    assert_data_eq!(
        page("delete"),
        str![[r#"
Delete connections

Shows the connections and asks, unless --yes is given. Dashboards and notebooks of the destination
that query through a connection break. A connection can be deleted by its source org and by its
destination org: where no profile is chosen, an id or --source selects the profile of one of them.

Usage: orgconn delete [OPTIONS] [CONNECTION]...

Arguments:
  [CONNECTION]...
          Ids of the connections, or their beginnings; `-` reads them from standard input, one per
          line

Options:
      --source <ORG>
          Org whose data is shared: its name, UUID or public id
          
          [alias: --from]

      --destination <ORG>
          Org that may query the data: its name, UUID or public id
          
          [aliases: --to, --sink]

      --ignore-not-found
          A connection that is not there counts as deleted

      --dry-run
          Show what would be deleted; change nothing

  -h, --help
          Print help (see a summary with '-h')

Examples:
  orgconn delete --destination 'Security Archive'
  orgconn list --source 'Legacy Shop' -o id | orgconn delete - --yes

"#]]
    );
}
