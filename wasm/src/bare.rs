//! Replaces the standard library's allocator and panic handler.
//!
//! A panic is a plain trap here, which keeps the formatting of panic messages out
//! of the module.

use core::panic::PanicInfo;

use rlsf::SmallGlobalTlsf;

#[global_allocator]
static MEMORY: SmallGlobalTlsf = SmallGlobalTlsf::new();

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
