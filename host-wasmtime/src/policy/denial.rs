//! The response to a denied client, and the denial that the host makes itself if the module fails.

use portcullis_core::{Level, Reason, Value};

/// The response to a denied client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialResponse {
    /// The HTTP status.
    pub status: u16,
    /// The value of the `WWW-Authenticate` header (RFC 6750), if there is one.
    pub www_authenticate: Option<String>,
    /// The problem document (RFC 9457), of type [`DenialResponse::CONTENT_TYPE`].
    pub body: String,
}

const REASON: Reason = Reason::ModuleFailed;

impl DenialResponse {
    /// The media type of the body (RFC 9457).
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// Reads the details at the public level. If they are missing, it is the response of a failed module.
    pub(crate) fn from_public(answer: Option<String>) -> DenialResponse {
        let document = answer.and_then(|text| document(&text));
        document.as_ref().and_then(DenialResponse::read).unwrap_or_else(denied)
    }

    fn read(decision: &Value) -> Option<DenialResponse> {
        let answer = decision.get("answer")?;
        let Value::Int(status) = answer.get("status")? else { return None };
        let www_authenticate = answer.get("wwwAuthenticate")?.as_text().map(String::from);
        let body = answer.get("body")?.to_json();
        Some(DenialResponse { status: u16::try_from(*status).ok()?, www_authenticate, body })
    }
}

fn document(text: &str) -> Option<Value> {
    Value::parse(text, portcullis_core::Bounds::POLICY).ok()
}

/// The details as JSON text, with the fields that the level may see.
pub(crate) fn to_json(level: Level) -> String {
    let (status, code, public) = (REASON.status(), REASON.code(), REASON.public_code());
    let answer = format!(r#"{{"status":{status},"wwwAuthenticate":null,"body":{}}}"#, denied().body);
    let said = match level {
        Level::Public => format!(r#""status":{status}"#),
        Level::Holder => {
            format!(r#""reason":"{public}","status":{status},"missing":[],"validUntil":null"#)
        }
        Level::Operator => {
            format!(
                r#""reason":"{code}","status":{status},"token":null,"kind":null,"tenant":null,"owner":null,"#
            ) + r#""revision":null,"route":null,"params":{},"needs":[],"matched":null,"optional":[],"missing":[],"#
                + r#""touch":null,"validUntil":null,"#
                + r#""hints":{"expiresSoon":null,"graceEnds":null,"clockSkew":false}"#
        }
    };
    format!(r#"{{"allow":false,{said},"answer":{answer}}}"#)
}

/// The response for the client.
pub(crate) fn denied() -> DenialResponse {
    let (status, code) = (REASON.status(), REASON.public_code());
    let detail = Value::from(REASON.sentence()).to_json();
    let body = format!(
        r#"{{"type":"about:blank","title":"Service Unavailable","status":{status},"detail":{detail},"code":"{code}"}}"#
    );
    DenialResponse { status, www_authenticate: None, body }
}
