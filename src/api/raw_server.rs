use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server that answers the first connection with the first reply, and so on, to the byte: also what no HTTP library
/// lets a server do.
pub(super) struct RawServer {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What happens once the request was read.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// These bytes, and the end of the connection.
    Bytes(String),
    /// The end of the connection without a word.
    Close,
    /// These bytes, and then nothing for as long as the client holds the connection.
    Stall(String),
}

impl Reply {
    /// A whole answer.
    pub(super) fn status(status: &str, body: &str) -> Self {
        Self::with_headers(status, "", body)
    }

    /// A whole answer with more headers, each ended by `\r\n`.
    pub(super) fn with_headers(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    pub(super) fn json(body: &Value) -> Self {
        Self::status("200 OK", &body.to_string())
    }

    /// An answer that ends before all of its body came.
    pub(super) fn cut_short(body: &str) -> Self {
        Self::Bytes(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len() + 100
        ))
    }
}

impl RawServer {
    pub(super) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            for reply in replies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                held.extend(answer(stream, reply).await);
            }
            drop(listener);
            std::future::pending::<()>().await;
        });
        Self {
            url,
            requests,
            task,
        }
    }

    /// The first lines of the requests so far, without the version.
    pub(super) fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .filter_map(|request| request.split(" HTTP/").next())
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, reply: Reply) -> Option<TcpStream> {
    match reply {
        Reply::Close => None,
        Reply::Bytes(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
            None
        }
        Reply::Stall(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            Some(stream)
        }
    }
}

/// Reads the head and as much of a body as it announces, so that closing does not reset the connection.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap_or_default();
        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
        let missing = text
            .split_once("\r\n\r\n")
            .map(|(head, body)| announced(head).saturating_sub(body.len()));
        if count == 0 || missing == Some(0) {
            return text;
        }
    }
}

fn announced(head: &str) -> usize {
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, length)| length.trim().parse().unwrap())
}
