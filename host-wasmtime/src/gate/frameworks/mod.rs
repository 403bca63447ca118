//! Layers for frameworks, and the comparison of their routes with the policy's.

#[cfg(feature = "axum")]
mod axum;
mod router_match;
#[cfg(feature = "tower")]
mod tower;
mod unmapped;

#[cfg(feature = "axum")]
pub use axum::Unguarded;
pub(crate) use router_match::{PolicyRoutes, RouteTaken};
#[cfg(feature = "tower")]
pub use tower::{Guard, Guarded};
pub use unmapped::unmapped;
