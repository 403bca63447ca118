//! A program that listens, for as long as the demo runs.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::tools::shell;

/// Compiling the module takes seconds in a build without optimisation, on a busy machine many.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running program that has said where it listens.
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts the program, and waits until it prints `listening on http://<address>`.
    pub(crate) fn start(name: &'static str, command: &Command) -> Result<Service> {
        Service::owning(name, command, Path::new(""))
    }

    /// Like `start`; the folder is removed when the program ends, even if that is by Ctrl-C.
    pub(crate) fn owning(name: &'static str, command: &Command, folder: &Path) -> Result<Service> {
        let mut warden = shell::program("node");
        warden
            .arg("xtask/src/demo/warden.mjs")
            .arg(folder)
            .arg(command.get_program())
            .args(command.get_args());
        let mut child = warden
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let output = child.stdout.take().context("no output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The demo may have ended; then the line does not matter.
                let _ = sender.send(line);
            }
        });
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut service = Service { name, child, lines, address };
        let line = service.line()?;
        let Some(address) = line.strip_prefix("listening on http://") else { bail!("{name} says {line}") };
        service.address = address.parse().with_context(|| format!("{name} listens on {address}"))?;
        Ok(service)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next line that it prints.
    pub(crate) fn line(&self) -> Result<String> {
        self.lines.recv_timeout(PATIENCE).with_context(|| format!("{} prints nothing more", self.name))
    }

    /// Until the program ends by itself.
    pub(crate) fn wait(mut self) -> Result<()> {
        // Not `Child::wait`, which would close its standard input, and with it the program.
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}", self.name);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The warden ends the program when this input closes.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
