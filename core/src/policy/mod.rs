//! The policy: what a document says, checked once and compiled for fast answers.

mod catalog;
mod compiled;
mod describe;
mod kind;
mod lint;
mod policy;
mod routes;
mod scope;
mod transport;

pub(crate) use catalog::{Catalog, Permission};
pub use kind::{
    AutomaticRenewal, Command, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Renewal, Requires,
    UniqueField,
};
pub use policy::Policy;
pub(crate) use policy::texts;
pub(crate) use routes::{Instance, Need, Requirement, Route};
#[cfg(feature = "life")]
pub(crate) use scope::push_instance;
pub use scope::{Resources, Scope};
pub(crate) use transport::PathRules;
