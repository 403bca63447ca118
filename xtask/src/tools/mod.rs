//! What commands use: other programs, packages, and files of the build.

pub(crate) mod debian;
pub(crate) mod licences;
pub(crate) mod lock;
pub(crate) mod npm;
pub(crate) mod order;
pub(crate) mod packed;
pub(crate) mod panics;
pub(crate) mod python;
pub(crate) mod shell;
pub(crate) mod wasm;
