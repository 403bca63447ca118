//! The WebAssembly module: loaded, checked, compiled ahead of time.

mod module;
mod precompiled;

pub use module::Module;
