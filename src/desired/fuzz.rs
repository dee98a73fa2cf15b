use uuid::Uuid;

use super::file::text_without_prefix;
use super::{
    DesiredConnection, DesiredError, DesiredState, FileName, FileOptions, Plan, is_expressible,
    to_terraform, to_yaml,
};
use crate::escape::needs_escape;
use crate::model::{Change, Connection, Org, OrgDirectory};

/// The text of a desired-state file, or of a saved plan.
pub fn desired_state(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(plan) = Plan::from_json(&text) {
        check_saved_plan(&plan);
    }
    let strict = parse(&text, false);
    if let Err(errors) = &strict {
        check_errors(errors, &text);
    }
    match parse(&text, true) {
        Err(errors) => {
            check_errors(&errors, &text);
            assert!(strict.is_err());
        }
        Ok(state) => {
            // A type that is not known is a mistake only where the live connection lacks it.
            assert!(strict.is_ok());
            check_state(&state);
        }
    }
}

fn parse(text: &str, allow_unknown_types: bool) -> Result<DesiredState, Vec<DesiredError>> {
    let file = (FileName::new("orgconn.yaml"), text.to_owned());
    DesiredState::parse(&[file], allow_unknown_types)
}

/// The mistakes are in the order of the text, and each is on one of its lines.
fn check_errors(errors: &[DesiredError], text: &str) {
    assert!((1..=101).contains(&errors.len()));
    assert!(errors.is_sorted_by_key(|error| error.location.position));
    let lines = text.split(['\n', '\r']).count() as u64;
    for error in errors {
        let line = error.location.position.line;
        assert!((1..=lines + 1).contains(&line), "{error}");
    }
}

/// A plan makes the state of the file: once it is applied, there is nothing left to do.
fn check_state(state: &DesiredState) {
    let mut directory = OrgDirectory::default();
    let resolved = state.resolve(|selector| {
        let number = directory.orgs.len() as u128 + 1;
        let org = Org {
            name: Some(text_without_prefix(selector)),
            ..Org::from_id(selector.uuid().unwrap_or(Uuid::from_u128(number << 64)))
        };
        directory.add(org.clone());
        Ok(org)
    });
    let Ok(resolved) = resolved else {
        return;
    };
    let wanted = resolved.connections;
    let plan = plan(&[], &wanted);
    assert_eq!(plan.changes().count(), wanted.len());
    check_saved_plan(&plan);
    let changes = plan.changes().filter_map(|step| step.change.as_ref());
    let live: Vec<_> = changes.zip(1..).filter_map(created).collect();
    assert_unchanged(&live, &wanted);
    check_export(&live, &directory);
}

/// The live connections, exported, are a file that wants just them, and no name in it reaches a terminal as it is.
fn check_export(live: &[Connection], directory: &OrgDirectory) {
    let yaml = to_yaml(live, directory, FileOptions::default());
    let is_harmful = |character| character != '\n' && needs_escape(character);
    for written in [&yaml, &to_terraform(live, directory)] {
        assert!(!written.contains(is_harmful), "{written}");
    }
    let read = parse(&yaml, true);
    let read = read.and_then(|state| state.resolve(|selector| selector.resolve(directory)));
    let live = live.iter().filter(|one| is_expressible(one));
    let live: Vec<_> = live.cloned().collect();
    assert!(read.is_ok(), "{yaml}");
    assert_unchanged(&live, &read.unwrap_or_default().connections);
}

fn assert_unchanged(live: &[Connection], wanted: &[DesiredConnection]) {
    let plan = plan(live, wanted);
    assert!(plan.is_empty() && plan.unlisted.is_empty());
    assert_eq!(plan.counts().unchanged, live.len());
}

fn plan(live: &[Connection], wanted: &[DesiredConnection]) -> Plan {
    let scope = wanted.iter();
    let scope = scope.map(|wanted| (wanted.source.id, wanted.location.clone()));
    Plan::new(live, wanted.to_vec(), scope.collect(), true, |_| None)
}

fn created((change, number): (&Change, u128)) -> Option<Connection> {
    Some(Connection {
        id: Uuid::from_u128(number),
        source: change.source()?.clone(),
        destination: change.destination().clone(),
        types: change.types_after(),
        ..Connection::default()
    })
}

/// A plan that is saved and read again makes the same changes.
fn check_saved_plan(plan: &Plan) {
    let saved = plan.to_json().unwrap_or_default();
    let changes = |plan: &Plan| -> Vec<_> {
        let steps = plan.changes();
        steps
            .map(|step| (step.change.clone(), step.location.clone()))
            .collect()
    };
    let again = Plan::from_json(&saved).map(|again| changes(&again));
    assert_eq!(again.ok(), Some(changes(plan)));
}
