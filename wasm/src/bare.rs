//! What the standard library would bring: memory, and an end.
//!
//! Without it a panic is a trap and nothing else, so that the machinery that
//! formats panic messages, which no one could read, stays out of the module.

use core::panic::PanicInfo;

use rlsf::SmallGlobalTlsf;

#[global_allocator]
static MEMORY: SmallGlobalTlsf = SmallGlobalTlsf::new();

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
