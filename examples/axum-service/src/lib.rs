//! A small API behind a gate.
//!
//! `books` is the service: it takes what the gate found out and asks nothing itself. `tokens` is for operators, who
//! make, lock, revoke and renew the tokens of others. Every request is decided under the policy in force at that
//! moment; `main` watches its file.

pub mod books;
pub mod refused;
pub mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use portcullis_wasmtime::LivePolicy;
use portcullis_wasmtime::gate::{Cache, Gate};
use portcullis_wasmtime::store::{Postgres, Sqlite, Store, StoreError};
use portcullis_wasmtime::tokens::{Actor, CreateFields, Tokens};

/// The state that all handlers share.
#[derive(Clone, Debug)]
pub struct Service {
    /// Guards all routes.
    pub gate: Gate,
    live: LivePolicy,
    tokens: Tokens,
    books: books::Books,
}

/// The routes, to compare with the policy: axum cannot list those of a router.
pub const ROUTES: &[&str] = &[
    "GET /health",
    "GET /v1/me",
    "GET /v1/books",
    "POST /v1/books",
    "GET /v1/books/{id}",
    "PATCH /v1/books/{id}",
    "DELETE /v1/books/{id}",
    "GET /v1/tokens",
    "POST /v1/tokens",
    "GET /v1/tokens/{id}",
    "DELETE /v1/tokens/{id}",
    "GET /v1/tokens/{id}/trail",
    "POST /v1/tokens/{id}/{command}",
];

/// Opens the store of tokens: a PostgreSQL database for a URL such as `postgres://user:password@host/database`,
/// which other machines may use as well, or an SQLite file.
///
/// # Errors
/// The database cannot be reached, the file cannot be opened, or its tables have another version.
pub fn store(place: &str) -> Result<Arc<dyn Store>, StoreError> {
    if place.starts_with("postgres://") || place.starts_with("postgresql://") {
        return Ok(Arc::new(Postgres::open(place)?));
    }
    Ok(Arc::new(Sqlite::open(place)?))
}

impl Service {
    /// A service with this policy and this store.
    pub fn new(live: &LivePolicy, store: impl Store + Clone + 'static) -> Service {
        Service {
            // Records are read anew for each request: a lock counts at once, as the store is in this process.
            gate: Gate::new(live.clone(), store.clone()),
            tokens: Tokens::new(live.policy(), store),
            live: live.clone(),
            books: books::Books::default(),
        }
    }

    /// Adds a cache of records, for a store that is further away: a lock takes effect within a minute.
    #[must_use]
    pub fn with_cache(self) -> Service {
        Service { gate: self.gate.with_cache(Cache::default()), ..self }
    }

    /// The routes, behind the gate.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/health", get(async || "well\n"))
            .nest("/v1/books", books::router())
            .nest("/v1/tokens", tokens::router())
            .route("/v1/me", get(books::me))
            .with_state(self.clone())
            .layer(self.gate.layer())
    }

    /// The commands, under the policy in force.
    pub fn tokens(&self) -> Tokens {
        self.tokens.clone().with_policy(self.live.policy())
    }

    /// Creates a token for the first operator, who creates all others.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn first_operator(&self, owner: &str) -> Result<String, portcullis_wasmtime::tokens::TokensError> {
        let new = CreateFields {
            kind: "operator",
            name: "first operator",
            owner: Some(owner),
            grants: Some(&["book:read"]),
            ..CreateFields::default()
        };
        let made = self.tokens().create(new, &Actor::system())?;
        Ok(made.plaintext.map(|plaintext| plaintext.reveal().to_owned()).unwrap_or_default())
    }
}
