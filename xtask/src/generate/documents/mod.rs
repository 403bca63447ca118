//! The page about documents. Its words are written in the page itself: fields, types and meanings are held against the
//! documents that core takes and makes, which also give the examples.

mod life;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use portcullis_core::{Instant, Span, Value};

use super::File;
use super::markdown::{code, one_line, pretty};
use crate::tools::shell;
use life::{ADMIN, Life, SYSTEM, items};

const PAGE: &str = "docs/documents.md";

/// The owner, as an application would hand them in.
const OWNER: &str = r#"{ "id": "erp", "active": true, "grants": ["book:*"] }"#;

/// Examples in a table are no wider.
const WIDEST: usize = 48;

/// A row of a table: the path of a field, its type, and what it means.
type Row<'p> = (&'p str, &'p str, &'p str);

pub(super) fn file() -> Result<File> {
    let page = fs::read_to_string(shell::root().join(PAGE))?;
    let mut samples = samples(&life::play()?)?;
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
    for path in seen.keys() {
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

/// Documents by the title of their section; the first of each is shown whole.
fn samples(life: &Life) -> Result<BTreeMap<&'static str, Vec<Value>>> {
    let answers = |name: &'static str| {
        life.said.iter().filter_map(move |(_, answer)| answer.get(name)).filter(|it| is_object(it))
    };
    let changes = || answers("change");
    let list = |name: &str| changes().flat_map(|change| items(change.get(name))).cloned().collect::<Vec<_>>();
    let mut records: Vec<Value> = list("writes").iter().filter_map(|it| it.get("record").cloned()).collect();
    records.retain(is_object);
    records.sort_by_key(|record| std::cmp::Reverse(record.to_json().len()));
    let mut notices = list("notices");
    notices.sort_by_key(|notice| notice.get("secret").is_none());
    let mut all_changes: Vec<Value> = changes().cloned().collect();
    // The shortest one that writes a record, since it is shown whole.
    all_changes.sort_by_key(|change| change.to_json().len());
    life.opens_subject(OWNER)?;
    let mut with_token = life::read(ADMIN)?;
    if let (Value::Map(fields), Some(record)) = (&mut with_token, records.last()) {
        fields.push(("token".into(), record.clone()));
    }
    let tombstones = changes().filter_map(|it| it.get("tombstone")).filter(|it| is_object(it));
    Ok(BTreeMap::from([
        ("Record", records),
        ("Command", life.said.iter().map(|(command, _)| command.clone()).collect()),
        ("Actor", vec![life::read(ADMIN)?, with_token, life::read(SYSTEM)?]),
        ("Subject", vec![life::read(OWNER)?]),
        ("Change", all_changes),
        ("Event", life.events.clone()),
        ("Notice", notices),
        ("Refusal", answers("refusal").cloned().collect()),
        ("Tombstone", tombstones.cloned().collect()),
        ("Overview row", items(life.overview.get("rows")).to_vec()),
        ("Trail report", vec![life.trail.clone()]),
    ]))
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Map(_))
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
