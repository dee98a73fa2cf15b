use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::{Change, ChangeKind};

const PRUNE: bool = true;
const NO_PRUNE: bool = false;

fn orgs() -> OrgDirectory {
    directory(&["Hub", "Alpha", "Beta", "Gamma"])
}

fn wanted() -> Vec<DesiredConnection> {
    let text = "connections:\n\
                - {source: Beta, destination: Hub, types: [logs]}\n\
                - {source: Alpha, destination: [Hub, Beta], types: [logs, metrics]}\n";
    desired(text, &orgs())
}

fn live() -> Vec<Connection> {
    vec![
        connection(11, 2, 1, &["metrics", "profiling"]),
        connection(12, 3, 1, &["logs"]),
        connection(13, 2, 4, &["audit"]),
        connection(14, 4, 1, &["audit"]),
    ]
}

/// A plan whose scope is the sources of the desired connections.
fn plan(live: &[Connection], desired: Vec<DesiredConnection>, prune: bool) -> Plan {
    Plan::new(live, desired.clone(), sources(&desired), prune, |_| None)
}

#[test]
fn a_plan_has_a_step_for_each_pair_of_the_file_and_for_each_connection_to_prune() {
    let plan = plan(&live(), wanted(), PRUNE);
    assert_eq!(
        lines(plan.steps().iter().map(step_line)),
        "create Alpha -> Beta: [] to [logs,metrics]\n\
         update Alpha -> Hub: [metrics,profiling] to [logs,metrics]\n\
         delete Alpha -> 00000000-0000-0000-0000-000000000004: [audit] to []\n\
         unchanged Beta -> Hub: [logs] to [logs]"
    );
    let counts = plan.counts();
    assert_eq!((counts.create, counts.update), (1, 1));
    assert_eq!((counts.delete, counts.unchanged), (1, 1));
    assert!(!plan.is_empty());
    let unlisted: Vec<_> = plan.unlisted.iter().map(|found| found.id).collect();
    assert_eq!(unlisted, [live()[3].id]);
    assert_eq!(plan.prunable().count(), 0);
}

#[test]
fn without_pruning_connections_that_the_file_does_not_name_stay() {
    let plan = plan(&live(), wanted(), NO_PRUNE);
    assert_eq!(plan.counts().delete, 0);
    let unlisted: Vec<_> = plan.unlisted.iter().map(|found| found.id).collect();
    assert_eq!(unlisted, [live()[2].id, live()[3].id]);
    let prunable: Vec<_> = plan.prunable().map(|found| found.id).collect();
    assert_eq!(prunable, [live()[2].id]);
    let outside: Vec<_> = plan.outside_scope().map(|found| found.id).collect();
    assert_eq!(outside, [live()[3].id]);
}

#[test]
fn an_update_shows_what_it_adds_and_that_it_removes_unknown_types() {
    let plan = plan(&live(), wanted(), NO_PRUNE);
    let update = plan
        .steps()
        .iter()
        .find(|step| step.action_word() == "update")
        .unwrap();
    assert_eq!(
        update.types_before().difference(&update.types_after()),
        types(&["profiling"])
    );
    assert_eq!(
        update.types_after().difference(&update.types_before()),
        types(&["logs"])
    );
    assert!(
        matches!(&update.change, Some(Change::Update { before, .. }) if before.source.label() == "Alpha")
    );
}

#[test]
fn a_step_is_located_where_the_file_names_it_else_its_source() {
    let plan = plan(&live(), wanted(), PRUNE);
    let columns: Vec<_> = plan
        .steps()
        .iter()
        .map(|step| {
            (
                step.location.as_ref().map(|at| at.position.line),
                plan.location_of(step).map(|at| at.position.line),
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            (Some(3), Some(3)),
            (Some(3), Some(3)),
            (None, Some(3)),
            (Some(2), Some(2))
        ]
    );
}

#[test]
fn a_file_that_wants_nothing_has_no_sources_and_deletes_nothing() {
    let plan = plan(&live(), Vec::new(), PRUNE);
    assert!(plan.is_empty());
    assert_eq!(plan.unlisted.len(), 4);
}

#[test]
fn deletes_come_first_where_the_limit_would_be_passed_on_the_way() {
    use ChangeKind::{Create, Delete};
    let orgs = directory(&["Source", "A", "B", "C", "D", "E", "F"]);
    let five = "connections: [{source: Source, destination: [B, C, D, E, F], types: [logs]}]";
    let four = five.replace(", F", "");
    let live: Vec<_> = (2..7)
        .map(|end| connection(end + 100, 1, end, &["logs"]))
        .collect();
    for (live, text, expected) in [
        (&live[..], five, &[Delete, Create][..]),
        (&live[..4], five, &[Delete, Create, Create]),
        (&live[..1], &four, &[Create, Create, Create, Create, Delete]),
    ] {
        let plan = plan(live, desired(text, &orgs), PRUNE);
        let kinds: Vec<_> = plan.changes().filter_map(Step::kind).collect();
        assert_eq!(kinds, expected);
        assert!(plan.warnings(&orgs).is_empty());
    }
}

#[test]
fn a_source_beyond_the_limit_and_a_disabled_org_are_warned_of_once() {
    let mut orgs = directory(&["Source", "A", "B", "C", "D", "E", "F"]);
    orgs.orgs[2].disabled = Some(true);
    let text = "connections: [{source: Source, destination: [B, C, D, E, F], types: [logs]}]";
    let live = [connection(101, 1, 2, &["logs"])];
    let plan = plan(&live, desired(text, &orgs), NO_PRUNE);
    assert_eq!(
        lines(plan.warnings(&orgs)),
        "`Source` will share with 6 orgs; beyond 5 the API may refuse, unless it is on an Enterprise plan\n\
         `B` is disabled"
    );
}

#[test]
fn nothing_is_concluded_about_a_pair_with_two_connections() {
    let mut odd = live();
    odd.push(connection(99, 2, 1, &["logs"]));
    odd.push(connection(98, 2, 4, &["audit"]));
    odd.push(connection(97, 4, 1, &["logs"]));
    odd.push(odd[1].clone());
    let plan = plan(&odd, wanted(), PRUNE);
    assert_eq!(
        lines(plan.steps().iter().map(step_line)),
        "create Alpha -> Beta: [] to [logs,metrics]\nunchanged Beta -> Hub: [logs] to [logs]"
    );
    let unclear = plan.unclear.iter().map(|pair| {
        let ids = pair.connections.iter().map(|found| found.id.as_u128());
        (ids.collect(), pair.location.as_ref().unwrap().to_string())
    });
    let repeated: Vec<(Vec<_>, _)> = unclear.collect();
    let at = "orgconn.yaml:3:12".to_owned();
    // The third pair is outside the scope, so that the plan is not about it.
    assert_eq!(repeated, [(vec![11, 99], at.clone()), (vec![13, 98], at)]);
}

#[test]
fn the_name_of_an_org_given_as_a_uuid_comes_from_the_live_state() {
    let text = format!(
        "connections: [{{source: {}, destination: Hub, types: [logs]}}]",
        Uuid::from_u128(9)
    );
    let mut named = connection(15, 9, 4, &["logs"]);
    named.source.name = Some("Nine".into());
    let plan = plan(&[named], desired(&text, &orgs()), PRUNE);
    assert_eq!(
        step_line(&plan.steps()[0]),
        "create Nine -> Hub: [] to [logs]"
    );
}

#[test]
fn every_change_has_the_profile_that_was_chosen_for_it() {
    let plan = Plan::new(&live(), wanted(), sources(&wanted()), PRUNE, |change| {
        let source = change.source()?.label();
        (change.kind() != ChangeKind::Delete).then_some(source)
    });
    let profiles: Vec<_> = plan
        .steps()
        .iter()
        .map(|step| step.profile.as_deref())
        .collect();
    assert_eq!(profiles, [Some("Alpha"), Some("Alpha"), None, None]);
}

#[test]
fn plans_differ_pair_by_pair_where_the_live_state_changed() {
    let shown = plan(&live(), wanted(), PRUNE);
    assert_eq!(
        plan(&live(), wanted(), PRUNE).differences_from(&shown),
        [""; 0]
    );
    let mut changed = live();
    changed[0].types = types(&["metrics"]);
    changed.remove(2);
    changed.push(connection(16, 2, 3, &["logs"]));
    assert_eq!(
        lines(plan(&changed, wanted(), PRUNE).differences_from(&shown)),
        "`Alpha` to `Hub` changed since the plan was made: the plan was to change metrics,profiling to logs,metrics, now it \
         would be to change metrics to logs,metrics\n\
         `Alpha` to `Beta` changed since the plan was made: the plan was to create it with logs,metrics, now it would be to \
         change logs to logs,metrics"
    );
}

#[test]
fn a_step_that_somebody_else_made_just_so_is_no_difference() {
    let shown = plan(&live(), wanted(), PRUNE);
    let made = applied(&shown, &live());
    assert_eq!(
        plan(&made, wanted(), PRUNE).differences_from(&shown),
        [""; 0]
    );
    let saved = saved(&shown);
    let now = saved.against(&made, |_| None);
    assert!(now.is_empty());
    assert_eq!(now.differences_from(&saved), [""; 0]);
}

#[test]
fn a_step_that_was_made_and_that_another_file_does_not_want_is_a_difference() {
    let file = |types: &str| {
        let text = format!("connections: [{{source: Alpha, destination: Beta, types: [{types}]}}]");
        desired(&text, &orgs())
    };
    let shown = plan(&[], file("logs"), PRUNE);
    let made = [connection(15, 2, 3, &["logs"])];
    let other = [connection(15, 2, 3, &["metrics"])];
    for (live, wanted, now) in [
        (made, file("metrics"), "change logs to metrics"),
        (other, file("metrics"), "leave it at metrics"),
    ] {
        assert_eq!(
            lines(plan(&live, wanted, PRUNE).differences_from(&shown)),
            format!(
                "`Alpha` to `Beta` changed since the plan was made: the plan was to create it with logs, now it would be \
                 to {now}"
            )
        );
    }
}

/// The plan, written and read again.
fn saved(plan: &Plan) -> Plan {
    Plan::from_json(&plan.to_json().unwrap()).unwrap()
}

#[test]
fn a_saved_plan_has_the_changes_with_their_locations_and_profiles() {
    let plan = Plan::new(&live(), wanted(), sources(&wanted()), PRUNE, |_| {
        Some("one".into())
    });
    let read = saved(&plan);
    let changes: Vec<_> = plan.changes().cloned().collect();
    assert_eq!(read.steps(), changes);
    assert_eq!(
        read.against(&live(), |_| Some("one".into())).steps(),
        changes
    );
    for (text, expected) in [
        (
            "",
            "it is not a plan that `orgconn plan --out` wrote: it is cut short (line 1, column 0)",
        ),
        (
            "connections: []",
            "it is not a plan that `orgconn plan --out` wrote: it is not JSON (line 1, column 1)",
        ),
        (
            "[]",
            "it is not a plan that `orgconn plan --out` wrote: a part of it is missing, or not as it was written (line \
             1, column 2)",
        ),
        (
            r#"{"schema": "orgconn/plan/v1", "steps": [{"kind": "rename"}]}"#,
            "it is not a plan that `orgconn plan --out` wrote: a part of it is missing, or not as it was written (line \
             1, column 58)",
        ),
        (
            r#"{"schema": "orgconn/plan/v9"}"#,
            "its schema is `orgconn/plan/v9`, and this version of orgconn reads `orgconn/plan/v1`",
        ),
    ] {
        assert_eq!(Plan::from_json(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_recreated_connection_differs_only_where_it_is_changed() {
    let shown = plan(&live(), wanted(), PRUNE);
    for (index, expected) in [(0, 1), (1, 0)] {
        let mut recreated = live();
        recreated[index].id = Uuid::from_u128(77);
        let now = plan(&recreated, wanted(), PRUNE);
        assert_eq!(now.differences_from(&shown).len(), expected);
    }
}

/// Connections as these tests see them: which numbered org shares which types with which.
type Pairs = BTreeMap<(u128, u128), BTreeSet<&'static str>>;
type Entry = ((u128, u128), BTreeSet<&'static str>);

const NAMES: [&str; 7] = ["Ahorn", "Birke", "Buche", "Eiche", "Esche", "Linde", "Ulme"];
const WORDS: [&str; 4] = ["logs", "metrics", "audit", "profiling"];

fn pairs() -> impl Strategy<Value = Pairs> {
    let pair = (1..=7u128, 1..=7u128).prop_filter("no org with itself", |(from, to)| from != to);
    let words = proptest::sample::subsequence(&WORDS[..], 1..=4);
    let words = words.prop_map(|words| words.into_iter().collect());
    proptest::collection::btree_map(pair, words, 0..14)
}

/// The same pairs in their order and in any other.
fn shuffled(pairs: Pairs) -> impl Strategy<Value = (Pairs, Vec<Entry>)> {
    let entries = Vec::from_iter(pairs.clone());
    (Just(pairs), Just(entries).prop_shuffle())
}

/// What a file wants that names the pairs in this order.
fn wanted_pairs(pairs: impl IntoIterator<Item = Entry>) -> Vec<DesiredConnection> {
    let name = |number: u128| NAMES[usize::try_from(number).unwrap() - 1];
    let entries = pairs.into_iter().map(|((source, destination), words)| {
        let (source, destination) = (name(source), name(destination));
        let words = Vec::from_iter(words).join(", ");
        format!("{{source: {source}, destination: {destination}, types: [{words}]}},")
    });
    let text = format!("connections: [{}]", lines(entries));
    desired(&text, &directory(&NAMES))
}

/// The pairs as live connections, whose ids are those of their orgs.
fn listed(pairs: impl IntoIterator<Item = Entry>) -> Vec<Connection> {
    let listed = pairs.into_iter().map(|((source, destination), words)| {
        let number = 1_000 * source + destination;
        connection(number, source, destination, &Vec::from_iter(words))
    });
    listed.collect()
}

/// Carries the plan out, as the API would.
fn applied(plan: &Plan, live: &[Connection]) -> Vec<Connection> {
    let mut live = live.to_vec();
    for change in plan.changes().filter_map(|step| step.change.as_ref()) {
        match change {
            Change::Create {
                source,
                destination,
                types,
            } => live.push(Connection {
                id: Uuid::new_v4(),
                source: source.clone().unwrap(),
                destination: destination.clone(),
                types: types.clone(),
                ..Connection::default()
            }),
            Change::Update { before, types } => {
                let known = live.iter_mut().find(|known| known.id == before.id);
                known.unwrap().types = types.clone();
            }
            Change::Delete { before } => live.retain(|known| known.id != before.id),
            Change::Access { .. } => unreachable!("no plan has one"),
        }
    }
    live
}

fn by_pair(connections: &[Connection]) -> BTreeMap<(Uuid, Uuid), TypeSet> {
    let connections = connections.iter();
    connections
        .map(|known| (known.pair(), known.types.clone()))
        .collect()
}

fn changes(plan: &Plan) -> BTreeSet<String> {
    plan.changes().map(step_line).collect()
}

proptest! {
    #[test]
    fn applying_a_plan_gives_the_state_of_the_file(live in pairs(), file in pairs(), prune: bool) {
        let (live, wanted) = (listed(live), wanted_pairs(file.clone()));
        let plan = plan(&live, wanted.clone(), prune);
        let after = applied(&plan, &live);
        let sources: BTreeSet<_> = file.keys().map(|pair| Uuid::from_u128(pair.0)).collect();
        let mut expected = by_pair(&live);
        expected.retain(|pair, _| !(prune && sources.contains(&pair.0)));
        expected.extend(by_pair(&listed(file)));
        prop_assert_eq!(by_pair(&after), expected);
        prop_assert_eq!(after.len(), by_pair(&after).len());
        prop_assert_eq!(plan.is_empty(), by_pair(&after) == by_pair(&live));
        prop_assert!(prune || plan.counts().delete == 0);

        let second = self::plan(&after, wanted, prune);
        prop_assert!(second.is_empty(), "{:?}", changes(&second));
    }

    #[test]
    fn the_order_of_file_and_listing_does_not_matter(
        (live, live_shuffled) in pairs().prop_flat_map(shuffled),
        (file, file_shuffled) in pairs().prop_flat_map(shuffled),
        prune: bool,
    ) {
        let one = plan(&listed(live), wanted_pairs(file), prune);
        let other = plan(&listed(live_shuffled), wanted_pairs(file_shuffled), prune);
        let steps = |plan: &Plan| lines(plan.steps().iter().map(step_line));
        prop_assert_eq!(steps(&one), steps(&other));
        prop_assert!(one.differences_from(&other).is_empty());
        prop_assert_eq!(one.unlisted, other.unlisted);
    }

    #[test]
    fn plans_differ_exactly_when_there_is_something_else_to_do(
        live in pairs(), then in pairs(), file in pairs(),
    ) {
        let shown = plan(&listed(live), wanted_pairs(file.clone()), true);
        let now = plan(&listed(then), wanted_pairs(file), true);
        prop_assert_eq!(now.differences_from(&shown).is_empty(), changes(&now).is_subset(&changes(&shown)));
    }
}
