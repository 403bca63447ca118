//! The rules as they are linked into this program: the same questions and the same bytes, without a sandbox.

mod direct;
mod document_cache;
mod lifecycle;

pub(crate) use direct::DirectPolicy;
