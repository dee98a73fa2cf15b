use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, changes, orgs};
use super::{finished, listing, plain};
use crate::output::{ErrorView, Format};
use crate::topology::Connection;

fn failure() -> ErrorView {
    ErrorView {
        profile: Some("hub".into()),
        kind: "permission".into(),
        message: "may not list".into(),
        http_status: Some(403),
        hint: None,
    }
}

#[test]
fn json_is_one_object_with_one_item_a_line() {
    assert_data_eq!(
        listing(plain(Format::Json), None, awkward()),
        str![[r#"
{"schema":"orgconn/v1","items":[
{"id":"00000010-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000010","name":"\u001b[31mred\nnext\tline"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"Observability Hub"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]},
{"id":"00000011-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000011","name":"日本データ"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"👩‍🚀 Crew"},"types":["logs","quantum"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]},
{"id":"00000012-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000012","name":"مرحبا"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"\u202eevil \u009b2J"},"types":["metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]},
{"id":"00000013-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000013","name":"a, \"b\""},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"back\\slash"},"types":["audit"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]},
{"id":"00000014-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000014","name":null},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":null},"types":["logs"],"created_at":"some day","created_by":{"id":null,"name":null},"profiles":[]},
{"id":null,"source":{"id":null,"name":null},"destination":{"id":null,"name":null},"types":[],"created_at":null,"created_by":{"id":null,"name":null},"profiles":[]}
],"errors":[]}

"#]].raw()
    );
    assert_data_eq!(
        finished(Format::Json, Vec::new(), &[]),
        str![[r#"
{"schema":"orgconn/v1","items":[],"errors":[]}

"#]]
        .raw()
    );
    assert_data_eq!(
        finished(Format::Json, vec![Connection::default()], &[failure()]),
        str![[r#"
{"schema":"orgconn/v1","items":[
{"id":null,"source":{"id":null,"name":null},"destination":{"id":null,"name":null},"types":[],"created_at":null,"created_by":{"id":null,"name":null},"profiles":[]}
],"errors":[{"profile":"hub","kind":"permission","message":"may not list","http_status":403,"hint":null}]}

"#]].raw()
    );
}

#[test]
fn json_is_the_same_on_a_terminal() {
    for format in [Format::Json, Format::Jsonl, Format::Yaml, Format::Id] {
        assert_eq!(
            listing(plain(format), None, awkward()),
            listing(plain(format), Some(80), awkward())
        );
    }
}

#[test]
fn jsonl_is_one_item_a_line() {
    assert_data_eq!(listing(plain(Format::Jsonl), None, orgs()), str![[r#"
{"id":"4dee724d-00cc-11ea-a77b-000000000001","public_id":"abcdef12345","name":"Observability Hub","disabled":false,"current":true,"profiles":["hub","ops"]}
{"id":"4dee724d-00cc-11ea-a77b-000000000002","public_id":"abcdef12345","name":"Old Shop","disabled":true,"current":false,"profiles":[]}
{"id":"4dee724d-00cc-11ea-a77b-000000000003","public_id":null,"name":null,"disabled":null,"current":false,"profiles":[]}

"#]].raw());
    assert_data_eq!(
        listing(plain(Format::Jsonl), None, changes()),
        str![[r#"
{"result":"created","reason":null,"id":"00000040-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000040","name":"Retail US"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"Observability Hub"},"types":["logs"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]}
{"result":"failed","reason":"not permitted","id":"00000041-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000041","name":"Payments EU (West)"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"Observability Hub"},"types":["logs","metrics","audit"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]}

"#]].raw()
    );
}

#[test]
fn yaml_is_one_document() {
    assert_data_eq!(
        listing(plain(Format::Yaml), None, awkward()),
        str![[r#"
schema: orgconn/v1
items:
- id: 00000010-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000010
    name: "\e[31mred\nnext\tline"
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: Observability Hub
  types:
  - logs
  - metrics
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 4dee724d-00cc-11ea-a77b-000000000002
    name: Dana Example
  profiles: []
- id: 00000011-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000011
    name: 日本データ
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: 👩‍🚀 Crew
  types:
  - logs
  - quantum
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 4dee724d-00cc-11ea-a77b-000000000002
    name: Dana Example
  profiles: []
- {"id":"00000012-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000012","name":"مرحبا"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"\u202eevil \u009b2J"},"types":["metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Dana Example"},"profiles":[]}
- id: 00000013-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000013
    name: a, "b"
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: back\slash
  types:
  - audit
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 4dee724d-00cc-11ea-a77b-000000000002
    name: Dana Example
  profiles: []
- id: 00000014-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000014
    name: null
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: null
  types:
  - logs
  created_at: some day
  created_by:
    id: null
    name: null
  profiles: []
- id: null
  source:
    id: null
    name: null
  destination:
    id: null
    name: null
  types: []
  created_at: null
  created_by:
    id: null
    name: null
  profiles: []
errors: []

"#]].raw()
    );
    assert_data_eq!(
        finished(Format::Yaml, Vec::new(), &[failure()]),
        str![[r#"
schema: orgconn/v1
items: []
errors:
- profile: hub
  kind: permission
  message: may not list
  http_status: 403
  hint: null

"#]]
        .raw()
    );
    assert_data_eq!(
        listing(plain(Format::Yaml), None, changes()),
        str![[r#"
schema: orgconn/v1
items:
- result: created
  reason: null
  id: 00000040-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000040
    name: Retail US
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: Observability Hub
  types:
  - logs
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 4dee724d-00cc-11ea-a77b-000000000002
    name: Dana Example
  profiles: []
- result: failed
  reason: not permitted
  id: 00000041-32b2-4aa3-8a1a-5d93b5382e3d
  source:
    id: 4dee724d-00cc-11ea-a77b-000000000041
    name: Payments EU (West)
  destination:
    id: 4dee724d-00cc-11ea-a77b-000000000001
    name: Observability Hub
  types:
  - logs
  - metrics
  - audit
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 4dee724d-00cc-11ea-a77b-000000000002
    name: Dana Example
  profiles: []
errors: []

"#]]
        .raw()
    );
}
