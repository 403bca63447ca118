//! What an opened policy may cost.

use std::thread::available_parallelism;
use std::time::Duration;

/// Limits on memory, time and waiting. The defaults suit a service with one thread per core.
///
/// ```
/// use std::time::Duration;
/// use portcullis_wasmtime::Limits;
///
/// let limits = Limits { instances: 8, wait: Duration::from_millis(50), ..Limits::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many instances of the module may run at once. Each starts when it is first needed. Default: one per
    /// hardware thread, and at least two.
    pub instances: usize,
    /// How many opened tokens an instance caches, and as many subjects. A new one evicts another. Default: 4,096.
    pub documents: usize,
    /// Bytes of memory per instance. Default: 256 MiB.
    pub memory: usize,
    /// Bytes by which an instance may grow after the policy was opened in it before it is replaced. Default: 64
    /// MiB.
    pub growth: usize,
    /// Time limit for one query; it may take up to 20 ms longer. Default: 1 s.
    pub time: Duration,
    /// Time limit for opening the policy. Default: 20 s.
    pub opening: Duration,
    /// How long a caller may wait when all instances are busy. Default: 1 s.
    pub wait: Duration,
    /// Whether every query gets a fresh instance, which is dropped afterwards, so that no state passes from one
    /// query to the next. Each one opens the policy anew, which costs many times as much as the query. Default:
    /// no.
    pub isolated: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            instances: available_parallelism().map_or(2, |threads| threads.get().max(2)),
            documents: 4_096,
            memory: 256 << 20,
            growth: 64 << 20,
            time: Duration::from_secs(1),
            opening: Duration::from_secs(20),
            wait: Duration::from_secs(1),
            isolated: false,
        }
    }
}
