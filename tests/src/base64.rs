//! Base64 (RFC 4648 section 4), as a table says it.

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text for these bytes.
pub fn encoded(bytes: &[u8]) -> String {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let places = (0..bits.len()).step_by(6).map(|at| format!("{:0<6}", &bits[at..bits.len().min(at + 6)]));
    let mut text: String = places
        .filter_map(|six| ALPHABET.chars().nth(usize::from_str_radix(&six, 2).expect("six bits")))
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The bytes for which this is the text, if it is one.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let places: Option<Vec<usize>> =
        text.trim_end_matches('=').chars().map(|letter| ALPHABET.find(letter)).collect();
    let bits: String = places?.iter().map(|place| format!("{place:06b}")).collect();
    let bytes = (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[8 * at..8 * at + 8], 2));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().ok()?;
    (encoded(&bytes) == text).then_some(bytes)
}
