//! Header fields that name an identity. Only a gate may set them.

use http::header::CONNECTION;
use http::{HeaderMap, HeaderValue};

/// The fields of a verified identity, such as `x-portcullis-owner`, start with this.
pub const IDENTITY_PREFIX: &str = "x-portcullis-";

/// Removes the identity fields that a client has sent, in every spelling that some server reads as one: with `_`
/// or `.` for `-`. `Connection` no longer names one, so that no proxy drops the fields that you set.
///
/// [`Gate::layer`](crate::gate::Gate::layer) does this. Call it if you forward a request after
/// [`Gate::check`](crate::gate::Gate::check).
pub fn strip_identity(headers: &mut HeaderMap) {
    let names: Vec<_> = headers.keys().filter(|name| is_identity(name.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
    let Some(options) = options_of(headers) else { return };
    headers.remove(CONNECTION);
    // What is left of a valid value is one.
    if let Ok(value) = HeaderValue::from_str(&options)
        && !options.is_empty()
    {
        headers.insert(CONNECTION, value);
    }
}

/// The options of `Connection` without identity fields, if it names one.
fn options_of(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
        .collect();
    let options = || lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let kept: Vec<&str> = options().filter(|option| !is_identity(option)).collect();
    (kept.len() < options().count()).then(|| kept.join(", "))
}

fn is_identity(name: &str) -> bool {
    let dashed = name.to_ascii_lowercase().replace(['_', '.'], "-");
    dashed.starts_with(IDENTITY_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_10_identity_fields_of_a_client_are_removed_in_every_spelling() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-portcullis-owner", "eve"),
            ("X-Portcullis-Tenant", "eve"),
            ("x_portcullis_owner", "eve"),
            ("x-portcullis_owner", "eve"),
            ("X.PORTCULLIS.SCOPES", "eve"),
            ("x_portcullis.made-up", "eve"),
            ("x-portcullis", "stays"),
            ("x-portcullised", "stays"),
            ("accept", "stays"),
            ("connection", "close, X-Portcullis-Owner"),
            ("connection", "x_portcullis_kind,keep-alive"),
        ] {
            let name: http::HeaderName = name.parse().expect("a name");
            headers.append(name, value.parse().expect("a value"));
        }
        strip_identity(&mut headers);
        let mut left: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        left.sort_unstable();
        let stays = &b"stays"[..];
        let connection = &b"close, keep-alive"[..];
        assert_eq!(
            left,
            [
                ("accept", stays),
                ("connection", connection),
                ("x-portcullis", stays),
                ("x-portcullised", stays)
            ]
        );
        headers.insert(CONNECTION, HeaderValue::from_static("x-portcullis-owner"));
        strip_identity(&mut headers);
        assert!(!headers.contains_key(CONNECTION));
    }
}
