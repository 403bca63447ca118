//! The records, by id. Yours come from a database.

use std::collections::HashMap;

use portcullis_wasmtime::{Policy, Token, TokenId};
use serde_json::value::RawValue;

/// Every token that was ever made and not deleted, opened.
pub(crate) struct Store(HashMap<String, Token>);

impl Store {
    /// `{ "<id>": <record>, ... }`. A record that cannot be read is a token that is always denied, so
    /// that one bad record does not keep the service from starting.
    pub(crate) fn read(text: &str, policy: &Policy) -> serde_json::Result<Store> {
        let records: HashMap<String, Box<RawValue>> = serde_json::from_str(text)?;
        let open = |(id, record): (String, Box<RawValue>)| (id, policy.open_token(record.get()));
        Ok(Store(records.into_iter().map(open).collect()))
    }

    pub(crate) fn find(&self, id: &TokenId) -> Option<&Token> {
        self.0.get(id.as_str())
    }
}
