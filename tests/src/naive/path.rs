//! A target as the segments of its path.

use serde_json::Value;

/// The decoded segments, or `None` for a path that can be read in two ways.
pub(super) fn segments(target: &str, policy: &Value) -> Option<Vec<String>> {
    let path = target.split('?').next()?;
    if !path.starts_with('/') || path.contains('#') {
        return None;
    }
    let literal_semicolon = policy["paths"]["semicolon"] == "literal";
    let refused = |c: char| !c.is_ascii_graphic() || c == '\\' || (c == ';' && !literal_semicolon);
    if path.chars().any(refused) {
        return None;
    }
    path[1..].split('/').map(segment).collect()
}

fn segment(raw: &str) -> Option<String> {
    let decoded = decode(raw)?;
    if decoded.chars().any(|c| c.is_ascii_control() || c == '\\') {
        return None;
    }
    // Dot segments, alone or beside a slash, a backslash or a semicolon, even if only repeated decoding shows them.
    let dots = |text: &str| text.split(['/', '\\', ';']).any(|piece| piece == "." || piece == "..");
    let mut seen = decoded.clone();
    loop {
        if dots(&seen) {
            return None;
        }
        match decode(&seen) {
            Some(next) if next != seen => seen = next,
            _ => return Some(decoded),
        }
    }
}

/// Percent-decoding, once.
pub(super) fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = raw.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = tail.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
