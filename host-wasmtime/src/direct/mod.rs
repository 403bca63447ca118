//! The rules linked into this program: the same queries and the same bytes, without a sandbox.

mod direct;
mod document_cache;
mod lifecycle;

pub(crate) use direct::DirectPolicy;
