use proptest::prelude::*;

use super::*;

fn org(number: u128, name: &str, public_id: &str) -> Org {
    let id = Uuid::from_u128(number).into();
    Org {
        id,
        name: Some(name.into()),
        public_id: Some(public_id.into()),
        disabled: Some(false),
    }
}

fn directory(orgs: Vec<Org>) -> Directory {
    Directory {
        current: None,
        orgs,
    }
}

fn sample() -> Directory {
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
    selector
        .resolve(&sample())
        .map(|org| org.id.as_uuid().unwrap().as_u128())
}

#[test]
fn an_exact_name_comes_before_one_in_another_case() {
    assert_eq!(resolve("Retail US"), Ok(2));
    assert_eq!(resolve("retail us"), Ok(3));
    assert_eq!(resolve("OBSERVABILITY HUB"), Ok(1));
    assert_eq!(resolve("retail00002"), Ok(3));
}

#[test]
fn two_matches_are_an_error_that_lists_both() {
    let error = resolve("Payments").unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 orgs with the name or public id `Payments`: \
         `Payments` (00000000-0000-0000-0000-000000000004, public id pay00000001), \
         `Payments` (00000000-0000-0000-0000-000000000005, public id pay00000002)"
    );
    assert!(
        matches!(resolve("RETAIL US"), Err(ResolveOrgError::Ambiguous { matches, .. }) if matches.len() == 2)
    );
}

#[test]
fn a_name_that_is_anothers_public_id_is_not_guessed_and_a_prefix_forces_one_reading() {
    assert!(matches!(
        resolve("hub00000001"),
        Err(ResolveOrgError::Ambiguous { .. })
    ));
    assert_eq!(resolve("public-id:hub00000001"), Ok(1));
    assert_eq!(resolve("name:hub00000001"), Ok(6));
    assert_eq!(resolve("uuid:00000000-0000-0000-0000-000000000005"), Ok(5));
}

#[test]
fn a_uuid_is_taken_even_if_nobody_knows_it() {
    assert_eq!(resolve("00000000-0000-0000-0000-0000000000ff"), Ok(255));
}

#[test]
fn an_unknown_name_comes_with_the_nearest_ones() {
    let error = resolve("observabilty hub").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no org with the name or public id `observabilty hub`; the nearest names: `Observability Hub`"
    );
    assert_eq!(
        resolve("Qqqq").unwrap_err().to_string(),
        "no org with the name or public id `Qqqq`"
    );
}

#[test]
fn nothing_is_no_selector() {
    for text in ["", "  ", "name:", "public-id:", "profile:"] {
        assert_eq!(
            text.parse::<OrgSelector>(),
            Err(ParseSelectorError::Empty),
            "{text:?}"
        );
    }
    assert_eq!(
        "uuid:x".parse::<OrgSelector>(),
        Err(ParseSelectorError::NoUuid("x".into()))
    );
}

proptest! {
    /// Few names and public ids over the same small alphabet, so that every kind of clash comes up.
    #[test]
    fn resolution_never_picks_one_of_two(
        orgs in prop::collection::vec(("[aA]{1,2}", "[aA]{1,2}"), 0..6),
        prefix in prop::sample::select(vec!["", "name:", "public-id:"]),
        wanted in "[aA]{1,2}",
    ) {
        let orgs = (1..).zip(&orgs).map(|(number, (name, public_id))| org(number, name, public_id)).collect();
        let directory = directory(orgs);
        let selector: OrgSelector = format!("{prefix}{wanted}").parse().unwrap();
        let called = |org: &Org, same: fn(&str, &str) -> bool| {
            (prefix != "public-id:" && same(org.name.as_deref().unwrap(), &wanted))
                || (prefix != "name:" && org.public_id.as_deref() == Some(&*wanted))
        };
        let exact = directory.orgs.iter().filter(|org| called(org, |a, b| a == b)).count();
        let loose = directory.orgs.iter().filter(|org| called(org, str::eq_ignore_ascii_case)).count();
        let candidates = if exact > 0 { exact } else { loose };
        match selector.resolve(&directory) {
            Ok(_) => prop_assert_eq!(candidates, 1),
            Err(ResolveOrgError::Unknown { .. }) => prop_assert_eq!(candidates, 0),
            Err(ResolveOrgError::Ambiguous { matches, .. }) => {
                prop_assert_eq!(matches.len(), candidates);
                prop_assert!(candidates > 1);
            }
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        if let Ok(selector) = text.parse::<OrgSelector>() {
            let _ = selector.resolve(&sample());
        }
    }
}
