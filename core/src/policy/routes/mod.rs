//! Routes: which request needs which permission, in a tree that is searched in
//! time linear in the path.

mod literals;
mod notation;
pub(crate) mod overlap;
mod requirement;
mod routes;
mod template;
mod trie;

pub(crate) use requirement::{Instance, Need, Requirement};
pub(crate) use routes::{Route, Routes};
pub(crate) use template::Segment;
