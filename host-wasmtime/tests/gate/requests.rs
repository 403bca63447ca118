//! The table of requests that the middleware of every host must pass: HDR-01 to HDR-09, RTE-01 to RTE-12.

use serde_json::Value;

use crate::acme::{TABLE, gate, made, token};
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

/// axum routes have no suffixes: the handler of `/users/{id}` reads them itself. The policy's more specific route
/// decides, however the path is spelled.
#[tokio::test]
async fn rte_12_a_suffix_that_only_the_policy_has_is_decided_by_its_own_route() {
    let app = App::start(&gate(), Shape::Flat).await;
    let (ada, both) = (token("ada").bearer(), token("both").bearer());
    let (ada, both) = (format!("Authorization: {ada}"), format!("Authorization: {both}"));
    let decided = app.ask("GET /users/7:publish", &[&ada]).await.json();
    assert_eq!(
        (&decided["route"], &decided["decided"]),
        (&"GET /users/{id}".into(), &"GET /users/{id}:publish".into())
    );
    assert_eq!(app.ask("GET /users/7:PUBLISH", &[&ada]).await.code().as_deref(), Some("insufficient_scope"));
    for odd in ["GET /users/7%3apublish", "GET /users/7:%70ublish"] {
        assert_eq!(app.ask(odd, &[&both]).await.code().as_deref(), Some("bad_path"), "{odd}");
    }
}
