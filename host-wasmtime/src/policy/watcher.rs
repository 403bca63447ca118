//! A policy's file, looked at again and again, and put in force when it has changed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use portcullis_core::Bounds;

use crate::base::Error;
use crate::policy::{LivePolicy, Policy};

/// Watches a file until it is dropped; a change that is under way then still ends.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct PolicyWatcher(#[expect(dead_code, reason = "its end ends the thread")] Sender<()>);

impl LivePolicy {
    /// Looks at a policy's file this often, and puts what it says in force when that has changed.
    ///
    /// `tell` hears of every change: the policy that is now in force, or why the one before still is: the file
    /// cannot be read, or is no policy. It hears of the same trouble once. What the file says counts, not when it
    /// was written; and it counts when two looks in succession have seen the same, so that a file is never taken
    /// while it is being written. A change is in force after one to two intervals.
    ///
    /// It watches the document alone. A module is replaced by [`LivePolicy::swap_module`], under its hash.
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
    /// [`Error::Unavailable`] when no thread can be started.
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

/// What a look at the file has seen.
type Seen = Result<String, io::ErrorKind>;

struct Watcher {
    live: LivePolicy,
    path: PathBuf,
    /// What the last look has seen.
    last: Option<Seen>,
    /// What is in force, or was told as trouble.
    settled: Seen,
}

impl Watcher {
    /// A file that says what is in force already is no change.
    fn new(live: LivePolicy, path: &Path) -> Watcher {
        let settled = Ok(live.policy().document().into());
        Watcher { live, path: path.into(), last: None, settled }
    }

    fn run(&mut self, every: Duration, ended: &Receiver<()>, tell: impl Fn(Result<Policy, Error>)) {
        loop {
            if let Some(change) = self.look() {
                tell(change);
            }
            match ended.recv_timeout(every) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look(&mut self) -> Option<Result<Policy, Error>> {
        let seen = read(&self.path);
        let kind = seen.as_ref().map(Clone::clone).map_err(io::Error::kind);
        let calm = self.last.as_ref() == Some(&kind);
        self.last = Some(kind.clone());
        if !calm || kind == self.settled {
            return None;
        }
        self.settled = kind;
        Some(match seen {
            Ok(document) => self.live.swap_document(&document).map(|_| self.live.policy()),
            Err(error) => Err(Error::File { path: self.path.clone(), error }),
        })
    }
}

/// The file, and no more of it than tells that it is too large.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bound = u64::try_from(Bounds::POLICY.bytes).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(bound).read_to_string(&mut text)?;
    Ok(text)
}
