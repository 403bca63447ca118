//! Middleware for services: reads a request, finds the record, decides.
//!
//! ```
//! use http::Request;
//! use portcullis_wasmtime::gate::{Gate, GateDecision};
//! use portcullis_wasmtime::store::Memory;
//! use portcullis_wasmtime::{Module, Policy};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), portcullis_wasmtime::Error> {
//! let policy = Policy::open(&Module::embedded()?, r#"{
//!     "portcullis": 1, "name": "library", "realm": "Library API",
//!     "resources": { "book": {} },
//!     "routes": [{ "crud": "/books", "needs": "book" }, { "on": "GET /ping", "open": true }],
//!     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } }
//! }"#)?;
//! // In a service: `Sqlite::open("tokens.db")?`, or your own.
//! let gate = Gate::new(policy, Memory::new());
//!
//! let request = Request::get("/books/42").body(()).unwrap();
//! match gate.check(&request).await {
//!     GateDecision::Allowed(allowed) => println!("{:?}", allowed.identity()?.owner),
//!     GateDecision::Denied(denial) => assert_eq!(denied_status(&denial), 401),
//! }
//! # fn denied_status(denial: &portcullis_wasmtime::gate::Denied) -> u16 { denial.response().status }
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `tower`, `Gate::layer` is a layer for axum, tonic, hyper and anything else that takes one.
//! With the feature `axum`, handlers take [`Allowed`] and [`Identity`] as extractors.
//!
//! A gate sends no response by itself, keeps no session and caches no decision: every request is decided anew,
//! secret included. Any failure is a denial. It reads the method, target and headers of a request, never its
//! body. It runs on tokio.

mod builder;
mod decision;
mod error;
mod frameworks;
mod gate;
mod identity;
mod lookup;
mod recheck;
mod request;
mod response;
mod settings;
mod touches;

pub use decision::{Allowed, Denied, GateDecision};
pub use error::{BoxError, GateError};
#[cfg(feature = "axum")]
pub use frameworks::Unguarded;
pub use frameworks::unmapped;
#[cfg(feature = "tower")]
pub use frameworks::{Guard, Guarded};
pub use gate::{CheckFuture, Gate};
pub use identity::Identity;
pub use lookup::{DocumentSource, LookupRequest, StoredDocument};
pub use request::{ClientIp, GateRequest, IDENTITY_PREFIX, Peer, strip_identity};
pub use response::under_realm;
pub use settings::Cache;
