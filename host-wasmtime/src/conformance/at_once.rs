//! Runs many threads that start together.

use std::sync::Barrier;

use crate::conformance::fault::Fault;

/// Runs the same work in this many threads at the same moment, and returns the results in their order.
pub(super) fn at_once<T: Send>(
    threads: u64,
    work: impl Fn(u64) -> Result<T, Fault> + Sync,
) -> Result<Vec<T>, Fault> {
    let barrier = Barrier::new(threads as usize);
    std::thread::scope(|scope| {
        let start = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let running: Vec<_> = (0..threads).map(start).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Result<T, Fault>>| {
            thread.join().unwrap_or_else(|_| Err(Fault("a thread panicked".into())))
        };
        running.into_iter().map(join).collect()
    })
}
