//! The service itself: books. Who may do what is the policy's matter, and was decided before any of this runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use portcullis_wasmtime::gate::Identity;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Service;

/// All books, by number.
#[derive(Clone, Debug, Default)]
pub struct Books(Arc<Mutex<BTreeMap<u64, Book>>>);

/// A book, and the owner of the token that last changed it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Book {
    title: String,
    #[serde(skip_deserializing)]
    by: Option<String>,
}

impl Books {
    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, Book>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn router() -> Router<Service> {
    Router::new().route("/", get(list).post(create)).route("/{id}", get(read).patch(update).delete(delete))
}

/// The caller, from the gate.
pub(crate) async fn me(identity: Identity) -> Json<Value> {
    let Identity { token, kind, owner, scopes, expires_soon, .. } = identity;
    let (token, ends) = (token.map(|id| id.as_str().to_owned()), expires_soon.map(|end| end.to_text()));
    Json(json!({ "token": token, "kind": kind, "owner": owner, "scopes": scopes, "expiresSoon": ends }))
}

async fn list(State(service): State<Service>) -> Json<BTreeMap<u64, Book>> {
    Json(service.books.all().clone())
}

async fn create(
    State(service): State<Service>,
    identity: Identity,
    Json(book): Json<Book>,
) -> (StatusCode, Json<Value>) {
    let mut books = service.books.all();
    let id = books.last_key_value().map_or(1, |(last, _)| last + 1);
    books.insert(id, Book { by: identity.owner, ..book });
    (StatusCode::CREATED, Json(json!({ "id": id })))
}

async fn read(State(service): State<Service>, Path(id): Path<u64>) -> Result<Json<Book>, StatusCode> {
    service.books.all().get(&id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn update(
    State(service): State<Service>,
    Path(id): Path<u64>,
    identity: Identity,
    Json(book): Json<Book>,
) -> StatusCode {
    match service.books.all().get_mut(&id) {
        Some(known) => {
            *known = Book { by: identity.owner, ..book };
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn delete(State(service): State<Service>, Path(id): Path<u64>) -> StatusCode {
    match service.books.all().remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
