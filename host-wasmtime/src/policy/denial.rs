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

/// The details, with the fields that the level may see.
pub(crate) fn to_value(level: Level) -> Value {
    match level {
        Level::Public => map([("allow", Value::Bool(false)), ("status", status()), ("answer", answer())]),
        Level::Holder => map([
            ("allow", Value::Bool(false)),
            ("reason", REASON.public_code().into()),
            ("status", status()),
            ("missing", Value::List(Vec::new())),
            ("validUntil", Value::Null),
            ("answer", answer()),
        ]),
        Level::Operator => map([
            ("allow", Value::Bool(false)),
            ("reason", REASON.code().into()),
            ("status", status()),
            ("token", Value::Null),
            ("kind", Value::Null),
            ("tenant", Value::Null),
            ("owner", Value::Null),
            ("revision", Value::Null),
            ("route", Value::Null),
            ("params", map([])),
            ("needs", Value::List(Vec::new())),
            ("matched", Value::Null),
            ("optional", Value::List(Vec::new())),
            ("missing", Value::List(Vec::new())),
            ("touch", Value::Null),
            ("validUntil", Value::Null),
            (
                "hints",
                map([
                    ("expiresSoon", Value::Null),
                    ("graceEnds", Value::Null),
                    ("clockSkew", Value::Bool(false)),
                ]),
            ),
            ("answer", answer()),
        ]),
    }
}

/// The response for the client.
pub(crate) fn denied() -> DenialResponse {
    DenialResponse { status: REASON.status(), www_authenticate: None, body: body().to_json() }
}

fn answer() -> Value {
    map([("status", status()), ("wwwAuthenticate", Value::Null), ("body", body())])
}

fn body() -> Value {
    map([
        ("type", "about:blank".into()),
        ("title", "Service Unavailable".into()),
        ("status", status()),
        ("detail", REASON.sentence().into()),
        ("code", REASON.public_code().into()),
    ])
}

fn status() -> Value {
    Value::Int(REASON.status().into())
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.map(|(name, value)| (name.into(), value)).into())
}
