//! Putting text together without the formatting machinery, which would be a
//! third of the WebAssembly module.

use alloc::string::String;

/// The parts, one after the other.
pub(crate) fn join(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// The parts with `between` between them.
pub(crate) fn join_with<T: AsRef<str>>(parts: &[T], between: &str) -> String {
    let mut text = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            text.push_str(between);
        }
        text.push_str(part.as_ref());
    }
    text
}

/// The number in decimal digits, with zeros in front up to `width`.
pub(crate) fn push_padded(text: &mut String, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut start = digits.len();
    while rest > 0 || digits.len() - start < width.clamp(1, 20) {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    text.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// The number in decimal digits.
pub(crate) fn decimal(number: u64) -> String {
    let mut text = String::new();
    push_padded(&mut text, number, 1);
    text
}

/// The bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        push_hex(&mut text, (*byte).into(), 2);
    }
    text
}

/// The lowest hexadecimal digits of a number, `width` of them.
fn push_hex(text: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        text.push(char::from_digit(number >> (4 * place) & 15, 16).unwrap_or('0'));
    }
}

/// Whether a character can make a text look like another one: it controls a
/// terminal, ends a line, or changes the direction of writing.
pub(crate) fn is_misleading(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The character as JSON escapes one of the first 65,536: `\u202e`.
pub(crate) fn push_escaped(text: &mut String, character: char) {
    text.push_str("\\u");
    push_hex(text, character.into(), 4);
}

/// `[A-Za-z0-9_-]{1,64}`: the names of resources, actions, kinds and sets.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(is_name_byte)
}

pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Names separated by dots, as in `crm.customers`.
pub(crate) fn is_dotted_name(text: &str) -> bool {
    text.len() <= 512 && text.split('.').all(is_name)
}

/// Whether one word is probably a typo of the other: they differ only in case,
/// or by one letter added, dropped, changed or swapped.
pub(crate) fn is_near_miss(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same_front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_front..], &b[same_front..]);
    let same_back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - same_back], &b[..b.len() - same_back]);
    same_front + same_back >= 2
        && (a.len() <= 1 && b.len() <= 1 || matches!((a, b), ([p, q], [r, s]) if p == s && q == r))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_of_one_letter_are_near() {
        for (a, b) in
            [("license", "License"), ("license", "licenze"), ("orders", "order"), ("licesne", "license")]
        {
            assert!(is_near_miss(a, b), "{a} {b}");
        }
        assert!(!is_near_miss("user", "role"));
        assert!(!is_near_miss("a", "b"));
    }

    #[test]
    fn numbers_are_padded() {
        assert_eq!(decimal(0), "0");
        assert_eq!(decimal(u64::MAX), "18446744073709551615");
    }
}
