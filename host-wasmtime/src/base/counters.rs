//! Counters for monitoring.

/// Counters of one policy. All but the last two only grow. Reading them blocks no caller, so the values may be
/// one call apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Queries put to instances.
    pub calls: u64,
    /// Queries that failed, for any reason.
    pub failures: u64,
    /// Instances that were dropped: after a failure, because they had grown, or because each query has its own
    /// ([`Limits::isolated`](crate::Limits::isolated)).
    pub recycles: u64,
    /// Callers that had to wait because all instances were busy.
    pub waits: u64,
    /// Microseconds that they waited in total.
    pub waited_micros: u64,
    /// Callers that waited too long: [`Error::Busy`](crate::Error::Busy), which is a denial.
    pub turned_away: u64,
    /// Instances that are running.
    pub instances: usize,
    /// Bytes of memory that they use.
    pub memory: usize,
}
