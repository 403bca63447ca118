//! Random policies and scopes.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

const ACTIONS: [&str; 6] = ["create", "read", "update", "delete", "publish", "send"];
pub(super) const INSTANCES: [&str; 7] = ["abc", "xyz", "a%2Fb", "a%20b", "7", "me", "abc-xyz"];

/// A policy document that loads.
pub fn policy(dice: &mut Dice) -> Value {
    let mut resources = Map::new();
    for name in ["alpha", "beta", "gamma"] {
        resources.insert(name.into(), resource(dice));
    }
    if dice.percent(70) {
        let mut inner = json!({ "one": resource(dice), "two": resource(dice) });
        if dice.percent(50) {
            inner["deep"] = json!({ "resources": { "one": resource(dice) } });
        }
        resources.insert("group".into(), json!({ "resources": inner }));
    }
    let mut policy = json!({
        "portcullis": 1, "name": "drawn", "realm": "Drawn", "resources": resources,
        "transports": dice.pick(&TRANSPORTS.map(transports)),
        "paths": {
            "trailingSlash": dice.pick(&["strict", "strict", "ignore"]),
            "case": dice.pick(&["exact", "exact", "ignore"]),
            "semicolon": dice.pick(&["refuse", "refuse", "literal"]),
            "unmapped": dice.pick(&["forbidden", "forbidden", "notFound"]),
        },
        "rename": { "omega": "alpha" },
        "kinds": kinds(dice),
    });
    if dice.percent(50) {
        let mut some = dice.some(&ROUTERS, 30);
        policy["paths"]["router"] = match some.len() {
            0 => (*dice.pick(&ROUTERS)).into(),
            1 => some.remove(0).into(),
            _ => json!(some),
        };
    }
    if dice.percent(60) {
        let declared = declared(&policy);
        let actions: Vec<&str> =
            ACTIONS.iter().copied().filter(|a| declared.iter().any(|(_, own, _)| own == a)).collect();
        let chosen = dice.some(&actions, 50);
        if !chosen.is_empty() {
            policy["aliases"] = json!({ "write": chosen });
        }
    }
    policy["permissionSets"] = json!({
        "team": { "grants": [known_scope(&policy, dice), known_scope(&policy, dice)] },
        "none": { "grants": [] },
    });
    policy["routes"] = routes(&policy, dice);
    policy
}

const TRANSPORTS: [&str; 8] = [
    "bearer",
    "bearer",
    "token",
    "bearer token",
    "bearer header",
    "bearer query",
    "bearer websocket",
    "bearer basic query",
];

const ROUTERS: [&str; 6] = ["express", "fastify", "hono", "next", "axum", "exact"];

fn transports(words: &str) -> Value {
    let one = |word: &str| match word {
        "header" => json!({ "header": "X-Drawn-Token" }),
        "query" => json!({ "query": "token" }),
        scheme => scheme.into(),
    };
    words.split(' ').map(one).collect()
}

fn resource(dice: &mut Dice) -> Value {
    let mut resource = json!({});
    if dice.percent(50) {
        let mut actions = dice.some(&ACTIONS, 60);
        if actions.is_empty() {
            actions.push("read");
        }
        if dice.percent(30) {
            resource["aliases"] = json!({ "change": dice.some(&actions, 50) });
            if resource["aliases"]["change"] == json!([]) {
                resource["aliases"]["change"] = json!([actions[0]]);
            }
        }
        resource["actions"] = json!(actions);
    }
    if dice.percent(40) {
        resource["instances"] = true.into();
    }
    resource
}

fn kinds(dice: &mut Dice) -> Value {
    let may = json!({ "revoke": ["admin"] });
    let mut plain =
        json!({ "prefix": "dr_one", "may": may, "lifetime": { "default": "30d", "max": "365d" } });
    if dice.percent(60) {
        plain["lifetime"]["remind"] = json!(["7d", "1h"]);
    }
    if dice.percent(40) {
        plain["idle"] = json!({ "default": "31d", "remind": ["1d", "14d"] });
    }
    let mut bound = json!({ "prefix": ["dr_two", "dr_old"], "may": may, "subject": "owner" });
    if dice.percent(50) {
        bound["touchEvery"] = (*dice.pick(&["1m", "24h", "1s"])).into();
    }
    json!({ "plain": plain, "bound": bound, "third": { "prefix": "dr", "may": may } })
}

/// Every permission of the policy: resource, action, whether it has instances.
pub(super) fn declared(policy: &Value) -> Vec<(String, String, bool)> {
    fn collect(prefix: &str, resources: &Value, into: &mut Vec<(String, String, bool)>) {
        for (name, resource) in resources.as_object().unwrap() {
            if !resource["resources"].is_null() {
                collect(&format!("{prefix}{name}."), &resource["resources"], into);
                continue;
            }
            let standard = json!(ACTIONS[..4]);
            let actions =
                resource["actions"].as_array().unwrap_or_else(|| standard.as_array().unwrap()).clone();
            into.extend(actions.iter().map(|action| {
                (format!("{prefix}{name}"), action.as_str().unwrap().into(), resource["instances"] == true)
            }));
        }
    }
    let mut all = Vec::new();
    collect("", &policy["resources"], &mut all);
    all
}

/// A scope that the policy knows.
fn known_scope(policy: &Value, dice: &mut Dice) -> String {
    let declared = declared(policy);
    let (resource, action, instances) = dice.pick(&declared);
    match dice.below(7) {
        0 => format!("{resource}:*"),
        1 => format!("*:{action}"),
        2 if *instances => format!("{resource}/{}:{action}", dice.pick(&INSTANCES)),
        _ => format!("{resource}:{action}"),
    }
}

/// Any scope, known or not.
pub fn scope(policy: &Value, dice: &mut Dice) -> String {
    const ODD: [&str; 22] = [
        "*:*",
        "group.*:read",
        "group.*:*",
        "group.deep.*:read",
        "group:read",
        "@team",
        "@none",
        "@nobody",
        "omega:read",
        "omega:*",
        "*:write",
        "alpha:write",
        "beta:change",
        "alpha:fly",
        "nosuch:read",
        "Alpha:read",
        "alpha:Read",
        "alpha",
        "",
        "*",
        "alph:read",
        "alpha.read",
    ];
    if dice.percent(40) { (*dice.pick(&ODD)).into() } else { known_scope(policy, dice) }
}

/// A scope that holds this one, or the same on another instance.
pub(super) fn wider(scope: &str, policy: &Value, dice: &mut Dice) -> String {
    let (place, action) = scope.split_once(':').unwrap();
    let resource = place.split('/').next().unwrap();
    let other = |policy: &Value, dice: &mut Dice| {
        let own: Vec<_> = declared(policy).into_iter().filter(|(name, _, _)| name == resource).collect();
        dice.pick(&own).1.clone()
    };
    if place.contains('/') && dice.percent(30) {
        return format!("{resource}/{}:{action}", dice.pick(&INSTANCES));
    }
    match dice.below(8) {
        0 => format!("{place}:*"),
        1 => format!("{resource}:{action}"),
        2 => format!("*:{action}"),
        3 => format!("{place}:{},{action}", other(policy, dice)),
        4 if resource.contains('.') => format!("{}.*:{action}", resource.split('.').next().unwrap()),
        5 if resource == "alpha" => scope.replacen("alpha", "omega", 1),
        _ => scope.into(),
    }
}

fn routes(policy: &Value, dice: &mut Dice) -> Value {
    let mut routes =
        vec![json!({ "on": "GET /open", "open": true }), json!({ "on": "GET /me", "authenticated": true })];
    let mut seen = vec![shape(policy, "GET /open"), shape(policy, "GET /me")];
    if dice.percent(50) {
        let declared = declared(policy);
        let standard: Vec<_> =
            declared.iter().filter(|(_, action, _)| ACTIONS[..4].contains(&action.as_str())).collect();
        if let Some((resource, _, _)) = (!standard.is_empty()).then(|| dice.pick(&standard)) {
            routes.push(json!({ "crud": "/crud", "needs": resource }));
        }
    }
    for _ in 0..4 + dice.below(10) {
        let template = template(policy, dice);
        let method = dice.pick(&["GET", "GET", "GET", "POST", "DELETE", "HEAD"]);
        let on = format!("{method} {template}");
        let shape = shape(policy, &on);
        if seen.contains(&shape) {
            continue;
        }
        seen.push(shape);
        let mut route = json!({ "on": on });
        match dice.below(12) {
            0 => route["authenticated"] = true.into(),
            1 => route["needs"] = any(policy, &template, dice),
            2..5 => {
                route["needs"] =
                    json!({ "any": [any_all(policy, &template, dice), any_all(policy, &template, dice)] })
            }
            5 | 6 => route["needs"] = any_all(policy, &template, dice),
            _ => route["needs"] = need(policy, &template, dice).into(),
        }
        if dice.percent(20) {
            route["kinds"] = json!(dice.some(&["plain", "bound", "third"], 60));
            if route["kinds"] == json!([]) {
                route["kinds"] = json!(["plain"]);
            }
        }
        if dice.percent(20) {
            route["optional"] = json!([need(policy, &template, dice)]);
        }
        routes.push(route);
    }
    dice.shuffle(&mut routes);
    routes.into()
}

/// What of a route the policy compares: two of one shape are refused.
fn shape(policy: &Value, on: &str) -> String {
    let mut shape: String = on.into();
    for name in ["{x}", "{y}", "{z}"] {
        shape = shape.replace(name, "{}");
    }
    if policy["paths"]["trailingSlash"] == "ignore" && !shape.ends_with(" /") {
        shape = shape.strip_suffix('/').unwrap_or(&shape).into();
    }
    if policy["paths"]["case"] == "ignore" { shape.to_ascii_lowercase() } else { shape }
}

fn template(policy: &Value, dice: &mut Dice) -> String {
    const LITERALS: [&str; 9] = ["a", "b", "me", "Camel", "open", "A", "task", "b", "\u{e9}"];
    // A template is ASCII where case is ignored.
    let literals = if policy["paths"]["case"] == "ignore" { &LITERALS[..8] } else { &LITERALS };
    let mut template = String::new();
    let length = 1 + dice.below(4);
    for position in 0..length {
        let name = ["x", "y", "z", "x"][position.min(2)];
        let segment = match dice.below(14) {
            0..6 => (*dice.pick(literals)).to_string(),
            6..10 => format!("{{{name}}}"),
            10 => format!("{{{name}}}:go"),
            11 if position == 0 => {
                dice.pick::<&str>(&["{x}-{y}", "{x}-{y}.{z}", "{x}-Go-{y}", "a{x}"]).to_string()
            }
            _ if position + 1 == length => "{rest...}".into(),
            _ => format!("item({{{name}}})"),
        };
        // A template names a parameter once.
        let repeated =
            ["{x}", "{y}", "{z}"].iter().any(|name| segment.contains(name) && template.contains(name));
        template += &format!("/{}", if repeated { "b" } else { &segment });
    }
    if !template.ends_with("...}") && dice.percent(15) {
        template.push('/');
    }
    template
}

/// A permission as a route writes it, with an instance from the path if there is one.
fn need(policy: &Value, template: &str, dice: &mut Dice) -> String {
    let declared = declared(policy);
    let (resource, action, instances) = dice.pick(&declared);
    let parameter = ["x", "y", "z"].iter().find(|name| template.contains(&format!("{{{name}}}")));
    match parameter {
        Some(name) if *instances && dice.percent(80) => format!("{resource}/{{{name}}}:{action}"),
        _ => format!("{resource}:{action}"),
    }
}

fn any(policy: &Value, template: &str, dice: &mut Dice) -> Value {
    json!({ "any": [need(policy, template, dice), need(policy, template, dice)] })
}

/// One permission, or several different ones that are all needed.
fn any_all(policy: &Value, template: &str, dice: &mut Dice) -> Value {
    let mut all = vec![need(policy, template, dice)];
    for _ in 0..dice.below(3) {
        let one = need(policy, template, dice);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    json!({ "all": all })
}
