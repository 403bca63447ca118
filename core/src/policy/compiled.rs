//! A compiled policy: checked ahead of time, with a fingerprint that reveals later
//! changes.
//!
//! The envelope holds the policy document itself, so that every rule about documents
//! applies to it too, and problems name their place in the source.

use alloc::string::String;

use sha2::{Digest, Sha256};

use crate::base::hex;
use crate::document::{ObjectReader, Place, Problems, Value, text};

/// The version of the envelope.
const VERSION: Value = Value::Int(1);

/// Whether the document claims to be compiled.
pub(crate) fn is_compiled(document: &Value) -> bool {
    document.get("compiled").is_some()
}

/// The policy in the envelope and its fingerprint, unless the policy was changed.
pub(crate) fn unwrapped<'d>(envelope: &'d Value, problems: &mut Problems) -> Option<(&'d Value, u64)> {
    let mut object = ObjectReader::read(envelope, Place::Root, problems)?;
    if object.raw("compiled") != Some(&VERSION) {
        let message = "this file was compiled by another version; compile the policy again with this one";
        problems.add(&Place::Root.field("compiled"), "unsupported_version", message.into());
        return None;
    }
    object.optional("by", problems, text);
    let named = object.required("fingerprint", problems, text);
    let document = object.required("policy", problems, |value, at, problems| {
        ObjectReader::is_object(value, at, problems).map(|()| value)
    });
    object.finish(problems);
    let (named, document) = (named?, document?);
    let found = fingerprint(document);
    if fingerprint_text(found) != named {
        let message = "the policy was changed after it was compiled; compile it again from its source";
        problems.add(&Place::Root.field("policy"), "altered", message.into());
        return None;
    }
    Some((document, found))
}

pub(crate) fn fingerprint_text(fingerprint: u64) -> String {
    hex(&fingerprint.to_be_bytes())
}

/// The first 8 bytes of the SHA-256 over the document with its fields sorted.
pub(crate) fn fingerprint(document: &Value) -> u64 {
    let digest: [u8; 32] = Sha256::digest(document.sorted().to_plain_json().as_bytes()).into();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use crate::policy::policy::Policy;

    /// With one lint: no route needs `a:delete`.
    const SOURCE: &str = r#"{
        "portcullis": 1, "name": "small", "realm": "Small", "resources": {"a": {"actions": ["read", "delete"]}},
        "routes": [{"on": "GET /a", "needs": "a:read"}],
        "kinds": {"personal": {"prefix": "sm_pat", "may": {"revoke": ["owner"]}}}
    }"#;

    fn envelope(version: &str, fingerprint: &str, policy: &str) -> String {
        format!(r#"{{"compiled": {version}, "fingerprint": "{fingerprint}", "policy": {policy}}}"#)
    }

    fn complaints(text: &str) -> Vec<(String, &'static str)> {
        match Policy::from_json(text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(|problem| (problem.path.clone(), problem.code)).collect(),
        }
    }

    #[test]
    fn a_compiled_policy_is_the_same_policy_without_its_lints() {
        let source = Policy::from_json(SOURCE).unwrap();
        let compiled = Policy::from_json(&envelope("1", &source.fingerprint(), SOURCE)).unwrap();
        assert_eq!(compiled.fingerprint(), source.fingerprint());
        assert_eq!((source.lints().len(), compiled.lints().len()), (1, 0));
    }

    #[test]
    fn a_policy_changed_after_compilation_is_refused() {
        let fingerprint = Policy::from_json(SOURCE).unwrap().fingerprint();
        let wider = SOURCE.replace("a:read", "a:delete");
        assert_eq!(complaints(&envelope("1", &fingerprint, &wider)), [("/policy".into(), "altered")]);
        assert_eq!(complaints(&envelope("1", "", SOURCE)), [("/policy".into(), "altered")]);
    }

    #[test]
    fn an_envelope_of_another_version_is_refused() {
        let fingerprint = Policy::from_json(SOURCE).unwrap().fingerprint();
        for version in ["2", "0", "\"1\"", "null", "true"] {
            let found = complaints(&envelope(version, &fingerprint, SOURCE));
            assert_eq!(found, [("/compiled".into(), "unsupported_version")], "{version}");
        }
    }

    #[test]
    fn a_malformed_envelope_is_refused() {
        assert_eq!(complaints(r#"{"compiled": 1, "fingerprint": "x"}"#), [("".into(), "missing_field")]);
        assert_eq!(complaints(&envelope("1", "x", "[]")), [("/policy".into(), "wrong_type")]);
        let more = envelope("1", "x", "{}").replace("\"policy\"", "\"realm\": \"Mine\", \"policy\"");
        assert_eq!(complaints(&more), [("/realm".into(), "unknown_field"), ("/policy".into(), "altered")]);
    }

    #[test]
    fn a_compiled_document_must_follow_every_rule() {
        let bad = SOURCE.replace("a:read", "b:read");
        let document = crate::Value::parse(&bad, crate::Bounds::POLICY).unwrap();
        let named = super::fingerprint_text(super::fingerprint(&document));
        assert_eq!(complaints(&envelope("1", &named, &bad))[0].0, "/routes/0/needs");
    }
}
