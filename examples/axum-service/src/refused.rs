//! The responses to commands that did not take effect.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portcullis_wasmtime::RefusalCode;
use portcullis_wasmtime::tokens::{Refusal, TokensError};
use serde_json::json;

/// A command that did not take effect.
#[derive(Debug)]
pub enum Refused {
    /// Refused by the rules or the store, or failed.
    Command(TokensError),
    /// The request names nothing that exists.
    NoSuchCommand,
}

impl From<TokensError> for Refused {
    fn from(error: TokensError) -> Refused {
        Refused::Command(error)
    }
}

impl IntoResponse for Refused {
    /// The caller may read a refusal, which says what to do instead. A failure goes to the log.
    fn into_response(self) -> Response {
        match self {
            Refused::Command(TokensError::Refused(Refusal { code, field, message })) => {
                let body = json!({ "code": code.code(), "field": field, "message": message });
                (status(code), Json(body)).into_response()
            }
            Refused::Command(error) => {
                log(&error);
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
            Refused::NoSuchCommand => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

fn status(code: RefusalCode) -> StatusCode {
    if code == RefusalCode::Unknown {
        StatusCode::NOT_FOUND
    } else if [RefusalCode::NotAllowed, RefusalCode::ScopeCeiling].contains(&code) {
        StatusCode::FORBIDDEN
    } else if [RefusalCode::IllegalTransition, RefusalCode::Conflict, RefusalCode::NotUnique].contains(&code)
    {
        StatusCode::CONFLICT
    } else if code == RefusalCode::StoreUnavailable {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

#[allow(clippy::print_stderr, reason = "a log")]
fn log(error: &TokensError) {
    eprintln!("failed {error}");
}
