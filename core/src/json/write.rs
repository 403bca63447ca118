//! Writing JSON text.

use alloc::string::String;

use crate::text::push_padded;
use crate::value::Value;

/// Writes a value without white space.
pub(crate) fn write(value: &Value, out: &mut String) {
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
        Value::Text(text) => write_string(text, out),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(fields) => {
            out.push('{');
            for (i, (name, value)) in fields.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// Escapes as RFC 8785 section 3.2.2.2 has it, and as JavaScript does.
fn write_string(text: &str, out: &mut String) {
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
                out.push_str(if character < '\u{10}' { "\\u000" } else { "\\u001" });
                out.push(char::from_digit(u32::from(character) & 15, 16).unwrap_or('0'));
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
