//! The commands: a new one is a line in [`COMMANDS`].

use crate::harness::uuid;

/// A command in the account of [`super::account`].
pub(super) struct Command {
    /// The arguments. `{50}` stands for the UUID of this number.
    line: &'static str,
    /// Its output format.
    pub(super) format: &'static str,
    /// The commands that run before, without a fault.
    before: &'static [&'static str],
    /// The text on standard input.
    input: &'static str,
    /// Whether it uses the profiles. Else the environment has the hub's keys.
    pub(super) uses_profiles: bool,
    /// What it is meant to change.
    pub(super) effects: &'static [Effect],
    /// How it ends without a fault.
    pub(super) exit: i32,
    /// Whether it goes on where an earlier run of it stopped.
    pub(super) is_repeatable: bool,
    /// How else it may end with any fault.
    pub(super) other_exits: &'static [i32],
}

/// What a source shares with a destination after a command; nothing if there is no connection.
pub(super) type Effect = (&'static str, &'static str, &'static str);

const ARCHIVE: Effect = ("Hub", "Archive", "logs");
const RETAIL: Effect = ("Hub", "Retail", "audit");
const RESTRICTED: Effect = ("Hub", "Retail", "logs; Hub: editor");
const NO_RETAIL: Effect = ("Hub", "Retail", "");
const NO_PLATFORM: Effect = ("Hub", "Platform", "");
const TO_HUB: Effect = ("Retail", "Hub", "metrics");
const ALL: &[Effect] = &[
    RETAIL,
    ARCHIVE,
    TO_HUB,
    NO_PLATFORM,
    ("Retail", "Platform", ""),
];
const UNDONE: &[Effect] = &[
    ("Hub", "Retail", "logs"),
    ("Hub", "Archive", ""),
    ("Hub", "Platform", "logs,metrics"),
];
const ALL_UNDONE: &[Effect] = &[
    ("Hub", "Retail", "logs"),
    ("Hub", "Archive", ""),
    ("Retail", "Hub", ""),
    ("Hub", "Platform", "logs,metrics"),
    ("Retail", "Platform", "metrics"),
];

/// How a command ends that needs groups of orgs, where the service does not know them.
const WITHOUT_GROUPS: &[i32] = &[4];

const APPLY: &str = "apply -f hub.yaml --prune --yes";
const APPLY_ALL: &str = "apply -f all.yaml --prune --yes";

pub(super) const COMMANDS: &[Command] = &[
    reads("list"),
    reads("list --source Hub --destination Retail"),
    reads("list --columns id,types").with_format("csv"),
    reads("get {50}"),
    reads("get --destination Platform"),
    reads("get {99}").ends_with(5),
    reads("orgs"),
    reads("orgs --groups").or_with(WITHOUT_GROUPS),
    reads("list --source group:Partners").or_with(WITHOUT_GROUPS),
    reads("plan -f groups.yaml").or_with(WITHOUT_GROUPS),
    reads("auth status"),
    reads("graph"),
    reads("audit").ends_with(3),
    reads("export").with_format("yaml"),
    reads("check --source Hub --destination Retail --type logs"),
    reads("check --destination Archive --absent"),
    reads("check --destination Retail --absent").ends_with(3),
    reads("check -f hub.yaml --exact").ends_with(3),
    reads("impact {52}"),
    reads("verify {52}"),
    reads("verify {52} --type audit,logs").ends_with(3),
    reads("plan -f hub.yaml --prune"),
    reads("plan -f hub.yaml --prune --out plan.json"),
    reads("create Archive --type logs --dry-run"),
    reads("update {50} --type audit --dry-run"),
    reads("delete {50} --dry-run"),
    reads("apply -f hub.yaml --prune --dry-run"),
    reads("undo --dry-run").after(&[APPLY]),
    reads("access get {51}"),
    reads("access set {51} --editor org:{1} --viewer org:{1} --dry-run"),
    reads("access get {51}").with_profiles(),
    reads("list --all-profiles").with_profiles(),
    reads("orgs --all-profiles").with_profiles(),
    reads("auth status --all-profiles").with_profiles(),
    reads("graph --all-profiles").with_profiles(),
    reads("audit --all-profiles").with_profiles().ends_with(3),
    reads("export --all-profiles")
        .with_format("yaml")
        .with_profiles(),
    reads("list --source group:Partners --all-profiles")
        .with_profiles()
        .or_with(WITHOUT_GROUPS),
    reads("plan -f groups.yaml")
        .with_profiles()
        .or_with(WITHOUT_GROUPS),
    reads("check -f all.yaml").with_profiles().ends_with(3),
    reads("plan -f all.yaml --prune").with_profiles(),
    reads("impact {50}").with_profiles(),
    reads("verify {53}").with_profiles(),
    changes("create Archive --type logs", &[ARCHIVE]),
    changes("create {4} --type logs --source {1}", &[ARCHIVE]),
    changes("create Archive --type logs --if-not-exists", &[ARCHIVE]).repeatable(),
    changes(
        "create Archive Vault --type logs",
        &[ARCHIVE, ("Hub", "Vault", "logs")],
    ),
    changes("create Retail --type logs", &[]).ends_with(6),
    changes("create Retail --type logs --if-not-exists", &[]).or_with(&[6]),
    changes("update {50} --type audit", &[RETAIL]),
    changes(
        "update --destination Retail --add-type audit",
        &[("Hub", "Retail", "audit,logs")],
    ),
    changes(
        "update {50} {51} --type audit",
        &[RETAIL, ("Hub", "Platform", "audit; Hub: editor")],
    ),
    changes("delete {50} --yes", &[NO_RETAIL]),
    changes("delete --destination Retail --yes", &[NO_RETAIL]),
    changes("delete {50} {99} --ignore-not-found --yes", &[NO_RETAIL]),
    changes("delete - --yes", &[NO_RETAIL, NO_PLATFORM]).with_input("{50}\n{51}\n"),
    changes(APPLY, &[RETAIL, ARCHIVE, NO_PLATFORM]).repeatable(),
    changes(
        "apply -f groups.yaml --yes",
        &[RETAIL, ("Hub", "Archive", "audit")],
    )
    .repeatable()
    .or_with(WITHOUT_GROUPS),
    changes("apply plan.json --yes", &[RETAIL, ARCHIVE, NO_PLATFORM])
        .after(&["plan -f hub.yaml --prune --out plan.json"]),
    changes("undo --yes", &[("Hub", "Archive", "")]).after(&["create Archive --type logs"]),
    changes("undo --yes", &[("Hub", "Retail", "logs")]).after(&["update {50} --type audit"]),
    changes("undo --yes", &[("Hub", "Retail", "logs")]).after(&["delete {50} --yes"]),
    changes("undo --yes", UNDONE).after(&[APPLY]),
    changes("access set {50} --editor org:{1} --yes", &[RESTRICTED]).repeatable(),
    changes(
        "access clear {51} --yes",
        &[("Hub", "Platform", "logs,metrics")],
    )
    .repeatable(),
    changes("undo --yes", &[("Hub", "Retail", "logs")])
        .after(&["access set {50} --editor org:{1} --yes"]),
    changes(
        "create Archive --source Platform --type logs",
        &[("Platform", "Archive", "logs")],
    )
    .with_profiles(),
    changes("create Hub --source Retail --type metrics", &[TO_HUB]).with_profiles(),
    changes(
        "update {53} --type audit",
        &[("Retail", "Platform", "audit")],
    )
    .with_profiles(),
    changes(
        "delete {50} {53} --yes",
        &[NO_RETAIL, ("Retail", "Platform", "")],
    )
    .with_profiles(),
    changes(
        "delete {53} --check-impact --yes",
        &[("Retail", "Platform", "")],
    )
    .with_profiles(),
    changes(APPLY_ALL, ALL).with_profiles().repeatable(),
    changes("apply plan.json --yes", ALL)
        .after(&["plan -f all.yaml --prune --out plan.json"])
        .with_profiles(),
    changes("undo --yes", ALL_UNDONE)
        .after(&[APPLY_ALL])
        .with_profiles(),
];

const fn reads(line: &'static str) -> Command {
    changes(line, &[])
}

const fn changes(line: &'static str, effects: &'static [Effect]) -> Command {
    Command {
        line,
        format: "json",
        before: &[],
        input: "",
        uses_profiles: false,
        effects,
        exit: 0,
        is_repeatable: false,
        other_exits: &[],
    }
}

impl Command {
    /// How many kinds of things it asks for side by side, each of which may fail by itself.
    pub(super) fn kinds_of_reads(&self) -> usize {
        match self.line.split(' ').next() {
            // Users, orgs, policies, and the keys' own user.
            Some("audit") => 4,
            // Dashboards, notebooks, and powerpacks.
            Some("impact") => 3,
            _ => 1,
        }
    }

    const fn with_format(mut self, format: &'static str) -> Self {
        self.format = format;
        self
    }

    const fn after(mut self, before: &'static [&'static str]) -> Self {
        self.before = before;
        self
    }

    const fn with_input(mut self, input: &'static str) -> Self {
        self.input = input;
        self
    }

    const fn with_profiles(mut self) -> Self {
        self.uses_profiles = true;
        self
    }

    const fn ends_with(mut self, exit: i32) -> Self {
        self.exit = exit;
        self
    }

    const fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    const fn or_with(mut self, exits: &'static [i32]) -> Self {
        self.other_exits = exits;
        self
    }

    pub(super) fn words(&self) -> Vec<String> {
        let mut words = words(self.line);
        words.push(format!("--output={}", self.format));
        words
    }

    pub(super) fn before(&self) -> impl Iterator<Item = Vec<String>> {
        self.before.iter().map(|line| words(line))
    }

    pub(super) fn input(&self) -> String {
        with_ids(self.input)
    }

    /// The command with those before it, as a test names it.
    pub(super) fn name(&self) -> String {
        let before = self.before.join("; ");
        let profiles = if self.uses_profiles {
            " (profiles)"
        } else {
            ""
        };
        format!(
            "{before}{}{}{profiles}",
            if before.is_empty() { "" } else { "; " },
            self.line
        )
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(with_ids).collect()
}

/// The text with UUIDs in place of their numbers.
fn with_ids(text: &str) -> String {
    let mut parts = text.split(['{', '}']);
    let mut result = parts.next().unwrap_or_default().to_owned();
    while let Some(number) = parts.next() {
        result += &uuid(number.parse().unwrap());
        result += parts.next().unwrap_or_default();
    }
    result
}
