//! The one answer that the module cannot give: that it failed.

use portcullis_core::{Level, Reason, Value};

use crate::decision::Denied;

const REASON: Reason = Reason::ModuleFailed;

/// The answer in full, as much of it as the level may see.
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

/// What the client is told.
pub(crate) fn denied() -> Denied {
    Denied { status: REASON.status(), www_authenticate: None, body: body().to_json() }
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
