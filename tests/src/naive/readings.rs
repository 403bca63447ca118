//! Every way in which some router reads a path, and every route that it runs for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::path::decode;
use super::rights::Catalog;
use super::routes::{Found, alternatives, routes_of, shape};

/// A path as some router reads it: segments, and whether a slash ends it.
type Reading = (Vec<String>, bool);

/// Names of parameters with their values.
type Params = Vec<(String, String)>;

/// The routes and values besides the decided one that some router may come to, by the routes' texts.
pub(super) fn others(policy: &Value, method: &str, target: &str, decided: &Found) -> Vec<Found> {
    let habits = habits(policy);
    if habits.is_empty() {
        return Vec::new();
    }
    let path = &target.split('?').next().unwrap_or_default()[1..];
    let readings = readings(path, &habits);
    let as_written = is_spelled(&decided.on, path);
    // A policy that ignores case means routers that do: to those its templates fit as if in lower case.
    let compared = |on: &str| match on.split_once(' ') {
        Some((method, path)) if policy["paths"]["case"] == "ignore" => {
            format!("{method} {}", path.to_ascii_lowercase())
        }
        _ => on.into(),
    };
    let mut found: Vec<Found> = Vec::new();
    for (on, document) in routes_of(policy, method) {
        let is_decided = on == decided.on;
        let by_instance = document["needs"].to_string().contains("/{");
        if !is_decided && passes_with(policy, (&on, &document), decided) {
            continue;
        }
        for (place, reading) in readings.iter().enumerate() {
            if !is_decided && as_written {
                let either =
                    habits.contains("order") || habits.contains("split") && other_patterns(&decided.on, &on);
                let covered = covers(policy, &decided.on, &on) && surely_fits(&decided.on, reading, &habits);
                if covered || place == 0 && !either && (fits(&on, reading) || fits(&compared(&on), reading)) {
                    continue;
                }
            }
            for params in ways(&on, reading, &habits) {
                let same = is_decided && (!by_instance || params == decided.params);
                let known = |other: &Found| other.on == on && (!by_instance || other.params == params);
                if !same && !found.iter().any(known) {
                    let (on, document) = (on.clone(), document.clone());
                    found.push(Found { on, document, params, caught: false });
                }
            }
        }
    }
    found.sort_by(|a, b| (&a.on, &a.params).cmp(&(&b.on, &b.params)));
    found
}

/// Whether a token that passes the decided route passes the other one anyway.
fn passes_with(policy: &Value, (on, document): (&str, &Value), decided: &Found) -> bool {
    let kinds = document["kinds"].is_null() || document["kinds"] == decided.document["kinds"];
    // With the number of each parameter in the place of its value.
    let needs = |on: &str, needs: &Value| {
        let names = on.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let params: Params =
            (0..).zip(names).map(|(number, name)| (name.into(), format!("{number}"))).collect();
        alternatives(&Catalog::of(policy), needs, &params)
    };
    let bare = |on: &str| {
        let template = on.split_once(' ').unwrap().1;
        shape(template.strip_suffix('/').unwrap_or(template), false, false)
    };
    let same_values = !document["needs"].to_string().contains("/{") || bare(on) == bare(&decided.on);
    let any_token = document["authenticated"] == true && decided.document["open"] != true;
    let same_needs = !document["needs"].is_null()
        && !decided.document["needs"].is_null()
        && needs(on, &document["needs"]) == needs(&decided.on, &decided.document["needs"]);
    document["open"] == true || kinds && (any_token || same_needs && same_values)
}

/// What the routers that the policy names may do; all that any router does where it names none.
fn habits(policy: &Value) -> BTreeSet<&'static str> {
    let of = |router: &str| match router {
        "express" => "ends case split order",
        "fastify" => "ends empty case split",
        "hono" => "ends order",
        "next" => "ends case split decode",
        "axum" => "ends",
        "exact" => "",
        other => panic!("no router {other}"),
    };
    let words = match &policy["paths"]["router"] {
        Value::String(one) => of(one).to_string(),
        Value::Array(several) => {
            several.iter().map(|one| of(one.as_str().unwrap()).to_string() + " ").collect()
        }
        _ => "ends empty case split order decode".into(),
    };
    let names = ["ends", "empty", "case", "split", "order", "decode"];
    let mut habits: BTreeSet<_> =
        names.into_iter().filter(|name| words.split(' ').any(|word| word == *name)).collect();
    if policy["paths"]["case"] == "ignore" && !habits.is_empty() {
        habits.insert("case");
    }
    habits
}

/// The path decoded once, then in every other way.
fn readings(path: &str, habits: &BTreeSet<&str>) -> Vec<Reading> {
    let filled = |segments: Vec<String>| segments.into_iter().filter(|segment| !segment.is_empty()).collect();
    let slash = path.is_empty() || path.ends_with('/');
    let plain: Vec<String> = filled(path.split('/').map(|segment| decode(segment).unwrap()).collect());
    let apart = |segments: &[String]| -> Reading {
        let whole = segments.join("/");
        (filled(whole.split('/').map(String::from).collect()), slash || whole.ends_with('/'))
    };
    let again: Vec<String> = plain.iter().map(|segment| decode_what_can_be(segment)).collect();
    let mut readings = vec![(plain.clone(), slash)];
    if habits.contains("decode") {
        readings.extend([apart(&plain), (again.clone(), slash), apart(&again)]);
    }
    if habits.contains("case") {
        let ascii = |segment: &String| segment.replace('\u{212a}', "k").replace('\u{17f}', "s");
        let in_ascii = |(segments, slash): &Reading| (segments.iter().map(ascii).collect(), *slash);
        readings.extend(readings.clone().iter().map(in_ascii));
    }
    // The first is the path as it stands; what reads as that is no other reading.
    let first = readings[0].clone();
    readings.retain(|reading| *reading != first);
    readings.insert(0, first);
    readings
}

fn decode_what_can_be(segment: &str) -> String {
    let mut out = String::new();
    let mut rest = segment;
    while let Some(first) = rest.chars().next() {
        let pair = rest.get(..3).filter(|three| three.starts_with('%')).and_then(decode);
        let (text, length) = pair.map_or((first.to_string(), first.len_utf8()), |text| (text, 3));
        out += &text;
        rest = &rest[length..];
    }
    out
}

/// The segments of a route's template, and whether it ends in a slash.
fn template(on: &str) -> (Vec<&str>, bool) {
    let path = &on.split_once(' ').unwrap().1[1..];
    let slash = path.is_empty() || path.ends_with('/');
    (path.split('/').filter(|segment| !segment.is_empty()).collect(), slash)
}

fn is_rest(segment: &str) -> bool {
    segment.ends_with("...}")
}

/// Whether the path is, byte for byte, one that the template describes.
fn is_spelled(on: &str, path: &str) -> bool {
    let (template, slash) = template(on);
    let mut path: Vec<&str> = path.split('/').collect();
    let end = path.pop_if(|last| last.is_empty()).is_some();
    let caught = template.last().is_some_and(|last| is_rest(last));
    let fits = |(template, segment): (&&str, &&str)| {
        is_rest(template) || !cuts(template, segment, false, false).is_empty()
    };
    slash == end
        && path.iter().all(|segment| !segment.is_empty())
        && (template.len() == path.len() || caught && template.len() < path.len())
        && template.iter().zip(&path).all(fits)
}

/// Whether the path is one that the template describes.
fn fits(on: &str, (path, slash): &Reading) -> bool {
    let (template, end) = template(on);
    let caught = template.last().is_some_and(|last| is_rest(last));
    let long_enough = !caught || template.len() <= path.len();
    end == *slash && long_enough && way(&template, path, *slash, (false, false, false)).is_some()
}

/// Whether the path is one that the template describes, and no router splits it in another way.
fn surely_fits(on: &str, reading: &Reading, habits: &BTreeSet<&str>) -> bool {
    let way = |mode| way(&template(on).0, &reading.0, reading.1, mode);
    let one_way = way((false, false, false)) == way((false, true, true));
    fits(on, reading) && (one_way || !habits.contains("split"))
}

/// The values of the parameters in every mode of a router.
fn ways(on: &str, (path, slash): &Reading, habits: &BTreeSet<&str>) -> Vec<Params> {
    let flags = |habit: &str| if habits.contains(habit) { vec![false, true] } else { vec![false] };
    let mut all = Vec::new();
    for fold in flags("case") {
        for last in flags("split") {
            for empty in flags("empty") {
                all.extend(way(&template(on).0, path, *slash, (fold, last, empty)));
            }
        }
    }
    all
}

fn way(template: &[&str], path: &[String], slash: bool, mode: (bool, bool, bool)) -> Option<Params> {
    let (fold, last, empty) = mode;
    let Some((first, template)) = template.split_first() else {
        return path.is_empty().then(Params::new);
    };
    if is_rest(first) {
        let name = first.trim_start_matches('{').trim_end_matches("...}");
        return Some(vec![(name.into(), path.join("/"))]);
    }
    let Some((segment, path)) = path.split_first() else {
        let name = first.strip_prefix('{')?.strip_suffix('}').filter(|name| !name.contains('}'))?;
        return (empty && slash && template.is_empty()).then(|| vec![(name.into(), String::new())]);
    };
    let lengths = |params: &Params| params.iter().map(|(_, value)| value.len()).collect::<Vec<_>>();
    let order = |params: &Params| match lengths(params) {
        lengths if last => lengths.into_iter().rev().collect(),
        lengths => lengths,
    };
    let own = cuts(first, segment, fold, empty).into_iter().min_by_key(order)?;
    Some([own, way(template, path, slash, mode)?].concat())
}

/// Every way to cut a segment into the texts and parameters of a template's segment.
fn cuts(template: &str, segment: &str, fold: bool, empty: bool) -> Vec<Params> {
    let Some((text, rest)) = template.split_once('{') else {
        return if same(template, segment, fold) { vec![Params::new()] } else { Vec::new() };
    };
    let Some((head, tail)) = segment.split_at_checked(text.len()).filter(|(head, _)| same(head, text, fold))
    else {
        return Vec::new();
    };
    debug_assert_eq!(head.len(), text.len());
    let (name, after) = rest.split_once('}').unwrap();
    // A parameter that is a whole segment is one by definition; beside text it may be empty.
    let alone = text.is_empty() && after.is_empty();
    let least = usize::from(!empty || alone);
    let ends = (least..=tail.len()).filter(|end| tail.is_char_boundary(*end));
    let own = |end: usize| (name.to_string(), tail[..end].to_string());
    let rests = |end: usize| cuts(after, &tail[end..], fold, empty);
    ends.flat_map(|end| rests(end).into_iter().map(move |rest| [vec![own(end)], rest].concat())).collect()
}

fn same(a: &str, b: &str, fold: bool) -> bool {
    let letter = |(a, b): (char, char)| {
        a.eq_ignore_ascii_case(&b) || !a.is_ascii() && !b.is_ascii() && a.to_lowercase().eq(b.to_lowercase())
    };
    a == b || fold && a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(letter)
}

/// How specific a segment of a template is.
fn rank(segment: &str) -> u8 {
    match segment {
        rest if is_rest(rest) => 3,
        literal if !literal.contains('{') => 0,
        whole if whole.starts_with('{') && whole.find('}') == Some(whole.len() - 1) => 2,
        _ => 1,
    }
}

/// Whether routers run the decided route wherever it fits: it is as specific in each segment that both have.
fn covers(policy: &Value, decided: &str, other: &str) -> bool {
    let (ignore_slash, ignore_case) =
        (policy["paths"]["trailingSlash"] == "ignore", policy["paths"]["case"] == "ignore");
    let path = |on: &str| {
        let path = on.split_once(' ').unwrap().1;
        let path = path.strip_suffix('/').filter(|rest| ignore_slash && !rest.is_empty()).unwrap_or(path);
        if ignore_case { path.to_ascii_lowercase() } else { path.into() }
    };
    let (decided, other) = (path(decided), path(other));
    let bare = |path: &str| shape(path.strip_suffix('/').unwrap_or(path), false, false);
    if bare(&decided) == bare(&other) && decided.ends_with('/') != other.ends_with('/') {
        return false;
    }
    decided[1..].split('/').zip(other[1..].split('/')).all(|(own, other)| match (rank(own), rank(other)) {
        (_, 3) => true,
        (0, 0) => own == other,
        // Whatever stands in the place of its parameters, the other has it too.
        (1, 1) => {
            let mut filled = shape(own, false, false);
            filled = filled.replace("{}", "\u{1}");
            !cuts(other, &filled, false, false).is_empty()
        }
        (own, other) => own <= other,
    })
}

/// Whether two templates have different texts around the parameters of one segment.
fn other_patterns(one: &str, other: &str) -> bool {
    let (one, other) = (template(one).0, template(other).0);
    one.iter().zip(&other).any(|(one, other)| {
        (rank(one), rank(other)) == (1, 1) && shape(one, false, false) != shape(other, false, false)
    })
}
