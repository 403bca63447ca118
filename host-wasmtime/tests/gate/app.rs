//! A small API behind a gate. Each handler returns the route that axum chose for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Json, Router};
use portcullis_wasmtime::gate::{Allowed, Gate, Identity};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::acme::TABLE;
use crate::wire::{Answer, send};

/// How the gate is applied.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// As a layer on the router.
    Flat,
    /// On a nested router for one prefix, with its own gate.
    Nested,
    /// The same with a nested service.
    Service,
}

pub(crate) const SHAPES: [Shape; 3] = [Shape::Flat, Shape::Nested, Shape::Service];

/// A server that runs until this is dropped.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    handled: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Drop for App {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl App {
    pub(crate) async fn start(gate: &Gate, shape: Shape) -> App {
        App::with(gate, shape, |router| router).await
    }

    pub(crate) async fn with(gate: &Gate, shape: Shape, change: impl FnOnce(Router) -> Router) -> App {
        let handled = Arc::new(AtomicUsize::new(0));
        let router = change(routes(&handled, ""));
        match shape {
            Shape::Flat => App::serve(router.layer(gate.layer()), handled).await,
            Shape::Nested => {
                let inner = routes(&handled, "/v3").layer(gate.layer());
                let others = others(&handled).layer(gate.layer());
                App::serve(Router::new().nest("/v3", inner).merge(others), handled).await
            }
            Shape::Service => {
                let inner = routes(&handled, "/v3").layer(gate.layer());
                let others = others(&handled).layer(gate.layer());
                App::serve(Router::new().nest_service("/v3", inner).merge(others), handled).await
            }
        }
    }

    /// The routes of the table behind this gate.
    pub(crate) fn routes_guarded(gate: &Gate) -> Router {
        routes(&Arc::default(), "").layer(gate.layer())
    }

    pub(crate) async fn serve(router: Router, handled: Arc<AtomicUsize>) -> App {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        App { address, handled, serving }
    }

    pub(crate) async fn ask(&self, line: &str, fields: &[&str]) -> Answer {
        let fields: Vec<String> = fields.iter().map(|field| String::from(*field)).collect();
        send(self.address, line, &fields, "").await
    }

    /// How many requests reached a handler.
    pub(crate) fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }
}

/// The routes of the table that axum can express: it has no suffixes.
pub(crate) fn listed() -> Vec<&'static str> {
    let routes = TABLE["routes"].as_array().unwrap().iter().map(|route| route.as_str().unwrap());
    routes.filter(|route| !route.contains("}:")).collect()
}

/// The routes below a prefix, without it.
fn routes(handled: &Arc<AtomicUsize>, prefix: &str) -> Router {
    listed().into_iter().fold(Router::new(), |router, route| {
        let path = route.split_once(' ').unwrap().1;
        match path.strip_prefix(prefix) {
            Some(path) => router.route(path, handler(route, handled)),
            None => router,
        }
    })
}

fn others(handled: &Arc<AtomicUsize>) -> Router {
    let others = listed().into_iter().filter(|route| !route.contains(" /v3"));
    others.fold(Router::new(), |router, route| {
        router.route(route.split_once(' ').unwrap().1, handler(route, handled))
    })
}

pub(crate) fn handler(route: &'static str, handled: &Arc<AtomicUsize>) -> MethodRouter {
    let method = match route.split_once(' ').unwrap().0 {
        "GET" => MethodFilter::GET,
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        other => panic!("no {other}"),
    };
    let handled = handled.clone();
    on(method, move |allowed: Allowed, identity: Identity| {
        handled.fetch_add(1, Ordering::SeqCst);
        async move { Json(said(route, &allowed, &identity)) }
    })
}

fn said(route: &str, allowed: &Allowed, identity: &Identity) -> Value {
    let would_deny = allowed.would_deny().map(|denial| denial.reason().code());
    json!({ "route": route, "decided": allowed.route(), "owner": identity.owner, "wouldDeny": would_deny })
}
