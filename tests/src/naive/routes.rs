//! The route of a path: every template is tried, the most specific wins.

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

/// How a segment matched; smaller is more specific. Of two mixed ones the one with more text is, then
/// the one whose text comes first.
type Rank = (u8, isize, Vec<String>);
const LITERAL: Rank = (0, 0, Vec::new());
const PARAMETER: Rank = (2, 0, Vec::new());
const CATCH_ALL: Rank = (3, 0, Vec::new());

fn mixed(template: &str, ignore_case: bool) -> Rank {
    let template = if ignore_case { template.to_ascii_lowercase() } else { template.into() };
    let texts: Vec<String> =
        template.split('{').map(|part| part.split('}').next_back().unwrap().into()).collect();
    (1, -(texts.concat().len() as isize), texts)
}

pub(super) fn find(policy: &Value, method: &str, path: &[String]) -> Option<Found> {
    let ignore_slash = policy["paths"]["trailingSlash"] == "ignore";
    let ignore_case = policy["paths"]["case"] == "ignore";
    let path = without_slash(path.to_vec(), ignore_slash);
    let mut best: Option<(Vec<Rank>, Found)> = None;
    for (on, document) in routes_of(policy, method) {
        let template = on.split_once(' ').unwrap_or_default().1;
        let segments: Vec<String> = template[1..].split('/').map(String::from).collect();
        let segments = without_slash(segments, ignore_slash);
        let Some((ranks, params)) = fit(&segments, &path, ignore_case) else { continue };
        // Of one shape the method's own wins.
        let wins = |(so_far, other): &(Vec<Rank>, Found)| {
            ranks < *so_far || ranks == *so_far && on.starts_with(method) && !other.on.starts_with(method)
        };
        if best.as_ref().is_none_or(wins) {
            let caught = ranks.contains(&CATCH_ALL);
            best = Some((ranks, Found { on, document, params, caught }));
        }
    }
    best.map(|(_, found)| found)
}

/// The routes of a method: their texts and documents. A HEAD may come to those of GET.
pub(super) fn routes_of(policy: &Value, method: &str) -> Vec<(String, Value)> {
    let takes = |own: &str| own == method || method == "HEAD" && own == "GET";
    let found = written_out(policy).into_iter().filter(|(own, _, _)| takes(own));
    found.map(|(own, template, document)| (format!("{own} {template}"), document)).collect()
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
pub(super) fn shape(template: &str, ignore_slash: bool, ignore_case: bool) -> String {
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

fn fit(template: &[String], path: &[String], ignore_case: bool) -> Option<Fit> {
    let Some((first, template)) = template.split_first() else {
        return path.is_empty().then(Fit::default);
    };
    if let Some(name) = first.strip_prefix('{').and_then(|rest| rest.strip_suffix("...}")) {
        let catches = !path.is_empty() && path.iter().all(|segment| !segment.is_empty());
        return catches.then(|| (vec![CATCH_ALL], vec![(name.into(), path.join("/"))]));
    }
    let (segment, path) = path.split_first()?;
    let own = fit_segment(first, segment, ignore_case)?;
    let rank = match first.as_str() {
        literal if !literal.contains('{') => LITERAL,
        whole if whole.starts_with('{') && whole.find('}') == Some(whole.len() - 1) => PARAMETER,
        _ => mixed(first, ignore_case),
    };
    let (ranks, params) = fit(template, path, ignore_case)?;
    Some(([vec![rank], ranks].concat(), [own, params].concat()))
}

/// One segment: text, then a parameter, then the rest.
fn fit_segment(template: &str, segment: &str, ignore_case: bool) -> Option<Vec<(String, String)>> {
    let same = |a: &str, b: &str| a == b || (ignore_case && a.eq_ignore_ascii_case(b));
    let Some((before, rest)) = template.split_once('{') else {
        return same(template, segment).then(Vec::new);
    };
    let (name, after) = rest.split_once('}')?;
    if before.is_empty() && after.is_empty() {
        return (!segment.is_empty()).then(|| vec![(name.into(), segment.into())]);
    }
    let head = segment.get(..before.len()).filter(|head| same(head, before))?;
    let rest = &segment[head.len()..];
    if !after.contains('{') {
        let cut = rest.len().checked_sub(after.len()).filter(|cut| *cut > 0)?;
        let fits = rest.get(cut..).is_some_and(|tail| same(tail, after));
        return fits.then(|| vec![(name.into(), rest[..cut].into())]);
    }
    // Two parameters: the first ends where the text between them first occurs.
    let between = after.split('{').next()?;
    let cut = (1..rest.len())
        .find(|cut| rest.get(*cut..cut + between.len()).is_some_and(|text| same(text, between)))?;
    let own = fit_segment(&after[between.len()..], &rest[cut + between.len()..], ignore_case)?;
    Some([vec![(name.into(), rest[..cut].into())], own].concat())
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
