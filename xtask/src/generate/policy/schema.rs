//! The schema of the policy document, read as far as the page needs it.

use std::fs;

use anyhow::{Result, anyhow};
use portcullis_core::{Bounds, Value};

use crate::tools::shell;

const PATH: &str = "js/policy.schema.json";

/// The whole schema, to which references lead.
pub(super) struct Schema(Value);

/// A schema inside the schema: what one value may be.
#[derive(Clone, Copy)]
pub(super) struct Node<'s> {
    schema: &'s Schema,
    value: &'s Value,
}

/// What a node describes.
pub(super) enum Shape<'s> {
    /// Fields of these names.
    Fields(Vec<(&'s str, Node<'s>)>),
    /// Any names; each value is like this.
    Map(Node<'s>),
    /// Each item is like this.
    List(Node<'s>),
    /// Anything else.
    Plain,
}

impl Schema {
    pub(super) fn read() -> Result<Schema> {
        let text = fs::read_to_string(shell::root().join(PATH))?;
        Ok(Schema(Value::parse(&text, Bounds::POLICY).map_err(|problems| anyhow!("{PATH}: {problems}"))?))
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { schema: self, value: &self.0 }
    }

    /// Types that several fields share, by name.
    pub(super) fn definitions(&self) -> Vec<(&str, Node<'_>)> {
        self.root().fields("definitions")
    }
}

impl<'s> Node<'s> {
    fn get(self, name: &str) -> Option<&'s Value> {
        self.value.get(name)
    }

    fn child(self, value: &'s Value) -> Node<'s> {
        Node { schema: self.schema, value }
    }

    fn fields(self, name: &str) -> Vec<(&'s str, Node<'s>)> {
        let Some(Value::Map(fields)) = self.get(name) else { return Vec::new() };
        fields.iter().map(|(name, value)| (name.as_str(), self.child(value))).collect()
    }

    /// The name of the definition that this node refers to, if it does.
    pub(super) fn reference(self) -> Option<&'s str> {
        let own = self.get("$ref").and_then(Value::as_text);
        let wrapped = || match self.get("allOf")? {
            Value::List(items) => items.first()?.get("$ref")?.as_text(),
            _ => None,
        };
        own.or_else(wrapped)?.rsplit('/').next()
    }

    /// The node itself, or the definition that it refers to.
    pub(super) fn resolved(self) -> Node<'s> {
        let named = |name| self.schema.definitions().into_iter().find(|(own, _)| *own == name);
        self.reference().and_then(named).map_or(self, |(_, node)| node)
    }

    pub(super) fn description(self) -> Option<&'s str> {
        self.get("description")?.as_text()
    }

    pub(super) fn default(self) -> Option<&'s Value> {
        self.get("default")
    }

    pub(super) fn examples(self) -> &'s [Value] {
        match self.get("examples") {
            Some(Value::List(examples)) => examples,
            _ => &[],
        }
    }

    pub(super) fn requires(self, field: &str) -> bool {
        matches!(self.get("required"), Some(Value::List(names)) if names.iter().any(|name| name.as_text() == Some(field)))
    }

    pub(super) fn shape(self) -> Shape<'s> {
        let node = self.resolved();
        let fields = node.fields("properties");
        if !fields.is_empty() {
            return Shape::Fields(fields);
        }
        match (node.get("items"), node.get("additionalProperties")) {
            (Some(items), _) => Shape::List(node.child(items)),
            (None, Some(values @ Value::Map(_))) => Shape::Map(node.child(values)),
            (None, _) => Shape::Plain,
        }
    }

    /// The type in words, with links to the types and sections of the page.
    pub(super) fn type_in_words(self) -> String {
        if let Some(name) = self.reference() {
            return link(name);
        }
        let all = |list: &'s Value, word: &dyn Fn(&'s Value) -> String| match list {
            Value::List(items) => items.iter().map(word).collect::<Vec<_>>().join(" or "),
            _ => String::new(),
        };
        if let Some(value) = self.get("const") {
            return format!("`{}`", value.to_json());
        }
        if let Some(words) = self.get("enum") {
            return all(words, &|word| format!("`{}`", word.to_json()));
        }
        if let Some(choices) = self.get("anyOf") {
            return all(choices, &|choice| self.child(choice).type_in_words());
        }
        match (self.shape(), self.get("type").and_then(Value::as_text)) {
            (Shape::Fields(_), _) => "object".to_owned(),
            (Shape::Map(values), _) => format!("map of names to {}", plural(&values.type_in_words())),
            (Shape::List(items), _) => format!("list of {}", plural(&items.type_in_words())),
            (Shape::Plain, Some("string")) => "text".to_owned(),
            (Shape::Plain, Some(name)) => name.to_owned(),
            (Shape::Plain, None) => link("needs"),
        }
    }

    /// An example: one that the schema gives, or one that is put together from the examples of the fields.
    pub(super) fn example(self) -> Option<Value> {
        let node = self.resolved();
        if let Some(example) = self.examples().first().or(node.examples().first()) {
            return Some(example.clone());
        }
        match self.shape() {
            Shape::Fields(fields) => {
                let fields = fields.into_iter();
                Some(Value::Map(
                    fields.filter_map(|(name, node)| Some((name.into(), node.example()?))).collect(),
                ))
            }
            Shape::Map(values) => Some(Value::Map(vec![("personal".into(), values.example()?)])),
            Shape::List(items) => Some(Value::List(vec![items.example()?])),
            Shape::Plain => None,
        }
    }
}

fn link(definition: &str) -> String {
    let place = match definition {
        "resource" => "resources",
        "route" => "routes",
        "kind" => "kinds",
        _ => "types",
    };
    format!("[{definition}](#{place})")
}

/// Several of a type: `text` becomes `texts`, a link its word with an s.
fn plural(word: &str) -> String {
    match word {
        "object" | "text" => format!("{word}s"),
        _ if word.starts_with("[actions]") || word.contains("` or `") => word.replace(" or ", ", "),
        _ if word.starts_with("[prefix]") => word.replacen(']', "es]", 1),
        _ => word.replacen(']', "s]", 1),
    }
}
