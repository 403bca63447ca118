//! What the schema says of fields, examples and defaults is what core does.

use std::collections::BTreeSet;

use portcullis_core::{Policy, Value};

use super::page;
use super::schema::{Node, Schema, Shape};

/// A field of an object in the whole example, or one that the object could have.
struct Place<'s> {
    /// Names and indexes that lead to the object.
    object: Vec<String>,
    name: &'s str,
    field: Node<'s>,
}

/// Every field of every object in a document, with what the schema says of it.
fn places<'s>(node: Node<'s>, value: &Value, path: &[String], into: &mut Vec<Place<'s>>) {
    let below = |step: &str| [path, &[step.to_owned()]].concat();
    match (node.shape(), value) {
        (Shape::Fields(fields), Value::Map(_)) => {
            for (name, field) in fields {
                into.push(Place { object: path.to_vec(), name, field });
                if let Some(value) = value.get(name) {
                    places(field, value, &below(name), into);
                }
            }
        }
        (Shape::Map(values), Value::Map(fields)) => {
            fields.iter().for_each(|(name, value)| places(values, value, &below(name), into));
        }
        (Shape::List(items), Value::List(list)) => {
            list.iter().enumerate().for_each(|(i, item)| places(items, item, &below(&i.to_string()), into));
        }
        (Shape::Fields(_) | Shape::Map(_) | Shape::List(_) | Shape::Plain, _) => {}
    }
}

/// The document with one field set, or without it.
fn with(document: &Value, place: &Place<'_>, value: Option<&Value>) -> Value {
    let mut changed = document.clone();
    let mut object = &mut changed;
    for step in &place.object {
        object = match object {
            Value::Map(fields) => fields.iter_mut().find(|(name, _)| name == step).map(|(_, value)| value),
            Value::List(items) => items.get_mut(step.parse::<usize>().unwrap()),
            _ => None,
        }
        .unwrap();
    }
    let Value::Map(fields) = object else { panic!("{:?} is no object", place.object) };
    fields.retain(|(name, _)| name != place.name);
    fields.extend(value.map(|value| (place.name.to_owned(), value.clone())));
    changed
}

/// All that core makes of a document, but for its fingerprint; `None`: it does not open.
fn opened(document: &Value) -> Option<String> {
    let policy = format!("{:?}", Policy::from_value(document).ok()?);
    Some(policy.split_once(", ").unwrap().1.to_owned())
}

fn each_field(check: impl Fn(&Value, &Place<'_>) -> bool) -> (BTreeSet<String>, BTreeSet<String>) {
    let schema = Schema::read().unwrap();
    let whole = schema.root().example().unwrap();
    let mut all = Vec::new();
    places(schema.root(), &whole, &[], &mut all);
    let name = |place: &Place<'_>| {
        let within: Vec<&str> = place.object.iter().map(String::as_str).collect();
        format!("{}.{}", within.join("."), place.name)
    };
    let (held, not): (Vec<_>, Vec<_>) = all.iter().partition(|place| check(&whole, place));
    (held.into_iter().map(name).collect(), not.into_iter().map(name).collect())
}

#[test]
fn the_whole_example_opens_and_its_only_lint_is_about_redeem_renewal() {
    let whole = Schema::read().unwrap().root().example().unwrap();
    let policy = Policy::from_value(&whole).unwrap();
    let lints: Vec<&str> = policy.lints().iter().map(|lint| lint.path.as_str()).collect();
    assert_eq!(lints, ["/kinds/personal/may/redeemRenewal"]);
}

#[test]
fn every_field_says_what_it_does_and_stands_in_the_page_and_in_an_example() {
    let (_, page) = page::file().unwrap();
    let (_, silent) = each_field(|_, place| {
        let row = format!("| `{}` |", place.name);
        place.field.description().is_some() && place.field.example().is_some() && page.contains(&row)
    });
    assert!(silent.is_empty(), "{silent:?}");
    let schema = Schema::read().unwrap();
    let fields =
        schema.definitions().into_iter().filter(|(_, node)| matches!(node.shape(), Shape::Fields(_)));
    let named: Vec<&str> = fields.map(|(name, _)| name).collect();
    assert_eq!(named, ["resource", "route", "kind"], "each has a section of its own");
}

#[test]
fn every_example_of_a_field_opens_in_core() {
    let (opening, _) = each_field(|whole, place| {
        let example = place.field.example();
        example.is_some_and(|example| opened(&with(whole, place, Some(&example))).is_some())
    });
    let schema = Schema::read().unwrap();
    let mut all = Vec::new();
    places(schema.root(), &schema.root().example().unwrap(), &[], &mut all);
    for place in all {
        let somewhere = opening.iter().any(|field| field.ends_with(&format!(".{}", place.name)));
        assert!(somewhere, "the example of {} opens nowhere", place.name);
    }
}

#[test]
fn a_default_is_what_core_takes_for_an_absent_field() {
    let (_, wrong) = each_field(|whole, place| {
        let Some(default) = place.field.default() else { return true };
        let (said, absent) = (opened(&with(whole, place, Some(default))), opened(&with(whole, place, None)));
        // Some fields exclude others: what does not open says nothing.
        said.is_none() || said == absent
    });
    assert!(wrong.is_empty(), "{wrong:?}");
}
