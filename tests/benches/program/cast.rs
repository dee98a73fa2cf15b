//! Who takes part in which race. orgconn comes first: the others are compared with it.

use super::contender::{Contender, Scene};
use super::estate::Estate;
use super::race::Goal;
use super::scenarios::Kit;

const LOOP: &str = r#"page=$(get "$list?limit=1000&offset=0"); total=$(jq .meta.page.total_count <<<"$page"); jq -c "$lines" <<<"$page"
for ((offset = 1000; offset < total; offset += 1000)); do get "$list?limit=1000&offset=$offset" | jq -c "$lines"; done"#;

const PARALLEL: &str = r#"pages=$(mktemp -d); trap 'rm -r "$pages"' EXIT
get -o "$pages/0" "$list?limit=1000&offset=0"; total=$(jq .meta.page.total_count "$pages/0")
get --parallel -o "$pages/#1" "$list?limit=1000&offset=[1000-$((total - 1)):1000]"
for ((offset = 0; offset < total; offset += 1000)); do cat "$pages/$offset"; done | jq -c "$lines""#;

const CREATE: &str = r#"id=$(get "$orgs?filter%5Bname%5D=Security%20Archive" |
  jq -r '.included[] | select(.attributes.name == "Security Archive").id')
get --header 'Content-Type: application/json' --data '{"data":{"type":"org_connection","attributes":{"connection_types":["logs"]},
  "relationships":{"sink_org":{"data":{"type":"orgs","id":"'"$id"'"}}}}}' "$list" | jq -r .data.id"#;

/// How many orgs are worked on by [`apply`].
pub(crate) const ORGS: u32 = 100;

/// What is told without a server, as scripts ask for it.
pub(crate) fn version(kit: &Kit) -> Vec<Contender> {
    beside_hello(kit, &["--version"])
}

/// What people ask for first.
pub(crate) fn help(kit: &Kit) -> Vec<Contender> {
    beside_hello(kit, &["--help"])
}

/// A word that is completed from a full cache: it has to be there before the finger is off the key.
pub(crate) fn completions(kit: &Kit) -> Vec<Contender> {
    let words = ["list", "--source", "Organization 077"];
    let question = [&["__complete", "zsh", "orgconn"], &words[..]].concat();
    beside_hello(kit, &question)
}

/// orgconn with these arguments, and what any program takes to start.
fn beside_hello(kit: &Kit, arguments: &[&str]) -> Vec<Contender> {
    let build = |name: &str, program| {
        let name = format!("{name} {}", arguments[0]);
        Contender::alone(&name, program, arguments).at_home(&kit.directory)
    };
    let hello = |program| Contender::alone("Rust hello", program, &[]).goal(Goal::Ratio(1.5));
    let orgconn = build("orgconn", kit.orgconn.clone());
    let rival = kit.rival.clone();
    let rival = rival.map(|program| build("the other build", program));
    let hello = kit.hello.clone().map(hello);
    [Some(orgconn), rival, hello]
        .into_iter()
        .flatten()
        .collect()
}

/// A few connections, for people.
pub(crate) fn list(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let curl = scene.curl("curl + jq", r#"get "$list?limit=1000" | jq -r "$show""#);
    vec![
        Some(scene.orgconn(&["list"])),
        scene.rival(&["list"]),
        Some(match scene.trust {
            Some(_) => scene.floor("floor", "list").goal(Goal::Ratio(1.3)),
            None => scene.floor("floor", "list"),
        }),
        curl.map(|curl| curl.goal(Goal::Ratio(0.3))),
    ]
}

/// Ten pages from a server nearby. To throw them away is what the server and the transport take by themselves.
pub(crate) fn pages(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let parallel = scene.curl("curl parallel + jq", PARALLEL);
    vec![
        Some(scene.orgconn(&["list", "-o", "jsonl"])),
        scene.rival(&["list", "-o", "jsonl"]),
        Some(scene.floor("floor: read", "read")),
        Some(
            scene
                .floor("floor: pages thrown away", "drain")
                .goal(Goal::Ratio(1.3)),
        ),
        scene.curl("curl loop + jq", LOOP),
        parallel.map(|curl| curl.goal(Goal::Ratio(0.3))),
    ]
}

/// Ten pages from a server far away.
pub(crate) fn distant_pages(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let parallel = scene.curl("curl parallel + jq", PARALLEL);
    let orgconn = scene.orgconn(&["list", "-o", "jsonl"]);
    vec![
        // HTTP/1.1 needs a TCP connection, with a latency of its own, for each page that is fetched beside another.
        Some(match scene.trust {
            Some(_) => orgconn.goal(Goal::Milliseconds(225.0)),
            None => orgconn,
        }),
        scene.rival(&["list", "-o", "jsonl"]),
        Some(scene.floor("floor: read", "read")),
        parallel.map(|curl| curl.goal(Goal::Ratio(0.4))),
    ]
}

/// A hundred pages.
pub(crate) fn many_pages(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let parallel = scene.curl("curl parallel + jq", PARALLEL);
    vec![
        Some(
            scene
                .orgconn(&["list", "-o", "jsonl"])
                .goal(Goal::Mebibytes(24.0)),
        ),
        scene.rival(&["list", "-o", "jsonl"]),
        Some(scene.floor("floor: read", "read")),
        Some(
            scene
                .floor("floor: pages thrown away", "drain")
                .goal(Goal::Ratio(1.3)),
        ),
        parallel.map(|curl| curl.goal(Goal::Ratio(0.3))),
    ]
}

/// A hundred pages in each format; the table is the one that has to hold them all.
pub(crate) fn formats(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let small = Goal::Mebibytes(24.0);
    vec![
        Some(scene.orgconn(&["list"])),
        scene.rival(&["list"]),
        Some(
            scene
                .orgconn(&["list", "-o", "jsonl"])
                .goal(Goal::Ratio(2.0))
                .goal(small),
        ),
        Some(scene.orgconn(&["list", "-o", "csv"]).goal(small)),
        Some(scene.orgconn(&["list", "-o", "id"]).goal(small)),
        Some(scene.orgconn(&["list", "-o", "json"]).goal(small)),
    ]
}

/// A thousand pages, in the formats that hold none of them.
pub(crate) fn streams(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let small = |format: &str| {
        scene
            .orgconn(&["list", "-o", format])
            .goal(Goal::Mebibytes(24.0))
    };
    vec![Some(small("jsonl")), Some(small("csv")), Some(small("id"))]
}

/// A connection by name: a look-up and a create.
pub(crate) fn create(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let order = ["create", "Security Archive", "--type", "logs"];
    vec![
        Some(
            scene
                .orgconn(&order)
                .that_changes()
                .goal(Goal::Milliseconds(165.0)),
        ),
        scene.rival(&order).map(Contender::that_changes),
        scene.curl("curl + jq", CREATE).map(Contender::that_changes),
    ]
}

/// A desired-state file that asks for five changes in each of a hundred orgs, each with keys of its own.
pub(crate) fn apply(scene: &Scene<'_>) -> Vec<Option<Contender>> {
    let estate = Estate::new(ORGS, &scene.service.url);
    let config = scene.file("apply.toml", &estate.config);
    let desired = scene.file("apply.yaml", &estate.desired);
    let desired = desired.to_str().unwrap();
    let order = ["apply", "-f", desired, "--all-profiles", "--prune", "--yes"];
    let equip = |contender: Contender| {
        let contender = contender.that_changes().with("ORGCONN_CONFIG", &config);
        let keys = estate.keys.iter();
        keys.fold(contender, |contender, (name, key)| {
            contender.with(name, key)
        })
    };
    let orgconn = equip(scene.orgconn(&order)).goal(Goal::Milliseconds(2000.0));
    let rival = scene.rival(&order).map(equip);
    vec![
        Some(orgconn.called("orgconn apply")),
        rival.map(|rival| rival.called("the other build apply")),
    ]
}
