use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Connections as the tests see them: from which org to which, and with what.
type Edges = BTreeMap<(u128, u128), BTreeSet<&'static str>>;

/// One entry of these.
type Entry = ((u128, u128), BTreeSet<&'static str>);

const NAMES: [&str; 7] = ["Ahorn", "Birke", "Buche", "Eiche", "Esche", "Linde", "Ulme"];
const WORDS: [&str; 4] = ["logs", "metrics", "audit", "profiling"];

fn edges() -> impl Strategy<Value = Edges> {
    let pair = (1..=7u128, 1..=7u128).prop_filter("no org with itself", |(from, to)| from != to);
    let words = proptest::sample::subsequence(&WORDS[..], 1..=4);
    let words = words.prop_map(|words| words.into_iter().collect());
    proptest::collection::btree_map(pair, words, 0..14)
}

/// The edges as a file, in the order that `shuffled` gives.
fn file(shuffled: &[Entry]) -> String {
    let mut text = "connections: [".to_owned();
    for ((source, destination), words) in shuffled {
        let (source, destination) = (name(*source), name(*destination));
        let words: Vec<_> = words.iter().copied().collect();
        let words = words.join(", ");
        text += &format!("{{source: {source}, destination: {destination}, types: [{words}]}},\n");
    }
    text + "]"
}

fn name(number: u128) -> &'static str {
    NAMES[usize::try_from(number).unwrap() - 1]
}

fn desired(edges: &Edges) -> DesiredState {
    let entries: Vec<_> = edges.clone().into_iter().collect();
    desire(&file(&entries), &directory(&NAMES))
}

fn listed(edges: &Edges) -> Vec<Connection> {
    let numbered = edges.iter().zip(100..);
    numbered
        .map(|(((source, destination), words), number)| {
            let words: Vec<_> = words.iter().copied().collect();
            connection(number, *source, *destination, &words)
        })
        .collect()
}

/// Carries the plan out, as the API would.
fn applied(plan: &Plan, live: &[Connection]) -> Vec<Connection> {
    let mut live = live.to_vec();
    for (step, number) in plan.changes().zip(1_000..) {
        let old = step
            .connection
            .as_ref()
            .map(|connection| connection.id.clone());
        match step.action {
            Action::Create => live.push(Connection {
                id: Some(org_id(number)),
                source: step.source.clone(),
                destination: step.destination.clone(),
                types: step.after.clone(),
                ..Connection::default()
            }),
            Action::Update => {
                let known = live
                    .iter_mut()
                    .find(|known| Some(&known.id) == old.as_ref());
                known.unwrap().types = step.after.clone();
            }
            Action::Delete => live.retain(|known| Some(&known.id) != old.as_ref()),
            Action::Unchanged => {}
        }
    }
    live
}

fn by_pair(connections: &[Connection]) -> BTreeMap<(u128, u128), TypeSet> {
    let number = |org: &Reference| org.id.as_ref().unwrap().as_uuid().unwrap().as_u128();
    connections
        .iter()
        .map(|known| {
            (
                (number(&known.source), number(&known.destination)),
                known.types.clone(),
            )
        })
        .collect()
}

fn typed(edges: &Edges) -> BTreeMap<(u128, u128), TypeSet> {
    by_pair(&listed(edges))
}

proptest! {
    #[test]
    fn applying_a_plan_gives_the_state_of_the_file(live in edges(), file in edges(), prune: bool) {
        let (live, options) = (listed(&live), PlanOptions { prune });
        let plan = Plan::between(&live, &desired(&file), options);
        let after = applied(&plan, &live);
        let sources: BTreeSet<_> = file.keys().map(|pair| pair.0).collect();
        let mut expected = by_pair(&live);
        expected.retain(|pair, _| !(prune && sources.contains(&pair.0)));
        expected.extend(typed(&file));
        prop_assert_eq!(by_pair(&after), expected);
        prop_assert_eq!(after.len(), by_pair(&after).len());

        let second = Plan::between(&after, &desired(&file), options);
        prop_assert!(second.is_empty(), "{:?}", lines(&second));
        prop_assert_eq!(applied(&second, &after), after);
    }

    #[test]
    fn a_plan_is_empty_exactly_when_nothing_would_change(live in edges(), file in edges(), prune: bool) {
        let live = listed(&live);
        let plan = Plan::between(&live, &desired(&file), PlanOptions { prune });
        prop_assert_eq!(plan.is_empty(), by_pair(&applied(&plan, &live)) == by_pair(&live));
    }

    #[test]
    fn without_pruning_nothing_is_deleted(live in edges(), file in edges()) {
        let live = listed(&live);
        let plan = Plan::between(&live, &desired(&file), PlanOptions::default());
        prop_assert_eq!(plan.counts().delete, 0);
        let after = by_pair(&applied(&plan, &live));
        prop_assert!(by_pair(&live).keys().all(|pair| after.contains_key(pair)));
    }

    #[test]
    fn the_order_of_file_and_listing_does_not_matter(
        (live, live_shuffled) in edges().prop_flat_map(shuffled),
        (file, file_shuffled) in edges().prop_flat_map(shuffled),
        prune: bool,
    ) {
        let numbered: BTreeMap<_, _> = by_pair(&listed(&live)).into_keys().zip(listed(&live)).collect();
        let listing: Vec<_> = live_shuffled.iter().map(|(pair, _)| numbered[pair].clone()).collect();
        let state = desire(&self::file(&file_shuffled), &directory(&NAMES));
        let options = PlanOptions { prune };
        let (one, other) = (
            Plan::between(&listed(&live), &desired(&file), options),
            Plan::between(&listing, &state, options),
        );
        prop_assert_eq!(lines(&one), lines(&other));
        prop_assert!(one.same_changes(&other));
        prop_assert_eq!(one.beyond(), other.beyond());
    }

    #[test]
    fn a_plan_moves_exactly_when_its_changes_do(live in edges(), then in edges(), file in edges()) {
        let options = PlanOptions { prune: true };
        let shown = Plan::between(&listed(&live), &desired(&file), options);
        let mut anew = listed(&then);
        for connection in &mut anew {
            let known = listed(&live).into_iter().find(|known| {
                known.source == connection.source && known.destination == connection.destination
            });
            connection.id = known.map_or(connection.id.clone(), |known| known.id);
        }
        let now = Plan::between(&anew, &desired(&file), options);
        let changed = |plan: &Plan| -> BTreeSet<String> {
            lines(plan).into_iter().filter(|line| !line.starts_with("unchanged")).collect()
        };
        prop_assert_eq!(now.same_changes(&shown), changed(&now) == changed(&shown));
    }
}

fn shuffled(edges: Edges) -> impl Strategy<Value = (Edges, Vec<Entry>)> {
    let entries: Vec<_> = edges.clone().into_iter().collect();
    (Just(edges), Just(entries).prop_shuffle())
}
