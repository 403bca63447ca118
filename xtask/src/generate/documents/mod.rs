//! The page about documents: a table for each, and examples that core takes or makes.

mod fields;
mod life;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use portcullis_core::{Instant, Span, Value};

use super::File;
use super::markdown::{cell, code, one_line, pretty};
use fields::Row;
use life::{ADMIN, Life, items};

const TITLE: &str = "\
# Documents

The documents that hosts, stores and the rules exchange, field by field. Generated from core by `cargo xtask build`: \
every example is what core takes or makes. Each is JSON. Instants are RFC 3339 in UTC with milliseconds, lengths of \
time are texts such as `\"90d\"`. A field that has nothing to say is absent or `null`. Secrets and keys here are \
examples, of course.

A [policy](policy.md) has a page of its own, and so have [what stores do with a change](stores.md) and [the calls of \
the module](../wasm/ABI.md#a-tokens-life).
";

/// The owner, as an application would hand them in.
const OWNER: &str = r#"{ "id": "erp", "active": true, "grants": ["book:*"] }"#;

/// Examples in a table are no wider.
const WIDEST: usize = 48;

/// One kind of document.
struct Document {
    title: &'static str,
    about: &'static str,
    rows: &'static [Row],
    /// Documents of this kind; the first is shown whole.
    samples: Vec<Value>,
}

pub(super) fn file() -> Result<File> {
    let mut page = TITLE.to_owned();
    for document in documents(&life::play()?)? {
        let Document { title, about, rows, samples } = document;
        let seen = seen(rows, &samples);
        for path in seen.keys() {
            ensure!(
                rows.iter().any(|(own, ..)| own == path),
                "say in documents/fields.rs what {title} {path} is"
            );
        }
        let _ = write!(
            page,
            "\n## {title}\n\n{about}\n\n| field | type | example | meaning |\n|---|---|---|---|\n"
        );
        for (path, of, says) in rows {
            let values = seen.get(*path).with_context(|| format!("no {title} has the field {path}"))?;
            for value in values {
                ensure!(fits(of, value), "{title} {path} is {} and not: {of}", value.to_json());
            }
            let short = |value: &&Value| !matches!(value, Value::Null) && one_line(value).len() <= WIDEST;
            let example = values.iter().copied().find(short).map_or_else(String::new, code);
            let _ = writeln!(page, "| `{path}` | {of} | {example} | {} |", cell(says));
        }
        let first = samples.first().with_context(|| format!("no {title}"))?;
        let _ = write!(page, "\n```json\n{}\n```\n", pretty(first));
    }
    Ok(("docs/documents.md".into(), page))
}

fn documents(life: &Life) -> Result<Vec<Document>> {
    let changes =
        || life.said.iter().filter_map(|(_, answer)| answer.get("change")).filter(|it| is_object(it));
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
    let refusals =
        life.said.iter().filter_map(|(_, answer)| answer.get("refusal")).filter(|it| is_object(it));
    let mut with_token = life::read(ADMIN)?;
    if let (Value::Map(fields), Some(record)) = (&mut with_token, records.last()) {
        fields.push(("token".into(), record.clone()));
    }
    let document = |title, about, rows, samples| Document { title, about, rows, samples };
    Ok(vec![
        document(
            "Record",
            "What the store keeps of a token. Only `apply` changes it, but for the fields that a touch writes. Fields that a version does not know are kept.",
            fields::RECORD,
            records,
        ),
        document(
            "Command",
            "What is to happen. Which fields a command has is said with each field; others are refused.",
            fields::COMMAND,
            life.said.iter().map(|(command, _)| command.clone()).collect(),
        ),
        document("Actor", "Who gives a command.", fields::ACTOR, vec![life::read(ADMIN)?, with_token]),
        document(
            "Subject",
            "The present rights of an owner, for kinds with `\"subject\": \"owner\"`.",
            fields::SUBJECT,
            vec![life::read(OWNER)?],
        ),
        document(
            "Change",
            "What a command leads to: all of it is written in one transaction, or nothing. Keep `plaintext` and `warnings` out of the store.",
            fields::CHANGE,
            all_changes,
        ),
        document("Event", "One entry of the audit trail.", fields::EVENT, life.events.clone()),
        document("Notice", "A message that your program sends.", fields::NOTICE, notices),
        document(
            "Refusal",
            "Why a command does not take effect.",
            fields::REFUSAL,
            refusals.cloned().collect(),
        ),
        document(
            "Tombstone",
            "What stays of a deleted token.",
            fields::TOMBSTONE,
            changes().filter_map(|it| it.get("tombstone")).filter(|it| is_object(it)).cloned().collect(),
        ),
        document(
            "Overview row",
            "One token in a list for people.",
            fields::ROW,
            items(life.overview.get("rows")).to_vec(),
        ),
        document("Trail report", "What `verifyTrail` finds.", fields::TRAIL, vec![life.trail.clone()]),
    ])
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Map(_))
}

/// Every field that the documents have, with its values. What the table does not take apart counts as one value.
fn seen<'v>(rows: &[Row], samples: &'v [Value]) -> BTreeMap<String, Vec<&'v Value>> {
    let mut seen = BTreeMap::new();
    samples.iter().for_each(|sample| collect(rows, "", sample, &mut seen));
    seen
}

fn collect<'v>(rows: &[Row], before: &str, object: &'v Value, seen: &mut BTreeMap<String, Vec<&'v Value>>) {
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
