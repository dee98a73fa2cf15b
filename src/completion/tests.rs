//! What a recorder leaves behind, and what is found in it.

use std::sync::Arc;

use super::{Cache, Collected, Owner, Recorder};
use crate::topology::{Connection, ConnectionType, Directory, Org, Reference};

const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";

struct Place {
    cache: Cache,
    _directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            cache: Cache::new(directory.path().join("a/b")),
            _directory: directory,
        }
    }

    fn record(&self, work: impl FnOnce(&Recorder)) {
        work(&Recorder::new(self.cache.clone()));
    }

    fn saw_orgs(&self, owner: &Owner, orgs: &[(&str, &str)]) {
        let orgs = orgs.iter().map(|(id, name)| Org {
            name: Some((*name).into()),
            public_id: Some(format!("p{id}").into()),
            ..Org::unnamed((*id).into())
        });
        let directory = Directory {
            current: None,
            orgs: orgs.collect(),
        };
        self.record(|recorder| recorder.orgs(owner, &directory));
    }

    fn saw(&self, owner: &Owner, connections: &[Connection]) {
        let mut all = Collected::default();
        connections.chunks(7).for_each(|page| all.add(page));
        self.record(|recorder| recorder.connections(owner, all));
    }

    fn orgs(&self, owners: &[Owner], typed: &str) -> Vec<String> {
        let found = self.cache.orgs(owners, typed);
        found.into_iter().map(|found| found.value).collect()
    }

    fn connections(&self, owners: &[Owner], typed: &str) -> Vec<String> {
        let found = self.cache.connections(owners, typed);
        found
            .into_iter()
            .map(|found| format!("{} {}", found.value, found.description))
            .collect()
    }
}

fn owner(profile: &str, server: &str) -> Owner {
    Owner {
        profile: (!profile.is_empty()).then(|| Arc::from(profile)),
        server: server.to_owned(),
    }
}

fn connection(id: &str, source: &str, destination: &str) -> Connection {
    let end = |name: &str| Reference {
        id: Some(format!("id of {name}").as_str().into()),
        name: Some(name.into()),
    };
    Connection {
        id: Some(id.into()),
        source: end(source),
        destination: end(destination),
        types: [ConnectionType::Logs].into_iter().collect(),
        ..Connection::default()
    }
}

#[test]
fn what_was_seen_is_found_again_by_those_who_saw_it() {
    let place = Place::new();
    let (hub, other) = (owner("hub", "a.test"), owner("", "a.test"));
    place.saw_orgs(
        &hub,
        &[("2", "Röhren"), ("1", "retail"), ("3", "Retail US")],
    );
    place.saw(
        &hub,
        &[connection("b1", "A", "B\u{1b}"), connection("a1", "A", "C")],
    );
    assert_eq!(place.orgs(std::slice::from_ref(&hub), "r"), ["retail"]);
    assert_eq!(
        place.orgs(std::slice::from_ref(&hub), "R"),
        ["Retail US", "Röhren"]
    );
    assert_eq!(place.orgs(std::slice::from_ref(&hub), "RÖ"), ["Röhren"]);
    assert_eq!(
        place.connections(std::slice::from_ref(&hub), ""),
        ["a1 A → C (logs)", "b1 A → B\\u{1b} (logs)"]
    );
    assert_eq!(
        place.connections(std::slice::from_ref(&hub), "B"),
        ["b1 A → B\\u{1b} (logs)"]
    );
    for stranger in [other, owner("hub", "b.test"), owner("Hub", "a.test")] {
        assert_eq!(place.orgs(std::slice::from_ref(&stranger), ""), [""; 0]);
        assert_eq!(place.connections(&[stranger], ""), [""; 0]);
    }
}

#[test]
fn an_org_that_its_name_does_not_tell_comes_with_its_id() {
    let place = Place::new();
    let (one, two) = (owner("one", "a.test"), owner("two", "a.test"));
    let odd = [
        ("1", "Same"),
        ("4", "-flag"),
        ("5", "uuid:x"),
        ("6", HUB),
        ("7", " "),
        ("8", "a\nb"),
        ("9", "a: b"),
    ];
    place.saw_orgs(&one, &odd);
    place.saw_orgs(&two, &[("1", "Same"), ("2", "Same"), ("3", "same")]);
    assert_eq!(
        place.orgs(std::slice::from_ref(&one), ""),
        ["7", "4", "6", "Same", "a: b", "8", "5"]
    );
    assert_eq!(
        place.orgs(std::slice::from_ref(&one), "name:"),
        [
            "7",
            "name:-flag",
            &format!("name:{HUB}"),
            "name:Same",
            "name:a: b",
            "8",
            "name:uuid:x"
        ]
    );
    assert_eq!(place.orgs(&[one, two], "Sa"), ["1", "2"]);
}

#[test]
fn orgs_that_connections_mention_are_known_beside_those_that_are_managed() {
    let place = Place::new();
    let hub = [owner("hub", "a.test")];
    place.saw(&hub[0], &[connection("c", "Mentioned", "Managed")]);
    assert_eq!(place.orgs(&hub, ""), ["Managed", "Mentioned"]);
    place.saw_orgs(&hub[0], &[("id of Managed", "Managed now"), ("x", "More")]);
    assert_eq!(place.orgs(&hub, ""), ["Managed now", "Mentioned", "More"]);
    // What is seen anew replaces what was seen in the same way.
    place.saw(&hub[0], &[connection("c", "Managed", "Another")]);
    assert_eq!(place.orgs(&hub, ""), ["Another", "Managed now", "More"]);
    place.saw_orgs(&hub[0], &[]);
    assert_eq!(place.orgs(&hub, ""), ["Another"]);
}

#[test]
fn changes_are_made_wherever_the_connection_is_known() {
    let place = Place::new();
    let both = [owner("source", "a.test"), owner("destination", "a.test")];
    place.saw(
        &both[0],
        &[connection("c1", "A", "B"), connection("c2", "A", "C")],
    );
    place.saw(&both[1], &[connection("c1", "A", "B")]);
    place.record(|recorder| {
        recorder.gone(&"c1".into());
        recorder.altered(&connection("c2", "A", "D"));
        recorder.made(&both[0], &connection("c0", "A", "E"));
        // Where the others are not known, one would look like all.
        recorder.made(&owner("nobody", "a.test"), &connection("c0", "A", "E"));
    });
    assert_eq!(
        place.connections(&both[..1], ""),
        ["c0 A → E (logs)", "c2 A → D (logs)"]
    );
    assert_eq!(place.connections(&both[1..], ""), [""; 0]);
    assert_eq!(place.connections(&[owner("nobody", "a.test")], ""), [""; 0]);
}

#[test]
fn of_too_many_none_are_kept() {
    let place = Place::new();
    let hub = [owner("hub", "a.test")];
    let few: Vec<_> = (0..Recorder::MOST)
        .map(|number| connection(&format!("{number:05}"), "A", "B"))
        .collect();
    place.saw(&hub[0], &few);
    assert_eq!(place.connections(&hub, "").len(), Recorder::MOST);
    assert_eq!(place.connections(&hub, "0999").len(), 10);
    place.saw(
        &hub[0],
        &[&few[..], &[connection("one more", "A", "B")]].concat(),
    );
    assert_eq!(place.connections(&hub, ""), [""; 0]);
    let names: Vec<_> = (0..=Recorder::MOST)
        .map(|number| number.to_string())
        .collect();
    let orgs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), name.as_str()))
        .collect();
    place.saw_orgs(&hub[0], &orgs[1..]);
    assert_eq!(place.orgs(&hub, "").len(), Recorder::MOST);
    place.saw_orgs(&hub[0], &orgs);
    assert_eq!(place.orgs(&hub, ""), [""; 0]);
}

#[test]
fn what_was_seen_on_a_server_can_be_forgotten() {
    let place = Place::new();
    let (here, there) = ([owner("hub", "sandbox")], [owner("hub", "a.test")]);
    for owner in [&here[0], &there[0]] {
        place.saw(owner, &[connection("c1", "A", "B")]);
    }
    place.cache.forget("sandbox").unwrap();
    assert_eq!(
        (
            place.connections(&here, "").len(),
            place.connections(&there, "").len()
        ),
        (0, 1)
    );
    assert_eq!(
        (place.orgs(&here, "").len(), place.orgs(&there, "").len()),
        (0, 2)
    );
}

#[test]
fn a_recorder_that_saw_nothing_makes_nothing() {
    let place = Place::new();
    place.record(|_| {});
    place.record(|recorder| recorder.gone(&"c".into()));
    assert!(!place.cache.directory().exists());
}
