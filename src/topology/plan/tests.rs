use super::*;
use crate::topology::desired::{Desired, ParseOptions};
use crate::topology::{Directory, Org, TypeSet};

mod examples;
mod properties;

/// Orgs with the ids 1, 2, 3 … and these names.
fn directory(names: &[&str]) -> Directory {
    let orgs = names.iter().zip(1..).map(|(name, number)| Org {
        id: org_id(number),
        name: Some((*name).into()),
        public_id: None,
        disabled: Some(false),
    });
    Directory {
        current: None,
        orgs: orgs.collect(),
    }
}

fn org_id(number: u128) -> Id {
    uuid::Uuid::from_u128(number).into()
}

fn types(words: &[&str]) -> TypeSet {
    words.iter().map(|word| (*word).into()).collect()
}

/// A connection with the given number, from one numbered org to another, as the API lists it.
fn connection(number: u128, source: u128, destination: u128, words: &[&str]) -> Connection {
    let end = |number| Reference {
        id: Some(org_id(number)),
        name: None,
    };
    Connection {
        id: Some(uuid::Uuid::from_u128(number).into()),
        source: end(source),
        destination: end(destination),
        types: types(words),
        ..Connection::default()
    }
}

fn desire(text: &str, directory: &Directory) -> DesiredState {
    let options = ParseOptions {
        allow_unknown_types: true,
    };
    Desired::parse(text, options)
        .unwrap()
        .resolve(|selector| selector.resolve(directory))
        .unwrap()
}

/// The steps as lines: what is done to which pair, from which types to which.
fn lines(plan: &Plan) -> Vec<String> {
    let line = |step: &Step| {
        format!(
            "{} {} -> {}: [{}] to [{}]",
            step.action,
            step.source.label(),
            step.destination.label(),
            step.before,
            step.after
        )
    };
    plan.steps().iter().map(line).collect()
}
