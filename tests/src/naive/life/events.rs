//! The audit trail: what changed, and the chain.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Record;

/// Fields that events leave out: secrets, observations, and derived values.
const UNSAID: [&str; 8] =
    ["digest", "lastUsedAt", "secretUsedAt", "endsAt", "dueAt", "auditHead", "revision", "lastCommand"];

/// A field as an event shows it, if the record has it.
fn shown(record: Option<&Record>, name: &str) -> Option<Value> {
    let mut value = record?.get(name)?.clone();
    if name == "previous" && value.is_object() {
        value.as_object_mut().unwrap().remove("digest");
    }
    if name == "renewal" && value["offer"].is_object() {
        value["offer"].as_object_mut().unwrap().remove("digest");
    }
    Some(value)
}

/// Before and after of every changed field; absent values are left out.
pub(super) fn changes(before: Option<&Record>, after: Option<&Record>) -> Value {
    let mut names: Vec<&String> = before.into_iter().chain(after).flat_map(Map::keys).collect();
    names.sort();
    names.dedup();
    let mut changes = Map::new();
    for name in names.into_iter().filter(|name| !UNSAID.contains(&name.as_str())) {
        let (before, after) = (shown(before, name), shown(after, name));
        if before != after {
            let sides = [("before", before), ("after", after)];
            let sides = sides.into_iter().filter_map(|(side, value)| Some((side.to_string(), value?)));
            changes.insert(name.clone(), Value::Object(sides.collect()));
        }
    }
    changes.into()
}

/// The event with its place in the chain.
pub(super) fn seal(mut event: Value, previous: &Value, key: Option<&[u8]>) -> Value {
    event["previous"] = previous.clone();
    let text = canonical(&event);
    event["head"] = match key {
        None => format!("sha256:{}", hex(&Sha256::digest(text.as_bytes()))),
        Some(key) => format!("hmac-sha256:{}", hex(&hmac(key, text.as_bytes()))),
    }
    .into();
    event
}

/// RFC 8785: the fields of maps are in order already, and there are no fractions.
pub fn canonical(value: &Value) -> String {
    value.to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2104.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::digest([&pad(0x36)[..], text].concat());
    Sha256::digest([&pad(0x5c)[..], &inner[..]].concat()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_keyed_hash_is_hmac_sha_256() {
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac(b"Jefe", b"what do ya want for nothing?")), known);
    }
}
