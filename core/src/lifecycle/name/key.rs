//! The text that equal names share, after the nickname profile of RFC 8266.

use alloc::string::String;

use super::table::{MARK_COUNT, MARKS, TABLE};

/// The key of a name: names have one key when a person sees one name. It is empty when nothing of a name is seen.
///
/// - A character and its parts are equal: `é`, and `e` with an accent; so are full-width and half-width letters and
///   those of ordinary width.
/// - Marks on one letter are equal in any order.
/// - White space at either end does not count, nor how much or which there is between words.
/// - Characters without a shape of their own do not count (`Default_Ignorable_Code_Point`).
/// - In any case, letters are compared in lower case. Otherwise `>`, which no name holds, stands before each one that
///   was in upper case.
///
/// It does not see that letters of different scripts look alike, nor the other compatibility forms of Unicode, such as
/// ligatures, letters for mathematics and the compatibility ideographs of East Asia.
pub(crate) fn name_key(name: &str, any_case: bool) -> String {
    let mut key = Key { text: String::new(), marks: 0, blank: false, any_case };
    name.chars().for_each(|c| key.push(c.into()));
    key.text
}

struct Key {
    text: String,
    /// Where the marks at the end of the text begin.
    marks: usize,
    blank: bool,
    any_case: bool,
}

impl Key {
    /// Adds a character, or what stands for it.
    ///
    /// The table holds runs of characters in their order: the distance from the start of the run before, and a number.
    /// Below `MARK_COUNT` this is the number of a mark, and the run is one character: a base with that mark. From there
    /// it says what the characters are, and whether they are every second one only; then comes the length of the run.
    /// Bases, and characters that others are the same as, are given by their distance from the one before; letters of
    /// lower case by their distance from those of upper case.
    fn push(&mut self, code: u32) {
        if character(code).is_whitespace() || code == BRAILLE_BLANK {
            self.blank = true;
            return;
        }
        let syllable = code.wrapping_sub(FIRST_SYLLABLE);
        if syllable < SYLLABLES {
            self.put(HANGUL_INITIAL + syllable / 588, false);
            self.put(HANGUL_VOWEL + syllable / 28 % 21, false);
            if !syllable.is_multiple_of(28) {
                self.put(HANGUL_FINAL + syllable % 28, false);
            }
            return;
        }
        let mut table = Numbers(TABLE);
        let (mut start, mut base) = (0, 0);
        while !table.0.is_empty() {
            start += table.next();
            if start > code {
                break;
            }
            let kind = table.next();
            if kind < MARK_COUNT {
                base = table.distant(base);
                if start == code {
                    let mut marks = Numbers(MARKS);
                    let mark = (0..=kind).map(|_| marks.next()).sum();
                    self.push(base);
                    return self.push(mark);
                }
                continue;
            }
            let kind = kind - MARK_COUNT;
            let (length, offset) = (table.next(), code - start);
            let other = match kind % 4 {
                SAME => {
                    base = table.distant(base);
                    base + offset
                }
                UPPER => table.distant(code),
                _ => code,
            };
            let stride = kind / 4 + 1;
            if !offset.is_multiple_of(stride) || offset / stride >= length {
                continue;
            }
            if kind % 4 == MARK {
                self.put(code, true);
            } else if kind % 4 >= SAME {
                if kind % 4 == UPPER && !self.any_case {
                    self.put('>'.into(), false);
                }
                self.push(other);
            }
            return;
        }
        self.put(code, false);
    }

    /// Adds a character that stands for itself.
    fn put(&mut self, code: u32, is_mark: bool) {
        if core::mem::take(&mut self.blank) && !self.text.is_empty() {
            self.text.push(' ');
            self.marks = self.text.len();
        }
        let c = character(code);
        if is_mark {
            let marks = self.text.get(self.marks..).unwrap_or_default().chars();
            let before: usize = marks.filter(|other| *other <= c).map(char::len_utf8).sum();
            self.text.insert(self.marks + before, c);
        } else {
            self.text.push(c);
            self.marks = self.text.len();
        }
    }
}

// What characters are: 0 stands for those that are not seen.
const MARK: u32 = 1;
const SAME: u32 = 2;
const UPPER: u32 = 3;

const BRAILLE_BLANK: u32 = 0x2800;

const FIRST_SYLLABLE: u32 = 0xac00;
const SYLLABLES: u32 = 11_172;
const HANGUL_INITIAL: u32 = 0x1100;
const HANGUL_VOWEL: u32 = 0x1161;
const HANGUL_FINAL: u32 = 0x11a7;

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Numbers of seven bits a byte, the lowest first.
struct Numbers(&'static [u8]);

impl Numbers {
    fn next(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u32::from(byte & 127) << shift;
            shift += 7;
            if *byte < 128 {
                break;
            }
        }
        number
    }

    /// The number at a distance, which is written odd where it is negative.
    fn distant(&mut self, from: u32) -> u32 {
        let distance = self.next();
        from.wrapping_add(distance >> 1 ^ (distance & 1).wrapping_neg())
    }
}
