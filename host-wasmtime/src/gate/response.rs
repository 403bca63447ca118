//! The HTTP response to a denied client.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use portcullis_core::{Bounds, Value};

use crate::base::Error;
use crate::gate::decision::Denied;
use crate::policy::DenialResponse;

impl DenialResponse {
    /// The HTTP response: status, challenge and problem document, with `no-store`.
    pub fn to_http<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.body.clone()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(DenialResponse::CONTENT_TYPE));
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let challenge = self.www_authenticate.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(challenge)) = challenge {
            fields.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl Denied {
    /// See [`DenialResponse::to_http`].
    pub fn to_http<B: From<String>>(&self) -> Response<B> {
        self.response().to_http()
    }
}

/// A policy document with another realm, the name of the protected space in challenges. Use it if one policy
/// guards several services.
///
/// # Errors
/// [`Error::Refused`] if the document is not a JSON object or repeats a key. Whether it is a valid policy shows
/// when you open it.
pub fn under_realm(document: &str, realm: &str) -> Result<String, Error> {
    let refused = |problem: portcullis_core::Problem| Error::Refused(problem.into());
    let Value::Map(mut fields) = Value::parse(document, Bounds::POLICY).map_err(refused)? else {
        return Err(refused(portcullis_core::Problem::new("wrong_type", "a policy is an object")));
    };
    match fields.iter_mut().find(|(name, _)| name == "realm") {
        Some((_, value)) => *value = realm.into(),
        None => fields.push(("realm".into(), realm.into())),
    }
    Ok(Value::Map(fields).to_json())
}
