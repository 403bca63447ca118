//! Sealing an event: its hash covers everything it says and the event before.

use alloc::string::String;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::audit::canonical;
use crate::base::{hex, join};
use crate::document::{Value, put};

/// In front of a head that anyone can work out.
pub(super) const PLAIN: &str = "sha256:";
/// In front of a head that takes the host's key.
pub(super) const KEYED: &str = "hmac-sha256:";

/// The event with `previous` and `head` behind the fields given, and its head.
///
/// With a key the head is an HMAC, which cannot be made without the key. Without
/// one it is a hash, which shows a change only beside a later head kept elsewhere.
pub(crate) fn seal(
    event: Vec<(String, Value)>,
    previous: Option<&str>,
    key: Option<&[u8]>,
) -> (Value, String) {
    let mut fields = event;
    put(&mut fields, "previous", previous.into());
    let mut event = Value::Map(fields);
    let head = head_of(&event, key);
    if let Value::Map(fields) = &mut event {
        put(fields, "head", head.as_str().into());
    }
    (event, head)
}

/// Works out the head of an event.
pub(super) fn head_of(event: &Value, key: Option<&[u8]>) -> String {
    let text = canonical(event);
    match key {
        Some(key) => join(&[KEYED, &hex(&hmac_sha256(key, text.as_bytes()))]),
        None => join(&[PLAIN, &hex(&Sha256::digest(text.as_bytes()))]),
    }
}

/// HMAC-SHA-256 (RFC 2104). A key above one block is hashed first, one below is
/// filled with zeros, as the RFC says; so that every key is of the size that
/// the library takes without a question.
fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    match block.get_mut(..key.len()) {
        Some(front) => front.copy_from_slice(key),
        None => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::map;

    #[test]
    fn hmac_answers_the_vectors_of_rfc_4231() {
        let expected = [
            (
                &b"Jefe"[..],
                &b"what do ya want for nothing?"[..],
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, text, mac) in expected {
            assert_eq!(hex(&hmac_sha256(key, text)), mac);
        }
    }

    #[test]
    fn a_seal_covers_the_canonical_form_with_the_head_before() {
        let Value::Map(fields) = map!([("v", Value::Int(1)), ("event", "locked".into())]) else {
            panic!("a map")
        };
        let (event, head) = seal(fields, Some("sha256:00"), None);
        // sha256 of {"event":"locked","previous":"sha256:00","v":1}
        assert_eq!(head, "sha256:df4db00a59941f632415842688dd81535d4bbf9092a065d50f19ebacc9faa49c");
        assert_eq!(event.get("head").and_then(Value::as_text), Some(head.as_str()));
        assert_eq!(
            event.to_json().split("\"head\"").next(),
            Some(r#"{"v":1,"event":"locked","previous":"sha256:00","#)
        );
    }

    #[test]
    fn the_first_event_has_none_before_it_and_a_key_shows_in_the_head() {
        let (event, head) = seal(Vec::new(), None, Some(b"Jefe"));
        assert_eq!(event.get("previous"), Some(&Value::Null));
        // The HMAC of {"previous":null}.
        assert_eq!(head, "hmac-sha256:a0c1a032e016fe0e9f1ed816a09eec6002a6137fc681e4c116ef16a45ff782ff");
    }
}
