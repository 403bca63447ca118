//! The gate as a tower layer, for axum, tonic, hyper and other frameworks.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::gate::decision::GateDecision;
use crate::gate::frameworks::RouteTaken;
#[cfg(feature = "axum")]
use crate::gate::frameworks::axum::{is_router, routed, taken};
use crate::gate::gate::{CheckOptions, Gate};
use crate::gate::request::{GateRequest, strip_identity};

/// A layer that answers denials and lets only allowed requests through. [`Gate::layer`] makes it.
pub struct Guard<B> {
    gate: Gate,
    needs: Option<Arc<str>>,
    body: fn(String) -> B,
}

/// A service behind a [`Guard`].
pub struct Guarded<S, B> {
    inner: S,
    guard: Guard<B>,
}

impl Gate {
    /// A layer that answers denials and lets only allowed requests through, with
    /// [`Allowed`](crate::gate::Allowed) in their extensions. A use is recorded after the service has answered.
    ///
    /// With axum, apply it to the router that holds the routes (`Router::layer`). It then decides on the whole
    /// path that the router matched, including the prefix of a nested router. Routes that you add after the layer
    /// are not guarded. Apply middleware that rewrites paths around the whole router, as axum requires, so that
    /// it runs before the guard.
    ///
    /// A request for which the router took another route than the policy decided, such as `/users/%6de`, is denied.
    /// So is a request to a fallback, or to a service that is not a router, whose path is spelled otherwise than in
    /// the policy. Around a whole router (`gate.layer().layer(router)`) the layer cannot see which route is taken:
    /// it denies every request and logs why, unless it requires [scopes](Guard::needs) of its own.
    ///
    /// Header fields that name an identity, [`IDENTITY_PREFIX`](crate::gate::IDENTITY_PREFIX) in any spelling, are
    /// removed before the service sees the request.
    pub fn layer<B: From<String>>(&self) -> Guard<B> {
        self.layer_with(B::from)
    }

    /// The same, with another way to make a body out of text.
    pub fn layer_with<B>(&self, body: fn(String) -> B) -> Guard<B> {
        Guard { gate: self.clone(), needs: None, body }
    }
}

impl<B> Guard<B> {
    /// Requires these scopes instead of those of the request's route: `"book:read"`.
    #[must_use]
    pub fn needs(self, scopes: &str) -> Guard<B> {
        Guard { needs: Some(scopes.into()), ..self }
    }
}

impl<S, B> Layer<S> for Guard<B> {
    type Service = Guarded<S, B>;

    fn layer(&self, inner: S) -> Guarded<S, B> {
        Guarded { inner, guard: self.clone() }
    }
}

impl<S, A, B> Service<Request<A>> for Guarded<S, B>
where
    S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    A: Send + 'static,
    B: 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        let Guard { gate, needs, body } = &self.guard;
        let incoming = GateRequest::from(&request);
        let target = routed(&incoming);
        let taken = if is_router::<S, A>() { RouteTaken::Hidden } else { taken(&incoming) };
        let options = CheckOptions { needs: needs.as_deref(), target: Some(&target), taken: Some(taken) };
        let (asking, body) = (gate.ask(&incoming, options), *body);
        // Call the service that was polled ready, not its clone.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let (decision, due) = asking.await;
            match decision {
                GateDecision::Allowed(allowed) => {
                    strip_identity(request.headers_mut());
                    request.extensions_mut().insert(allowed);
                    let response = inner.call(request).await;
                    drop(due);
                    response
                }
                GateDecision::Denied(denial) => Ok(denial.to_http::<String>().map(body)),
            }
        })
    }
}

/// Without axum there is one target, and no router that names its routes.
#[cfg(not(feature = "axum"))]
fn routed<'r>(incoming: &GateRequest<'r>) -> std::borrow::Cow<'r, str> {
    GateRequest::target_of(incoming.uri)
}

#[cfg(not(feature = "axum"))]
fn is_router<S, A>() -> bool {
    false
}

#[cfg(not(feature = "axum"))]
fn taken(_: &GateRequest<'_>) -> RouteTaken {
    RouteTaken::Unnamed
}

impl<B> Clone for Guard<B> {
    fn clone(&self) -> Guard<B> {
        Guard { gate: self.gate.clone(), needs: self.needs.clone(), body: self.body }
    }
}

impl<S: Clone, B> Clone for Guarded<S, B> {
    fn clone(&self) -> Guarded<S, B> {
        Guarded { inner: self.inner.clone(), guard: self.guard.clone() }
    }
}

impl<B> fmt::Debug for Guard<B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Guard({:?})", self.gate)
    }
}

impl<S, B> fmt::Debug for Guarded<S, B> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Guarded({:?})", self.guard.gate)
    }
}
