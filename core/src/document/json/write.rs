//! Writing JSON text.

use alloc::string::String;

use crate::base::{is_misleading, push_escaped, push_padded};
use crate::document::value::Value;

impl Value {
    /// The value as JSON text: one line without white space, fields in their order.
    ///
    /// Control characters, line separators and characters that change the direction
    /// of writing are escaped, so that a log shows what the value holds. The text
    /// reads back as the same value.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        write(self, Escapes::Misleading, &mut text);
        text
    }

    /// The same with only the escapes that JSON requires: the form that is hashed.
    pub(crate) fn to_plain_json(&self) -> String {
        let mut text = String::new();
        write(self, Escapes::Needed, &mut text);
        text
    }
}

/// Which characters to escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escapes {
    /// Only those that JSON requires, as in RFC 8785 section 3.2.2.2 and in JavaScript.
    Needed,
    /// Also those that mislead a reader: the text stays on one line and reads in one direction.
    Misleading,
}

/// Writes a value without white space.
fn write(value: &Value, escapes: Escapes, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => {
            if *number < 0 {
                out.push('-');
            }
            push_padded(out, number.unsigned_abs(), 1);
        }
        Value::Text(text) => write_string(text, escapes, out),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, escapes, out);
            }
            out.push(']');
        }
        Value::Map(fields) => {
            out.push('{');
            for (i, (name, value)) in fields.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(name, escapes, out);
                out.push(':');
                write(value, escapes, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, escapes: Escapes, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let short = match character {
            '"' => '"',
            '\\' => '\\',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\0'..='\u{1f}' => {
                push_escaped(out, character);
                continue;
            }
            other if escapes == Escapes::Misleading && is_misleading(other) => {
                push_escaped(out, other);
                continue;
            }
            plain => {
                out.push(plain);
                continue;
            }
        };
        out.push('\\');
        out.push(short);
    }
    out.push('"');
}
