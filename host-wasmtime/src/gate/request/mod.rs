//! A request as the gate reads it.

mod owned_attempt;
mod request;

pub(crate) use owned_attempt::OwnedAttempt;
pub use request::{ClientIp, GateRequest, Peer};
