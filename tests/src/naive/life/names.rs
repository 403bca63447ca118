//! What two names share that a person sees as one: the parts of the characters, as the crate unicode-normalization
//! knows them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// `Default_Ignorable_Code_Point`.
fn is_ignored(c: char) -> bool {
    matches!(
        u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
            | 0xfff0..=0xfff8 | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
    )
}

/// Controls and marks of the direction of writing.
pub(super) fn misleads(c: char) -> bool {
    c.is_control() || matches!(u32::from(c), 0x61c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x2069)
}

fn parts(c: char) -> Vec<char> {
    match c {
        // East Asian compatibility ideographs stay what they are.
        '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => vec![c],
        '\u{ff01}'..='\u{ff5e}' | '\u{ff61}'..='\u{ff9f}' => [c].into_iter().nfkd().collect(),
        _ => [c].into_iter().nfd().collect(),
    }
}

pub(super) fn key(name: &str, any_case: bool) -> String {
    let seen: String =
        name.chars().filter(|c| !is_ignored(*c)).map(|c| if c == '\u{2800}' { ' ' } else { c }).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let mut key: Vec<char> = Vec::new();
    for part in words.join(" ").chars().flat_map(parts) {
        let lower: Vec<char> = part.to_lowercase().collect();
        match lower[..] {
            [low] if low != part => {
                key.extend(Some('>').filter(|_| !any_case));
                key.push(low);
            }
            _ => key.push(part),
        }
    }
    let is_mark = |c: &char| canonical_combining_class(*c) > 0;
    key.chunk_by_mut(|one, next| is_mark(one) && is_mark(next)).for_each(<[char]>::sort_unstable);
    key.into_iter().collect()
}
