use proptest::prelude::*;

use super::*;

fn org(number: u128, name: &str, public_id: &str) -> Org {
    Org {
        id: Uuid::from_u128(number),
        name: Some(name.to_owned()),
        public_id: Some(public_id.to_owned()),
        disabled: Some(false),
        profiles: Vec::new(),
    }
}

fn directory(orgs: Vec<Org>) -> OrgDirectory {
    OrgDirectory {
        orgs,
        ..OrgDirectory::default()
    }
}

fn sample() -> OrgDirectory {
    directory(vec![
        org(1, "Observability Hub", "hub00000001"),
        org(2, "Retail US", "retail00001"),
        org(3, "retail us", "retail00002"),
        org(4, "Payments", "pay00000001"),
        org(5, "Payments", "pay00000002"),
        org(6, "hub00000001", "trick000001"),
    ])
}

fn resolve(text: &str) -> Result<u128, ResolveOrgError> {
    let selector: OrgSelector = text.parse().unwrap();
    let org = selector.resolve(&sample())?;
    Ok(org.id.as_u128())
}

#[test]
fn an_org_is_found_by_exact_name_or_public_id_then_by_name_in_any_case() {
    for (text, expected) in [
        ("Retail US", 2),
        ("retail us", 3),
        ("OBSERVABILITY HUB", 1),
        ("retail00002", 3),
        ("public-id:hub00000001", 1),
        ("name:hub00000001", 6),
        ("uuid:00000000-0000-0000-0000-000000000005", 5),
        // Not in the directory.
        ("00000000-0000-0000-0000-0000000000FF", 255),
    ] {
        assert_eq!(resolve(text), Ok(expected), "{text}");
    }
}

#[test]
fn no_match_lists_the_nearest_names_and_several_list_them_all() {
    for (text, expected) in [
        (
            "Payments",
            "2 orgs with the name or public id `Payments` | \
             `Payments` (00000000-0000-0000-0000-000000000004, public id pay00000001) | \
             `Payments` (00000000-0000-0000-0000-000000000005, public id pay00000002)",
        ),
        (
            "observabilty hub",
            "no org with the name or public id `observabilty hub`; did you mean `Observability Hub`?",
        ),
        (
            "Paymnets",
            "no org with the name or public id `Paymnets`; the nearest names | \
             `Payments [00000000-0000-0000-0000-000000000004]` | \
             `Payments [00000000-0000-0000-0000-000000000005]`",
        ),
        ("Qqqq", "no org with the name or public id `Qqqq`"),
        ("profile:hub", "no org of the profile `hub`"),
        (
            "group:Production",
            "`group:Production` stands for a group of orgs, and this takes one org",
        ),
    ] {
        let error = resolve(text).unwrap_err();
        let shown = [vec![error.to_string()], error.candidates()].concat();
        assert_eq!(shown.join(" | "), expected);
    }
    for text in ["RETAIL US", "hub00000001"] {
        let error = resolve(text).unwrap_err();
        assert!(
            matches!(&error, ResolveOrgError::Ambiguous { matches, .. } if matches.len() == 2),
            "{text}: {error}"
        );
    }
}

#[test]
fn only_the_usual_form_of_a_uuid_is_one() {
    for text in [
        "40BBB1C232B24AA38A1A5D93B5382E3D",
        "{40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d}",
        "urn:uuid:40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d",
        "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3",
    ] {
        assert_eq!(text.parse(), Ok(OrgSelector::Text(text.to_owned())));
    }
    assert_eq!(
        "uuid:x".parse::<OrgSelector>(),
        Err(ParseSelectorError::InvalidUuid("x".into()))
    );
}

#[test]
fn an_empty_text_is_no_selector() {
    for text in ["", "  ", "name:", "public-id:", "profile:", "group: "] {
        let parsed = text.parse::<OrgSelector>();
        assert_eq!(parsed, Err(ParseSelectorError::Empty), "{text:?}");
    }
}

proptest! {
    /// Few names and public ids over the same small alphabet, so that every kind of clash comes up.
    #[test]
    fn one_of_two_matches_is_never_picked(
        orgs in prop::collection::vec(("[aA]{1,2}", "[aA]{1,2}"), 0..6),
        prefix in prop::sample::select(vec!["", "name:", "public-id:"]),
        wanted in "[aA]{1,2}",
    ) {
        let orgs = (1..).zip(&orgs).map(|(number, (name, public_id))| org(number, name, public_id));
        let directory = directory(orgs.collect());
        let selector: OrgSelector = format!("{prefix}{wanted}").parse().unwrap();
        let count = |is_same: fn(&str, &str) -> bool| {
            let orgs = directory.orgs.iter();
            orgs.filter(|org| {
                let (name, public_id) = (org.name.as_deref(), org.public_id.as_deref());
                (prefix != "public-id:" && is_same(name.unwrap(), &wanted))
                    || (prefix != "name:" && public_id == Some(&*wanted))
            }).count()
        };
        let exact = count(|name, wanted| name == wanted);
        let expected = if exact > 0 { exact } else { count(str::eq_ignore_ascii_case) };
        let found = match selector.resolve(&directory) {
            Ok(_) => 1,
            Err(ResolveOrgError::Unknown { .. } | ResolveOrgError::Group(_)) => 0,
            Err(
                ResolveOrgError::Ambiguous { matches, .. }
                | ResolveOrgError::Unreadable { matches, .. },
            ) => matches.len(),
        };
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        if let Ok(selector) = text.parse::<OrgSelector>() {
            let _ = selector.resolve(&sample());
        }
        if let Ok(selector) = text.parse::<ConnectionSelector>() {
            selector.matches(&Connection::default());
        }
    }
}

#[test]
fn a_name_of_an_org_without_a_uuid_means_no_other_org() {
    let mut directory = sample();
    for name in ["Observability Hub", "Retail JP"] {
        directory.add_unreadable(UnreadableOrg {
            id: Some("odd".to_owned()),
            name: Some(name.to_owned()),
            public_id: None,
        });
        directory.unreadable[0].id = None;
    }
    for (text, others) in [("Observability Hub", 1), ("retail jp", 0)] {
        let selector: OrgSelector = text.parse().unwrap();
        let Err(ResolveOrgError::Unreadable {
            matches,
            unreadable,
            ..
        }) = selector.resolve(&directory)
        else {
            panic!("{text} was resolved");
        };
        assert_eq!((matches.len(), unreadable.len()), (others, 1), "{text}");
    }
    let other: OrgSelector = "Retail US".parse().unwrap();
    assert!(other.resolve(&directory).is_ok());
}

#[test]
fn a_connection_is_selected_by_its_id_or_a_unique_beginning_of_it() {
    let ids = [
        "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d",
        "40bbffff-0000-4aa3-8a1a-5d93b5382e3d",
    ];
    let connections = ids.map(|id| Connection {
        id: id.parse().unwrap(),
        ..Connection::default()
    });
    let select = |text: &str| {
        let selector: ConnectionSelector = text.parse()?;
        selector
            .select(&connections)
            .map(|found| found.id.to_string())
    };
    assert_eq!(
        select("40BBB1C2-32b2-4aa3-8a1a-5d93b5382e3d"),
        Ok(ids[0].to_owned())
    );
    assert_eq!(select("40BBb"), Ok(ids[0].to_owned()));
    let nil = Uuid::nil();
    for (text, expected) in [
        (
            "40bb",
            format!(
                "2 connections whose id begins with `40bb` | {} (`{nil}` to `{nil}`) | {} (`{nil}` to `{nil}`)",
                ids[0], ids[1]
            ),
        ),
        (
            "40b",
            "`40b` is too short: a connection is named by its id, or by at least 4 characters of its beginning"
                .to_owned(),
        ),
        ("dead", "no connection whose id begins with `dead`".to_owned()),
    ] {
        let error = select(text).unwrap_err();
        let shown = [vec![error.to_string()], error.candidates()].concat();
        assert_eq!(shown.join(" | "), expected);
    }
}

#[test]
fn a_selector_of_an_org_has_at_most_ten_thousand_bytes() {
    let longest = "x".repeat(MAX_SELECTOR_LENGTH);
    assert_eq!(longest.parse(), Ok(OrgSelector::Text(longest.clone())));
    let too_long = longest + "x";
    assert_eq!(
        too_long.parse::<OrgSelector>(),
        Err(ParseSelectorError::TooLong(10_001))
    );
}
