//! What the help and the manual say of a command beside its flags: its group, the permissions that it needs, and what
//! its exit codes mean.

use crate::error::Exit;

/// The groups of the commands, with the order in which the help lists them.
pub(crate) const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Connections",
        &["list", "get", "create", "update", "delete"],
    ),
    (
        "Desired state",
        &["export", "plan", "apply", "check", "schema"],
    ),
    (
        "Insight",
        &["graph", "audit", "impact", "verify", "access", "open"],
    ),
    ("Safety", &["history", "undo", "handover"]),
    (
        "Setup",
        &[
            "orgs",
            "auth",
            "profile",
            "sandbox",
            "completions",
            "man",
            "help",
        ],
    ),
];

/// The reference of a command.
pub(crate) struct CommandReference {
    /// The command's name, with that of its parent, such as `auth status`.
    pub(crate) command: &'static str,
    /// The permissions that it needs.
    pub(crate) permission: &'static str,
    /// Exit codes with their general meaning.
    general: &'static [Exit],
    /// Exit codes that mean something particular.
    particular: &'static [(Exit, &'static str)],
}

impl CommandReference {
    /// The exit codes that the command ends with, and what they mean there, in the order of the codes. The exit
    /// code of a command that it runs comes last.
    pub(crate) fn exits(&self) -> Vec<(Exit, &'static str)> {
        let particular = |exit| self.particular.iter().find(|(other, _)| *other == exit);
        let general = |exit: Exit| {
            let is_general = self.general.contains(&exit);
            is_general.then(|| (exit, exit.meaning()))
        };
        let own = Exit::ALL
            .into_iter()
            .filter_map(|exit| particular(exit).copied().or_else(|| general(exit)));
        let of_command = self.particular.iter();
        let of_command = of_command.filter(|(exit, _)| !Exit::ALL.contains(exit));
        own.chain(of_command.copied()).collect()
    }

    /// The reference of a command that only works on this machine.
    const fn local(command: &'static str) -> Self {
        Self {
            command,
            permission: NO_PERMISSION,
            general: LOCAL,
            particular: &[],
        }
    }

    /// The reference of the command with this name. `None` for a command that only has subcommands.
    pub(crate) fn of(command: &str) -> Option<&'static Self> {
        REFERENCES.iter().find(|it| it.command == command)
    }
}

/// The exit codes of a command that asks the API.
const API: &[Exit] = &[
    Exit::Done,
    Exit::Failure,
    Exit::Usage,
    Exit::Permission,
    Exit::Temporary,
    Exit::Interrupted,
];
/// The exit codes of a command that only works on this machine.
const LOCAL: &[Exit] = &[Exit::Done, Exit::Failure, Exit::Usage];

const READ: &str = "org_connections_read";
const WRITE: &str = "org_connections_read, and org_connections_write in the source org";
const ACCESS_WRITE: &str =
    "org_connections_read, and org_connections_write in the org whose policy it is";
/// The permission of a command that needs no keys.
pub(crate) const NO_PERMISSION: &str = "none; no keys are needed";

const UNKNOWN_ORG: (Exit, &str) = (Exit::NotFound, "no such org, or more than one of that name");
const UNREAD_PROFILES: (Exit, &str) = (
    Exit::Partial,
    "some of the profiles could not be read; the rest is shown",
);

/// The references of all commands, in the order of [`GROUPS`].
pub(crate) const REFERENCES: &[CommandReference] = &[
    CommandReference {
        command: "list",
        permission: READ,
        general: API,
        particular: &[
            (Exit::Done, "listed, also if there is no connection"),
            UNKNOWN_ORG,
            UNREAD_PROFILES,
        ],
    },
    CommandReference {
        command: "get",
        permission: READ,
        general: API,
        particular: &[
            (Exit::Done, "found"),
            (Exit::NotFound, Exit::NotFound.meaning()),
            UNREAD_PROFILES,
        ],
    },
    CommandReference {
        command: "create",
        permission: WRITE,
        general: API,
        particular: &[
            (
                Exit::Done,
                "created; with --if-not-exists also if it is there already",
            ),
            (
                Exit::NotFound,
                "no such org, or more than one; nothing was created",
            ),
            (
                Exit::Conflict,
                "it exists already; with --if-not-exists: with other types",
            ),
            (Exit::Partial, "some were created; the report says which"),
        ],
    },
    CommandReference {
        command: "update",
        permission: WRITE,
        general: API,
        particular: &[
            (Exit::Done, "updated, or as wanted already"),
            (
                Exit::NotFound,
                "no such connection or org, or more than one; nothing was changed",
            ),
            (Exit::Partial, "some were updated; the report says which"),
        ],
    },
    CommandReference {
        command: "delete",
        permission: "org_connections_read, and org_connections_write in one of its two orgs",
        general: API,
        particular: &[
            (
                Exit::Difference,
                "something would break (only with --check-impact); nothing was deleted",
            ),
            (
                Exit::Done,
                "deleted; with --ignore-not-found also if it was not there",
            ),
            (
                Exit::NotFound,
                "no such connection or org, or more than one; nothing was deleted",
            ),
            (Exit::Partial, "some were deleted; the report says which"),
        ],
    },
    CommandReference {
        command: "export",
        permission: READ,
        general: API,
        particular: &[
            (Exit::Done, "written, also if there is no connection"),
            UNKNOWN_ORG,
            UNREAD_PROFILES,
        ],
    },
    CommandReference {
        command: "plan",
        permission: READ,
        general: API,
        particular: &[
            (
                Exit::Done,
                "planned, whether or not there is anything to change",
            ),
            (
                Exit::Difference,
                "there is something to change (only with --exit-code)",
            ),
            UNKNOWN_ORG,
        ],
    },
    CommandReference {
        command: "apply",
        permission: WRITE,
        general: API,
        particular: &[
            (Exit::Done, "done, or nothing to do"),
            (
                Exit::Difference,
                "something would break (only with --check-impact); nothing was changed",
            ),
            UNKNOWN_ORG,
            (
                Exit::Conflict,
                "the live state has changed since the plan; nothing was done",
            ),
            (Exit::Partial, "some steps failed; the report says which"),
        ],
    },
    CommandReference {
        command: "check",
        permission: READ,
        general: API,
        particular: &[
            (Exit::Done, "as it should be"),
            (Exit::Difference, "not as it should be; the output says why"),
            UNKNOWN_ORG,
        ],
    },
    CommandReference::local("schema"),
    CommandReference {
        command: "graph",
        permission: READ,
        general: API,
        particular: &[
            (Exit::Done, "drawn, also if there is no connection"),
            UNKNOWN_ORG,
            UNREAD_PROFILES,
        ],
    },
    CommandReference {
        command: "audit",
        permission: "org_connections_read, and user_access_read in the source orgs",
        general: API,
        particular: &[
            (
                Exit::Done,
                "no finding of the severity of --fail-on or worse",
            ),
            (Exit::Difference, "such a finding"),
            UNKNOWN_ORG,
            UNREAD_PROFILES,
        ],
    },
    CommandReference {
        command: "impact",
        permission: "org_connections_read; dashboards_read and notebooks_read in the destination",
        general: API,
        particular: &[
            (Exit::Done, "read, also if nothing reads data through it"),
            (
                Exit::NotFound,
                "no such connection or org, or more than one",
            ),
            (Exit::Partial, "some could not be read; the rest is shown"),
        ],
    },
    CommandReference {
        command: "verify",
        permission: "org_connections_read, and timeseries_query in the destination and the source",
        general: API,
        particular: &[
            (Exit::Done, "data of each type comes through"),
            (
                Exit::Difference,
                "none or other data than in the source, or a type that it cannot query",
            ),
            (
                Exit::Permission,
                "the service refuses a query through the connection, or the keys",
            ),
            (
                Exit::NotFound,
                "no such connection or org, or more than one",
            ),
        ],
    },
    CommandReference {
        command: "access get",
        permission: "org_connections_read; for names also user_access_read and teams_read",
        general: API,
        particular: &[
            (Exit::Done, "shown, also if nobody is restricted"),
            (Exit::NotFound, Exit::NotFound.meaning()),
            (
                Exit::Partial,
                "the access in one of the orgs could not be read; the rest is shown",
            ),
        ],
    },
    CommandReference {
        command: "access set",
        permission: ACCESS_WRITE,
        general: API,
        particular: &[
            (Exit::Done, "changed, or as wanted already"),
            (
                Exit::NotFound,
                "no such connection, org, role, team or user, or more than one; nothing was changed",
            ),
        ],
    },
    CommandReference {
        command: "access clear",
        permission: ACCESS_WRITE,
        general: API,
        particular: &[
            (Exit::Done, "cleared, or nobody was restricted"),
            (
                Exit::NotFound,
                "no such connection or org, or more than one; nothing was changed",
            ),
        ],
    },
    CommandReference {
        command: "open",
        permission: "org_connections_read to look up a connection or an org; else none",
        general: API,
        particular: &[
            (Exit::Done, "printed"),
            (Exit::NotFound, Exit::NotFound.meaning()),
        ],
    },
    CommandReference::local("history"),
    CommandReference {
        command: "undo",
        permission: "org_connections_read, and org_connections_write in the org of each change",
        general: API,
        particular: &[
            (Exit::Done, "undone, or nothing left to undo"),
            (
                Exit::NotFound,
                "no such run or entry, or the history has nothing to undo",
            ),
            (
                Exit::Conflict,
                "the connection was changed again since, or it is undone already",
            ),
            (Exit::Partial, "some was undone; the report says what"),
        ],
    },
    CommandReference {
        command: "handover",
        permission: WRITE,
        general: API,
        particular: &[
            (Exit::Done, "handed over, or owned by the new owner already"),
            (
                Exit::NotFound,
                "no such connection or org, or more than one; nothing was changed",
            ),
            (
                Exit::Partial,
                "some were handed over; the report says which",
            ),
        ],
    },
    CommandReference {
        command: "orgs",
        permission: "org_management or org_connections_write, else fewer; --groups: org_group_read",
        general: API,
        particular: &[UNREAD_PROFILES],
    },
    CommandReference {
        command: "auth status",
        permission: "none of its own; it shows which ones the keys have",
        general: API,
        particular: &[
            (Exit::Done, "the keys are good"),
            (
                Exit::Permission,
                "the keys are wrong, or of another org than the profile names",
            ),
            (
                Exit::Partial,
                "the keys of some profiles are not good; the rest is shown",
            ),
        ],
    },
    CommandReference {
        command: "auth login",
        permission: "none of its own; it works with whatever the keys permit",
        general: API,
        particular: &[
            (Exit::Done, "the keys are good and stored"),
            (Exit::Permission, "the keys are wrong; nothing was stored"),
        ],
    },
    CommandReference::local("auth logout"),
    CommandReference::local("profile list"),
    CommandReference::local("profile show"),
    CommandReference::local("profile add"),
    CommandReference {
        command: "profile remove",
        permission: NO_PERMISSION,
        general: LOCAL,
        particular: &[(Exit::Interrupted, "interrupted; nothing was removed")],
    },
    CommandReference {
        command: "sandbox serve",
        permission: NO_PERMISSION,
        general: LOCAL,
        particular: &[
            (Exit::Done, "ended by Ctrl-C or a termination request"),
            #[cfg(feature = "sandbox")]
            (
                Exit::OfCommand(0),
                "with COMMAND: its exit code; after a signal 128 and the signal's number",
            ),
        ],
    },
    CommandReference::local("sandbox reset"),
    CommandReference::local("sandbox path"),
    CommandReference::local("completions"),
    CommandReference::local("man"),
    CommandReference::local("help"),
];
