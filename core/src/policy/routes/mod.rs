//! Routes: which request needs which permission, in a tree that is searched in
//! time linear in the path.

pub(crate) mod confusable;
mod literals;
mod methods;
mod notation;
pub(crate) mod overlap;
mod pattern;
mod readings;
mod requirement;
pub(crate) mod rivals;
mod route;
mod route_reader;
mod routes;
mod template;
mod trie;

pub(crate) use readings::Other;
pub(crate) use requirement::{Instance, Need, Requirement};
pub(crate) use route::Route;
pub(crate) use routes::Routes;
pub(crate) use template::Segment;
