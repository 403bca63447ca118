//! One text for one value (RFC 8785), so that a hash over it means the value.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::sort;
use crate::document::Value;

/// The value as canonical JSON (RFC 8785): the fields of every object in the
/// order of their UTF-16 code units, nothing escaped that need not be.
///
/// Numbers need no care: a [`Value`] holds whole ones within 2^53 only, which
/// JavaScript writes as plain digits.
pub(crate) fn canonical(value: &Value) -> String {
    ordered(value).to_plain_json()
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(ordered).collect()),
        Value::Map(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, value)| (name.clone(), ordered(value))).collect();
            sort(&mut fields, &|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            Value::Map(fields)
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Bounds;

    fn canonical_of(text: &str) -> String {
        canonical(&Value::parse(text, Bounds::RECORD).expect("JSON"))
    }

    #[test]
    fn the_example_of_rfc_8785_without_its_fractions() {
        // Section 3.2.2, with the numbers that a document of ours can hold.
        let text = r#"{
            "numbers": [333333333, 450, 2, -0],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333,450,2,0],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(canonical_of(text), expected);
    }

    #[test]
    fn the_order_of_rfc_8785_is_that_of_utf_16() {
        // Section 3.2.3: the emoji starts with a surrogate, below U+FB33, although its code point is above.
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let Value::Map(fields) = ordered(&Value::parse(text, Bounds::RECORD).expect("JSON")) else {
            panic!("a map")
        };
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"]);
    }

    #[test]
    fn what_misleads_a_reader_stays_as_it_is_under_a_hash() {
        assert_eq!(canonical(&"a\u{202e}\u{2028}\u{7f}b".into()), "\"a\u{202e}\u{2028}\u{7f}b\"");
    }
}
