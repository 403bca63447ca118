//! The gate decides on the path that axum routes, however routers are combined.

use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use portcullis_wasmtime::gate::{Allowed, Gate, Identity, unmapped};
use portcullis_wasmtime::{Attempt, Instant, Level, Lookup};
use serde_json::json;
use tower_layer::Layer;

use crate::acme::{POLICY, gate, gate_under, now, open, policy_with, token};
use crate::app::{App, SHAPES, handler, listed};

fn auth(name: &str) -> String {
    format!("Authorization: {}", token(name).bearer())
}

fn handled() -> Arc<AtomicUsize> {
    Arc::default()
}

#[tokio::test]
async fn a_denial_has_the_same_bytes_as_on_every_other_host() {
    let ada = token("ada");
    for shape in SHAPES {
        let app = App::start(&gate(), shape).await;
        for (line, bearer) in [
            ("GET /v3/licenses", None),
            ("GET /v3/account", Some(ada.bearer())),
            ("GET /v3/../ping", None),
            ("GET /nowhere/at/all", Some(ada.bearer())),
        ] {
            let (method, target) = line.split_once(' ').unwrap();
            let attempt = Attempt::http(method, target);
            let attempt = bearer.as_deref().map_or(attempt, |bearer| attempt.authorization(bearer));
            let record = POLICY.open_token(&ada.record);
            let decision = POLICY.decide(&attempt, Lookup::Token(&record), None, now());
            let expected = decision.response().unwrap();
            let field = bearer.map(|bearer| format!("Authorization: {bearer}"));
            let answer = app.ask(line, &field.as_deref().into_iter().collect::<Vec<_>>()).await;
            assert_eq!((answer.status, &answer.body), (expected.status, &expected.body), "{shape:?} {line}");
            assert_eq!(answer.field("www-authenticate"), expected.www_authenticate.as_deref());
            assert_eq!(answer.field("content-type"), Some("application/problem+json"));
            assert_eq!(answer.field("cache-control"), Some("no-store"));
        }
        assert_eq!(app.handled(), 0);
    }
}

#[tokio::test]
async fn nested_routers_and_their_roots_are_decided_by_the_whole_path() {
    let root = || Router::new().route("/", handler("GET /v3/licenses", &handled())).layer(gate().layer());
    for app in
        [Router::new().nest("/v3/licenses", root()), Router::new().nest_service("/v3/licenses", root())]
    {
        let app = App::serve(app, handled()).await;
        assert_eq!(app.ask("GET /v3/licenses", &[&auth("ada")]).await.json()["decided"], "GET /v3/licenses");
        assert_eq!(app.ask("GET /v3/licenses?x=1", &[&auth("ada")]).await.status, 200);
        assert_ne!(app.ask("GET /v3/licenses/", &[&auth("ada")]).await.status, 200);
    }
    let inner =
        Router::new().route("/{id}", handler("GET /v3/licenses/{id}", &handled())).layer(gate().layer());
    let twice = Router::new().nest("/{version}", Router::new().nest("/licenses", inner));
    let app = App::serve(twice, handled()).await;
    assert_eq!(
        app.ask("GET /v3/licenses/4%32", &[&auth("ada")]).await.json()["decided"],
        "GET /v3/licenses/{id}"
    );
    assert_eq!(
        app.ask("GET /v4/licenses/42", &[&auth("ada")]).await.code().as_deref(),
        Some("route_unmapped")
    );
}

/// Rewrites `/old/x` to `/v3/x`.
async fn rewritten(mut request: Request) -> Request {
    let target = request.uri().to_string().replacen("/old", "/v3", 1);
    *request.uri_mut() = target.parse().unwrap();
    request
}

#[tokio::test]
async fn behind_a_rewrite_the_routed_path_is_decided() {
    let router = App::routes_guarded(&gate());
    let around = axum::middleware::map_request(rewritten).layer(router);
    let app = App::serve(Router::new().fallback_service(around), handled()).await;
    // The outer router recorded another path than the inner one routes, so the target is ambiguous.
    let answer = app.ask("GET /old/licenses/42", &[&auth("ada")]).await;
    assert_eq!(answer.code().as_deref(), Some("bad_path"));
    assert_eq!(
        app.ask("GET /v3/licenses/42", &[&auth("ada")]).await.json()["decided"],
        "GET /v3/licenses/{id}"
    );
}

#[tokio::test]
async fn rte_06_a_policy_ignores_case_only_where_the_router_does() {
    let policy = open(&policy_with("paths", json!({ "case": "ignore" })));
    for shape in SHAPES {
        let app = App::start(&gate_under(policy.clone()), shape).await;
        for path in ["/users/ME", "/USERS/7", "/PING", "/users/%4de", "/V3/licenses"] {
            let answer = app.ask(&format!("GET {path}"), &[&auth("both")]).await;
            assert_ne!(answer.status, 200, "{shape:?} {path}");
        }
        assert_eq!(app.ask("GET /users/me", &[&auth("both")]).await.json()["route"], "GET /users/me");
        assert_eq!(app.ask("GET /users/MEL", &[&auth("both")]).await.json()["route"], "GET /users/{id}");
    }
}

#[tokio::test]
async fn rte_05_a_policy_that_ignores_a_trailing_slash_guards_both_forms() {
    let policy = open(&policy_with("paths", json!({ "trailingSlash": "ignore" })));
    let handled = handled();
    let router = Router::new()
        .route("/v3/account", handler("GET /v3/account", &handled))
        .route("/v3/account/", handler("GET /v3/account", &handled));
    let app = App::serve(router.layer(gate_under(policy).layer()), handled).await;
    for path in ["/v3/account", "/v3/account/"] {
        assert_eq!(app.ask(&format!("GET {path}"), &[&auth("ada")]).await.status, 403, "{path}");
        assert_eq!(app.ask(&format!("GET {path}"), &[&auth("both")]).await.status, 200, "{path}");
    }
    assert_eq!(app.handled(), 2);
}

#[tokio::test]
async fn a_fallback_is_guarded_and_a_layer_may_require_scopes_instead() {
    let handled = handled();
    let purge = get(async || "purged").layer(gate().layer().needs("license:delete"));
    let other = get(async || "never").layer(gate().layer().needs("account:delete"));
    let router = Router::new().fallback(async || "fallen").layer(gate().layer());
    let app = App::serve(router.route("/anything/{id}", purge).route("/other", other), handled).await;
    assert_eq!(app.ask("GET /v3/licenses/7", &[&auth("ada")]).await.body, "fallen");
    assert_eq!(app.ask("GET /nowhere", &[&auth("ada")]).await.code().as_deref(), Some("route_unmapped"));
    assert_eq!(app.ask("GET /anything/7", &[&auth("ada")]).await.body, "purged");
    assert_eq!(app.ask("GET /other", &[&auth("ada")]).await.code().as_deref(), Some("insufficient_scope"));
}

#[tokio::test]
async fn a_handler_without_a_gate_lets_no_request_in() {
    let router = Router::new()
        .route("/identity", get(async |_: Identity| "in"))
        .route("/allowed", get(async |_: Allowed| "in"))
        .route("/maybe", get(async |allowed: Option<Allowed>| Json(allowed.is_some())));
    let app = App::serve(router, handled()).await;
    for path in ["/identity", "/allowed"] {
        let answer = app.ask(&format!("GET {path}"), &[]).await;
        assert_eq!((answer.status, answer.field("content-type")), (503, Some("application/problem+json")));
    }
    assert_eq!(app.ask("GET /maybe", &[]).await.body, "false");
}

#[test]
fn rte_01_routes_that_the_policy_lacks_are_named() {
    assert_eq!(unmapped(listed(), &POLICY).unwrap(), ["GET /nobody/knows/{this}"]);
    let odd =
        ["ANY /v3/account", "ANY /nowhere", "HEAD /ping", "HEAD /x", "GET /x", "nothing", "GET /{", "GET /x"];
    assert_eq!(unmapped(odd, &POLICY).unwrap(), ["ANY /nowhere", "GET /x", "nothing", "GET /{"]);
}

#[tokio::test]
async fn extractors_return_the_decision() {
    let router = Router::new().route(
        "/v3/licenses/{id}",
        get(async |identity: Identity, allowed: Allowed| {
            assert_eq!((identity.kind.as_deref(), identity.parameter("id")), (Some("personal"), Some("a b")));
            assert_eq!(
                (identity.scopes.clone(), allowed.route()),
                (vec!["license:read".into()], identity.route.as_deref())
            );
            assert_eq!(identity.valid_until, Instant::parse("2027-01-01T00:00:00.000Z"));
            assert!(allowed.would_deny().is_none());
            "seen"
        }),
    );
    let app = App::serve(router.layer(gate().layer()), handled()).await;
    assert_eq!(app.ask("GET /v3/licenses/a%20b", &[&auth("ada")]).await.body, "seen");
    let ruling = gate().check(&http::Request::get("/ping").body(()).unwrap()).await;
    assert!(ruling.to_json(Level::Public).unwrap().contains(r#""allow":true"#));
}

#[tokio::test]
async fn a_gate_guards_services_other_than_axum() {
    let mut guarded = gate().layer_with(|text: String| text.into_bytes()).layer(Plain);
    let mut call = |path: &str, bearer: Option<String>| {
        let mut request = http::Request::get(path).body(()).unwrap();
        if let Some(bearer) = bearer {
            request.headers_mut().insert("authorization", bearer.parse().unwrap());
        }
        tower_service::Service::call(&mut guarded, request)
    };
    let denied = call("/v3/licenses", None).await.unwrap();
    assert_eq!(denied.status(), 401);
    assert!(denied.body().starts_with(b"{\"type\""));
    assert_eq!(call("/v3/licenses", Some(token("ada").bearer())).await.unwrap().into_body(), b"served");
    assert_eq!(call("/v3/%6cicenses", Some(token("ada").bearer())).await.unwrap().status(), 400);
}

/// A service that is not a router.
#[derive(Clone)]
struct Plain;

impl tower_service::Service<http::Request<()>> for Plain {
    type Response = http::Response<Vec<u8>>;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<()>) -> Self::Future {
        assert!(request.extensions().get::<Allowed>().is_some());
        std::future::ready(Ok(http::Response::new(b"served".to_vec())))
    }
}

/// The routes of a policy that are open, and what else its document says.
fn open_routes(paths: &serde_json::Value, routes: &[&str]) -> Gate {
    let mut document = policy_with("paths", paths.clone());
    document["routes"] = routes.iter().map(|route| json!({ "on": route, "open": true })).collect();
    gate_under(open(&document))
}

#[tokio::test]
async fn sea_01_a_router_that_takes_another_route_than_the_decided_one_runs_nothing() {
    let strict = json!({});
    let loose = json!({ "trailingSlash": "ignore" });
    let admin = "/admin/{*path}";
    for (paths, decided, taken, target) in [
        (&strict, "GET /{page}/list/", Some(admin), "/admin/list/"),
        (&loose, "GET /status", Some("/{*path}"), "/status/"),
        (&loose, "GET /status", None, "/status/"),
        (&strict, "GET /{page}", Some("/users/{id}"), "/users"),
        (&strict, "GET /{rest...}", Some("/users/{id}"), "/users/7"),
    ] {
        let handled = handled();
        let hand = handled.clone();
        let handler = get(async move || {
            hand.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        });
        let router = match taken {
            Some(taken) => Router::new().route(taken, handler),
            None => Router::new().fallback_service(handler),
        };
        let app = App::serve(router.layer(open_routes(paths, &[decided]).layer()), handled).await;
        let answer = app.ask(&format!("GET {target}"), &[]).await;
        assert!(matches!(answer.status, 400 | 404), "{decided} {taken:?} {target}: {}", answer.status);
        assert_eq!(app.handled(), 0, "{decided} {taken:?} {target}");
    }
}

/// Cuts off the first segment, as a middleware before a service that is mounted below a prefix does.
async fn cut(mut request: Request) -> Request {
    let target = request.uri().to_string();
    *request.uri_mut() = target[1..].find('/').map_or("/", |at| &target[1 + at..]).parse().unwrap();
    request
}

#[tokio::test]
async fn sea_05_behind_a_middleware_that_cuts_a_prefix_nothing_runs() {
    let gate = open_routes(&json!({}), &["GET /{rest...}", "GET /{page}"]);
    for template in ["/{*rest}", "/{page}"] {
        let inner = Router::new().route(template, get(async || "ran")).layer(gate.layer());
        let around = axum::middleware::map_request(cut).layer(inner);
        let app = App::serve(Router::new().fallback_service(around), handled()).await;
        assert_eq!(app.ask("GET /api/x", &[]).await.code().as_deref(), Some("bad_path"), "{template}");
    }
    // A nested router cuts its own prefix off, and says so.
    let gate = open_routes(&json!({}), &["GET /{tenant}/{rest...}"]);
    let inner = Router::new().route("/{*rest}", get(async || "ran")).layer(gate.layer());
    let app = App::serve(Router::new().nest("/{tenant}", inner), handled()).await;
    assert_eq!(app.ask("GET /acme/a/b", &[]).await.body, "ran");
}

#[tokio::test]
async fn sea_01_around_a_whole_router_every_request_is_denied_and_the_log_says_why() {
    let causes: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = causes.clone();
    let gate = open_routes(&json!({}), &["GET /{page}", "GET /ping"]).with_observer(move |decision| {
        told.lock().unwrap().extend(decision.cause().map(ToString::to_string));
    });
    let router = || Router::new().route("/ping", get(async || "ran")).route("/admin", get(async || "ran"));
    let ask = async |mut service: Box<dyn Inner>, path: &str| service.ask(path).await;
    for path in ["/ping", "/admin"] {
        assert_eq!(ask(Box::new(gate.layer().layer(router())), path).await, 400, "{path}");
        assert_eq!(ask(Box::new(gate.layer().layer(router().into_service::<Body>())), path).await, 400);
        let nested = Router::new().nest_service("/in", gate.layer().layer(router()));
        assert_ne!(ask(Box::new(nested), &format!("/in{path}")).await, 200);
        let fallback = Router::new().fallback_service(gate.layer().layer(router()));
        assert_eq!(ask(Box::new(fallback), path).await, 400, "{path}");
        // Scopes of its own hold for every route.
        let all = open_routes(&json!({}), &["GET /{page}"]).layer().needs("license:read");
        assert_eq!(ask(Box::new(all.layer(router())), path).await, 401, "{path}");
    }
    let causes = causes.lock().unwrap();
    assert!(causes.len() >= 6 && causes.iter().all(|cause| cause.contains("Router::layer")), "{causes:?}");
}

/// A service of any type.
trait Inner {
    fn ask<'s>(&'s mut self, path: &str) -> Pin<Box<dyn Future<Output = u16> + 's>>;
}

impl<S> Inner for S
where
    S: tower_service::Service<http::Request<Body>, Response = Response, Error = std::convert::Infallible>,
{
    fn ask<'s>(&'s mut self, path: &str) -> Pin<Box<dyn Future<Output = u16> + 's>> {
        let called = self.call(http::Request::get(path).body(Body::empty()).unwrap());
        Box::pin(async move { called.await.unwrap().status().as_u16() })
    }
}

#[tokio::test]
async fn sea_10_no_identity_field_of_a_client_reaches_a_handler() {
    let names = async |headers: http::HeaderMap| {
        Json(headers.keys().map(|name| String::from(name.as_str())).collect::<Vec<_>>())
    };
    let router = Router::new().route("/ping", get(names)).layer(gate().layer());
    let app = App::serve(router, handled()).await;
    let fields =
        ["X-Portcullis-Owner: eve", "x_portcullis_tenant: eve", "X.Portcullis-Kind: eve", "X-Other: stays"];
    let seen = app.ask("GET /ping", &fields).await.json();
    let seen: Vec<&str> = seen.as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    assert!(seen.contains(&"x-other") && !seen.iter().any(|name| name.contains("ortcullis")), "{seen:?}");
}
