//! The attempt as it crosses the boundary: eight lengths, then the bytes.

use portcullis_core::Attempt;
use portcullis_core::abi::frame;

const FIELDS: usize = frame::FIELDS.len();
/// Bytes of the eight lengths.
pub(crate) const LENGTHS: usize = 4 * FIELDS;

/// Reads the attempt from the window. `None` when the lengths do not fit it.
///
/// Lengths are little-endian `i32`, -1 for a field that is absent: method,
/// target, authorization, header, tenant, application, ip, needs.
pub(crate) fn attempt(window: &[u8]) -> Option<Attempt<'_>> {
    let (lengths, mut rest) = window.split_at_checked(LENGTHS)?;
    let mut fields = [None; FIELDS];
    for (field, length) in fields.iter_mut().zip(lengths.chunks_exact(4)) {
        let length = i32::from_le_bytes(length.try_into().ok()?);
        if length != frame::ABSENT {
            let (bytes, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            *field = Some(bytes);
            rest = after;
        }
    }
    let [method, target, authorization, header, tenant, application, ip, needs] = fields;
    Some(Attempt {
        method: method.unwrap_or_default(),
        target: target.unwrap_or_default(),
        authorization,
        header,
        tenant: tenant.map(text),
        application: application.map(text),
        ip: ip.map(text),
        needs: needs.map(text),
    })
}

/// Invalid UTF-8 becomes the empty text, which matches nothing.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(lengths: [i32; FIELDS], bytes: &[u8]) -> Vec<u8> {
        let mut window: Vec<u8> = lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
        window.extend(bytes);
        window.resize(frame::WINDOW, 0);
        window
    }

    #[test]
    fn fields_are_adjacent_and_absent_ones_take_no_bytes() {
        let window = window([3, 2, -1, -1, 1, -1, -1, 0], b"GET/at");
        let attempt = attempt(&window).expect("fits");
        assert_eq!((attempt.method, attempt.target), (&b"GET"[..], &b"/a"[..]));
        assert_eq!((attempt.authorization, attempt.tenant, attempt.needs), (None, Some("t"), Some("")));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for lengths in [
            [frame::WINDOW as i32, 0, 0, 0, 0, 0, 0, 0],
            [-2, 0, 0, 0, 0, 0, 0, 0],
            [i32::MAX; 8],
            [i32::MIN; 8],
        ] {
            assert!(attempt(&window(lengths, b"")).is_none());
        }
        assert!(attempt(&[0; 31]).is_none());
    }

    #[test]
    fn invalid_utf_8_matches_nothing() {
        assert_eq!(
            attempt(&window([0, 0, -1, -1, 2, -1, -1, -1], &[0xff, 0xfe])).expect("fits").tenant,
            Some("")
        );
    }
}
