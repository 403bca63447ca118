//! What the module may cost: memory, stack and time, and nothing of the host's.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, ResourceLimiter,
};

use crate::base::Error;

/// How often the clock ticks by which time limits are kept.
const TICK: Duration = Duration::from_millis(10);
/// Bytes of stack; a decision needs little of it.
const STACK: usize = 512 << 10;
/// Functions that a module may keep in its table.
const TABLE: usize = 20_000;

/// The engine of this process, with its ticking clock. One is enough for any number of modules.
pub(crate) fn engine() -> Result<&'static Engine, Error> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| start().map_err(|error| error.to_string()));
    engine.as_ref().map_err(|why| Error::Unavailable(why.clone()))
}

/// Where the address space has no room for a pool, instances are made one by one; they are slower to make.
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
        // Answers must not depend on the machine.
        .wasm_relaxed_simd(false)
        // A trap's frames are not read: a trapped instance is thrown away.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .concurrency_support(false);
    config
}

/// Ticks after which at least this much time has passed.
pub(crate) fn ticks(limit: Duration) -> u64 {
    let ticks = limit.as_nanos().div_ceil(TICK.as_nanos()) + 1;
    u64::try_from(ticks).unwrap_or(u64::MAX / 2).min(u64::MAX / 2)
}

/// Keeps one instance within its memory, and remembers when it wanted more.
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
