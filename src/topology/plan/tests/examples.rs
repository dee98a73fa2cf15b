use super::*;

const PRUNE: PlanOptions = PlanOptions { prune: true };
const KEEP: PlanOptions = PlanOptions { prune: false };

fn orgs() -> Directory {
    directory(&["Hub", "Alpha", "Beta", "Gamma"])
}

fn wanted() -> DesiredState {
    let text = "connections:\n\
                - {source: Beta, destination: Hub, types: [logs]}\n\
                - {source: Alpha, destination: [Hub, Beta], types: [logs, metrics]}\n";
    desire(text, &orgs())
}

fn live() -> Vec<Connection> {
    vec![
        connection(11, 2, 1, &["metrics", "profiling"]),
        connection(12, 3, 1, &["logs"]),
        connection(13, 2, 4, &["audit"]),
        connection(14, 4, 1, &["audit"]),
    ]
}

#[test]
fn a_plan_names_every_pair_of_the_file_and_with_pruning_what_its_sources_have_beyond() {
    let plan = Plan::between(&live(), &wanted(), PRUNE);
    assert_eq!(
        lines(&plan),
        [
            "create Alpha -> Beta: [] to [logs,metrics]",
            "update Alpha -> Hub: [metrics,profiling] to [logs,metrics]",
            "delete Alpha -> 00000000-0000-0000-0000-000000000004: [audit] to []",
            "unchanged Beta -> Hub: [logs] to [logs]",
        ]
    );
    let counts = Counts {
        create: 1,
        update: 1,
        delete: 1,
        unchanged: 1,
    };
    assert_eq!(plan.counts(), counts);
    assert!(!plan.is_empty());
    assert_eq!(plan.beyond(), [live()[3].clone()]);
    assert_eq!(plan.prunable().count(), 0);
}

#[test]
fn without_pruning_what_is_beyond_the_file_stays_and_is_told() {
    let plan = Plan::between(&live(), &wanted(), KEEP);
    assert_eq!(plan.counts().delete, 0);
    assert_eq!(plan.beyond(), [live()[2].clone(), live()[3].clone()]);
    let prunable: Vec<_> = plan.prunable().collect();
    assert_eq!(prunable, [&live()[2]]);
}

#[test]
fn a_type_that_this_version_does_not_know_is_seen_to_go() {
    let plan = Plan::between(&live(), &wanted(), KEEP);
    let update = plan
        .steps()
        .iter()
        .find(|step| step.action == Action::Update)
        .unwrap();
    assert_eq!(update.removed(), types(&["profiling"]));
    assert_eq!(update.added(), types(&["logs"]));
    assert_eq!(update.position.unwrap().line, 3);
}

#[test]
fn a_file_that_wants_nothing_has_no_sources_and_deletes_nothing() {
    let plan = Plan::between(&live(), &DesiredState::default(), PRUNE);
    assert!(plan.is_empty());
    assert_eq!(plan.beyond().len(), 4);
}

#[test]
fn deletes_come_first_where_the_limit_would_be_passed_on_the_way() {
    let orgs = directory(&["Source", "A", "B", "C", "D", "E", "F"]);
    let text = "connections: [{source: Source, destination: [B, C, D, E, F], types: [logs]}]";
    let desired = desire(text, &orgs);
    let live: Vec<_> = (2..7)
        .map(|end| connection(end + 100, 1, end, &["logs"]))
        .collect();
    let plan = Plan::between(&live, &desired, PRUNE);
    let actions: Vec<_> = plan.changes().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Delete, Action::Create]);
    assert_eq!(plan.warnings(&orgs), []);

    let plan = Plan::between(&live[..4], &desired, PRUNE);
    let actions: Vec<_> = plan.changes().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Delete, Action::Create, Action::Create]);

    let plan = Plan::between(
        &live[..1],
        &desire(&text.replace(", E, F", ""), &orgs),
        PRUNE,
    );
    let last = plan.changes().last().unwrap();
    assert_eq!(last.action, Action::Delete);
}

#[test]
fn a_source_beyond_the_limit_and_a_disabled_org_are_told_once() {
    let mut orgs = directory(&["Source", "A", "B", "C", "D", "E", "F"]);
    orgs.orgs[2].disabled = Some(true);
    let text = "connections: [{source: Source, destination: [B, C, D, E, F], types: [logs]}]";
    let live = [connection(101, 1, 2, &["logs"])];
    let told = Plan::between(&live, &desire(text, &orgs), KEEP).warnings(&orgs);
    let told: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`Source` will share with 6 orgs; beyond 5 the API may refuse, unless it is on an Enterprise plan",
            "`B` is disabled",
        ]
    );
}

#[test]
fn a_connection_seen_through_two_profiles_counts_once() {
    let mut twice = live();
    twice[0].profiles.push("hub".into());
    let mut again = twice[0].clone();
    again.profiles = vec!["alpha".into()];
    twice.push(again);
    let plan = Plan::between(&twice, &wanted(), PRUNE);
    assert_eq!(
        lines(&plan),
        lines(&Plan::between(&live(), &wanted(), PRUNE))
    );
    assert_eq!(plan.unmatched(), []);
    let update = plan
        .steps()
        .iter()
        .find(|step| step.action == Action::Update)
        .unwrap();
    let profiles = &update.connection.as_ref().unwrap().profiles;
    assert_eq!(profiles[..], [Arc::from("hub"), Arc::from("alpha")]);
}

#[test]
fn what_cannot_be_compared_is_left_alone_and_told() {
    let mut odd = live();
    odd[2].destination.id = None;
    odd.push(connection(99, 2, 1, &["logs"]));
    let plan = Plan::between(&odd, &wanted(), PRUNE);
    assert_eq!(plan.counts().delete, 0);
    assert_eq!(plan.unmatched(), [odd[2].clone(), odd[4].clone()]);
}

#[test]
fn the_name_of_an_org_given_as_a_uuid_comes_from_the_live_state() {
    let text = format!(
        "connections: [{{source: {}, destination: Hub, types: [logs]}}]",
        org_id(9)
    );
    let mut named = connection(15, 9, 4, &["logs"]);
    named.source.name = Some("Nine".into());
    let plan = Plan::between(&[named], &desire(&text, &orgs()), PRUNE);
    assert_eq!(lines(&plan)[0], "create Nine -> Hub: [] to [logs]");
}

#[test]
fn a_profile_is_noted_for_every_step() {
    let mut plan = Plan::between(&live(), &wanted(), PRUNE);
    plan.assign_profiles(|step| {
        (step.action != Action::Delete).then(|| step.source.label().into())
    });
    let profiles: Vec<_> = plan
        .steps()
        .iter()
        .map(|step| step.profile.as_deref())
        .collect();
    assert_eq!(profiles, [Some("Alpha"), Some("Alpha"), None, Some("Beta")]);
}

#[test]
fn a_state_that_moved_is_told_pair_by_pair() {
    let shown = Plan::between(&live(), &wanted(), PRUNE);
    assert!(Plan::between(&live(), &wanted(), PRUNE).same_changes(&shown));

    let mut moved = live();
    moved[0].types = types(&["metrics"]);
    moved.remove(2);
    moved.push(connection(16, 2, 3, &["logs", "metrics"]));
    let now = Plan::between(&moved, &wanted(), PRUNE);
    assert!(!now.same_changes(&shown));
    let actions = |step: Option<&Step>| step.map(|step| (step.action, step.before.to_string()));
    let differences: Vec<_> = now
        .moved_since(&shown)
        .iter()
        .map(|moved| (actions(moved.shown), actions(moved.now)))
        .collect();
    assert_eq!(
        differences,
        [
            (
                Some((Action::Update, "metrics,profiling".into())),
                Some((Action::Update, "metrics".into()))
            ),
            (
                Some((Action::Create, String::new())),
                Some((Action::Unchanged, "logs,metrics".into()))
            ),
            (Some((Action::Delete, "audit".into())), None),
        ]
    );
}

#[test]
fn a_connection_made_anew_is_no_longer_the_one_that_was_shown() {
    let shown = Plan::between(&live(), &wanted(), PRUNE);
    let mut anew = live();
    anew[0].id = Some("made-anew".into());
    assert_eq!(
        Plan::between(&anew, &wanted(), PRUNE)
            .moved_since(&shown)
            .len(),
        1
    );
    let mut unchanged_anew = live();
    unchanged_anew[1].id = Some("made-anew".into());
    assert!(Plan::between(&unchanged_anew, &wanted(), PRUNE).same_changes(&shown));
}
