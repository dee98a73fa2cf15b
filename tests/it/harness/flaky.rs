use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the server does with one request.
pub(crate) enum Turn {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Answers with this status line, these header lines and this body.
    AnswerWith(&'static str, String, String),
    /// Answers 200 with this body, once it is told to; if it never is, closes the connection.
    AnswerOnce(Receiver<()>, String),
    /// Reads the request and closes the connection.
    Close,
    /// Announces a longer body than it sends, then closes.
    CutShort(String),
    /// Reads the request and never answers.
    Stall,
}

/// A server that misbehaves in a set order, one turn a request, and keeps what it was sent.
pub(crate) struct Flaky {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    server: Option<JoinHandle<()>>,
}

/// No test waits longer than this for a request.
const PATIENCE: Duration = Duration::from_secs(20);

impl Flaky {
    /// Starts a server that serves these turns, then closes every further connection at once.
    pub(crate) fn new(turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let server = std::thread::spawn(move || serve(&listener, turns, &seen));
        Self {
            url,
            requests,
            server: Some(server),
        }
    }

    /// The base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All requests so far, each with its head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Flaky {
    fn drop(&mut self) {
        // A server whose turns were not all taken would wait for the next request: the panic of the test comes first.
        if let Some(server) = self
            .server
            .take()
            .filter(|server| server.is_finished() || !std::thread::panicking())
        {
            let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
            let _ = server.join();
        }
    }
}

fn serve(listener: &TcpListener, turns: Vec<Turn>, seen: &Mutex<Vec<String>>) {
    let mut stalled = Vec::new();
    for turn in turns {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let Some(request) = read(&mut stream) else {
            return;
        };
        seen.lock().unwrap().push(request);
        match turn {
            Turn::Answer(status, body) => {
                write(&mut stream, &format!("{status} X"), "", &body, body.len())
            }
            Turn::AnswerOnce(told, body) => {
                if told.recv_timeout(PATIENCE).is_ok() {
                    write(&mut stream, "200 OK", "", &body, body.len());
                }
            }
            Turn::AnswerWith(status, headers, body) => {
                write(&mut stream, status, &headers, &body, body.len())
            }
            Turn::CutShort(body) => write(&mut stream, "200 OK", "", &body, body.len() + 100),
            Turn::Close => {}
            Turn::Stall => stalled.push(stream),
        }
    }
}

/// One request with its whole body; nothing when the peer only knocked.
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

fn write(stream: &mut TcpStream, status: &str, headers: &str, body: &str, length: usize) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
    );
    // The client may be gone: then the test says so.
    let _ = write!(stream, "{head}{headers}connection: close\r\n\r\n{body}");
}
