//! The wasmtime store of an instance, with the limits of its calls.

use std::time::Duration;

use wasmtime::{Store, Trap, TypedFunc, WasmParams, WasmResults};

use crate::base::Error;
use crate::sandbox::engine::{InstanceLimits, ticks};

/// The wasmtime store of an instance, with the limits of its calls.
pub(super) struct Instance {
    pub(super) store: Store<InstanceLimits>,
    pub(super) bound: CallLimits,
}

/// Limits of one call.
#[derive(Clone, Copy)]
pub(crate) struct CallLimits {
    pub(crate) memory: usize,
    pub(crate) time: Duration,
    pub(super) ticks: u64,
}

impl CallLimits {
    pub(crate) fn new(memory: usize, time: Duration) -> CallLimits {
        CallLimits { memory, time, ticks: ticks(time) }
    }
}

impl Instance {
    #[inline]
    pub(super) fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        params: P,
    ) -> Result<R, Error> {
        self.store.set_epoch_deadline(self.bound.ticks);
        function.call(&mut self.store, params).map_err(|error| self.failure(&error))
    }

    #[cold]
    pub(super) fn failure(&self, error: &wasmtime::Error) -> Error {
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Error::TimedOut { limit: self.bound.time },
            Some(_) | None if self.store.data().reached => Error::OutOfMemory { limit: self.bound.memory },
            Some(trap) => Error::Trapped(trap.to_string()),
            None => Error::Unavailable(format!("{error:#}")),
        }
    }
}
