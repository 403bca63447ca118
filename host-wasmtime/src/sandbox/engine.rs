//! The wasmtime engine, with limits on memory, stack and time.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, ResourceLimiter,
};

use crate::base::Error;

/// The tick of the clock that enforces time limits.
const TICK: Duration = Duration::from_millis(10);
/// Bytes of stack. A decision needs little of it.
const STACK: usize = 512 << 10;
/// Functions that a module may have in its table.
const TABLE: usize = 20_000;

/// The engine of this process and its clock. One serves any number of modules.
pub(crate) fn engine() -> Result<&'static Engine, Error> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| start().map_err(|error| error.to_string()));
    engine.as_ref().map_err(|why| Error::Unavailable(why.clone()))
}

/// If the address space has no room for a pool, instances are allocated on demand, which is slower.
fn start() -> wasmtime::Result<Engine> {
    let engine = pooling().or_else(|_| one_by_one())?;
    let weak = engine.weak();
    thread::Builder::new().name("portcullis-clock".into()).spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    })?;
    Ok(engine)
}

pub(crate) fn pooling() -> wasmtime::Result<Engine> {
    let pool = PoolingAllocationConfig::new();
    Engine::new(config().allocation_strategy(InstanceAllocationStrategy::Pooling(pool)))
}

pub(crate) fn one_by_one() -> wasmtime::Result<Engine> {
    Engine::new(&config())
}

pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        // Results must not depend on the machine.
        .wasm_relaxed_simd(false)
        // The backtrace of a trap is never read: a trapped instance is dropped.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .concurrency_support(false);
    config
}

/// The number of ticks after which at least this much time has passed.
pub(crate) fn ticks(limit: Duration) -> u64 {
    let ticks = limit.as_nanos().div_ceil(TICK.as_nanos()) + 1;
    u64::try_from(ticks).unwrap_or(u64::MAX / 2).min(u64::MAX / 2)
}

/// Limits the memory of one instance, and remembers whether it asked for more.
pub(crate) struct InstanceLimits {
    memory: usize,
    pub(crate) reached: bool,
}

impl InstanceLimits {
    pub(crate) fn new(memory: usize) -> InstanceLimits {
        InstanceLimits { memory, reached: false }
    }
}

impl ResourceLimiter for InstanceLimits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired <= self.memory;
        self.reached |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE)
    }

    fn instances(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_is_never_cut_short() {
        assert_eq!(ticks(Duration::ZERO), 1);
        assert_eq!(ticks(TICK), 2);
        assert_eq!(ticks(TICK + Duration::from_nanos(1)), 3);
        assert!(ticks(Duration::MAX) > 1 << 50);
    }
}
