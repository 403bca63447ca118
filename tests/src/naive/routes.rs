//! The route of a path: every template is tried, the most specific wins.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::rights::{Catalog, Permission};

/// A route that matched.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) on: String,
    pub(super) document: Value,
    pub(super) params: Vec<(String, String)>,
    /// Whether a catch-all took part.
    pub(super) caught: bool,
}

/// How a segment matched; smaller is more specific.
const LITERAL: u8 = 0;
const MIXED: u8 = 1;
const PARAMETER: u8 = 2;
const CATCH_ALL: u8 = 3;

pub(super) fn find(policy: &Value, method: &str, path: &[String]) -> Option<Found> {
    let routes = written_out(policy);
    let ignore_slash = policy["paths"]["trailingSlash"] == "ignore";
    let ignore_case = policy["paths"]["case"] == "ignore";
    let path = without_slash(path.to_vec(), ignore_slash);
    let mut best: Option<(Vec<Rank>, Found)> = None;
    for (own_method, template, document) in &routes {
        let has_twin = || {
            let shape = |template: &str| shape(template, ignore_slash, ignore_case);
            routes.iter().any(|(other, twin, _)| other == "HEAD" && shape(twin) == shape(template))
        };
        let follows = method == "HEAD" && own_method == "GET" && !has_twin();
        if own_method != method && !follows {
            continue;
        }
        let segments: Vec<String> = template[1..].split('/').map(String::from).collect();
        let segments = without_slash(segments, ignore_slash);
        let Some((ranks, params)) = fit(&segments, &path, ignore_case) else { continue };
        if best.as_ref().is_none_or(|(so_far, _)| ranks < *so_far) {
            let caught = ranks.iter().any(|(class, ..)| *class == CATCH_ALL);
            best = Some((
                ranks,
                Found { on: format!("{own_method} {template}"), document: document.clone(), params, caught },
            ));
        }
    }
    best.map(|(_, found)| found)
}

/// The routes, with `crud` expanded.
fn written_out(policy: &Value) -> Vec<(String, String, Value)> {
    let mut routes = Vec::new();
    for route in policy["routes"].as_array().into_iter().flatten() {
        if let Some(on) = route["on"].as_str() {
            let (method, template) = on.split_once(' ').unwrap_or_default();
            routes.push((method.into(), template.into(), route.clone()));
        }
        if let Some(list) = route["crud"].as_str() {
            let item = format!("{list}/{{id}}");
            let resource = route["needs"].as_str().unwrap_or_default();
            let actions = Catalog::of(policy).actions(resource);
            let five = [
                ("GET", list, "read"),
                ("POST", list, "create"),
                ("GET", &item, "read"),
                ("PATCH", &item, "update"),
                ("PUT", &item, "update"),
                ("DELETE", &item, "delete"),
            ];
            for (method, template, action) in five {
                if actions.iter().any(|own| own == action) {
                    let mut document = json!({ "needs": format!("{resource}:{action}") });
                    if !route["kinds"].is_null() {
                        document["kinds"] = route["kinds"].clone();
                    }
                    routes.push((method.into(), template.into(), document));
                }
            }
        }
    }
    routes
}

fn without_slash(mut segments: Vec<String>, ignore: bool) -> Vec<String> {
    if ignore && segments.len() > 1 && segments.last().is_some_and(String::is_empty) {
        segments.pop();
    }
    segments
}

/// A template without the names of its parameters, and without what the policy ignores.
fn shape(template: &str, ignore_slash: bool, ignore_case: bool) -> String {
    let template =
        template.strip_suffix('/').filter(|rest| ignore_slash && !rest.is_empty()).unwrap_or(template);
    let template = if ignore_case { template.to_ascii_lowercase() } else { template.into() };
    let mut out = String::new();
    let mut inside = false;
    for c in template.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside && c != '.' => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

type Fit = (Vec<Rank>, Vec<(String, String)>);

/// How a segment matched, and the text around its parameters: more of it is more specific.
type Rank = (u8, Reverse<usize>, Vec<String>);

fn rank(class: u8, template: &str, ignore_case: bool) -> Rank {
    let template = if ignore_case { template.to_ascii_lowercase() } else { template.into() };
    let texts =
        template.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after).to_string());
    let texts: Vec<String> = texts.filter(|_| class == MIXED).collect();
    (class, Reverse(texts.concat().len()), texts)
}

fn fit(template: &[String], path: &[String], ignore_case: bool) -> Option<Fit> {
    let Some((first, template)) = template.split_first() else {
        return path.is_empty().then(Fit::default);
    };
    if let Some(name) = first.strip_prefix('{').and_then(|rest| rest.strip_suffix("...}")) {
        let catches = !path.is_empty() && path.iter().all(|segment| !segment.is_empty());
        return catches
            .then(|| (vec![rank(CATCH_ALL, first, ignore_case)], vec![(name.into(), path.join("/"))]));
    }
    let (segment, path) = path.split_first()?;
    let (class, own) = fit_segment(first, segment, ignore_case)?;
    let (ranks, params) = fit(template, path, ignore_case)?;
    Some(([vec![rank(class, first, ignore_case)], ranks].concat(), [own, params].concat()))
}

/// One segment: text, then a parameter, then the rest.
fn fit_segment(template: &str, segment: &str, ignore_case: bool) -> Option<(u8, Vec<(String, String)>)> {
    let same = |a: &str, b: &str| a == b || (ignore_case && a.eq_ignore_ascii_case(b));
    let Some((before, rest)) = template.split_once('{') else {
        return same(template, segment).then(|| (LITERAL, Vec::new()));
    };
    let (name, after) = rest.split_once('}')?;
    if before.is_empty() && after.is_empty() {
        return (!segment.is_empty()).then(|| (PARAMETER, vec![(name.into(), segment.into())]));
    }
    let head = segment.get(..before.len()).filter(|head| same(head, before))?;
    let rest = &segment[head.len()..];
    if !after.contains('{') {
        let cut = rest.len().checked_sub(after.len()).filter(|cut| *cut > 0)?;
        let fits = rest.get(cut..).is_some_and(|tail| same(tail, after));
        return fits.then(|| (MIXED, vec![(name.into(), rest[..cut].into())]));
    }
    // Two parameters: the first ends where the text between them first occurs.
    let between = after.split('{').next()?;
    let cut = (1..rest.len())
        .find(|cut| rest.get(*cut..cut + between.len()).is_some_and(|text| same(text, between)))?;
    let (_, own) = fit_segment(&after[between.len()..], &rest[cut + between.len()..], ignore_case)?;
    Some((MIXED, [vec![(name.into(), rest[..cut].into())], own].concat()))
}

/// The requirement of a route: one whole list of these.
pub(super) fn alternatives(
    catalog: &Catalog,
    needs: &Value,
    params: &[(String, String)],
) -> Vec<Vec<Permission>> {
    let one = |text: &Value| catalog.permissions(text.as_str().unwrap_or_default(), params);
    let all = |value: &Value| -> Vec<Permission> {
        match value["all"].as_array() {
            Some(list) => list.iter().flat_map(one).collect(),
            None => one(value),
        }
    };
    match needs {
        Value::Null => Vec::new(),
        value => match value["any"].as_array() {
            Some(list) => list.iter().map(all).collect(),
            None => vec![all(value)],
        },
    }
}

pub(super) fn optional(catalog: &Catalog, list: &Value, params: &[(String, String)]) -> Vec<Permission> {
    let texts = list.as_array().into_iter().flatten();
    texts.flat_map(|text| catalog.permissions(text.as_str().unwrap_or_default(), params)).collect()
}
