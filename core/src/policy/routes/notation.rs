//! Templates in the notation of other routers, and how they are written here.

use alloc::string::String;

use crate::base::{is_name_byte, join};

/// How a segment in the notation of another router is written here; `None` for one that is in ours.
#[inline(never)]
pub(crate) fn other_notation(segment: &str) -> Option<String> {
    let bytes = segment.as_bytes();
    let (mut start, mut many) = (None, false);
    for (place, byte) in bytes.iter().enumerate() {
        let before = bytes[..place].last();
        let named = bytes.get(place + 1).is_some_and(|next| is_name_byte(*next));
        let marks = match byte {
            // Behind a name or a parameter a colon begins a verb: `{id}:publish`, `books:search`.
            b':' => {
                named
                    && before.is_none_or(|before| !before.is_ascii_alphanumeric() && !b"})".contains(before))
            }
            b'$' => named && before.is_none(),
            b'*' | b'[' | b']' | b'<' | b'>' => true,
            _ => false,
        };
        many |= *byte == b'*' || bytes[place..].starts_with(b"...");
        if marks && start.is_none() {
            start = Some(place);
        }
    }
    let mut name = bytes.get(start?..)?;
    // `<int:id>` names its type first.
    if let [b'<', typed @ ..] = name
        && let Some(colon) = typed.iter().position(|byte| *byte == b':')
    {
        name = &typed[colon..];
    }
    while let [first, rest @ ..] = name
        && !is_name_byte(*first)
    {
        name = rest;
    }
    let end = name.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(name.len());
    let name = match core::str::from_utf8(&name[..end]) {
        Ok("") | Err(_) if many => "rest",
        Ok("") | Err(_) => "id",
        Ok(name) => name,
    };
    Some(join(&["{", name, if many { "...}" } else { "}" }]))
}

/// A text with those marks decoded that other routers take for notation: `%24count` for `$count`.
pub(crate) fn decoded_marks(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mark = match rest.as_bytes() {
            [b'%', b'2', b'4', ..] => '$',
            [b'%', b'2', b'A' | b'a', ..] => '*',
            [b'%', b'3', b'A' | b'a', ..] => ':',
            [b'%', b'5', b'B' | b'b', ..] => '[',
            [b'%', b'5', b'D' | b'd', ..] => ']',
            [..] => first,
        };
        decoded.push(mark);
        rest = rest.get(if mark == first { first.len_utf8() } else { 3 }..).unwrap_or_default();
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_07_every_other_notation_is_shown_in_ours() {
        for (theirs, ours) in [
            ("*", "{rest...}"),
            ("**", "{rest...}"),
            ("*splat", "{splat...}"),
            ("{*rest}", "{rest...}"),
            ("(.*)", "{rest...}"),
            (":id", "{id}"),
            (":id(\\d+)", "{id}"),
            (":id.json", "{id}"),
            (":path*", "{path...}"),
            ("file-:id", "{id}"),
            ("[id]", "{id}"),
            ("[...all]", "{all...}"),
            ("[[...all]]", "{all...}"),
            ("<id>", "{id}"),
            ("<int:id>", "{id}"),
            ("<path:rest>", "{rest}"),
            ("$id", "{id}"),
        ] {
            assert_eq!(other_notation(theirs).as_deref(), Some(ours), "{theirs}");
        }
    }

    #[test]
    fn sea_07_our_own_notation_is_left_alone() {
        for segment in [
            "",
            "books",
            "{id}",
            "{rest...}",
            "{id}:publish",
            "books:batchGet",
            "fn({id})",
            "fn({id}):go",
            "{base}...{head}",
            "a$b",
            "price$",
            "a:",
            "v1.2",
            "~ada",
            "%24count",
            "@me",
        ] {
            assert_eq!(other_notation(segment), None, "{segment}");
        }
        assert_eq!(decoded_marks("%24count%2a%3A%5b%5Dé%20%"), "$count*:[]é%20%");
    }
}
