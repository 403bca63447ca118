//! The documents that one question is made of.

use crate::document::problem::Problem;
use crate::document::value::Value;

/// Takes a question apart that came as one document, as doors of the module
/// and other hosts get it: each of these fields, `null` where it is absent.
///
/// # Errors
/// `misuse` when the question is no object, or has another field: a misspelt
/// `record` must not become a question about no record.
pub fn request_fields<const N: usize>(question: Value, names: [&str; N]) -> Result<[Value; N], Problem> {
    let Value::Map(mut fields) = question else {
        return Err(Problem::new("misuse", "the request must be an object"));
    };
    let found = names.map(|name| match fields.iter().position(|(known, _)| known == name) {
        Some(place) => fields.swap_remove(place).1,
        None => Value::Null,
    });
    match fields.is_empty() {
        true => Ok(found),
        false => Err(Problem::new("misuse", "the request has an unknown field")),
    }
}
