use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use socket2::{Domain, SockRef, Socket, Type};

/// The reaction of the server to one request.
pub(crate) enum Reply {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Answers with this status line, these header lines and this body.
    AnswerWith(&'static str, String, String),
    /// Answers with this status line and these header lines, and sends the request back as the body.
    Echo(&'static str, String),
    /// Does what this makes of the request.
    For(Box<dyn FnOnce(&str) -> Reply + Send>),
    /// Waits until the gate is open, then does this. Other requests are served meanwhile.
    Held(Gate, Box<Reply>),
    /// Reads the request and closes the connection.
    Close,
    /// Announces a longer body than it sends, then closes.
    CutShort(String),
    /// Sends these bytes and closes the connection.
    Bytes(String),
    /// Sends these bytes one by one, with this pause before each.
    Drip(Duration, String),
    /// Sends these bytes again and again, this many times or until the client closes the connection.
    Repeat(usize, String),
    /// Resets the connection.
    Reset,
    /// Does this as the last thing: further connections are refused.
    Last(Box<Reply>),
    /// Reads the request and never answers.
    Stall,
}

impl Reply {
    /// Answers 200 with this body.
    pub(crate) fn json(body: &Value) -> Self {
        Self::Answer(200, body.to_string())
    }

    /// The bytes of an answer with this status and body, which announces this length.
    pub(crate) fn bytes(status: u16, body: &str, length: usize) -> String {
        head(&format!("{status} X"), "", length) + body
    }

    /// Answers with this status and one error.
    pub(crate) fn refused(status: u16, message: &str) -> Self {
        Self::Answer(status, json!({ "errors": [message] }).to_string())
    }

    /// Answers 429 with this header line.
    pub(crate) fn limited(header: &str) -> Self {
        let body = json!({"errors": ["Too many requests"]}).to_string();
        Self::AnswerWith("429 Too Many Requests", format!("{header}\r\n"), body)
    }
}

/// A gate that answers wait for. Once it is open, it stays open.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everyone through, from now on.
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_timeout_while(open, TIMEOUT, |open| !*open));
    }
}

/// A server that misbehaves as a test asks: it takes one turn per request, in order, and keeps the requests.
pub(crate) struct Flaky {
    url: String,
    seen: Arc<RequestLog>,
    server: Option<JoinHandle<Leftovers>>,
    /// As in [`Leftovers`].
    _refusing: Option<Socket>,
}

/// What the server keeps until the end.
#[derive(Default)]
struct Leftovers {
    /// The streams that are never answered.
    stalled: Vec<TcpStream>,
    /// Holds the port, so that no other server takes it while connections are refused.
    _refusing: Option<Socket>,
}

#[derive(Default)]
struct RequestLog {
    requests: Mutex<Vec<String>>,
    request_arrived: Condvar,
    /// Whether the test has ended.
    is_over: AtomicBool,
}

/// No test waits longer than this for a request.
const TIMEOUT: Duration = Duration::from_secs(20);

impl Flaky {
    /// Starts a server that serves these turns, then closes every further connection at once.
    pub(crate) fn new<T>(turns: T) -> Self
    where
        T: IntoIterator<Item = Reply, IntoIter: Send + 'static>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(RequestLog::default());
        let (turns, log) = (turns.into_iter(), Arc::clone(&seen));
        let server = std::thread::spawn(move || serve(listener, turns, &log));
        Self {
            url,
            seen,
            server: Some(server),
            _refusing: None,
        }
    }

    /// Starts a server that does with every request what `turn` makes of it.
    pub(crate) fn answering(turn: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let turn = Arc::new(turn);
        Self::always(move || {
            let turn = Arc::clone(&turn);
            Reply::For(Box::new(move |request| turn(request)))
        })
    }

    /// Starts a server that does the same with every request.
    pub(crate) fn always(turn: impl FnMut() -> Reply + Send + 'static) -> Self {
        Self::new(std::iter::repeat_with(turn))
    }

    /// The base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A world that talks to this server.
    pub(crate) fn world(&self) -> super::World {
        super::World::talking_to(&self.url)
    }

    /// All requests so far, each with its head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The methods and targets of all requests so far: `GET /api/v2/org`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let line = |request: &String| request.split(" HTTP/").next().unwrap().to_owned();
        self.requests().iter().map(line).collect()
    }

    /// Refuses all connections from now on.
    pub(crate) fn refuse(&mut self) {
        self.stop();
        let address = self.url.trim_start_matches("http://").parse().unwrap();
        self._refusing = Some(hold_port(address));
    }

    fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.seen.is_over.store(true, Ordering::Relaxed);
            let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
            let _ = server.join();
        }
    }

    /// Waits until `count` requests have come.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) {
        let requests = self.seen.requests.lock().unwrap();
        let (requests, timeout) = self
            .seen
            .request_arrived
            .wait_timeout_while(requests, TIMEOUT, |requests| requests.len() < count)
            .unwrap();
        assert!(!timeout.timed_out(), "{} of {count} came", requests.len());
    }
}

impl Drop for Flaky {
    fn drop(&mut self) {
        // While turns are left, the server waits for a request. If the test panics, it is not waited for, so that the
        // panic is shown.
        let is_finished = self.server.as_ref().is_some_and(JoinHandle::is_finished);
        if is_finished || !std::thread::panicking() {
            self.stop();
        }
    }
}

fn serve(
    listener: TcpListener,
    turns: impl Iterator<Item = Reply>,
    seen: &RequestLog,
) -> Leftovers {
    let mut leftovers = Leftovers::default();
    let mut held = Vec::new();
    for turn in turns {
        let Some((mut stream, request)) = next_request(&listener, seen) else {
            leftovers.stalled.clear();
            break;
        };
        seen.requests.lock().unwrap().push(request.clone());
        seen.request_arrived.notify_all();
        let mut turn = turn;
        while let Reply::For(make) = turn {
            turn = make(&request);
        }
        match turn {
            Reply::Stall => leftovers.stalled.push(stream),
            Reply::Held(gate, turn) => held.push(std::thread::spawn(move || {
                gate.wait();
                answer(&mut stream, *turn, &request);
            })),
            Reply::Drip(pause, bytes) => held.push(std::thread::spawn(move || {
                drip(&mut stream, pause, &bytes);
            })),
            Reply::Last(turn) => {
                let address = listener.local_addr().unwrap();
                drop(listener);
                leftovers._refusing = Some(hold_port(address));
                answer(&mut stream, *turn, &request);
                break;
            }
            turn => answer(&mut stream, turn, &request),
        }
    }
    for answer in held {
        let _ = answer.join();
    }
    leftovers
}

/// Takes a port without accepting connections, which are refused. Waits as long as it is taken: a program that is just
/// being started has the sockets of the test for a moment.
fn hold_port(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    while let Err(error) = socket.bind(&address.into()) {
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        std::thread::sleep(Duration::from_millis(1));
    }
    socket
}

/// Sends the bytes one by one, as long as the client reads them.
fn drip(stream: &mut TcpStream, pause: Duration, bytes: &str) {
    for byte in bytes.as_bytes() {
        std::thread::sleep(pause);
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
    }
}

/// The next request and its connection; `None` once the test is over. Connections that a client closes without a
/// request are skipped.
fn next_request(listener: &TcpListener, seen: &RequestLog) -> Option<(TcpStream, String)> {
    loop {
        let (mut stream, _) = listener.accept().ok()?;
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        if let Some(request) = read(&mut stream) {
            return Some((stream, request));
        }
        if seen.is_over.load(Ordering::Relaxed) {
            return None;
        }
    }
}

fn answer(stream: &mut TcpStream, turn: Reply, request: &str) {
    match turn {
        Reply::Answer(status, body) => {
            write(stream, &format!("{status} X"), "", &body, body.len());
        }
        Reply::AnswerWith(status, headers, body) => {
            write(stream, status, &headers, &body, body.len());
        }
        Reply::Echo(status, headers) => write(stream, status, &headers, request, request.len()),
        Reply::For(turn) => answer(stream, turn(request), request),
        Reply::CutShort(body) => write(stream, "200 OK", "", &body, body.len() + 100),
        Reply::Bytes(bytes) => drop(stream.write_all(bytes.as_bytes())),
        Reply::Repeat(times, bytes) => {
            let mut writes = std::iter::repeat_n(bytes.as_bytes(), times);
            let _ = writes.try_for_each(|bytes| stream.write_all(bytes));
        }
        Reply::Reset => {
            let socket = SockRef::from(&*stream);
            socket.set_linger(Some(Duration::ZERO)).unwrap();
        }
        Reply::Close | Reply::Stall | Reply::Held(..) | Reply::Drip(..) | Reply::Last(..) => {}
    }
}

/// Reads one request with its whole body; `None` if the client closed the connection before that.
fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")
                        .map(str::to_owned)
                })
                .find_map(|length| length.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
    }
}

/// The server's time, one second after the connections of the tests were created.
const DATE: &str = "date: Tue, 26 Aug 2025 20:19:37 GMT\r\n";

fn write(stream: &mut TcpStream, status: &str, headers: &str, body: &str, length: usize) {
    let head = head(status, headers, length);
    // The client may be gone. If that is wrong, the test itself finds out.
    let _ = write!(stream, "{head}{body}");
}

fn head(status: &str, headers: &str, length: usize) -> String {
    let date = if headers.contains("date:") { "" } else { DATE };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         {date}{headers}connection: close\r\n\r\n"
    )
}
