//! DOS: large documents open, and the cost of long inputs is linear.

use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use portcullis_core::{Attempt, Instant, Lookup, Policy};
use serde_json::{Value, json};

fn kinds() -> Value {
    json!({ "personal": { "prefix": "ac_pat", "may": { "revoke": ["admin"] } } })
}

fn policy(resources: Value, routes: Vec<Value>) -> Value {
    json!({ "portcullis": 1, "name": "large", "realm": "Large", "resources": resources, "routes": routes, "kinds": kinds() })
}

/// The route of a path, found without credentials.
fn route(policy: &Policy, path: &str) -> Value {
    let attempt = Attempt::http("GET", path);
    let decision = policy.decide(&attempt, Lookup::Unknown, None, Instant::MIN);
    let answer: Value = serde_json::from_str(&decision.to_json(portcullis_core::Level::Operator)).unwrap();
    assert_eq!(answer["reason"], "missing");
    answer["route"].clone()
}

fn ask_often(policy: &Policy, path: &str) {
    for _ in 0..50 {
        black_box(policy.decide(&Attempt::http("GET", path), Lookup::Unknown, None, Instant::MIN).verdict());
    }
}

fn open(document: &str) {
    black_box(Policy::from_json(document).expect("a large policy opens").lints().len());
}

/// Checks that an input `times` larger takes at most `2 * times` as long. Quadratic
/// work fails this. The runs alternate and the fastest of each size counts, because
/// machines are shared.
fn assert_linear(what: &str, times: u32, small: impl Fn(), large: impl Fn()) {
    let small_often = || (0..times).for_each(|_| small());
    let mut fastest = [Duration::MAX; 2];
    for _ in 0..40 {
        for (fastest, work) in fastest.iter_mut().zip([&small_often as &dyn Fn(), &large]) {
            let start = Stopwatch::now();
            work();
            *fastest = start.elapsed().min(*fastest);
        }
        if fastest[1] <= 2 * fastest[0] {
            return;
        }
    }
    panic!(
        "{what}: {times} small ones take {:?}, one of {times} times the size {:?}",
        fastest[0], fastest[1]
    );
}

#[test]
fn dos_01_20_000_routes_over_10_000_resources_open_and_match() {
    let resources: Value =
        (0..10_000).map(|n| (format!("resource{n}"), json!({}))).collect::<serde_json::Map<_, _>>().into();
    let routes = (0..20_000).map(|n| {
        let tail = if n % 2 == 0 { "" } else { "/{id}" };
        json!({ "on": format!("GET /v1/area{}/thing{n}{tail}", n % 100), "needs": format!("resource{}:read", n / 2) })
    });
    let policy =
        Policy::from_json(&policy(resources, routes.collect()).to_string()).expect("a large policy opens");
    assert_eq!(route(&policy, "/v1/area98/thing19998"), "GET /v1/area98/thing19998");
    assert_eq!(route(&policy, "/v1/area99/thing19999/7"), "GET /v1/area99/thing19999/{id}");
    assert_eq!(route(&policy, "/v1/area99/thing19998"), Value::Null);
}

/// Any set of routes is refused at load, or matches in time linear in the path.
#[test]
fn dos_01_overlapping_templates_are_refused_or_cheap() {
    // A literal or a parameter at each of 20 positions; the end tells the routes apart.
    let overlapping: Vec<Value> = (0..200u32)
        .map(|n| {
            let places =
                (0..20).map(|bit| if n >> (bit % 8) & 1 == 1 { "/a".into() } else { format!("/{{p{bit}}}") });
            json!({ "on": format!("GET {}/end{n}", places.collect::<String>()), "authenticated": true })
        })
        .collect();
    let document = policy(json!({ "r": {} }), overlapping);
    match Policy::from_json(&document.to_string()) {
        Err(problems) => {
            assert!(problems.iter().any(|problem| problem.code == "too_ambiguous"), "{problems}")
        }
        Ok(policy) => {
            let path = |places: usize| "/a".repeat(places);
            let ask = |text: &str| ask_often(&policy, text);
            let (short, long) = (path(10), path(20));
            assert_linear("overlapping templates", 2, || ask(&short), || ask(&long));
        }
    }
}

#[test]
fn dos_01_the_cost_of_a_path_is_linear() {
    let routes = vec![
        json!({ "on": "GET /a/{rest...}", "authenticated": true }),
        json!({ "on": "GET /a/a/{x}/a/b", "authenticated": true }),
        json!({ "on": "GET /{x}/a/{y}/c", "authenticated": true }),
    ];
    let policy = Policy::from_json(&policy(json!({ "r": {} }), routes).to_string()).unwrap();
    let ask = |text: &str| ask_often(&policy, text);
    for unit in ["/a", "/%61", "a", "/"] {
        let (short, long) = (format!("/a{}", unit.repeat(250)), format!("/a{}", unit.repeat(2000)));
        assert_linear(unit, 8, || ask(&short), || ask(&long));
    }
}

#[test]
fn dos_03_the_cost_of_a_document_is_linear() {
    let document = |routes: usize| {
        let routes = (0..routes).map(|n| json!({ "on": format!("GET /a{n}/{{id}}"), "needs": "r:read" }));
        policy(json!({ "r": {} }), routes.collect()).to_string()
    };
    let (small, large) = (document(1_000), document(8_000));
    assert_linear("routes", 8, || open(&small), || open(&large));
}

/// DOS-03: no document overflows a stack as small as the module's.
#[test]
fn dos_03_deep_documents_fit_a_small_stack() {
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let run = move || {
        for text in [
            deep("[", "]"),
            deep("{\"a\":", "}"),
            "[".repeat(1_000_000),
            format!("\"{}\"", "a".repeat(16 << 20)),
            "9".repeat(1_000_000),
        ] {
            assert!(Policy::from_json(&text).is_err());
        }
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
}

/// DOS-04: names that collide under a hash with a known key cost no more than others.
#[test]
fn dos_04_the_cost_of_many_names_is_linear() {
    let document = |count: usize| {
        let resources: serde_json::Map<String, Value> =
            (0..count).map(|n| (format!("r{:016x}", n << 20), json!({}))).collect();
        policy(resources.into(), vec![]).to_string()
    };
    let (small, large) = (document(2_000), document(16_000));
    assert_linear("resources", 8, || open(&small), || open(&large));
}

/// What is wrong with a policy, by code.
fn codes(document: &Value) -> Vec<&'static str> {
    match Policy::from_json(&document.to_string()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn cst_04_more_methods_kinds_and_actions_than_numbers_are_refused_in_words() {
    let methods = |count: usize| {
        let routes = (0..count).map(|n| json!({ "on": format!("M{n} /a"), "authenticated": true }));
        policy(json!({ "r": {} }), routes.collect())
    };
    assert_eq!(codes(&methods(64)), [""; 0]);
    assert_eq!(codes(&methods(65)), ["too_many_methods"]);
    assert_eq!(codes(&methods(65_537)), ["too_many_methods"; 50]);
    let kinds = |count: usize| {
        let mut document = policy(json!({ "r": {} }), vec![]);
        let kind =
            |n| (format!("kind{n}"), json!({ "prefix": format!("k{n}"), "may": { "revoke": ["admin"] } }));
        document["kinds"] = (0..count).map(kind).collect::<serde_json::Map<_, _>>().into();
        document
    };
    assert_eq!(codes(&kinds(1_000)), [""; 0]);
    assert_eq!(codes(&kinds(1_001)), ["too_many_kinds"]);
    assert_eq!(codes(&kinds(65_537)), ["too_many_kinds"]);
    let actions = |count: usize| {
        let actions: Value = (0..count).map(|n| format!("act{n}")).collect();
        policy(json!({ "r": { "actions": actions } }), vec![])
    };
    assert_eq!(codes(&actions(1_024)), [""; 0]);
    assert_eq!(codes(&actions(1_025)), ["too_many_actions"]);
    assert_eq!(codes(&actions(65_537)), ["too_many_actions"]);
}

#[test]
fn cst_04_suggestions_for_many_typing_errors_cost_what_the_document_says() {
    let document = |count: usize| {
        let resources: serde_json::Map<String, Value> =
            (0..count).map(|n| (format!("resource{n:06}"), json!({}))).collect();
        let routes = (0..count)
            .map(|n| json!({ "on": format!("GET /a{n}"), "needs": format!("resorce{n:06}x:read") }));
        policy(resources.into(), routes.collect()).to_string()
    };
    let refused = |text: &str| assert!(Policy::from_json(text).is_err());
    let (small, large) = (document(1_000), document(8_000));
    // The first fifty are compared with every name.
    assert_linear("suggestions", 8, || refused(&small), || refused(&large));
}

#[test]
fn cst_04_patterns_with_long_texts_are_refused_or_cheap() {
    let between = |length: usize| {
        let on = format!("GET /{{a}}{}{{b}}", "x".repeat(length));
        policy(json!({ "r": {} }), vec![json!({ "on": on, "authenticated": true })])
    };
    assert_eq!(codes(&between(64)), [""; 0]);
    assert_eq!(codes(&between(65)), ["bad_template"]);
    let policy = Policy::from_json(&between(64).to_string()).unwrap();
    let (short, long) = (format!("/{}y", "x".repeat(500)), format!("/{}y", "x".repeat(4_000)));
    assert_linear("a pattern", 8, || ask_often(&policy, &short), || ask_often(&policy, &long));
}
