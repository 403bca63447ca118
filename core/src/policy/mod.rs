//! The policy: what a document says, checked once and compiled for fast answers.

#[cfg(feature = "lifecycle")]
mod atoms;
mod catalog;
mod compiled;
mod describe;
mod grants;
mod kind;
mod lint;
mod policy;
mod rights;
mod routes;
mod scope;
mod transport;

#[cfg(feature = "lifecycle")]
pub(crate) use atoms::Holding;
#[cfg(feature = "lifecycle")]
pub(crate) use catalog::Permission;
pub use kind::{
    AutomaticRenewal, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Privilege, Renewal, Requires,
    UniqueField,
};
pub use policy::Policy;
#[cfg(feature = "lifecycle")]
pub(crate) use rights::MOST_GRANTS;
pub(crate) use rights::{Grant, Rights};
pub(crate) use routes::{Need, Other, Requirement, Route};
#[cfg(feature = "lifecycle")]
pub(crate) use scope::push_instance;
pub use scope::{Resources, Scope};
