//! The shared vectors: one format for every host, described in `vectors/README.md`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::{draw, naive, naughty};

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// The folder of the hosts' answers, with one folder each.
pub fn answers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/vectors")
}

/// Where the drawn vectors are written for hosts that cannot draw them.
pub fn drawn_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/drawn")
}

/// The seeds of the drawn vectors that every host answers: 2,000 of them.
pub const DRAWN: std::ops::Range<u64> = 1..41;

/// Values that vectors refer to by name.
#[derive(Debug)]
pub struct Fixtures(pub(crate) Value);

/// A file of vectors.
#[derive(Debug)]
pub struct File {
    /// Its name, without `.json`.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// `decisions`, `policies`, `subjects`, or a verb of a token's life.
    pub kind: String,
    /// The vectors as written, defaults filled in.
    pub vectors: Vec<Value>,
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The fixtures and every file, in the order of their names: those about
/// deciding, then those about a token's life, which have fixtures of their own.
pub fn load() -> (Fixtures, Vec<File>) {
    let mut fixtures = read(&folder().join("fixtures.json"));
    let life = read(&folder().join("life/fixtures.json"));
    let mut files = documents(&folder(), "");
    for (name, mut document) in documents(&folder().join("life"), "life-") {
        document["defaults"] = over(life["defaults"].clone(), &document["defaults"]);
        files.push((name, document));
    }
    for (shelf, named) in life.as_object().unwrap().iter().filter(|(shelf, _)| *shelf != "defaults") {
        fixtures[shelf] =
            over(if fixtures[shelf].is_null() { json!({}) } else { fixtures[shelf].clone() }, named);
    }
    let fixtures = Fixtures(fixtures);
    let mut files: Vec<File> =
        files.into_iter().map(|(name, document)| file(&fixtures.0, name, &document)).collect();
    for vector in files.iter_mut().flat_map(|file| &mut file.vectors) {
        vector["expect"] = fixtures.expand(&vector["expect"]);
    }
    (fixtures, files)
}

/// The documents of vectors in a folder, and what they are called.
fn documents(folder: &Path, before: &str) -> Vec<(String, Value)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json") && !path.ends_with("fixtures.json"));
    paths.sort();
    let name = |path: &PathBuf| format!("{before}{}", path.file_stem().unwrap_or_default().to_string_lossy());
    paths.iter().map(|path| (name(path), read(path))).collect()
}

/// Reads a document of vectors under a name.
pub(crate) fn file(fixtures: &Value, name: String, document: &Value) -> File {
    let own = &document["defaults"];
    let vectors = document["vectors"].as_array().expect("a list of vectors");
    let filled = vectors.iter().map(|vector| {
        let mut all = over(over(fixtures["defaults"].clone(), own), vector);
        for part in ["attempt", "command"] {
            let layers = [&fixtures["defaults"][part], &own[part], &vector[part]];
            all[part] = layers.into_iter().cloned().reduce(|a, b| over(a, &b)).unwrap_or_default();
        }
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
/// is what the naive model says. The same seeds give the same files. Behind them
/// those about texts that break programs.
pub fn drawn(fixtures: &Fixtures, seeds: std::ops::Range<u64>) -> Vec<(Value, File)> {
    let draw = |seed| {
        let mut dice = Dice::new(seed);
        let policy = Arc::new(draw::policy(&mut dice));
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
            "defaults": { "policy": &*policy, "attempt": { "method": null, "target": null, "authorization": null } },
            "vectors": vectors.collect::<Value>(),
        });
        let file = file(&fixtures.0, format!("drawn-{seed:03}"), &document);
        (document, file)
    };
    seeds.map(draw).chain(naughty::vectors(fixtures)).collect()
}

/// The verbs about a token's life; every other kind of file is about deciding.
pub const VERBS: [&str; 8] =
    ["apply", "due", "target", "overview", "reach", "verifyTrail", "replay", "letters"];

/// Whether a kind of file is about a token's life.
pub fn is_of_a_life(kind: &str) -> bool {
    VERBS.contains(&kind)
}

/// The 128 bytes that a vector's number expands to; `None` for `null`.
///
/// An xorshift of 32 bits (13, 17, 5) that starts at the number times
/// 0x9E3779B9; every step gives its highest byte.
pub fn entropy(seed: &Value) -> Option<[u8; 128]> {
    let mut state = (seed.as_u64()? as u32).wrapping_mul(0x9E37_79B9);
    Some(std::array::from_fn(|_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    }))
}

/// The fields of `base` with those of `own` laid over them.
fn over(base: Value, own: &Value) -> Value {
    let mut base = if base.is_null() { own.clone() } else { base };
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

    /// The text of a document, which may be invalid JSON.
    pub fn text(&self, shelf: &str, value: &Value) -> String {
        match value.get("json").and_then(Value::as_str) {
            Some(text) => self.expand_text(text),
            None => self.build(shelf, value).to_string(),
        }
    }

    /// What a verb about a token's life is asked, as JSON text.
    pub fn request(&self, verb: &str, vector: &Value) -> String {
        let record = match &vector["record"] {
            Value::Null => "null".into(),
            record => self.text("records", record),
        };
        let mut actor = self.build("actors", &vector["actor"]);
        if !actor["token"].is_null() {
            actor["token"] = self.build("records", &actor["token"]);
        }
        let command = self.expand(&vector["command"]);
        match verb {
            "apply" => {
                let mut store = self.expand(&vector["store"]);
                for name in
                    ["firstRead", "replaces"].into_iter().filter(|name| !vector["store"][name].is_null())
                {
                    store[name] = self.build("records", &vector["store"][name]);
                }
                let presented = self.expand(&vector["presented"]);
                format!(
                    r#"{{"record":{record},"command":{command},"actor":{actor},"presented":{presented},"store":{store}}}"#
                )
            }
            "target" => format!(r#"{{"command":{command},"actor":{actor}}}"#),
            "due" => record,
            _ => self.reading(&vector["request"]).to_string(),
        }
    }

    /// A request of one of the readings: records, actors, events and notices in it are written out.
    fn reading(&self, request: &Value) -> Value {
        let mut written = self.expand(request);
        for (name, shelf) in [("record", "records"), ("actor", "actors")] {
            if !request[name].is_null() {
                written[name] = self.build(shelf, &request[name]);
            }
        }
        for shelf in ["records", "events", "notices"] {
            if let Some(items) = request[shelf].as_array() {
                written[shelf] = items.iter().map(|item| self.build(shelf, item)).collect();
            }
        }
        written
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

/// The complaints about a host's answer to a vector of this kind; empty when it is right.
pub fn complaints(kind: &str, vector: &Value, line: &str) -> Vec<String> {
    let Ok(answer) = serde_json::from_str::<Value>(line) else { return vec!["no JSON".into()] };
    let listed = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut complaints = Vec::new();
    if kind == "decisions" || (is_of_a_life(kind) && vector["problems"].is_null()) {
        complaints.extend(difference(&vector["expect"], &answer, ""));
        let told = if kind == "apply" { &TOLD[..] } else { &[] };
        let whole = listed(&vector["whole"]);
        let places = told.iter().copied().chain(whole.iter().filter_map(Value::as_str));
        complaints.extend(places.filter_map(|place| more(&vector["expect"], &answer, place)));
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

/// Lists in an answer to `apply` that hold only what the vector names.
const TOLD: [&str; 3] = ["/change/notices", "/change/warnings", "/refusal/notices"];

/// The actual and the expected value at a place of the answer; a list without an expectation must be empty.
fn more(expected: &Value, actual: &Value, place: &str) -> Option<String> {
    let none = json!([]);
    let [expected, actual] = [expected, actual].map(|value| value.pointer(place).unwrap_or(&none));
    let same = difference(expected, actual, "").is_none() && difference(actual, expected, "").is_none();
    (!same).then(|| format!("{place}: expected {expected} and nothing else, not {actual}"))
}

/// Why `actual` does not hold everything that `expected` says; objects may hold more, lists may not.
fn difference(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().find_map(|(name, value)| {
            difference(value, actual.get(name).unwrap_or(&Value::Null), &format!("{at}/{name}"))
        }),
        (Value::Array(items), Value::Array(own)) if items.len() == own.len() => {
            let pairs = items.iter().zip(own).enumerate();
            pairs.into_iter().find_map(|(i, (item, own))| difference(item, own, &format!("{at}/{i}")))
        }
        _ if expected == actual => None,
        _ => Some(format!("{at}: expected {expected}, not {actual}")),
    }
}
