//! The plaintext in an attempt.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A plaintext taken apart.
pub(super) struct Presented {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) secret: String,
}

/// The one text that claims to be a token.
pub(super) fn presented(policy: &Value, attempt: &Value) -> Result<String, &'static str> {
    let mut found: Vec<Option<String>> = Vec::new();
    let bearer_only = vec!["bearer".into()];
    for transport in policy["transports"].as_array().unwrap_or(&bearer_only) {
        if transport == "websocket" {
            found.extend(attempt["header"].as_str().and_then(|value| subprotocol(policy, value)));
        } else if let Some(scheme) = transport.as_str() {
            let written = attempt["authorization"].as_str().and_then(|value| under_scheme(scheme, value));
            let is_basic = scheme == "basic";
            found.extend(written.map(|text| if is_basic { password(policy, &text?) } else { text }));
        }
        if transport["header"].is_string() {
            found.extend(attempt["header"].as_str().map(|value| alone(trim(value), value.len())));
        }
        if let Some(name) = transport["query"].as_str() {
            let query = attempt["target"].as_str().unwrap_or_default().split_once('?').unwrap_or_default().1;
            let name_of = |parameter: &str| parameter.split('=').next().map(decoded);
            let named = query.split(['&', ';', '#']).filter(|one| name_of(one).as_deref() == Some(name));
            let pairs = query.split('#').next().unwrap_or_default().split('&');
            let values: Vec<&str> = pairs
                .filter_map(|pair| pair.split_once('='))
                .filter(|pair| pair.0 == name)
                .map(|pair| pair.1)
                .collect();
            match (named.count(), values.as_slice()) {
                (0, _) => {}
                (1, [value]) => found.push(alone(value, value.len())),
                _ => found.push(None),
            }
        }
    }
    match found.as_slice() {
        [] => Err("missing"),
        [Some(token)] => Ok(token.clone()),
        _ => Err("malformed"),
    }
}

fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// `None`: another scheme; `Some(None)`: this one, malformed.
fn under_scheme(scheme: &str, value: &str) -> Option<Option<String>> {
    let text = trim(value);
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if text.is_empty() || value.len() > 4096 || !printable {
        return Some(None);
    }
    let word = word(text);
    let rest = &text[word.len()..];
    if word.is_empty() || !(rest.is_empty() || rest.starts_with(' ')) {
        return Some(None);
    }
    if !word.eq_ignore_ascii_case(scheme) {
        let more = rest.split(',').skip(1).any(|line| self::word(trim(line)).eq_ignore_ascii_case(scheme));
        return more.then_some(None);
    }
    Some(alone(rest.trim_start_matches(' '), value.len()))
}

/// The password in base64, if the user name is no token.
fn password(policy: &Value, text: &str) -> Option<String> {
    let bytes = crate::base64::decoded(text)?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let (user, password) = (&bytes[..colon], &bytes[colon + 1..]);
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let readable = bytes.iter().all(|byte| *byte >= b' ' && *byte != 0x7f);
    (readable && parse(policy, &lossy(user)).is_none()).then(|| lossy(password))
}

/// `None`: no `bearer` in the list; `Some(None)`: malformed.
fn subprotocol(policy: &Value, value: &str) -> Option<Option<String>> {
    let text = trim(value);
    if text.is_empty() || value.len() > 4096 || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Some(None);
    }
    let names: Vec<&str> = text.split(',').map(trim).collect();
    let marks: Vec<usize> =
        (0..names.len()).filter(|place| names[*place].eq_ignore_ascii_case("bearer")).collect();
    let tokens = names.iter().filter(|name| parse(policy, name).is_some()).count();
    match marks.as_slice() {
        [] => None,
        [mark] if tokens < 2 => Some(names.get(mark + 1).and_then(|name| alone(name, name.len()))),
        _ => Some(None),
    }
}

/// The token of RFC 9110 section 5.6.2 that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(c));
    &text[..end.unwrap_or(text.len())]
}

/// A name with each `%` and two digits replaced by the character they stand for.
fn decoded(name: &str) -> String {
    let mut pieces = name.split('%');
    let mut text = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let byte = piece.get(..2).filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
        match byte.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => text = text + &char::from(byte).to_string() + &piece[2..],
            None => text = text + "%" + piece,
        }
    }
    text
}

/// The text when it is a b64token (RFC 6750 section 2.1).
fn alone(text: &str, length: usize) -> Option<String> {
    let body = text.trim_end_matches('=');
    let fits = !body.is_empty() && body.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
    (fits && length <= 4096).then(|| text.into())
}

/// Every kind, every prefix, every length.
pub(super) fn parse(policy: &Value, text: &str) -> Option<Presented> {
    for (kind, document) in policy["kinds"].as_object()? {
        let prefixes = match &document["prefix"] {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        for prefix in prefixes.iter().filter_map(Value::as_str) {
            let Some(rest) = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) else {
                continue;
            };
            let Some((id, tail)) = rest.split_once('_') else { continue };
            let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
            if id.len() != 16 || tail.len() != 38 || !word(id) || !word(tail) {
                continue;
            }
            let (body, checksum) = text.split_at(text.len() - 6);
            if checksum == crate::plaintext::checksum(body) {
                return Some(Presented { kind: kind.clone(), id: id.into(), secret: tail[..32].into() });
            }
        }
    }
    None
}

/// `sha256:` and the digest of id and secret.
pub(super) fn digest(token: &Presented) -> String {
    let bytes = Sha256::digest(format!("{}{}", token.id, token.secret));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
