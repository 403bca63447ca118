//! A policy and a router, however it is put together, and requests that suit them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::get;
use http::{HeaderMap, HeaderValue};
use portcullis_wasmtime::Policy;
use portcullis_wasmtime::gate::Gate;
use serde_json::json;
use tower_layer::Layer;

use crate::acme::{POLICY, TABLE, gate_under};
use crate::routers::template::{Random, Segment, Template};

/// How the router is put together. The gate lies on each router that holds routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Flat,
    Merged,
    Nested,
    NestedService,
    /// Behind a middleware that cuts off the first segment.
    Cut,
}

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// The policy's routes, and whether they are open.
    pub(super) policy: Vec<(Template, bool)>,
    pub(super) any_case: bool,
    pub(super) any_slash: bool,
    pub(super) router: Vec<Template>,
    pub(super) shape: Shape,
    pub(super) has_fallback: bool,
}

impl Scenario {
    pub(super) fn random(random: &mut Random) -> Scenario {
        let policy: Vec<_> =
            (0..1 + random.below(6)).map(|_| (Template::random(random, true), random.one_in(2))).collect();
        let mut router: Vec<Template> = Vec::new();
        for (template, _) in &policy {
            if !random.one_in(4) {
                router.push(template.for_axum());
            }
        }
        router.extend((0..random.below(4)).map(|_| Template::random(random, false)));
        let shapes = [Shape::Flat, Shape::Merged, Shape::Nested, Shape::NestedService, Shape::Cut];
        Scenario {
            policy,
            any_case: random.one_in(3),
            any_slash: random.one_in(3),
            router,
            shape: shapes[random.below(shapes.len())],
            has_fallback: random.one_in(2),
        }
    }

    /// The policy; `None` if the document is invalid.
    pub(super) fn open(&self) -> Option<Policy> {
        let routes = self.policy.iter().map(|(template, is_open)| {
            let name = if *is_open { "open" } else { "authenticated" };
            json!({ "on": format!("GET {}", template.text(true)), name: true })
        });
        let mut document = TABLE["policy"].clone();
        document["routes"] = routes.collect();
        document["paths"] = json!({
            "case": if self.any_case { "ignore" } else { "exact" },
            "trailingSlash": if self.any_slash { "ignore" } else { "strict" },
        });
        let module = POLICY.module()?;
        Policy::open(module, &document.to_string()).ok()
    }

    /// The router; `None` if axum refuses its routes.
    pub(super) fn build(&self, policy: &Policy) -> Option<Router> {
        let gate = gate_under(policy.clone());
        quietly(|| self.router(&gate))
    }

    fn router(&self, gate: &Gate) -> Router {
        let all: Vec<(usize, Template)> = self.router.iter().cloned().enumerate().collect();
        let guarded = |routes: &[(usize, Template)]| routes_of(routes).layer(gate.layer());
        let last =
            |router: Router| if self.has_fallback { router.fallback(ran("fallback".into())) } else { router };
        match self.shape {
            Shape::Flat => last(routes_of(&all)).layer(gate.layer()),
            Shape::Merged => {
                let (one, other) = all.split_at(all.len() / 2);
                last(routes_of(one)).layer(gate.layer()).merge(guarded(other))
            }
            Shape::Nested | Shape::NestedService => {
                let Some(prefix) = self.prefix() else { return last(routes_of(&all)).layer(gate.layer()) };
                let (mut inner, outer): (Vec<_>, Vec<_>) =
                    all.into_iter().partition(|(_, template)| template.segments.first() == Some(&prefix));
                for (_, template) in &mut inner {
                    template.segments.remove(0);
                    template.slash |= template.segments.is_empty();
                }
                let prefix = Template { segments: vec![prefix], slash: false }.text(false);
                let inner = last(routes_of(&inner)).layer(gate.layer());
                let outer = guarded(&outer);
                if self.shape == Shape::Nested {
                    outer.nest(&prefix, inner)
                } else {
                    outer.nest_service(&prefix, inner)
                }
            }
            Shape::Cut => {
                let inner = last(routes_of(&all)).layer(gate.layer());
                Router::new().fallback_service(map_request(cut).layer(inner))
            }
        }
    }

    /// The first segment of the first route that can be a prefix.
    pub(super) fn prefix(&self) -> Option<Segment> {
        let first = |template: &Template| template.segments.first().copied();
        self.router.iter().find_map(first).filter(|segment| *segment != Segment::Rest)
    }

    /// The route with this number. The root of a nested router has the slash that the path has.
    pub(super) fn template(&self, number: usize, path: &str) -> Template {
        let mut template = self.router[number].clone();
        let is_nested = matches!(self.shape, Shape::Nested | Shape::NestedService);
        if is_nested && template.segments.len() == 1 && self.prefix() == template.segments.first().copied() {
            template.slash = path.ends_with('/');
        }
        template
    }

    /// Simpler scenarios and targets, each by one step.
    pub(super) fn smaller(&self, target: &str) -> Vec<(Scenario, String)> {
        let mut smaller = Vec::new();
        let mut add = |change: &dyn Fn(&mut Scenario)| {
            let mut scenario = self.clone();
            change(&mut scenario);
            smaller.push((scenario, String::from(target)));
        };
        for place in 0..self.policy.len() {
            add(&|scenario| drop(scenario.policy.remove(place)));
        }
        for place in 0..self.router.len() {
            add(&|scenario| drop(scenario.router.remove(place)));
        }
        if self.shape != Shape::Flat {
            add(&|scenario| scenario.shape = Shape::Flat);
        }
        let flags: [fn(&mut Scenario) -> &mut bool; 3] =
            [|own| &mut own.any_case, |own| &mut own.any_slash, |own| &mut own.has_fallback];
        for flag in flags {
            if *flag(&mut self.clone()) {
                add(&|scenario| *flag(scenario) = false);
            }
        }
        for (place, letter) in target.char_indices().skip(1) {
            let mut shorter = String::from(target);
            shorter.replace_range(place..place + letter.len_utf8(), "");
            smaller.push((self.clone(), shorter));
        }
        smaller
    }
}

/// axum panics if two routes are the same: that is no news here.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic)
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(false);
    result
}

fn routes_of(routes: &[(usize, Template)]) -> Router {
    routes.iter().fold(Router::new(), |router, (number, template)| {
        router.route(&template.text(false), get(ran(number.to_string())))
    })
}

/// A handler that says that it ran.
fn ran(name: String) -> impl Fn() -> std::future::Ready<(HeaderMap, ())> + Clone + Send + Sync + 'static {
    move || {
        let mut headers = HeaderMap::new();
        headers.insert("x-ran", HeaderValue::from_str(&name).unwrap());
        std::future::ready((headers, ()))
    }
}

async fn cut(mut request: Request<Body>) -> Request<Body> {
    let path = request.uri().path();
    let left = path[1..].find('/').map_or("/", |at| &path[1 + at..]);
    if let Ok(uri) = left.parse() {
        *request.uri_mut() = uri;
    }
    request
}

const WORDS: [&str; 16] = [
    "a", "b", "list", "A", "LIST", "%C3%A9", "%c3%a9", "%61", "l%69st", "v1", "%761", "x:go", "x%3Ago",
    "1-2", "a%2Fb", "",
];

/// A target that some route reads, or nearly so.
pub(super) fn random_target(random: &mut Random, scenario: &Scenario) -> String {
    let policy = scenario.policy.iter().map(|(template, _)| template);
    let templates: Vec<&Template> = policy.chain(&scenario.router).collect();
    let template = random.pick(&templates);
    let mut path = String::new();
    if scenario.shape == Shape::Cut && random.one_in(2) {
        path.push_str("/a");
    }
    for segment in &template.segments {
        let word = random.pick(&WORDS);
        path.push('/');
        path.push_str(&match segment {
            Segment::Text(text) if !random.one_in(6) => text.replace('é', "%C3%A9"),
            Segment::Behind(text) if !random.one_in(6) => format!("{text}{word}"),
            Segment::Before(text) if !random.one_in(6) => format!("x{text}"),
            Segment::Two if !random.one_in(6) => "x-y".into(),
            Segment::Rest if random.one_in(2) => format!("{word}/{}", random.pick(&WORDS)),
            Segment::Text(_)
            | Segment::Parameter
            | Segment::Behind(_)
            | Segment::Before(_)
            | Segment::Two
            | Segment::Rest => (*word).into(),
        });
    }
    if template.slash != random.one_in(6) || path.is_empty() {
        path.push('/');
    }
    if random.one_in(10) {
        path.push_str("?x=/a");
    }
    path
}
