//! The path as axum routes it, and the extractors for handlers.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

use ::axum::Router;
use ::axum::extract::{FromRequestParts, MatchedPath, NestedPath, OptionalFromRequestParts, OriginalUri};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::RouterIntoService;
use http::request::Parts;

use crate::gate::decision::{Allowed, Denied};
use crate::gate::frameworks::RouteTaken;
use crate::gate::identity::Identity;
use crate::gate::request::GateRequest;
use crate::policy::denial;

/// Not a path, and so denied.
const REFUSED: Cow<'static, str> = Cow::Borrowed("");

/// The whole target that an axum router read, even if nested routers cut off their prefixes.
pub(crate) fn routed<'r>(incoming: &GateRequest<'r>) -> Cow<'r, str> {
    let Some(OriginalUri(original)) = incoming.extensions.get() else {
        return GateRequest::target_of(incoming.uri);
    };
    let (whole, left) = (original.path(), incoming.uri.path());
    let nested = incoming.extensions.get().map_or("", NestedPath::as_str).trim_end_matches('/');
    let segments = |path: &str| path.matches('/').count();
    let is_root = left == "/" && !whole.ends_with('/');
    let cut = segments(whole).saturating_sub(if is_root { 0 } else { segments(left) });
    // Nesting cuts off as many segments as its prefix has. Any other change to the path is a rewrite.
    if (is_root || whole.ends_with(left)) && cut == segments(nested) {
        GateRequest::target_of(original)
    } else {
        REFUSED
    }
}

/// Whether a service for requests with this body is a whole router.
pub(crate) fn is_router<S: 'static, A: 'static>() -> bool {
    [TypeId::of::<Router>(), TypeId::of::<RouterIntoService<A>>()].contains(&TypeId::of::<S>())
}

/// The route that an axum router has taken; a fallback has none.
pub(crate) fn taken(incoming: &GateRequest<'_>) -> RouteTaken {
    let Some(matched) = incoming.extensions.get().map(MatchedPath::as_str) else {
        return RouteTaken::Unnamed;
    };
    let nested = incoming.extensions.get().map(NestedPath::as_str);
    let is_root = nested.is_some_and(|nested| nested.trim_end_matches('/') == matched.trim_end_matches('/'));
    if is_root { RouteTaken::Root(matched.into()) } else { RouteTaken::Template(matched.into()) }
}

/// A handler asked for the identity, but no gate is in front of it, or the module failed: 503.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unguarded;

impl IntoResponse for Unguarded {
    fn into_response(self) -> Response {
        denial::denied().to_http()
    }
}

impl fmt::Display for Unguarded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("no gate stands before this handler: lay `Gate::layer` upon its router")
    }
}

impl std::error::Error for Unguarded {}

/// Present if a guard in front of the handler allowed the request.
impl<S: Send + Sync> FromRequestParts<S> for Allowed {
    type Rejection = Unguarded;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Allowed, Unguarded> {
        allowed(parts)
    }
}

/// The caller's identity. Fails if no guard is in front of the handler.
impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Unguarded;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Identity, Unguarded> {
        let identity = allowed(parts)?.identity();
        identity
            .inspect_err(|error| tracing::warn!(%error, "the identity of the bearer cannot be read"))
            .map_err(|_| Unguarded)
    }
}

/// `None` if no guard is in front of the handler.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Allowed {
    type Rejection = Unguarded;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Allowed>, Unguarded> {
        Ok(parts.extensions.get().cloned())
    }
}

fn allowed(parts: &Parts) -> Result<Allowed, Unguarded> {
    let allowed = parts.extensions.get::<Allowed>().cloned();
    allowed.ok_or_else(|| {
        tracing::error!("{Unguarded}");
        Unguarded
    })
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        self.to_http()
    }
}
