//! Around the checks: how long a start takes, how long another policy takes to take over, and who waits meanwhile.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant as Timer};

use portcullis_wasmtime::{Attempt, Error, Instant, LivePolicy, Lookup, Module, ModuleHash, Policy, Token};

use crate::workload::{NOW, Workload};

/// How often each start is timed.
const STARTS: usize = 11;
/// How often the policy is replaced while requests are checked.
const SWAPS: usize = 100;
/// The pause between two of them.
const PAUSE: Duration = Duration::from_millis(10);

/// Milliseconds until a module is ready to open a policy.
pub struct Starts {
    /// From the bytes, which are compiled.
    pub compiled: f64,
    /// From machine code, read and hashed.
    pub precompiled: f64,
    /// And until the policy is open.
    pub policy: f64,
}

/// Times each start by the median of several; the code is written to `file`.
///
/// # Errors
/// A module that does not load.
pub fn starts(workload: &Workload, file: &Path) -> Result<Starts, Error> {
    let bytes = Module::embedded_bytes();
    let hash = ModuleHash::of(bytes);
    let module = Module::from_bytes(bytes, &hash)?;
    let code = module.precompile(file)?;
    let policy = workload.policy.to_string();
    Ok(Starts {
        compiled: median_millis(|| Module::from_bytes(bytes, &hash).map(drop))?,
        precompiled: median_millis(|| Module::from_precompiled(file, &code).map(drop))?,
        policy: median_millis(|| Policy::open(&module, &policy).map(drop))?,
    })
}

fn median_millis(mut start: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begin = Timer::now();
        start()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[STARTS / 2])
}

/// What single checks took, in nanoseconds, the clock's own time included.
pub struct Latencies(Vec<u64>);

impl Latencies {
    /// The time that so many in a thousand stay below.
    pub fn per_mille(&self, part: usize) -> u64 {
        self.0[(self.0.len() - 1) * part / 1_000]
    }
}

/// Checks while nothing changes, checks while policies take over, and milliseconds until one is in force.
pub struct Swaps {
    /// Nothing changes.
    pub calm: Latencies,
    /// Again and again another policy takes over.
    pub swapping: Latencies,
    /// Milliseconds from the document until it is in force; the median.
    pub swap: f64,
}

/// One thread checks requests, another replaces the policy.
///
/// # Errors
/// A policy that does not open.
///
/// # Panics
/// When a check fails.
pub fn swaps(workload: &Workload) -> Result<Swaps, Error> {
    let document = workload.policy.to_string();
    let live = LivePolicy::new(Policy::open(&Module::embedded()?, &document)?);
    let record = |record| serde_json::to_string(record).expect("plain data");
    let tokens: Vec<Token> =
        workload.tokens.iter().map(|token| live.policy().open_token(&record(&token.record))).collect();
    let mut took = Vec::new();
    let calm = Latencies::while_(&live, &tokens, workload, || {
        thread::sleep(PAUSE * SWAPS as u32);
        Ok(())
    })?;
    let swapping = Latencies::while_(&live, &tokens, workload, || {
        for _ in 0..SWAPS {
            let begin = Timer::now();
            live.swap_document(&document)?;
            took.push(begin.elapsed().as_secs_f64() * 1e3);
            thread::sleep(PAUSE);
        }
        Ok(())
    })?;
    took.sort_by(f64::total_cmp);
    Ok(Swaps { calm, swapping, swap: took[SWAPS / 2] })
}

impl Latencies {
    fn while_(
        live: &LivePolicy,
        tokens: &[Token],
        workload: &Workload,
        work: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Latencies, Error> {
        let over = AtomicBool::new(false);
        let now = Instant::from_millis(NOW).expect("a day of this decade");
        let check = || {
            let mut times = Vec::with_capacity(1 << 22);
            for request in workload.requests.iter().cycle() {
                if over.load(Ordering::Relaxed) || times.len() == times.capacity() {
                    break;
                }
                let attempt =
                    Attempt::http(request.method, &request.target).authorization(&request.authorization);
                let begin = Timer::now();
                let (status, failed) = live.with(|policy| {
                    let found = Lookup::Token(&tokens[request.token]);
                    let decision = policy.decide(&attempt, found, None, now);
                    (decision.status(), decision.error().is_some())
                });
                times.push(begin.elapsed().as_nanos() as u64);
                assert!(black_box(status) == request.status && !failed);
            }
            times.sort_unstable();
            times
        };
        thread::scope(|scope| {
            let checking = scope.spawn(check);
            let done = work();
            over.store(true, Ordering::Relaxed);
            let times = checking.join().expect("every check is right");
            done.map(|()| Latencies(times))
        })
    }
}
