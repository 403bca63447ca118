//! One running instance. Only these files call its exports.

mod exports;
mod guest;
mod lifecycle;
mod machine;

pub(crate) use exports::DecideParams;
pub(crate) use guest::Guest;
pub(crate) use machine::CallLimits;
