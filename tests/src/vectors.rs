//! The shared vectors: one format for every host, described in `vectors/README.md`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::{draw, naive};

/// Where the vectors stand.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Where hosts write their answers, one folder for each.
pub fn answers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/vectors")
}

/// Where the drawn vectors are written for hosts that cannot draw them.
pub fn drawn_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/drawn")
}

/// The seeds of the drawn vectors that every host answers: 2,000 of them.
pub const DRAWN: std::ops::Range<u64> = 1..41;

/// What the vectors name instead of repeating.
#[derive(Debug)]
pub struct Fixtures(Value);

/// A file of vectors.
#[derive(Debug)]
pub struct File {
    /// Its name, without `.json`.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// `decisions`, `policies` or `subjects`.
    pub kind: String,
    /// The vectors as written, defaults filled in.
    pub vectors: Vec<Value>,
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The fixtures and every file, in the order of their names.
pub fn load() -> (Fixtures, Vec<File>) {
    let fixtures = read(&folder().join("fixtures.json"));
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json") && !path.ends_with("fixtures.json"));
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let files = paths.iter().map(|path| file(&fixtures, name(path), &read(path))).collect();
    (Fixtures(fixtures), files)
}

fn file(fixtures: &Value, name: String, document: &Value) -> File {
    let own = &document["defaults"];
    let vectors = document["vectors"].as_array().expect("a list of vectors");
    let filled = vectors.iter().map(|vector| {
        let mut all = over(over(fixtures["defaults"].clone(), own), vector);
        let attempt = [&fixtures["defaults"]["attempt"], &own["attempt"], &vector["attempt"]];
        all["attempt"] = attempt.into_iter().cloned().reduce(|a, b| over(a, &b)).unwrap_or_default();
        all
    });
    File {
        name,
        title: document["title"].as_str().expect("a title").into(),
        kind: document["kind"].as_str().unwrap_or("decisions").into(),
        vectors: filled.collect(),
    }
}

/// Files of drawn vectors, 50 each, as documents and as read: what they expect
/// is what the naive model says. The same seeds give the same files.
pub fn drawn(fixtures: &Fixtures, seeds: std::ops::Range<u64>) -> Vec<(Value, File)> {
    let draw = |seed| {
        let mut dice = Dice::new(seed);
        let policy = draw::policy(&mut dice);
        let vectors = (0..50).map(|number| {
            let case = draw::case(&policy, &mut dice);
            json!({
                "says": format!("drawn from seed {seed}, number {number}"), "cases": ["WSM-07"],
                "attempt": case.attempt, "record": case.record, "subject": case.subject,
                "now": naive::time::text(case.now), "expect": naive::decide(&case),
            })
        });
        let document = json!({
            "title": format!("Drawn from seed {seed}"),
            "defaults": { "policy": policy, "attempt": { "method": null, "target": null, "authorization": null } },
            "vectors": vectors.collect::<Value>(),
        });
        let file = file(&fixtures.0, format!("drawn-{seed:03}"), &document);
        (document, file)
    };
    seeds.map(draw).collect()
}

/// The fields of `base` with those of `own` laid over them.
fn over(base: Value, own: &Value) -> Value {
    let mut base = base;
    if let (Some(base), Some(own)) = (base.as_object_mut(), own.as_object()) {
        base.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    base
}

impl Fixtures {
    /// A document of a vector written out: names looked up, `like` and
    /// `without` applied, `{name}`, `{x*5}` and `times` expanded.
    pub fn build(&self, shelf: &str, value: &Value) -> Value {
        match value {
            Value::String(name) if name != "unavailable" => self.build(shelf, &self.0[shelf][name]),
            Value::Object(fields) if fields.contains_key("like") => {
                let mut built = self.build(shelf, &fields["like"]);
                let target = built.as_object_mut().expect("an object to be like");
                for name in fields.get("without").and_then(Value::as_array).into_iter().flatten() {
                    target.remove(name.as_str().unwrap_or_default());
                }
                for (name, value) in fields.iter().filter(|(name, _)| *name != "like" && *name != "without") {
                    target.insert(name.clone(), self.expand(value));
                }
                built
            }
            value => self.expand(value),
        }
    }

    /// The text of a document, which may be no JSON at all.
    pub fn text(&self, shelf: &str, value: &Value) -> String {
        match value.get("json").and_then(Value::as_str) {
            Some(text) => self.expand_text(text),
            None => self.build(shelf, value).to_string(),
        }
    }

    /// Placeholders written out.
    pub fn expand(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.expand_text(text).into(),
            Value::Array(items) => items
                .iter()
                .flat_map(|item| match item["times"].as_u64() {
                    Some(times) => vec![self.expand(&item["of"]); times as usize],
                    None => vec![self.expand(item)],
                })
                .collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.expand(value)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            plain => plain.clone(),
        }
    }

    /// `{ada}` is the plaintext of that name, `{x*5}` is `xxxxx`; other braces stay.
    fn expand_text(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once('{') else { return text.into() };
        let placeholder = rest.split_once('}').and_then(|(inside, after)| {
            let named = self.0["tokens"][inside].as_str().map(String::from);
            let repeated =
                inside.rsplit_once('*').and_then(|(unit, times)| Some(unit.repeat(times.parse().ok()?)));
            Some((named.or(repeated)?, after))
        });
        match placeholder {
            Some((value, after)) => [before, &value, &self.expand_text(after)].concat(),
            None => [before, "{", &self.expand_text(rest)].concat(),
        }
    }
}

/// What is wrong with a host's answer to a vector of this kind; nothing when it holds.
pub fn complaints(kind: &str, vector: &Value, line: &str) -> Vec<String> {
    let Ok(answer) = serde_json::from_str::<Value>(line) else { return vec!["no JSON".into()] };
    let listed = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut complaints = Vec::new();
    if kind == "decisions" {
        complaints.extend(difference(&vector["expect"], &answer, ""));
        let absent = listed(&vector["absent"])
            .into_iter()
            .filter(|name| answer.get(name.as_str().unwrap_or_default()).is_some());
        complaints.extend(absent.map(|name| format!("{name} stands in an answer of this level")));
        return complaints;
    }
    for list in ["problems", "lints"] {
        let found = listed(&answer[list]);
        let missing = listed(&vector[list]).into_iter().filter(|expected| !found.contains(expected));
        complaints.extend(missing.map(|expected| format!("expected {expected}, not {found:?}")));
    }
    if listed(&vector["problems"]).is_empty() && answer["problems"] != Value::Array(Vec::new()) {
        complaints.push(format!("expected no problem, not {}", answer["problems"]));
    }
    complaints
}

/// Why `actual` does not hold everything that `expected` says; objects may hold more.
fn difference(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().find_map(|(name, value)| {
            difference(value, actual.get(name).unwrap_or(&Value::Null), &format!("{at}/{name}"))
        }),
        _ if expected == actual => None,
        _ => Some(format!("{at}: expected {expected}, not {actual}")),
    }
}
