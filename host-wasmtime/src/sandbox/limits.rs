//! What an opened policy may cost its host.

use std::thread::available_parallelism;
use std::time::Duration;

/// Bounds on memory, time and waiting. The defaults suit a service that answers
/// with one thread a core.
///
/// ```
/// use std::time::Duration;
/// use portcullis_wasmtime::Limits;
///
/// let limits = Limits { instances: 8, wait: Duration::from_millis(50), ..Limits::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many instances of the module may run at once; each is made when it is first needed.
    /// Default: one for each thread that the machine runs at once, and at least two.
    pub instances: usize,
    /// How many opened tokens an instance remembers, and as many subjects; the next one takes
    /// another's place. Default: 4,096.
    pub documents: usize,
    /// Bytes of memory that an instance may have. Default: 256 MiB.
    pub memory: usize,
    /// Bytes by which the memory of an instance may have grown since the policy was opened in it,
    /// before it is replaced. Default: 64 MiB.
    pub growth: usize,
    /// Time for one question; it may take up to 20 ms longer. Default: 1 s.
    pub time: Duration,
    /// Time for opening the policy. Default: 20 s.
    pub opening: Duration,
    /// How long a caller may wait for an instance when all are busy. Default: 1 s.
    pub wait: Duration,
    /// Whether every question gets an instance of its own, which is thrown away with the answer, so that nothing
    /// that the module remembers can pass from one question to the next. Each then opens the policy anew, which
    /// costs many times as much as the question. Default: no.
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
