//! The page about documents. Its words are written in the page itself: fields, types and meanings are held against the
//! documents that core takes and makes, which also give the examples.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use portcullis_core::{Bounds, Instant, Policy, Span, Value};
use portcullis_tests::host::Asked;
use portcullis_tests::{live, vectors};

use super::File;
use super::markdown::{code, one_line, pretty};
use crate::tools::shell;

const PAGE: &str = "docs/documents.md";

/// The owner, as an application would hand them in.
const OWNER: &str = r#"{ "id": "erp", "active": true, "grants": ["book:*"] }"#;

/// The verbs whose questions and answers the page is about.
const VERBS: [&str; 3] = ["apply", "overview", "verifyTrail"];

/// Fields that a newer version may write into a record: core keeps them, and the page leaves them out.
const UNKNOWN: [&str; 2] = ["color", "nested"];

/// Examples in a table are no wider.
const WIDEST: usize = 48;

/// A row of a table: the path of a field, its type, and what it means.
type Row<'p> = (&'p str, &'p str, &'p str);

pub(super) fn file() -> Result<File> {
    let page = fs::read_to_string(shell::root().join(PAGE))?;
    let mut samples = samples()?;
    let mut sections = page.split("\n## ");
    let mut text = sections.next().unwrap_or_default().to_owned();
    for section in sections {
        let (title, _) = section.split_once('\n').with_context(|| format!("{PAGE}: an empty section"))?;
        let samples = samples.remove(title).with_context(|| format!("{PAGE}: {title} is no document"))?;
        let (about, _) =
            section.split_once("\n|").with_context(|| format!("{PAGE}: {title} has no table"))?;
        let _ = write!(text, "\n## {about}\n| field | type | example | meaning |\n|---|---|---|---|\n");
        table(&mut text, title, &section.lines().filter_map(row).collect::<Vec<_>>(), &samples)?;
        let first = samples.first().with_context(|| format!("no {title}"))?;
        let _ = write!(text, "\n```json\n{}\n```\n", pretty(first));
    }
    ensure!(samples.is_empty(), "{PAGE} lacks sections: {:?}", samples.keys());
    Ok((PAGE.into(), text))
}

fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ");
    Some((cells.next()?.strip_suffix('`')?, cells.next()?, cells.nth(1)?))
}

fn table(text: &mut String, title: &str, rows: &[Row<'_>], samples: &[Value]) -> Result<()> {
    let seen = seen(rows, samples);
    for path in seen.keys().filter(|path| !UNKNOWN.contains(&path.as_str())) {
        ensure!(rows.iter().any(|(own, ..)| own == path), "say in {PAGE} what {title} {path} is");
    }
    for (path, of, says) in rows {
        let values = seen.get(*path).with_context(|| format!("{PAGE}: no {title} has the field {path}"))?;
        for value in values {
            ensure!(fits(of, value), "{PAGE}: {title} {path} is {} and not: {of}", value.to_json());
        }
        let short = |value: &&Value| !matches!(value, Value::Null) && one_line(value).len() <= WIDEST;
        let example = values.iter().copied().find(short).map_or_else(String::new, code);
        let _ = writeln!(text, "| `{path}` | {of} | {example} | {says} |");
    }
    Ok(())
}

/// Documents by the title of their section, those with the most fields first: the first is shown whole.
type Samples = BTreeMap<&'static str, Vec<Value>>;

/// What core takes and makes in the shared vectors.
fn samples() -> Result<Samples> {
    let mut samples = BTreeMap::from([("Subject", vec![read(OWNER)?])]);
    for (verb, request, answer) in &answers()? {
        match verb.as_str() {
            "overview" => add(&mut samples, "Overview row", list(Some(answer), "rows")),
            "verifyTrail" => add(&mut samples, "Trail report", [answer]),
            _ => {
                let change = answer.get("change").filter(|change| is_object(change));
                let refusal = answer.get("refusal");
                if change.is_some() {
                    add(&mut samples, "Command", request.get("command"));
                    add(&mut samples, "Actor", request.get("actor"));
                }
                let written = list(change, "writes").iter().filter_map(|write| write.get("record"));
                add(&mut samples, "Record", written);
                add(&mut samples, "Change", change);
                add(&mut samples, "Event", list(change, "events"));
                add(&mut samples, "Notice", list(change, "notices"));
                add(&mut samples, "Notice", list(refusal, "notices"));
                add(&mut samples, "Refusal", refusal);
                add(&mut samples, "Tombstone", change.and_then(|it| it.get("tombstone")));
            }
        }
    }
    for documents in samples.values_mut() {
        let fields = |document: &Value| if let Value::Map(fields) = document { fields.len() } else { 0 };
        documents.sort_by_key(|document| (Reverse(fields(document)), document.to_json().len()));
    }
    Ok(samples)
}

fn add<'v>(samples: &mut Samples, title: &'static str, values: impl IntoIterator<Item = &'v Value>) {
    let objects = values.into_iter().filter(|value| is_object(value));
    samples.entry(title).or_default().extend(objects.cloned());
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Map(_))
}

/// Every vector about commands, lists and trails that core answers: the verb, the request, and the answer.
fn answers() -> Result<Vec<(String, Value, Value)>> {
    let (fixtures, files) = vectors::load();
    let mut policies = BTreeMap::new();
    let mut answers = Vec::new();
    for (file, vector) in files.iter().flat_map(|file| file.vectors.iter().map(move |vector| (file, vector)))
    {
        if !VERBS.contains(&file.kind.as_str()) {
            continue;
        }
        let request = fixtures.request(&file.kind, vector);
        let policy = match policies.entry(fixtures.text("policies", &vector["policy"])) {
            Entry::Occupied(opened) => opened.into_mut(),
            Entry::Vacant(place) => {
                let opened = Policy::from_json(place.key()).map_err(|problems| anyhow!("{problems}"))?;
                place.insert(opened)
            }
        };
        let asked = Asked {
            verb: &file.kind,
            request: &request,
            now: vector["now"].as_str().and_then(Instant::parse).context("an instant")?,
            entropy: vectors::entropy(&vector["entropy"]),
            key: vector["key"].as_str().map(str::as_bytes),
        };
        if let Ok(answer) = live::answer(policy, asked) {
            answers.push((file.kind.clone(), read(&request)?, read(&answer)?));
        }
    }
    Ok(answers)
}

fn read(text: &str) -> Result<Value> {
    Value::parse(text, Bounds::POLICY).map_err(|problem| anyhow!("{text}: {problem}"))
}

fn list<'v>(document: Option<&'v Value>, name: &str) -> &'v [Value] {
    items(document.and_then(|document| document.get(name)))
}

fn items(list: Option<&Value>) -> &[Value] {
    match list {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// Every field that the documents have, with its values. What the table does not take apart counts as one value.
fn seen<'v>(rows: &[Row<'_>], samples: &'v [Value]) -> BTreeMap<String, Vec<&'v Value>> {
    let mut seen = BTreeMap::new();
    samples.iter().for_each(|sample| collect(rows, "", sample, &mut seen));
    seen
}

fn collect<'v>(
    rows: &[Row<'_>],
    before: &str,
    object: &'v Value,
    seen: &mut BTreeMap<String, Vec<&'v Value>>,
) {
    let Value::Map(fields) = object else { return };
    for (name, value) in fields {
        let path = format!("{before}{name}");
        let apart = |within: &str| rows.iter().any(|(own, ..)| own.starts_with(within));
        let (inside, each) = (format!("{path}."), format!("{path}[]."));
        if apart(&inside) {
            collect(rows, &inside, value, seen);
        } else if apart(&each) {
            items(Some(value)).iter().for_each(|item| collect(rows, &each, item, seen));
        }
        seen.entry(path).or_default().push(value);
    }
}

/// Whether a value is of the type that the table names.
fn fits(of: &str, value: &Value) -> bool {
    let (of, nullable) = of.strip_suffix(" or null").map_or((of, false), |of| (of, true));
    match value {
        Value::Null => nullable || of == "text",
        Value::Bool(_) => of == "boolean",
        Value::Int(_) => of == "number",
        Value::List(_) => of == "list",
        Value::Map(_) => of == "object",
        Value::Text(text) => match of {
            "instant" => Instant::parse(text).is_some(),
            "duration" => Span::parse(text).is_some(),
            _ => of == "text",
        },
    }
}
