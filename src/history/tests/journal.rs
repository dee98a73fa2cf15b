use std::path::Path;

use super::*;

#[tokio::test]
async fn a_missing_journal_is_empty_and_reading_makes_nothing() {
    let fixture = Fixture::new();
    assert_eq!(fixture.journal.entries().unwrap().iter().len(), 0);
    assert_eq!(fs::read_dir(fixture.home.path()).unwrap().count(), 0);
    assert!(Journal::open(Path::new("")).is_err());
}

#[tokio::test]
async fn lines_have_these_fields_and_no_others() {
    let fixture = Fixture::new();
    let made = fixture.begin(create("logs")).await.unwrap();
    let deleted = fixture.begin(delete(1, "logs")).await.unwrap();
    let ids = [made.id.clone(), deleted.id.clone()];
    fixture.writer.finish(deleted, done()).await.unwrap();
    fixture.writer.finish(made, failed("no")).await.unwrap();
    let [made_id, deleted_id] = &ids;
    let run = fixture.entry(made_id).run;
    let [made_at, deleted_at] = ids.each_ref().map(|id| fixture.entry(id).at);
    let retail = r#"{"id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","name":"Rétail \"US\"\n"}"#;
    let hub = r#"{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"}"#;
    let connection = [
        r#"{"id":"00000000-0000-0000-0000-000000000001","source":"#,
        retail,
        r#","destination":"#,
        hub,
        r#","types":["logs"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":"#,
        r#"{"id":"03e6bc43-7ecc-11f0-b50b-f28f2be41840","name":"Dana Example"},"profiles":[]}"#,
    ]
    .concat();
    let origin = format!(r#""command":"apply","profile":"retail","host":"{HOST}","org":{retail}"#);
    let text = fixture.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!(
            r#"{{"v":1,"event":"intent","entry":"{made_id}","run":"{run}","at":"{made_at}","operation":"create",{origin},"before":null,"wanted":{{"source":{retail},"destination":{hub},"types":["logs"]}},"undoes":null}}"#
        )
    );
    assert_eq!(
        lines[1],
        format!(
            r#"{{"v":1,"event":"intent","entry":"{deleted_id}","run":"{run}","at":"{deleted_at}","operation":"delete",{origin},"before":{connection},"wanted":null,"undoes":null}}"#
        )
    );
    let ends: Vec<serde_json::Value> = lines[2..]
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        ends,
        [
            serde_json::json!({"v": 1, "event": "outcome", "entry": deleted_id, "at": ends[0]["at"],
                "result": "done", "connection": null}),
            serde_json::json!({"v": 1, "event": "outcome", "entry": made_id, "at": ends[1]["at"],
                "result": "failed", "message": "no", "http_status": 403}),
        ]
    );
}

#[tokio::test]
async fn a_change_is_read_back_as_it_was_written() {
    let fixture = Fixture::new();
    let of_unknown_source = Change::Create {
        source: None,
        destination: OrgRef::from(HUB),
        types: types("logs,rum"),
    };
    let nowhere = Origin {
        profile: None,
        host: "sandbox".to_owned(),
        org: None,
    };
    for (change, origin) in [
        (of_unknown_source, nowhere),
        (create("logs,metrics"), origin(HOST)),
        (update(1, "logs", "audit"), origin(HOST)),
        (delete(2, "rum"), origin(HOST)),
        (access(3, &[], &["role:a", "robot:b"]), origin(HOST)),
    ] {
        let pending = fixture.writer.begin(&change, "plan", &origin, None).await;
        let entry = fixture.entry(&pending.unwrap().id);
        assert_eq!((entry.change, entry.origin), (change, origin));
        assert_eq!((&*entry.command, entry.undoes), ("plan", None));
        assert_eq!(entry.outcome, Outcome::Unknown { message: None });
    }
}

/// Lines of version 0.1.0 before the connection in them was that of the output contract.
const EARLIER_LINES: &str = concat!(
    r#"{"v":1,"event":"intent","entry":"1m8gg0ednd170","at":"2026-11-28T07:13:12.629Z","operation":"create","command":"create","profile":"hub","host":"sandbox","org":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":null},"before":null,"wanted":{"id":null,"source":{"id":null,"name":null},"destination":{"id":"37c5e8a4-d10b-11ef-b92e-e6481f3a0d75","name":"Security Archive"},"types":["logs"],"created_at":null,"created_by":{"id":null,"name":null}},"undoes":null}"#,
    "\n",
    r#"{"v":1,"event":"outcome","entry":"1m8gg0ednd170","at":"2026-11-28T07:13:12.642Z","result":"done","connection":{"id":"4afd72b8-0375-418c-a826-c204db93b927","source":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"},"destination":{"id":"37c5e8a4-d10b-11ef-b92e-e6481f3a0d75","name":"Security Archive"},"types":["logs"],"created_at":"2026-11-28T07:13:12.640936+00:00","created_by":{"id":"d1f4a7c2-8031-11f0-b7c5-3a90e52d64f8","name":null}}}"#,
    "\n",
    r#"{"v":1,"event":"intent","entry":"1m8gg0eg93ctx","at":"2026-11-28T07:13:12.713Z","operation":"update","command":"undo","profile":null,"host":"sandbox","org":{"id":null,"name":null},"before":{"id":"40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","name":"Retail US"},"destination":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"},"types":["logs","metrics"],"created_at":null,"created_by":{"id":null,"name":null}},"wanted":{"id":"40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","name":"Retail US"},"destination":{"id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","name":"Observability Hub"},"types":["logs"],"created_at":null,"created_by":{"id":null,"name":null}},"undoes":"1m8gg0ednd170"}"#,
    "\n",
);

#[tokio::test]
async fn lines_of_earlier_versions_are_read() {
    let fixture = Fixture::new();
    drop(fixture.begin(create("logs")).await.unwrap());
    fs::write(fixture.journal.path(), EARLIER_LINES).unwrap();
    let entries = fixture.journal.entries().unwrap();
    assert_eq!(entries.unreadable().len(), 0);
    let (created, updated) = (entries.iter().next(), entries.iter().nth(1));
    let (created, updated) = (created.unwrap(), updated.unwrap());
    assert_eq!(created.change.source(), None);
    assert_eq!(created.source().unwrap().id, HUB);
    assert_eq!(created.answer().unwrap().types, types("logs"));
    assert_eq!(
        (
            created.origin.profile.as_deref(),
            updated.origin.org.as_ref()
        ),
        (Some("hub"), None)
    );
    assert_eq!(updated.change.types_before(), types("logs,metrics"));
    assert_eq!(updated.change.types_after(), types("logs"));
    assert_eq!(updated.undoes.as_ref(), Some(&created.id));
    assert!(created.is_own_run() && updated.is_own_run());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;

    let fixture = Fixture::new();
    drop(fixture.begin(create("logs")).await.unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(fixture.journal.path()), 0o600);
    assert_eq!(mode(&fixture.home.path().join("state/orgconn")), 0o700);
    assert_eq!(mode(&fixture.home.path().join("state")), 0o700);
}
