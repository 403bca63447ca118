//! A running service, and a connection to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use axum_service::{Service, store};
use portcullis_wasmtime::{LivePolicy, Module, Policy};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const POLICY: &str = include_str!("../../policy.json");

/// A service that listens until this is dropped, over a store of its own.
pub(crate) struct Running {
    pub(crate) live: LivePolicy,
    pub(crate) service: Service,
    pub(crate) address: SocketAddr,
    /// The token of the first operator.
    pub(crate) operator: String,
    /// What lies on disk for it, if anything does.
    folder: Option<PathBuf>,
    serving: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
        // What is left behind lies where such things lie.
        let _ = self.folder.as_ref().map(std::fs::remove_dir_all);
    }
}

/// A folder that nobody else has.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("axum-service-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Running {
    /// Over an SQLite file of its own.
    pub(crate) async fn start(cached: bool) -> Running {
        let folder = folder();
        let mut running = Running::over(folder.join("tokens.db").to_str().unwrap(), cached).await;
        running.folder = Some(folder);
        running
    }

    pub(crate) async fn over(place: &str, cached: bool) -> Running {
        let policy = Policy::open(&Module::embedded().unwrap(), POLICY).unwrap();
        let live = LivePolicy::new(policy);
        let service = Service::new(&live, store(place).unwrap());
        let service = if cached { service.with_cache() } else { service };
        let operator = service.first_operator("grace").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let make = service.router().into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, make).await.unwrap() });
        Running { live, service, address, operator, folder: None, serving }
    }

    pub(crate) async fn client(&self) -> Client {
        Client(BufReader::new(TcpStream::connect(self.address).await.unwrap()))
    }
}

/// One connection, kept.
pub(crate) struct Client(BufReader<TcpStream>);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

impl Client {
    pub(crate) async fn ask(&mut self, line: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut text = format!("{line} HTTP/1.1\r\nHost: books.test\r\n");
        if let Some(token) = token {
            text.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        if !body.is_empty() {
            text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        text.push_str(&format!("\r\n{body}"));
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
        self.read().await
    }

    async fn read(&mut self) -> Answer {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).await.unwrap() > 0, "the connection ended");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let field = |name: &str| {
            let fields = lines.iter().filter_map(|line| line.split_once(':'));
            let mut values = fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            values.next().map(|value| value.trim().to_owned())
        };
        let length = field("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        Answer {
            status: lines[0].split(' ').nth(1).unwrap().parse().unwrap(),
            challenge: field("www-authenticate"),
            body: String::from_utf8(body).unwrap(),
        }
    }
}
