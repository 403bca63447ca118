//! What operators do with the tokens of others.
//!
//! Commands read and write the store, which blocks: each runs on a thread where it may. The actor is made of what the
//! gate found out, and of nothing that a body says.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use portcullis_wasmtime::gate::Identity;
use portcullis_wasmtime::store::{ListQuery, TenantFilter};
use portcullis_wasmtime::tokens::{
    Actor, CommandResult, CreateFields, Expiry, OverviewQuery, RenewFields, RotateFields, TokenView, Tokens,
    TokensError,
};
use portcullis_wasmtime::{Instant, TokenId, now};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::Service;
use crate::refused::Refused;

pub(crate) fn router() -> Router<Service> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/{id}", get(find).delete(delete))
        .route("/{id}/trail", get(trail))
        .route("/{id}/{command}", post(command))
}

/// The fields of a new token that an operator may set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateBody {
    name: String,
    owner: String,
    grants: Vec<String>,
    expires_at: Option<String>,
    description: Option<String>,
}

/// The fields that a command on a token may have.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CommandFields {
    reason: Option<String>,
    name: Option<String>,
    ends_at: Option<String>,
    expires_at: Option<String>,
    #[serde(default)]
    leak: bool,
}

/// The actor of a command. The policy permits these routes only to operators.
fn actor(identity: &Identity) -> Actor {
    Actor {
        id: identity.owner.clone().unwrap_or_default(),
        tenant: identity.tenant.clone(),
        roles: identity.kind.iter().cloned().collect(),
        ..Actor::default()
    }
}

/// Runs blocking work on the tokens, on a thread where it may block.
async fn with<T: Send + 'static>(
    service: &Service,
    work: impl FnOnce(&Tokens) -> Result<T, TokensError> + Send + 'static,
) -> Result<T, Refused> {
    let tokens = service.tokens();
    let done = spawn_blocking(move || work(&tokens)).await;
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())).map_err(Refused::Command)
}

async fn create(
    State(service): State<Service>,
    identity: Identity,
    Json(body): Json<CreateBody>,
) -> Result<Response, Refused> {
    let by = actor(&identity);
    let done = with(&service, move |tokens| {
        let grants: Vec<&str> = body.grants.iter().map(String::as_str).collect();
        let expires = body.expires_at.as_deref().map_or(Expiry::Default, |at| Expiry::At(instant(at)));
        let new = CreateFields {
            kind: "personal",
            name: &body.name,
            owner: Some(&body.owner),
            description: body.description.as_deref(),
            grants: Some(&grants),
            expires,
            ..CreateFields::default()
        };
        tokens.create(new, &by)
    });
    Ok((StatusCode::CREATED, response(done.await?)).into_response())
}

async fn list(State(service): State<Service>, identity: Identity) -> Result<Json<Value>, Refused> {
    let by = actor(&identity);
    let overview = with(&service, move |tokens| {
        tokens.overview(
            &ListQuery::new(TenantFilter::Only(by.tenant.clone()), now()),
            OverviewQuery::default(),
            &by,
        )
    });
    let overview = overview.await?;
    Ok(Json(json!({ "tokens": raw(overview.json), "next": overview.next })))
}

async fn find(
    State(service): State<Service>,
    Path(id): Path<String>,
    identity: Identity,
) -> Result<Response, Refused> {
    let (id, by) = (token(&id)?, actor(&identity));
    Ok(document(with(&service, move |tokens| tokens.find(&id, &by)).await?.to_json()))
}

async fn trail(
    State(service): State<Service>,
    Path(id): Path<String>,
    identity: Identity,
) -> Result<Json<Value>, Refused> {
    let (id, by) = (token(&id)?, actor(&identity));
    let trail = with(&service, move |tokens| tokens.trail(&id, &by)).await?;
    let events: Vec<_> = trail.events.into_iter().map(raw).collect();
    Ok(Json(json!({ "verified": trail.verified, "events": events })))
}

async fn delete(
    State(service): State<Service>,
    Path(id): Path<String>,
    identity: Identity,
) -> Result<StatusCode, Refused> {
    let (id, by) = (token(&id)?, actor(&identity));
    with(&service, move |tokens| tokens.delete(&id, &by)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `lock`, `unlock`, `revoke`, `rotate`, `renew` and `extend`.
async fn command(
    State(service): State<Service>,
    Path((id, command)): Path<(String, String)>,
    identity: Identity,
    fields: Option<Json<CommandFields>>,
) -> Result<Json<Value>, Refused> {
    let (id, by, Json(fields)) = (token(&id)?, actor(&identity), fields.unwrap_or_default());
    if !["lock", "unlock", "revoke", "rotate", "renew", "extend"].contains(&command.as_str()) {
        return Err(Refused::NoSuchCommand);
    }
    let done = with(&service, move |tokens| {
        let by = by.because(fields.reason.as_deref().unwrap_or("by an operator"));
        match command.as_str() {
            "lock" => tokens.lock(&id, by),
            "unlock" => tokens.unlock(&id, by),
            "rotate" => tokens.rotate(&id, RotateFields { leak: fields.leak, ..RotateFields::default() }, by),
            "renew" => {
                let ends_at = fields.ends_at.as_deref().map_or(now(), instant);
                let name = fields.name.as_deref().unwrap_or_default();
                tokens.renew(&id, RenewFields { ends_at, name, description: None }, by)
            }
            "extend" => tokens.extend(&id, fields.expires_at.as_deref().map(instant), by),
            _ => tokens.revoke(&id, by),
        }
    });
    Ok(response(done.await?))
}

/// The token without digests, with its plaintext, which cannot be read again.
fn response(done: CommandResult) -> Json<Value> {
    let shown = |view: Option<TokenView>| view.map(|view| raw(view.to_json()));
    let plaintext = done.plaintext.map(|plaintext| plaintext.reveal().to_owned());
    let warnings: Vec<_> = done.warnings.into_iter().map(|warning| warning.message).collect();
    Json(json!({
        "token": shown(done.token), "successor": shown(done.successor), "plaintext": plaintext, "warnings": warnings,
    }))
}

/// An invalid id names no token.
fn token(id: &str) -> Result<TokenId, Refused> {
    TokenId::parse(id).ok_or(Refused::NoSuchCommand)
}

/// An invalid instant becomes one in the past, which the rules refuse.
fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap_or(Instant::MIN)
}

fn raw(json: String) -> Option<Box<RawValue>> {
    RawValue::from_string(json).ok()
}

fn document(json: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}
