//! Raw requests over a socket.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A response. A connection that ends without one has the status 0.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header, by its name in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values =
            fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.next()
    }

    /// The body, if it is a JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn code(&self) -> Option<String> {
        self.json()["code"].as_str().map(String::from)
    }
}

/// Sends a request line without its version, and these headers. Each character is sent as one byte.
pub(crate) async fn send(to: SocketAddr, line: &str, fields: &[String], body: &str) -> Answer {
    let mut text = format!("{line} HTTP/1.1\r\n");
    for field in fields {
        text.push_str(&format!("{field}\r\n"));
    }
    text.push_str("host: api.acme.test\r\nconnection: close\r\n");
    if !body.is_empty() {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    text.push_str(&format!("\r\n{body}"));
    let bytes: Vec<u8> = text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();

    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut received = Vec::new();
    let exchange = async {
        // The server may close the connection on a request that it cannot parse.
        stream.write_all(&bytes).await?;
        stream.read_to_end(&mut received).await
    };
    let _: Result<_, std::io::Error> = timeout(Duration::from_secs(20), exchange).await.expect("an answer");
    let text = String::from_utf8_lossy(&received).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.into(), body: body.into() }
}
