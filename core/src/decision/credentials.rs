//! Finds the token in a request, which must carry exactly one.

use alloc::vec::Vec;

use crate::base::abi::frame::CREDENTIAL;
use crate::credential::Bearer;
use crate::decision::reason::Reason;
use crate::policy::Policy;
use crate::request::{Attempt, PathRules, before_query, decode_segment};

/// The token that the attempt presents through one of the policy's transports.
///
/// Transports that the policy does not name are ignored.
/// `decoded` is where a token that is sent encoded is written in plaintext.
#[inline]
pub(crate) fn presented<'a>(
    policy: &Policy,
    attempt: &Attempt<'a>,
    decoded: &'a mut Vec<u8>,
) -> Result<Bearer<'a>, Reason> {
    if policy.transports.only_bearer {
        // Fast path for the common request: `Bearer`, one space, a token of this policy.
        let value = attempt.authorization.ok_or(Reason::Missing)?;
        if let Some((scheme, token)) = value.split_first_chunk::<7>()
            && (scheme == b"Bearer " || scheme.eq_ignore_ascii_case(b"bearer "))
            && let Some(bearer) = policy.bearer(token)
        {
            return Ok(bearer);
        }
    }
    searched(policy, attempt, decoded)
}

/// The same for all other requests: checks every transport and every field in full.
fn searched<'a>(
    policy: &Policy,
    attempt: &Attempt<'a>,
    decoded: &'a mut Vec<u8>,
) -> Result<Bearer<'a>, Reason> {
    let found = [
        from_authorization(policy, attempt, decoded)?,
        from_header(policy, attempt)?,
        from_query(policy, attempt)?,
    ];
    let mut found = found.into_iter().flatten();
    let token = found.next().ok_or(Reason::Missing)?;
    if found.next().is_some() {
        return Err(Reason::Malformed);
    }
    policy.bearer(token).ok_or(Reason::NotAToken)
}

/// `Bearer` or `Token`, where named, then spaces and one b64token (RFC 6750 section 2.1), or `Basic` with a password.
fn from_authorization<'a>(
    policy: &Policy,
    attempt: &Attempt<'a>,
    decoded: &'a mut Vec<u8>,
) -> Result<Option<&'a [u8]>, Reason> {
    let transports = &policy.transports;
    let Some(value) =
        attempt.authorization.filter(|_| transports.bearer || transports.token || transports.basic)
    else {
        return Ok(None);
    };
    let basic = |scheme: &[u8]| transports.basic && scheme.eq_ignore_ascii_case(b"basic");
    let named = |scheme: &[u8]| {
        transports.bearer && scheme.eq_ignore_ascii_case(b"bearer")
            || transports.token && scheme.eq_ignore_ascii_case(b"token")
            || basic(scheme)
    };
    let value = field(value)?;
    let (scheme, rest) = scheme_of(value);
    match rest.first() {
        // A scheme stands alone or ends at a space (RFC 9110 section 11.4).
        None | Some(b' ') if !scheme.is_empty() => {}
        None | Some(_) => return Err(Reason::Malformed),
    }
    if named(scheme) {
        let token = b64token(trim(rest))?;
        return if basic(scheme) { password(policy, token, decoded).map(Some) } else { Ok(Some(token)) };
    }
    // Another scheme. In a field that was sent twice, ours may follow.
    let joined = parts(rest, b",").skip(1).any(|line| named(scheme_of(trim(line)).0));
    if joined { Err(Reason::Malformed) } else { Ok(None) }
}

/// The name at the start of a field, a token of RFC 9110 section 5.6.2, and what follows it.
fn scheme_of(value: &[u8]) -> (&[u8], &[u8]) {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    value.split_at(value.iter().position(|byte| !inside(byte)).unwrap_or(value.len()))
}

/// The password of `user:password` in base64 (RFC 7617 section 2). The user name may be any but a token.
fn password<'a>(policy: &Policy, text: &[u8], decoded: &'a mut Vec<u8>) -> Result<&'a [u8], Reason> {
    base64(text, decoded).ok_or(Reason::Malformed)?;
    let colon = decoded.iter().position(|byte| *byte == b':').ok_or(Reason::Malformed)?;
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    if decoded.iter().any(u8::is_ascii_control) || policy.bearer(user).is_some() {
        return Err(Reason::Malformed);
    }
    Ok(password)
}

/// Decodes base64 (RFC 4648 section 4) with its padding. `None` for any other way to write the same bytes.
fn base64(text: &[u8], decoded: &mut Vec<u8>) -> Option<()> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let (mut bits, mut count) = (0, 0);
    for byte in &text[..text.len() - padding] {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (text.len().is_multiple_of(4) && padding < 3 && bits == 0).then_some(())
}

/// A header of its own, or in a list of subprotocols the one after `bearer`.
fn from_header<'a>(policy: &Policy, attempt: &Attempt<'a>) -> Result<Option<&'a [u8]>, Reason> {
    let Some(value) = attempt.header.filter(|_| policy.transports.header.is_some()) else { return Ok(None) };
    let value = field(value)?;
    if !policy.transports.websocket {
        return b64token(value).map(Some);
    }
    let names = || parts(value, b",").map(trim);
    let is_mark = |name: &&[u8]| name.eq_ignore_ascii_case(b"bearer");
    let tokens = names().filter(|name| policy.bearer(name).is_some()).count();
    match (names().filter(is_mark).count(), names().skip_while(|name| !is_mark(name)).nth(1)) {
        (0, _) => Ok(None),
        (1, Some(token)) if tokens < 2 => b64token(token).map(Some),
        (_, _) => Err(Reason::Malformed),
    }
}

/// `?access_token=…` under the name that the policy gives it (RFC 6750 section 2.3). The name must
/// occur once, written as it is: programs behind the gate may also decode names, end a parameter
/// at `;`, or accept one without a value.
fn from_query<'a>(policy: &Policy, attempt: &Attempt<'a>) -> Result<Option<&'a [u8]>, Reason> {
    let Some(name) = &policy.transports.query else { return Ok(None) };
    let name = name.as_bytes();
    let path = before_query(attempt.target);
    let query = attempt.target.get(path.len() + 1..).unwrap_or_default();
    let occurs = parts(query, b"&;#").filter(|parameter| is_named(parameter, name)).count();
    let query = parts(query, b"#").next().unwrap_or_default();
    let mut values = parts(query, b"&").filter_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="));
    match (occurs, values.next()) {
        (0, _) => Ok(None),
        (1, Some(value)) if value.len() <= CREDENTIAL => b64token(value).map(Some),
        (_, _) => Err(Reason::Malformed),
    }
}

/// Whether a parameter of the query has this name, in percent-encoding or not.
fn is_named(parameter: &[u8], name: &[u8]) -> bool {
    let written = parts(parameter, b"=").next().unwrap_or_default();
    let mut decoded = Vec::new();
    decode_segment(written, &PathRules::default(), &mut decoded).is_some() && decoded == name
}

/// What stands between these bytes.
fn parts<'a>(text: &'a [u8], separators: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    text.split(|byte| separators.contains(byte))
}

/// A field value without surrounding blanks; malformed when it is too long, empty,
/// or holds a byte that credentials cannot contain.
fn field(value: &[u8]) -> Result<&[u8], Reason> {
    if value.len() > CREDENTIAL {
        return Err(Reason::Malformed);
    }
    let value = trim(value);
    let visible = value.iter().all(|byte| (0x20..0x7f).contains(byte));
    if visible && !value.is_empty() { Ok(value) } else { Err(Reason::Malformed) }
}

fn trim(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let start = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn b64token(text: &[u8]) -> Result<&[u8], Reason> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let (body, _) = text.split_at(text.len() - padding);
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    if !body.is_empty() && body.iter().all(fits) { Ok(text) } else { Err(Reason::Malformed) }
}
