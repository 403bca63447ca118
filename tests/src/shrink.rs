//! Reduces a case that shows a difference.

use serde_json::Value;

use crate::naive::Case;

/// The smallest case that `shows` still accepts, found by leaving out one thing at a time.
pub fn shrink(case: &Case, shows: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    while let Some(smaller) = smaller_cases(&smallest).into_iter().find(&shows) {
        smallest = smaller;
    }
    smallest
}

fn smaller_cases(case: &Case) -> Vec<Case> {
    let with = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        smaller
    };
    let policies = smaller_values(&case.policy)
        .into_iter()
        .map(|value| with(&|case| case.policy = value.clone().into()));
    let records =
        smaller_values(&case.record).into_iter().map(|value| with(&|case| case.record = value.clone()));
    let subjects =
        smaller_values(&case.subject).into_iter().map(|value| with(&|case| case.subject = value.clone()));
    let attempts =
        smaller_values(&case.attempt).into_iter().map(|value| with(&|case| case.attempt = value.clone()));
    policies.chain(records).chain(subjects).chain(attempts).collect()
}

/// The value with one item or field left out, at any depth.
fn smaller_values(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Array(items) => {
            for i in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(i);
                all.push(Value::Array(fewer));
            }
            for (i, item) in items.iter().enumerate() {
                all.extend(smaller_values(item).into_iter().map(|smaller| {
                    let mut items = items.clone();
                    items[i] = smaller;
                    Value::Array(items)
                }));
            }
        }
        Value::Object(fields) => {
            for name in fields.keys() {
                let mut fewer = fields.clone();
                fewer.remove(name);
                all.push(Value::Object(fewer));
            }
            for (name, field) in fields {
                all.extend(smaller_values(field).into_iter().map(|smaller| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), smaller);
                    Value::Object(fields)
                }));
            }
        }
        _ => {}
    }
    all
}
