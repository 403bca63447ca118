//! What has happened so far, as plain numbers.

/// Numbers of one policy, for whatever collects them. They only grow, but for
/// the last two, and are read without stopping anybody: those of a moment may
/// be one call apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Questions that an instance was asked.
    pub calls: u64,
    /// Questions that it failed to answer, for whatever cause.
    pub failures: u64,
    /// Instances that were thrown away: after a failure, because they had grown, or because each question has its
    /// own ([`Limits::isolated`](crate::Limits::isolated)).
    pub recycles: u64,
    /// Callers that found every instance busy and had to wait.
    pub waits: u64,
    /// Microseconds that they waited, all together.
    pub waited_micros: u64,
    /// How many of them got no instance in time: [`Error::Busy`](crate::Error::Busy), which is a denial.
    pub turned_away: u64,
    /// Instances that are there now.
    pub instances: usize,
    /// Bytes of memory that they have.
    pub memory: usize,
}
