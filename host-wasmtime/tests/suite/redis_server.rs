//! A Redis server for one test, with its own port and folder.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::folder::Folder;

pub(crate) struct Server {
    folder: Folder,
    port: u16,
    settings: &'static [&'static str],
    child: Option<Child>,
}

impl Server {
    /// Writes are on disk before they are confirmed, unless the settings say otherwise.
    pub(crate) fn start(settings: &'static [&'static str]) -> Server {
        let mut server = Server { folder: Folder::new(), port: free_port(), settings, child: None };
        server.again();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends a command directly, past the store.
    pub(crate) fn order(&self, words: &[&str]) {
        let mut connection = ::redis::Client::open(self.url()).unwrap().get_connection().unwrap();
        ::redis::Cmd::new().arg(words).exec(&mut connection).unwrap();
    }

    /// Restarts a killed server with its data.
    pub(crate) fn again(&mut self) {
        let program = std::env::var("PORTCULLIS_REDIS").unwrap_or_else(|_| "redis-server".into());
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--save", ""]);
        command.arg("--dir").arg(self.folder.file("")).args([
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
        ]);
        command.args(self.settings).stdin(Stdio::null()).stdout(Stdio::null());
        self.child = Some(command.spawn().expect("there is no redis-server: apt-get install redis-server"));
        let late = Instant::now() + Duration::from_secs(20);
        let ready = || -> ::redis::RedisResult<()> {
            ::redis::cmd("PING").exec(&mut ::redis::Client::open(self.url())?.get_connection()?)
        };
        while ready().is_err() {
            assert!(Instant::now() < late, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the server like a power failure, except for what the operating system still writes.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// A free port outside the range for outgoing connections, so that it stays free while the server is down.
fn free_port() -> u16 {
    static NUMBER: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + (std::process::id() % 9_000) as u16;
    loop {
        let port = first + NUMBER.fetch_add(1, Ordering::Relaxed) % 9_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
