//! The rules linked into this program: the same queries and the same bytes, without a sandbox.

mod answer;
mod direct;
mod document_cache;

pub(crate) use direct::DirectPolicy;
