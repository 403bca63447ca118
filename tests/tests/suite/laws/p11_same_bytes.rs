//! P11: equal documents give equal bytes, however they are written. The shared vectors
//! show the same for every host.

use portcullis_tests::ask::{self, Opened};
use proptest::prelude::*;
use serde_json::Value;

use super::{cases, config, opened, with_case};

/// The document with its fields in reverse order and extra white space.
fn rewritten(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .rev()
                .map(|(name, value)| format!("\n {} :\t{}", Value::from(name.as_str()), rewritten(value)))
                .collect();
            format!("{{{}\r\n}}", fields.join(" ,"))
        }
        Value::Array(items) => format!("[ {} ]", items.iter().map(rewritten).collect::<Vec<_>>().join(" , ")),
        // Every character as an escape.
        Value::String(text) => {
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            format!("\"{escaped}\"")
        }
        plain => plain.to_string(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p11_the_format_of_documents_does_not_matter(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let first = ask::decide(policy, &case);
            let policy = opened((seeds.0, "rewritten"), || rewritten(&case.policy));
            let opened = match &case.record {
                Value::Object(_) => Opened::from_json(&policy, &rewritten(&case.record)),
                other => Opened::new(&policy, other),
            };
            let subject = (!case.subject.is_null()).then(|| policy.open_subject_json(&rewritten(&case.subject)).unwrap());
            let attempt = ask::attempt(&case.attempt);
            let now = portcullis_core::Instant::from_millis(case.now).unwrap();
            let second = policy.decide(&attempt, opened.found(), subject.as_ref(), now);
            prop_assert_eq!(first, second.to_json(portcullis_core::Level::Operator));
            Ok(())
        })?;
    }
}
