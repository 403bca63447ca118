//! Requests byte for byte: a client library would tidy up the paths and fields that matter here.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Sends one request on a connection of its own, byte for byte as given. In HTTP/1.0, answers come in one piece.
pub(crate) fn send(to: SocketAddr, method: &str, target: &str, fields: &[(&str, String)]) -> Result<Answer> {
    let mut head = format!("{method} {target} HTTP/1.0\r\nHost: {to}\r\n");
    for (name, value) in fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");

    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(head.as_bytes())?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received)?;
    Answer::read(&received, method == "HEAD")
}

impl Answer {
    /// The value of a field, by its name in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    /// The differences between two answers, without dates and the like.
    pub(crate) fn differences(&self, other: &Answer) -> Vec<String> {
        let mut found = Vec::new();
        if self.status != other.status {
            found.push(format!("status {} here, {} at the edge", other.status, self.status));
        }
        for name in ["www-authenticate", "content-type", "cache-control"] {
            let (edge, here) = (self.field(name), other.field(name));
            if edge != here {
                found.push(format!("{name} {here:?} here, {edge:?} at the edge"));
            }
        }
        if self.body != other.body {
            let [edge, here] = [&self.body, &other.body].map(|body| String::from_utf8_lossy(body));
            found.push(format!("{here} here, {edge} at the edge"));
        }
        found
    }

    fn read(received: &[u8], bodiless: bool) -> Result<Answer> {
        let end =
            received.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("the answer has no end")?;
        let mut lines = std::str::from_utf8(&received[..end])?.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).context("the answer has no status")?;
        let fields: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer { status: status.parse()?, fields, body: Vec::new() };
        if !bodiless {
            answer.body = received[end + 4..].to_vec();
            let length = answer.field("content-length").map(str::parse);
            ensure!(length.is_none_or(|length| length == Ok(answer.body.len())), "the answer is cut");
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Result<Answer> {
        Answer::read(text.as_bytes(), false)
    }

    #[test]
    fn status_challenge_and_each_byte_of_the_body_are_compared() {
        let denied = answer("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\n{}").unwrap();
        assert!(denied.differences(&denied).is_empty());
        for other in [
            "HTTP/1.1 403 Forbidden\r\nWWW-Authenticate: Bearer\r\n\r\n{}",
            "HTTP/1.1 401 Unauthorized\r\n\r\n{}",
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\n{ }",
        ] {
            assert_eq!(denied.differences(&answer(other).unwrap()).len(), 1, "{other}");
        }
    }

    #[test]
    fn an_answer_to_head_has_no_body_whatever_its_length_says() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert!(Answer::read(text, true).unwrap().body.is_empty());
        assert!(Answer::read(text, false).is_err());
    }

    #[test]
    fn a_cut_answer_is_an_error() {
        for text in ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 OK\r\nContent-Le"] {
            assert!(answer(text).is_err(), "{text}");
        }
    }
}
