//! The table of requests that the middleware of every host must pass: HDR-01 to HDR-09, RTE-01 to RTE-12.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_wasmtime::gate::{DocumentSource, Gate};
use serde_json::Value;

use crate::acme::{TABLE, gate, gate_under, made, now, open, token};
use crate::app::{App, SHAPES, Shape};
use crate::wire::{Answer, send};

/// Expands a placeholder of the table.
fn filled(text: &str) -> String {
    let ada = token("ada");
    let none = made("nobody", "personal", &TABLE["tokens"]["ada"]);
    let mut text = text
        .replace("{ada.plain}", &ada.plain)
        .replace("{ada.basic}", &base64(&format!("{}:x-oauth-basic", ada.plain)))
        .replace("{basic.ada}", &base64(&format!("x:{}", ada.plain)))
        .replace("{ada}", &ada.bearer())
        .replace("{both}", &token("both").bearer())
        .replace("{none}", &none.bearer());
    while let Some((before, rest)) = text.split_once('{')
        && let Some((inner, after)) = rest.split_once('}')
        && let Some((what, times)) = inner.split_once('*')
        && let Ok(times) = times.parse()
    {
        text = format!("{before}{}{after}", what.repeat(times));
    }
    text
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sign = |bits: u32| char::from(ALPHABET[(bits & 63) as usize]);
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, place| bits << 8 | u32::from(*chunk.get(place).unwrap_or(&0)));
        let signs = [18, 12, 6, 0].map(|shift| sign(bits >> shift));
        out.extend(&signs[..=chunk.len()]);
        out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    out
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|text| filled(text.as_str().unwrap())).collect()
}

/// What is wrong with a response.
fn complaint(expect: &Value, answer: &Answer, handled: bool) -> Option<String> {
    let json = answer.json();
    let is_denied = (answer.status == 0 || answer.status >= 400) && !handled;
    let is_agreed = is_denied || handled && json["route"] == json["decided"];
    let holds = match expect {
        Value::String(word) => match word.as_str() {
            "denied" => is_denied,
            "agreed" => is_agreed,
            // Either no caller was authenticated, or the route is open in both.
            "open" => is_agreed && (is_denied || json["route"] == "GET /ping"),
            other => panic!("nothing is expected by {other}"),
        },
        expect => {
            let route = &expect["route"];
            let passes = route.is_string() || expect["status"] == 200;
            let same = |name: &str, found: Value| expect[name].is_null() || expect[name] == found;
            passes == handled
                && (route.is_null()
                    || answer.status == 200 && json["route"] == *route && json["decided"] == *route)
                && same("status", answer.status.into())
                && same("code", json["code"].clone())
                && same("challenge", answer.field("www-authenticate").into())
                && same("body", answer.body.clone().into())
        }
    };
    (!holds).then(|| format!("{expect}, but {} {} (handled: {handled})", answer.status, answer.body))
}

/// The responses to the whole table, however the gate is applied.
async fn run(shape: Shape) -> (usize, Vec<String>) {
    let app = App::start(&gate(), shape).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for case in TABLE["cases"].as_array().unwrap() {
        if case["suffixes"] == true {
            // axum routes have no suffixes: another test covers those.
            continue;
        }
        let methods = texts(&case["methods"]);
        let lines = texts(&case["send"]).into_iter();
        let lines: Vec<String> = match methods.as_slice() {
            [] => lines.collect(),
            methods => {
                let each = |line: String| {
                    methods.iter().map(move |method| format!("{method} {line}")).collect::<Vec<_>>()
                };
                lines.flat_map(each).collect()
            }
        };
        let with: Vec<Vec<String>> = match &case["with"] {
            Value::Null => vec![Vec::new()],
            with => with.as_array().unwrap().iter().map(texts).collect(),
        };
        let body = filled(case["body"].as_str().unwrap_or_default());
        for line in &lines {
            for fields in &with {
                let before = app.handled();
                let answer = send(app.address, line, fields, &body).await;
                asked += 1;
                // A `Uri` of the crate `http` has no fragment: hyper cuts it off, and everything behind it reads
                // the rest.
                let expect = case.get("cuts").unwrap_or(&case["expect"]);
                if let Some(complaint) = complaint(expect, &answer, app.handled() > before) {
                    let shown: String = line.chars().take(60).collect();
                    let fields: Vec<_> = fields.iter().map(|field| field.split(':').next()).collect();
                    wrong.push(format!("{} {}: {shown} {fields:?}: {complaint}", case["id"], case["says"]));
                }
            }
        }
    }
    (asked, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hdr_01_to_09_and_rte_01_to_12_every_request_of_the_table_gets_its_response() {
    for shape in SHAPES {
        let (asked, wrong) = run(shape).await;
        assert!(wrong.is_empty(), "{shape:?}, {} of {asked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(asked > 200, "{asked}");
    }
}

#[tokio::test]
async fn cst_02_a_check_asks_the_module_as_often_under_10_000_routes_as_under_10_and_denies_a_long_target_first()
 {
    let ada = token("ada");
    let asked = async |count: usize| {
        let mut document = TABLE["policy"].clone();
        document["routes"] = (0..count)
            .map(|number| serde_json::json!({ "on": format!("GET /r{number}/{{rest...}}"), "authenticated": true }))
            .collect();
        let policy = open(&document);
        let looked_up = Arc::new(AtomicUsize::new(0));
        let (own, record) = (looked_up.clone(), ada.record.clone());
        let gate = Gate::reading(
            policy.clone(),
            DocumentSource::at_once(move |_| {
                own.fetch_add(1, Ordering::SeqCst);
                Ok(Some(record.clone()))
            }),
        );
        let gate = gate.with_clock(now);
        let last = format!("/r{}", count - 1);
        let mut costs = Vec::new();
        for bytes in [10, 1_000, 8_000, 16_000, 1 << 20] {
            for piece in ["a", "a/b", "%41"] {
                let target = format!("{last}/{}", piece.repeat(bytes / piece.len()));
                let request = http::Request::get(&target).header("authorization", ada.bearer()).body(());
                let Ok(request) = request else { continue };
                let (calls, found) = (policy.counters().calls, looked_up.load(Ordering::SeqCst));
                let reason = gate.check(&request).await.reason();
                let found = looked_up.load(Ordering::SeqCst) - found;
                assert_eq!((reason.is_none(), found), (bytes < 8_192, usize::from(bytes < 8_192)), "{bytes}");
                costs.push(policy.counters().calls - calls);
            }
        }
        // The first check reads the routes.
        costs.split_off(1)
    };
    assert_eq!(asked(10_000).await, asked(10).await);
}

/// axum routes have no suffixes: the handler of `/users/{id}` gets them as part of the id. Where the policy has both
/// routes, the handler would run as `/users/{id}` for what was decided as `/users/{id}:publish`.
#[tokio::test]
async fn rte_12_sea_01_a_suffix_runs_the_handler_of_a_parameter_only_where_the_policy_lacks_that_route() {
    let (ada, both) = (token("ada").bearer(), token("both").bearer());
    let (ada, both) = (format!("Authorization: {ada}"), format!("Authorization: {both}"));
    let app = App::start(&gate(), Shape::Flat).await;
    assert_eq!(app.ask("GET /users/7:PUBLISH", &[&ada]).await.code().as_deref(), Some("insufficient_scope"));
    for line in ["GET /users/7:publish", "GET /users/7%3apublish", "GET /users/7:%70ublish"] {
        assert_eq!(app.ask(line, &[&both]).await.code().as_deref(), Some("bad_path"), "{line}");
    }
    assert_eq!(app.handled(), 0);

    let mut document = TABLE["policy"].clone();
    document["routes"].as_array_mut().unwrap().retain(|route| route["on"] != "GET /users/{id}");
    let app = App::start(&gate_under(open(&document)), Shape::Flat).await;
    let decided = app.ask("GET /users/7:publish", &[&ada]).await.json();
    assert_eq!(
        (&decided["route"], &decided["decided"]),
        (&"GET /users/{id}".into(), &"GET /users/{id}:publish".into())
    );
    for line in ["GET /users/7%3apublish", "GET /users/7:%70ublish"] {
        assert_eq!(app.ask(line, &[&both]).await.code().as_deref(), Some("bad_path"), "{line}");
    }
}
