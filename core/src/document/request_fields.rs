//! The documents that make up one request.

use crate::document::problem::Problem;
use crate::document::value::Value;

/// Splits a request document into these fields; an absent one is `null`.
///
/// # Errors
/// `misuse` when the request is not an object or has another field: a misspelt
/// `record` must not turn into a request without a record.
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
