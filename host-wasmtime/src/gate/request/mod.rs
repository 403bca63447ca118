//! A request as the gate reads it.

mod address;
mod identity_fields;
mod owned_attempt;
mod request;

pub(crate) use address::address_in;
pub use identity_fields::{IDENTITY_PREFIX, strip_identity};
pub(crate) use owned_attempt::OwnedAttempt;
pub use request::{ClientIp, GateRequest, Peer};
