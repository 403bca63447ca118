//! GRO-06: the key of a name, held against the tables of unicode-normalization.

use alloc::string::String;
use alloc::vec::Vec;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::name_key;

fn exact(name: &str) -> String {
    name_key(name, false)
}

/// What the key leaves out: East Asian compatibility ideographs.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

/// All characters that the key must know, and some of the ideographs and of the empty planes.
fn characters() -> impl Iterator<Item = char> {
    let knows =
        |c: char| c < '\u{20000}' || canonical_combining_class(c) > 0 || !core::iter::once(c).nfd().eq([c]);
    ('\0'..=char::MAX).filter(move |c| !is_left_out(*c) && (knows(*c) || u32::from(*c) % 61 == 0))
}

fn has_a_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{ff61}'..='\u{ff9f}')
}

fn same_in_every_form(name: &str) {
    let key = exact(name);
    assert_eq!(exact(&name.nfc().collect::<String>()), key, "{name:?}");
    assert_eq!(exact(&name.nfd().collect::<String>()), key, "{name:?}");
}

#[test]
fn gro_06_every_character_has_one_key_in_every_form() {
    for c in characters() {
        same_in_every_form(c.encode_utf8(&mut [0; 4]));
        if has_a_width(c) {
            let form: String = core::iter::once(c).nfkc().collect();
            assert_eq!(exact(c.encode_utf8(&mut [0; 4])), exact(&form), "{c:?}");
        }
    }
}

#[test]
fn gro_06_every_text_has_one_key_in_every_form() {
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    // Characters that change, marks, and what stands between them.
    let special: Vec<char> = characters()
        .filter(|c| canonical_combining_class(*c) > 0 || !core::iter::once(*c).nfd().eq([*c]))
        .chain("aAoeéÉ \u{1100}\u{1161}\u{11a8}\u{200d}\u{34f}\u{ad}".chars().cycle().take(2_000))
        .collect();
    for _ in 0..50_000 {
        let text: String = (0..1 + random(6)).map(|_| special[random(special.len())]).collect();
        same_in_every_form(&text);
    }
}

#[test]
fn gro_06_names_are_equal_as_a_person_sees_them() {
    let names = [
        "Ünal Ærø",
        "U\u{308}nal Ærø",
        "  Ünal \t\u{a0}Ærø\u{3000}",
        "Ü\u{200b}n\u{ad}al\u{2800}Æ\u{200d}r\u{feff}ø\u{e0020}",
        "Ｕ\u{308}ｎａｌ　Ærø",
    ];
    for name in names {
        assert_eq!(exact(name), ">u\u{308}nal >ærø", "{name:?}");
        assert_eq!(name_key(name, true), "u\u{308}nal ærø", "{name:?}");
    }
    for name in ["", " ", "\u{200b}", "\u{3164}\u{115f} \u{ad}", "\u{2800}\u{2003}", "\u{fe0f}\u{e0101}"] {
        assert_eq!(exact(name), "", "{name:?}");
    }
    assert_eq!(exact("ｶﾞｷﾞ"), exact("ガギ"));
    assert_eq!(exact("각"), exact("\u{1100}\u{1161}\u{11a8}"));
    assert_eq!(name_key("ΟΔΌΣ ßẞ", true), name_key("οδόσ ßß", true));
    assert_ne!(exact("Ab"), exact("aB"));
    assert_ne!(exact("resume"), exact("résumé"));
    assert_ne!(exact("ab c"), exact("a bc"));
    assert_ne!(exact("x\u{301}y"), exact("xy\u{301}"));
}

#[test]
fn gro_06_different_characters_have_different_keys() {
    let mut keys: Vec<(String, char)> = characters()
        .filter(|c| !c.is_whitespace() && !has_a_width(*c))
        .filter(|c| core::iter::once(*c).nfc().eq([*c]))
        .map(|c| (exact(c.encode_utf8(&mut [0; 4])), c))
        .filter(|(key, _)| !key.is_empty())
        .collect();
    keys.sort();
    let doubled = keys.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    // Marks in another order, titles of two letters, and a symbol.
    let known = ["ǕṺ", "Ǆǅ", "Ǉǈ", "Ǌǋ", "Ǳǲ", "Θϴ", "ǖṻ"];
    let doubled: Vec<String> = doubled.map(|pair| String::from_iter([pair[0].1, pair[1].1])).collect();
    assert_eq!(doubled, known);
}
