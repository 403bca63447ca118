//! Watches a policy file, and puts the policy in force when the file changes.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use portcullis_core::Bounds;

use crate::base::Error;
use crate::policy::{LivePolicy, Policy};

/// Watches a file until it is dropped. A change that has begun still completes.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct PolicyWatcher(#[expect(dead_code, reason = "its end ends the thread")] Sender<()>);

impl LivePolicy {
    /// Reads a policy file at this interval, and puts its policy in force when the content has changed.
    ///
    /// `tell` is called for every change: with the policy that is now in force, or with the reason why the
    /// previous one still is (the file cannot be read, or is not a valid policy). It reports one error once. The
    /// content counts, not the modification time, and it counts only after two reads in a row have seen the same,
    /// so that a half-written file is never used. A change takes effect after one to two intervals.
    ///
    /// It watches the document only. To replace the module, use [`LivePolicy::swap_module`] with its hash.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn serve(live: portcullis_wasmtime::LivePolicy) -> Result<(), portcullis_wasmtime::Error> {
    /// let watch = live.watch("policy.json", Duration::from_secs(1), |change| match change {
    ///     Ok(policy) => println!("{policy:?} is in force"),
    ///     Err(error) => eprintln!("the policy stays as it was: {error}"),
    /// })?;
    /// # drop(watch);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unavailable`] if no thread can be started.
    pub fn watch(
        &self,
        path: impl AsRef<Path>,
        every: Duration,
        tell: impl Fn(Result<Policy, Error>) + Send + 'static,
    ) -> Result<PolicyWatcher, Error> {
        let (watch, ended) = channel();
        let mut watcher = Watcher::new(self.clone(), path.as_ref());
        let run = move || watcher.run(every, &ended, tell);
        let thread = thread::Builder::new().name("portcullis-watch".into()).spawn(run);
        thread.map(|_| PolicyWatcher(watch)).map_err(|error| Error::Unavailable(error.to_string()))
    }
}

/// The content of the file, or why it could not be read.
type Content = Result<String, io::ErrorKind>;

struct Watcher {
    live: LivePolicy,
    path: PathBuf,
    /// The content at the last read.
    last: Option<Content>,
    /// The content in force, or the error that was reported.
    current: Content,
}

impl Watcher {
    /// A file whose policy is already in force is not a change.
    fn new(live: LivePolicy, path: &Path) -> Watcher {
        let current = Ok(live.policy().document().into());
        Watcher { live, path: path.into(), last: None, current }
    }

    fn run(&mut self, every: Duration, ended: &Receiver<()>, tell: impl Fn(Result<Policy, Error>)) {
        loop {
            if let Some(change) = self.poll() {
                tell(change);
            }
            match ended.recv_timeout(every) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn poll(&mut self) -> Option<Result<Policy, Error>> {
        let seen = read(&self.path);
        let kind = seen.as_ref().map(Clone::clone).map_err(io::Error::kind);
        let stable = self.last.as_ref() == Some(&kind);
        self.last = Some(kind.clone());
        if !stable || kind == self.current {
            return None;
        }
        self.current = kind;
        Some(match seen {
            Ok(document) => self.live.swap_document(&document).map(|_| self.live.policy()),
            Err(error) => Err(Error::File { path: self.path.clone(), error }),
        })
    }
}

/// Reads the file, up to one byte more than the limit.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bound = u64::try_from(Bounds::POLICY.bytes).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(bound).read_to_string(&mut text)?;
    Ok(text)
}
