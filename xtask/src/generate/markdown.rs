//! Pieces of pages: cells of tables, and JSON as people write it.

use portcullis_core::Value;

/// The widest line of JSON in a page.
const WIDTH: usize = 100;

/// Text that may stand in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A value as code in a cell.
pub(super) fn code(value: &Value) -> String {
    cell(&format!("`{}`", one_line(value)))
}

/// JSON in one line, with blanks.
pub(super) fn one_line(value: &Value) -> String {
    let joined = |open: &str, items: Vec<String>, close: &str| match items.is_empty() {
        true => format!("{}{}", open.trim(), close.trim()),
        false => format!("{open}{}{close}", items.join(", ")),
    };
    match value {
        Value::List(items) => joined("[", items.iter().map(one_line).collect(), "]"),
        Value::Map(fields) => joined(
            "{ ",
            fields.iter().map(|(name, value)| format!("\"{name}\": {}", one_line(value))).collect(),
            " }",
        ),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => value.to_json(),
    }
}

/// JSON in as few lines as fit the page.
pub(super) fn pretty(value: &Value) -> String {
    lines(value, 0, 0)
}

/// `depth` is the indentation in steps; `before` is the width of what precedes the value in its line.
fn lines(value: &Value, depth: usize, before: usize) -> String {
    let line = one_line(value);
    if 2 * depth + before + line.len() < WIDTH {
        return line;
    }
    let inner = "  ".repeat(depth + 1);
    let (open, items, close): (_, Vec<String>, _) = match value {
        Value::List(items) => {
            ('[', items.iter().map(|item| format!("{inner}{}", lines(item, depth + 1, 0))).collect(), ']')
        }
        Value::Map(fields) => {
            let field = |(name, value): &(String, Value)| {
                format!("{inner}\"{name}\": {}", lines(value, depth + 1, name.len() + 4))
            };
            ('{', fields.iter().map(field).collect(), '}')
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => return line,
    };
    format!("{open}\n{}\n{}{close}", items.join(",\n"), "  ".repeat(depth))
}

#[cfg(test)]
mod tests {
    use portcullis_core::Bounds;

    use super::*;

    #[test]
    fn json_is_broken_only_where_it_is_too_wide() {
        let text = format!("{{\"a\":[1,{{}}],\"b\":[\"{0}\",\"{0}\"]}}", "x".repeat(60));
        let value = Value::parse(&text, Bounds::POLICY).unwrap();
        let x = "x".repeat(60);
        let expected = format!("{{\n  \"a\": [1, {{}}],\n  \"b\": [\n    \"{x}\",\n    \"{x}\"\n  ]\n}}");
        assert_eq!(pretty(&value), expected);
    }
}
