use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// A server that answers the first connection with the first reply, and so on. It writes what no HTTP library would.
pub(in crate::api) struct RawServer {
    pub(in crate::api) url: String,
    requests: Arc<Mutex<Vec<String>>>,
    _task: AbortOnDropHandle<()>,
}

/// What happens once the request was read.
#[derive(Clone, Debug)]
pub(in crate::api) enum Reply {
    /// These bytes, and the end of the connection.
    Bytes(String),
    /// The end of the connection.
    Close,
    /// These bytes, and then nothing for as long as the client holds the connection.
    Stall(&'static str),
}

impl Reply {
    pub(in crate::api) fn status(status: &str, body: &str) -> Self {
        Self::with_headers(status, "", body)
    }

    /// A whole answer with more headers, each ended by `\r\n`.
    pub(in crate::api) fn with_headers(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    pub(in crate::api) fn json(body: &Value) -> Self {
        Self::status("200 OK", &body.to_string())
    }

    /// An answer that ends before all of its body came.
    pub(in crate::api) fn cut_short(body: &str) -> Self {
        let length = body.len() + 100;
        Self::Bytes(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }
}

impl RawServer {
    pub(in crate::api) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut stalled = Vec::new();
            for reply in replies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                let bytes = match &reply {
                    Reply::Bytes(bytes) => bytes,
                    Reply::Close => "",
                    Reply::Stall(bytes) => *bytes,
                };
                let _ = stream.write_all(bytes.as_bytes()).await;
                if matches!(reply, Reply::Stall(_)) {
                    stalled.push(stream);
                }
            }
            drop(listener);
            std::future::pending::<()>().await;
        });
        Self {
            url,
            requests,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// The method and the target of each request so far.
    pub(in crate::api) fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let lines = requests
            .iter()
            .filter_map(|request| request.split(" HTTP/").next());
        lines.map(str::to_owned).collect()
    }
}

/// Reads the head and as much of a body as it announces, so that closing does not reset the connection.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap_or_default();
        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
        let parts = text.split_once("\r\n\r\n");
        let is_whole = parts.is_some_and(|(head, body)| body.len() >= announced_length(head));
        if count == 0 || is_whole {
            return text;
        }
    }
}

fn announced_length(head: &str) -> usize {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, length)| length.trim().parse().unwrap())
}
