//! The trail of one token: an event for every command that took effect, each
//! sealed over the one before.
//!
//! [`seal`] makes an event, [`changes`] says what it changed, [`verify_trail`]
//! finds what was done to a trail afterwards, [`replay`] makes the record out
//! of it again.

mod canonical;
mod changes;
mod fault;
mod kept;
mod key;
mod progress;
mod replay;
mod seal;
mod verify;

pub(crate) use canonical::canonical;
pub(crate) use changes::changes;
pub(crate) use key::strong;
pub use replay::replay;
pub(crate) use seal::seal;
pub use verify::verify_trail;
