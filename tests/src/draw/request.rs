//! Random attempts.

use serde_json::{Value, json};

use super::Token;
use super::policy::{INSTANCES, declared};
use crate::base64;
use crate::dice::Dice;
use crate::plaintext::{plaintext, word};

pub(super) struct Request {
    pub(super) attempt: Value,
    /// Scopes that would make it pass, as far as the route tells.
    pub(super) wanted: Vec<String>,
}

pub(super) fn draw(policy: &Value, token: &Token, dice: &mut Dice) -> Request {
    let mut request = if dice.percent(8) { direct(policy, dice) } else { routed(policy, dice) };
    credentials(policy, token, &mut request.attempt, dice);
    if dice.percent(15) {
        request.attempt["tenant"] = (*dice.pick(&["t1", "t2"])).into();
    }
    if dice.percent(60) {
        const ADDRESSES: [&str; 10] = [
            "10.2.3.4",
            "10.1.2.3",
            "192.0.2.1",
            "::ffff:10.2.3.4",
            "::ffff:a01:203",
            "2001:db8::1",
            "2001:DB9::1",
            "010.2.3.4",
            "",
            "::1",
        ];
        request.attempt["ip"] = (*dice.pick(&ADDRESSES)).into();
    }
    if dice.percent(60) {
        request.attempt["application"] = (*dice.pick(&["erp", "shop", ""])).into();
    }
    request
}

/// A permission asked for without a route.
fn direct(policy: &Value, dice: &mut Dice) -> Request {
    let declared = declared(policy);
    let wanted: Vec<String> = (0..1 + dice.below(2))
        .map(|_| {
            let (resource, action, instances) = dice.pick(&declared);
            let instance = if *instances && dice.percent(60) {
                format!("/{}", dice.pick(&INSTANCES))
            } else {
                String::new()
            };
            format!("{resource}{instance}:{action}")
        })
        .collect();
    let mut needs = wanted.clone();
    needs.dedup();
    if dice.percent(8) {
        needs.push((*dice.pick(&["nosuch:read", "alpha:fly"])).into());
    }
    Request { attempt: json!({ "needs": needs.join(" ") }), wanted }
}

fn routed(policy: &Value, dice: &mut Dice) -> Request {
    let routes = policy["routes"].as_array().unwrap();
    let route = dice.pick(routes);
    let (method, template) = match (route["on"].as_str(), route["crud"].as_str()) {
        (Some(on), _) => {
            on.split_once(' ').map(|(method, template)| (method.to_string(), template.to_string())).unwrap()
        }
        (None, Some(list)) => {
            let pairs = [
                ("GET", ""),
                ("POST", ""),
                ("GET", "/{id}"),
                ("PATCH", "/{id}"),
                ("PUT", "/{id}"),
                ("DELETE", "/{id}"),
            ];
            let (method, item) = dice.pick(&pairs);
            (method.to_string(), format!("{list}{item}"))
        }
        (None, None) => unreachable!("a route has `on` or `crud`"),
    };
    let mut target = template.clone();
    let mut wanted: Vec<String> = wanted(&route["needs"], dice);
    if let Some(resource) = route["needs"].as_str().filter(|text| !text.contains(':')) {
        wanted = ["create", "read", "update", "delete"].map(|action| format!("{resource}:{action}")).to_vec();
        let declared = declared(policy);
        wanted.retain(|scope| declared.iter().any(|(name, action, _)| *scope == format!("{name}:{action}")));
    }
    for name in ["{x}", "{y}", "{z}", "{id}"] {
        let value = *dice.pick(&INSTANCES);
        target = target.replace(name, value);
        wanted = wanted.into_iter().map(|scope| scope.replace(name, value)).collect();
    }
    let caught = ["c", "c/d", "me/e%2Ff/g"];
    target = target.replace("{rest...}", dice.pick::<&str>(&caught)).replace('\u{e9}', "%C3%A9");
    let method = match dice.below(20) {
        0 => "HEAD".into(),
        1 => (*dice.pick(&["POST", "GET", "get", "PURGE", ""])).into(),
        _ => method,
    };
    if dice.percent(18) {
        target = bent(target, dice);
    }
    if dice.percent(18) {
        target = reread(target, dice);
    }
    Request { attempt: json!({ "method": method, "target": target }), wanted }
}

/// The scopes of one alternative.
fn wanted(needs: &Value, dice: &mut Dice) -> Vec<String> {
    match needs {
        Value::String(text) => vec![text.clone()],
        Value::Object(_) => match (needs["any"].as_array(), needs["all"].as_array()) {
            (Some(list), _) => wanted(dice.pick(list), dice),
            (None, Some(list)) => list.iter().filter_map(|text| text.as_str().map(String::from)).collect(),
            (None, None) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The same target, written differently or broken.
fn bent(target: String, dice: &mut Dice) -> String {
    match dice.below(23) {
        0 | 1 => target + "/",
        2 => target.trim_end_matches('/').into(),
        3 => target.to_uppercase().replace("%2F", "%2f"),
        4 => target.replacen('/', "//", 1),
        5 => target + "/more",
        6 => target.rsplit_once('/').map(|(before, _)| before.to_string()).unwrap_or_default(),
        7 => target + "?q=/../%zz;#".trim_end_matches('#'),
        8 => target + "/..",
        9 => target + "/%2e%2E/a",
        10 => target + "/%252e",
        11 => target + ";x=1",
        12 => target + "%3b",
        13 => target + "#a",
        14 => target + "/\\a",
        15 => target + "/%zz",
        16 => target + "%00",
        17 => target + "/\u{e9}",
        18 => target + "%C3%A9",
        19 => target + "%c0%af",
        20 => {
            target
                + "/"
                + dice.pick::<&str>(&[
                    "..%2f",
                    "..%252fa",
                    "a%252f..",
                    "%25252e.",
                    "%25252e%252fa",
                    "..%255c",
                    "%3b..",
                    "a%3B.b",
                ])
        }
        21 => format!("{target}?{}", "a".repeat(8192)),
        _ => target.replacen("/m", "/%6D", 1).replacen("/a", "/%61", 1),
    }
}

/// The same target as some router reads it, or nearly so.
fn reread(target: String, dice: &mut Dice) -> String {
    let segments: Vec<&str> = target.split('/').collect();
    let chosen = *dice.pick(&segments);
    match dice.below(12) {
        0 => target.clone() + "/",
        1 => target.trim_end_matches('/').into(),
        2 => target.replacen(chosen, &chosen.to_uppercase(), 1),
        3 => target.replacen(chosen, &chosen.to_lowercase(), 1),
        4 => target.rsplit_once('/').map_or("/".into(), |(before, _)| format!("{before}/")),
        5 => target.rsplit_once('/').map_or("/".into(), |(before, _)| format!("{before}/")),
        6 => target.replacen('a', "%2561", 1),
        7 => target.rsplit_once('/').map_or("/".into(), |(before, last)| format!("{before}%2F{last}")),
        8 => target.replacen('k', "%E2%84%AA", 1).replacen('s', "%C5%BF", 1),
        9 => target.replace("%C3%A9", "%C3%89"),
        10 => target.replacen('m', "%6d", 1).replacen('-', "%2D", 1),
        _ => target.replacen('-', "-abc-", 1),
    }
}

fn credentials(policy: &Value, token: &Token, attempt: &mut Value, dice: &mut Dice) {
    let good = token.plaintext(match dice.below(40) {
        0 => "nobodyKnowsThisSecret00000000000",
        1..5 => &token.old_secret,
        _ => &token.secret,
    });
    let text = match dice.below(60) {
        0 => good[..good.len() - 1].to_string() + if good.ends_with('0') { "1" } else { "0" },
        1 => plaintext("zz_other", &token.id, &token.secret),
        2 => plaintext(&token.prefix, &word("another id", 16), &token.secret),
        3 => plaintext("dr", &token.id, &token.secret),
        4 => good.to_uppercase(),
        5 => good + "=",
        _ => good,
    };
    let transports = policy["transports"].as_array().unwrap();
    let mut put = |transport: &Value, text: &str, dice: &mut Dice| match transport {
        Value::String(word) if word == "websocket" => {
            let odd = *dice.pick(&["graphql-ws", "bearer, {}, bearer", "{}", "bearer, a b", "bearer"]);
            let list = if dice.percent(10) { odd } else { *dice.pick(&["bearer, {}", "mqtt,bearer,{}, x"]) };
            attempt["header"] = list.replace("{}", text).into();
        }
        Value::String(word) if word == "basic" => {
            let user = *dice.pick(&["", "ada", "a b", "x:y", "Zo\u{eb}"]);
            let mut encoded = base64::encoded(format!("{user}:{text}").as_bytes());
            if dice.percent(10) {
                encoded = (*dice.pick(&["eDp5", "eA==", "eDp5=", "eDp5YQ", "eDp5eR==", "-_-_", ""])).into();
            }
            attempt["authorization"] = format!("Basic {encoded}").into();
        }
        Value::String(scheme) => {
            let scheme = if dice.percent(20) { scheme.to_uppercase() } else { scheme.clone() };
            attempt["authorization"] = format!("{scheme}{}{text}", " ".repeat(1 + dice.below(2))).into();
        }
        carrier if carrier["header"].is_string() => attempt["header"] = text.into(),
        _ => {
            if let Some(target) = attempt["target"].as_str().filter(|target| !target.contains('#')) {
                let mark = if target.contains('?') { '&' } else { '?' };
                let odd = dice.percent(10);
                let before =
                    if odd { *dice.pick(&["token&", "a;token&", "tok%65n=x&", "a=1;b&"]) } else { "" };
                attempt["target"] = format!("{target}{mark}{before}token={text}").into();
            }
        }
    };
    match dice.below(40) {
        0 => {}
        1 => {
            attempt["authorization"] =
                (*dice.pick(&["", "Bearer", "Bearer a b", "Bearer\ta", "token =", "Bearer \u{e9}"])).into()
        }
        2 => {
            attempt["authorization"] = (*dice.pick(&[
                "Basic eDp5",
                "BearerX y",
                "Token x",
                "Bearer x",
                "Bearer; x",
                "Basic x, Bearer y",
            ]))
            .into()
        }
        3 => transports.iter().for_each(|transport| put(transport, &text, dice)),
        4 => attempt["authorization"] = format!("Bearer {text}, Bearer {text}").into(),
        5 => attempt["header"] = text.into(),
        _ => put(dice.pick(transports), &text, dice),
    }
}
