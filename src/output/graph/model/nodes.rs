use std::collections::{BTreeMap, HashMap};

use super::Node;
use crate::output::graph::text::visible;
use crate::topology::{Id, Reference};

/// A beginning of a UUID shorter than this tells nobody anything.
const SHORTEST_BEGINNING: usize = 8;

/// The orgs, while they are being gathered: first all that are known by an id are learnt, then ends are placed.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    by_id: HashMap<Id, usize>,
    by_name: HashMap<Box<str>, usize>,
}

struct Draft {
    id: Option<Id>,
    name: Option<Box<str>>,
    disabled: bool,
}

impl Drafts {
    /// Takes in what is said of an org, if it has an id.
    pub(super) fn learn(&mut self, org: &Reference, disabled: bool) {
        let Some(id) = &org.id else { return };
        let place = *self
            .by_id
            .entry(id.clone())
            .or_insert_with(|| add(&mut self.drafts, org));
        let draft = &mut self.drafts[place];
        draft.disabled |= disabled;
        if draft.name.is_none() {
            draft.name = name_of(org);
        }
    }

    /// The node of an end of a connection, made if there is none yet.
    pub(super) fn place(&mut self, org: &Reference) -> usize {
        if let Some(place) = org.id.as_ref().and_then(|id| self.by_id.get(id)) {
            return *place;
        }
        let Some(name) = name_of(org) else {
            return add(&mut self.drafts, org);
        };
        if let Some(place) = self.by_name.get(&name) {
            return *place;
        }
        let mut alike = (0..self.drafts.len())
            .filter(|place| self.drafts[*place].name.as_deref() == Some(&*name));
        let place = match (alike.next(), alike.next()) {
            (Some(only), None) => only,
            _ => add(&mut self.drafts, org),
        };
        self.by_name.insert(name, place);
        place
    }

    /// The nodes in the order of their places.
    pub(super) fn finish(self) -> Vec<Node> {
        let mut alike = BTreeMap::<&str, Vec<&Draft>>::new();
        for draft in &self.drafts {
            if let Some(name) = &draft.name {
                alike.entry(name.trim()).or_default().push(draft);
            }
        }
        self.drafts
            .iter()
            .map(|draft| {
                let namesakes = draft.name.as_ref().and_then(|name| alike.get(name.trim()));
                draft.node(namesakes.map_or(&[], Vec::as_slice))
            })
            .collect()
    }
}

impl Draft {
    fn node(&self, namesakes: &[&Self]) -> Node {
        let mut mark = String::new();
        if namesakes.len() > 1 {
            let told_apart_by = match &self.id {
                Some(id) => beginning(&id.to_string(), namesakes),
                None => "no id".to_owned(),
            };
            mark = format!(" [{}]", visible(&told_apart_by));
        }
        if self.disabled {
            mark.push_str(" (disabled)");
        }
        let name = match (&self.name, &self.id) {
            (Some(name), _) => visible(name).into_owned(),
            (None, Some(id)) => visible(&id.to_string()).into_owned(),
            (None, None) => "?".to_owned(),
        };
        Node {
            name,
            mark,
            disabled: self.disabled,
        }
    }
}

/// As much of `id` as no other of the namesakes begins with.
fn beginning(id: &str, namesakes: &[&Draft]) -> String {
    let shared = |other: &Id| -> usize {
        let other = other.to_string();
        let pairs = id.chars().zip(other.chars());
        pairs.take_while(|(one, another)| one == another).count()
    };
    let others = namesakes.iter().filter_map(|draft| draft.id.as_ref());
    let longest = others.filter(|other| other.to_string() != id).map(shared);
    let needed = longest.max().map_or(0, |shared| shared + 1);
    id.chars().take(needed.max(SHORTEST_BEGINNING)).collect()
}

fn add(drafts: &mut Vec<Draft>, org: &Reference) -> usize {
    drafts.push(Draft {
        id: org.id.clone(),
        name: name_of(org),
        disabled: false,
    });
    drafts.len() - 1
}

/// The name, if it shows anything.
fn name_of(org: &Reference) -> Option<Box<str>> {
    org.name.clone().filter(|name| !name.trim().is_empty())
}
