//! The path as axum routes it, and the extractors for handlers.

use std::borrow::Cow;
use std::fmt;

use ::axum::extract::{FromRequestParts, MatchedPath, OptionalFromRequestParts, OriginalUri};
use ::axum::response::{IntoResponse, Response};
use http::request::Parts;

use crate::gate::decision::{Allowed, Denied};
use crate::gate::identity::Identity;
use crate::gate::request::GateRequest;
use crate::policy::denial;

/// Not a path, and so denied.
const REFUSED: Cow<'static, str> = Cow::Borrowed("");

/// The whole target that an axum router read, even if nested routers cut off their prefixes. It is denied if the
/// matched route does not fit the target.
pub(crate) fn routed<'r>(incoming: &GateRequest<'r>) -> Cow<'r, str> {
    let Some(OriginalUri(original)) = incoming.extensions.get() else {
        return GateRequest::target_of(incoming.uri);
    };
    let (whole, left) = (original.path(), incoming.uri.path());
    // Nesting cuts off whole segments at the front. Any other change to the path is a rewrite.
    let is_cut = whole.ends_with(left) || left == "/";
    let is_taken =
        incoming.extensions.get::<MatchedPath>().is_none_or(|taken| matches(taken.as_str(), whole));
    if is_cut && is_taken { GateRequest::target_of(original) } else { REFUSED }
}

/// Whether a path as sent matches an axum template. A trailing slash is ignored: the template of a nested
/// service's root may or may not have one.
fn matches(template: &str, path: &str) -> bool {
    let slashless = |text: &'_ str| text.len() - usize::from(text.ends_with('/'));
    let mut sent = path[..slashless(path)].split('/');
    for segment in template[..slashless(template)].split('/') {
        if segment.starts_with("{*") {
            return true;
        }
        let Some(have) = sent.next() else { return false };
        if !stands(segment, have) {
            return false;
        }
    }
    sent.next().is_none()
}

/// Whether a segment is the template's literal, or a value for its parameter.
fn stands(segment: &str, have: &str) -> bool {
    let plain = segment.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let text = |part: &str| part.replace('\u{1}', "{").replace('\u{2}', "}");
    match plain.split_once('{').and_then(|(before, rest)| Some((before, rest.rsplit_once('}')?.1))) {
        Some((before, after)) => {
            let (before, after) = (text(before), text(after));
            before.len() + after.len() <= have.len() && have.starts_with(&before) && have.ends_with(&after)
        }
        None => have == text(&plain),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axum_template_is_compared_with_the_path_as_sent() {
        for (template, path, is_one) in [
            ("/users/{id}", "/users/%6de", true),
            ("/users/me", "/users/%6de", false),
            ("/users/me", "/users/ME", false),
            ("/users/{id}", "/users/7/x", false),
            ("/api/", "/api", true),
            ("/api", "/api/", true),
            ("/files/{*path}", "/files/a/b", true),
            ("/files/{*path}", "/other/a/b", false),
            ("/v{version}/x", "/v3/x", true),
            ("/v{version}/x", "/w3/x", false),
            ("/{{id}}", "/{id}", true),
            ("/", "/", true),
            ("/", "/x", false),
        ] {
            assert_eq!(matches(template, path), is_one, "{template} {path}");
        }
    }
}
