//! The faults: a new one is a line in [`FAULTS`].

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::live::{Live, Request, key};
use crate::harness::{Reply, connection, current_user, org_list, page};

/// What may happen to a request in place of its answer.
pub(super) struct Fault {
    pub(super) name: &'static str,
    /// What the client gets. `None` refuses the connection.
    reply: Option<fn(&Exchange<'_>) -> Reply>,
    /// Whether the request takes effect all the same.
    pub(super) is_applied: bool,
    /// Whether the request is sent again.
    pub(super) is_temporary: bool,
    /// How a command ends that cannot go on.
    pub(super) exits: &'static [i32],
    /// Whether the client waits until its timeout is over, which leaves no time to send the request again.
    pub(super) is_slow: bool,
    /// The signals that the program gets while it waits for the answer.
    pub(super) signals: &'static [&'static str],
    /// Whether the answer is that of the service.
    pub(super) is_answered: bool,
    /// Parts of the requests for which the answer may be true, as far as a client can know.
    believable_for: &'static [&'static str],
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Extent {
    /// One request fails.
    Once,
    /// This request fails however often it is sent.
    Repeated,
    /// This request fails and all that follow.
    Rest,
}

/// A request and the answer that it would get.
pub(super) struct Exchange<'r> {
    request: &'r Request,
    status: u16,
    answer: Value,
    body: String,
}

const HTML: &str = "<html><body>Service unavailable</body></html>";

/// How [`Finished`] shows the end by a signal.
///
/// [`Finished`]: crate::harness::Finished
const KILLED: i32 = -1;

/// The probe for the write permission.
const PROBE: &str = "/00000000-0000-0000-0000-000000000000?";

/// How a command ends that sees other orgs and connections than there are.
const MISLED: &[i32] = &[0, 1, 2, 3, 4, 5, 6, 7];

pub(super) const FAULTS: &[Fault] = &[
    temporary("connection refused", |_| Reply::Close).refused(),
    temporary("closed", |_| Reply::Close),
    temporary("closed after the change", |_| Reply::Close).applied(),
    temporary("reset", |_| Reply::Reset),
    temporary("reset after the change", |_| Reply::Reset).applied(),
    temporary("head cut short", |_| {
        Reply::Bytes("HTTP/1.1 200 OK\r\ncontent-le".to_owned())
    }),
    temporary("head cut short after the change", |_| {
        Reply::Bytes("HTTP/1.1 200 OK\r\ncontent-le".to_owned())
    })
    .applied(),
    temporary("truncated", truncated),
    temporary("truncated after the change", truncated).applied(),
    unclear("length too small", short),
    unclear("length too small after the change", short).applied(),
    temporary("length too large", |it| Reply::CutShort(it.body.clone())),
    temporary("length too large after the change", |it| {
        Reply::CutShort(it.body.clone())
    })
    .applied(),
    temporary("no HTTP", |_| {
        Reply::Bytes("SSH-2.0-OpenSSH_9.6\r\n".to_owned())
    }),
    temporary("stall", |_| Reply::Stall).slow(),
    temporary("stall after the change", |_| Reply::Stall)
        .applied()
        .slow(),
    temporary("drip", drip).slow(),
    temporary("drip after the change", drip).applied().slow(),
    temporary("429 with 0", |_| Reply::limited("x-ratelimit-reset: 0")),
    temporary("429 with 2", |_| Reply::limited("x-ratelimit-reset: 2")),
    unclear("429 with 3600", |_| Reply::limited("retry-after: 3600")),
    temporary("500 with HTML", |it| it.refused_in_html(500)),
    temporary("500 after the change", |it| it.refused_in_html(500)).applied(),
    temporary("502 with HTML", |it| it.refused_in_html(502)),
    temporary("502 after the change", |it| it.refused_in_html(502)).applied(),
    temporary("503 with HTML", |it| it.refused_in_html(503)),
    temporary("503 after the change", |it| it.refused_in_html(503)).applied(),
    temporary("504 with HTML", |it| it.refused_in_html(504)),
    temporary("504 after the change", |it| it.refused_in_html(504)).applied(),
    refusal("400", &[1], |it| it.refused(400)),
    refusal("401", &[4], |it| it.refused(401)),
    refusal("403", &[4, 5], |it| it.refused(403)).believable_for(&["GET", "/query/", PROBE]),
    // An org without a policy may be told so, and one without a user.
    refusal("404", &[1, 5], |it| it.refused(404))
        .believable_for(&["GET /api/v2/restriction", "/api/v2/users/"]),
    refusal("404 with HTML", &[1], |it| it.refused_in_html(404)),
    refusal("409", &[6], |it| it.refused(409)),
    refusal("redirect", &[1], |_| {
        Reply::AnswerWith(
            "302 Found",
            "location: http://localhost:1/login\r\n".to_owned(),
            String::new(),
        )
    }),
    unclear("200 with HTML", |it| it.refused_in_html(200)),
    unclear("200 with HTML after the change", |it| {
        it.refused_in_html(200)
    })
    .applied(),
    unclear("200 without a body", |_| Reply::Answer(200, String::new()))
        .believable_for(&["DELETE"]),
    unclear("200 without a body after the change", |_| {
        Reply::Answer(200, String::new())
    })
    .applied(),
    unclear("200 with another form", |_| {
        Reply::Answer(200, r#"["nonsense"]"#.to_owned())
    }),
    unclear("200 with another form after the change", |_| {
        Reply::Answer(200, r#"["nonsense"]"#.to_owned())
    })
    .applied(),
    unclear("200 with errors", |it| it.refused(200)),
    unclear("200 with errors after the change", |it| it.refused(200)).applied(),
    unclear("200 with errors and data", with_errors),
    unclear("200 with errors and data after the change", with_errors).applied(),
    refusal("200 with foreign rows", MISLED, foreign).believable_for(&["GET"]),
    refusal("200 with foreign rows after the change", MISLED, foreign)
        .applied()
        .believable_for(&["GET"]),
    signal("SIGINT", &["INT"], &[130]),
    signal("SIGINT after the change", &["INT"], &[130]).answered(),
    signal("SIGINT after the change, then closed", &["INT"], &[130]).applied(),
    signal("SIGINT twice", &["INT", "INT"], &[130]),
    signal("SIGINT twice after the change", &["INT", "INT"], &[130]).applied(),
    signal("SIGTERM", &["TERM"], &[130]),
    signal("SIGTERM after the change", &["TERM"], &[130]).answered(),
    signal("SIGKILL", &["KILL"], &[KILLED]),
    signal("SIGKILL after the change", &["KILL"], &[KILLED]).applied(),
];

const fn temporary(name: &'static str, reply: fn(&Exchange<'_>) -> Reply) -> Fault {
    Fault {
        is_temporary: true,
        ..refusal(name, &[7], reply)
    }
}

/// An answer that does not show what became of the request.
const fn unclear(name: &'static str, reply: fn(&Exchange<'_>) -> Reply) -> Fault {
    refusal(name, &[1, 7], reply)
}

const fn refusal(
    name: &'static str,
    exits: &'static [i32],
    reply: fn(&Exchange<'_>) -> Reply,
) -> Fault {
    Fault {
        name,
        reply: Some(reply),
        is_applied: false,
        is_temporary: false,
        exits,
        is_slow: false,
        signals: &[],
        is_answered: false,
        believable_for: &[],
    }
}

/// Signals while the program waits for an answer, which is lost then.
const fn signal(
    name: &'static str,
    signals: &'static [&'static str],
    exits: &'static [i32],
) -> Fault {
    Fault {
        signals,
        ..refusal(name, exits, |_| Reply::Close)
    }
}

impl Fault {
    const fn answered(mut self) -> Self {
        self.reply = Some(|it| Reply::Answer(it.status, it.body.clone()));
        self.is_answered = true;
        self.applied()
    }

    const fn refused(mut self) -> Self {
        self.reply = None;
        self
    }

    const fn applied(mut self) -> Self {
        self.is_applied = true;
        self
    }

    const fn slow(mut self) -> Self {
        self.is_temporary = false;
        self.is_slow = true;
        self
    }

    const fn believable_for(mut self, requests: &'static [&'static str]) -> Self {
        self.believable_for = requests;
        self
    }

    /// Whether one of the answers may be true, as far as a client can know. To a request for the connections between two
    /// orgs, no foreign ones are.
    pub(super) fn is_believable(&self, mut failing: impl Iterator<Item = impl AsRef<str>>) -> bool {
        failing.any(|request| {
            let request = request.as_ref();
            let mut parts = self.believable_for.iter();
            !request.contains("_org_id=") && parts.any(|part| request.contains(part))
        })
    }

    /// How long it may last for a request.
    pub(super) fn extents(&self, is_change: bool) -> &'static [Extent] {
        match is_change {
            _ if self.refuses_connections() => &[Extent::Rest],
            _ if !self.signals.is_empty() && (is_change || !self.is_applied) => &[Extent::Once],
            true => &[Extent::Once, Extent::Repeated, Extent::Rest],
            // It has no effect.
            false if self.is_applied => &[],
            false => &[Extent::Once, Extent::Rest],
        }
    }

    /// Whether the program ends at once and tells nothing.
    pub(super) fn is_abrupt(&self) -> bool {
        matches!(self.signals, ["KILL"] | [_, _])
    }

    /// Whether the program cannot find out what a change did.
    pub(super) fn hides_changes(&self, extent: Extent) -> bool {
        let is_interrupted = !self.signals.is_empty() && !self.is_answered;
        extent == Extent::Rest || self.is_slow || is_interrupted
    }

    pub(super) fn refuses_connections(&self) -> bool {
        self.reply.is_none()
    }

    /// What becomes of a request.
    pub(super) fn reply(&self, request: &Request, live: &mut Live) -> Reply {
        let (status, answer) = match self.is_applied {
            true => live.answer(0, request),
            false => live.clone().answer(0, request),
        };
        let exchange = Exchange {
            request,
            status,
            body: answer.to_string(),
            answer,
        };
        self.reply.map_or(Reply::Close, |reply| reply(&exchange))
    }
}

impl Exchange<'_> {
    /// An answer with an error that repeats the key.
    fn refused(&self, status: u16) -> Reply {
        Reply::refused(status, &format!("no access with {}", self.key()))
    }

    fn refused_in_html(&self, status: u16) -> Reply {
        Reply::Answer(status, format!("{HTML}<!-- {} -->", self.key()))
    }

    fn key(&self) -> String {
        key(self.request.keys().unwrap())
    }
}

fn truncated(it: &Exchange<'_>) -> Reply {
    let half = &it.body[..it.body.len() / 2];
    Reply::Bytes(Reply::bytes(it.status, half, it.body.len()))
}

fn short(it: &Exchange<'_>) -> Reply {
    Reply::Bytes(Reply::bytes(it.status, &it.body, it.body.len() / 2))
}

fn drip(it: &Exchange<'_>) -> Reply {
    let bytes = Reply::bytes(it.status, &it.body, it.body.len() + 1000);
    Reply::Drip(Duration::from_millis(20), bytes + &" ".repeat(1000))
}

fn with_errors(it: &Exchange<'_>) -> Reply {
    let mut answer = it.answer.clone();
    answer["errors"] = json!([format!("partial failure of {}", it.key())]);
    Reply::Answer(it.status, answer.to_string())
}

/// An answer about other orgs than those that were asked about.
fn foreign(it: &Exchange<'_>) -> Reply {
    let other = connection(90, 8, 9, &["logs"]);
    Reply::json(&match it.request.path.as_str() {
        "/api/v2/org" => org_list(8, &[8, 9]),
        "/api/v2/current_user" => current_user(8),
        _ if it.request.is_listing() => page(&[other], 1),
        _ => json!({ "data": other }),
    })
}
