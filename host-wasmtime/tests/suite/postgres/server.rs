//! A PostgreSQL server for one test: in a new folder, on its own port, with a password, and with `fsync` on.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A password that needs escaping in a connection string.
const PASSWORD: &str = "p@ss:w/rd";

pub(super) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Mutex<Option<Child>>,
}

impl Server {
    pub(super) fn start() -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("portcullis-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("password"), PASSWORD).unwrap();
        let server = Server { programs: programs(), folder, port, child: Mutex::new(None) };
        if let Some((user, group)) = user() {
            for path in [server.folder.clone(), server.folder.join("password")] {
                std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
            }
        }
        let password = format!("--pwfile={}", server.folder.join("password").display());
        let mut init = server.program("initdb");
        init.args([
            "--username=portcullis",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        init.arg(password).arg("--pgdata").arg(server.folder.join("data")).stdout(Stdio::null());
        assert!(init.status().unwrap().success());
        server.run();
        server
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://portcullis:p%40ss%3Aw%2Frd@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server, and waits until it answers.
    pub(super) fn run(&self) {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(60) {
            let mut postgres = self.program("postgres");
            postgres.arg("-D").arg(self.folder.join("data")).args(["-p", &self.port.to_string()]);
            for setting in
                ["fsync=on", "shared_buffers=32MB", "unix_socket_directories=", "max_connections=200"]
            {
                postgres.args(["-c", setting]);
            }
            let mut child = postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            while child.try_wait().unwrap().is_none() {
                if self.says("SELECT 1").is_some() {
                    *self.child.lock().unwrap() = Some(child);
                    return;
                }
                std::thread::sleep(Duration::from_millis(30));
            }
            // A killed server may hold its memory for a moment.
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not start");
    }

    /// Kills the whole server, like a power failure.
    pub(super) fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Runs statements as the superuser.
    pub(super) fn sql(&self, statements: &str) -> String {
        let begin = Instant::now();
        loop {
            match self.says(statements) {
                Some(said) => return said,
                None => assert!(begin.elapsed() < Duration::from_secs(60), "{statements} fails"),
            }
        }
    }

    fn says(&self, statements: &str) -> Option<String> {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        psql.args(["--dbname", &self.url(), "--command", statements]).stderr(Stdio::null());
        let output = psql.output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().into())
    }

    /// PostgreSQL refuses to run as root, so root starts it as another user.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder).stdin(Stdio::null());
        if let Some((user, group)) = user() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let begin = Instant::now();
        // Its processes end one after the other, and may still write until then.
        while std::fs::remove_dir_all(&self.folder).is_err() && begin.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Finds the programs: beside the one that is set, or where Debian installs them.
fn programs() -> PathBuf {
    if let Some(named) = std::env::var_os("PORTCULLIS_POSTGRES") {
        // The other programs are beside the real file, not beside a link to it.
        return std::fs::canonicalize(named).unwrap().parent().unwrap().into();
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = newest.into_iter().chain(std::env::split_paths(&path));
    found.into_iter().find(|folder| folder.join("initdb").exists()).expect("install postgresql")
}

/// A user other than root, if the test runs as root.
fn user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let user = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    user("postgres").or_else(|| user("nobody"))
}
