//! Reading JSON text, with bounds on size and depth.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{decimal, join};
use crate::document::budget::{Bounds, Budget, Fault, TOO_LARGE, with_distinct_names};
use crate::document::problem::Problem;
use crate::document::value::Value;

impl Value {
    /// Reads JSON text.
    ///
    /// # Errors
    /// The text is not JSON, breaks a rule of [`Value`] or of `bounds`, or has an object with two fields of one name:
    /// only then the problem has a path.
    pub fn parse(text: &str, bounds: Bounds) -> Result<Value, Problem> {
        if text.len() > bounds.bytes {
            return Err(Problem::new("too_large", TOO_LARGE));
        }
        let budget = Budget::of(bounds);
        let value = read(text, &budget);
        budget.verdict()?;
        let value = value.map_err(|error| {
            let (line, column) = error.line_and_column(text);
            let (line, column) = (decimal(line as u64), decimal(column as u64));
            Problem::new("not_json", &join(&["invalid JSON at line ", &line, ", column ", &column]))
        })?;
        with_distinct_names(value)
    }
}

/// Reads one JSON text to its end.
fn read(text: &str, budget: &Budget) -> Result<Value, NotJson> {
    let mut reader = Reader { text, place: 0, budget };
    let value = reader.value(budget.depth)?;
    reader.blank();
    if reader.place == text.len() { Ok(value) } else { Err(NotJson { place: reader.place }) }
}

/// The byte at which the text stops being valid JSON.
struct NotJson {
    place: usize,
}

impl NotJson {
    /// Line and column, both from 1, columns in characters.
    fn line_and_column(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.place).unwrap_or(text);
        let line_start = before.bytes().rposition(|byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = before
            .get(line_start..)
            .map_or(0, |line| line.bytes().filter(|byte| byte & 0xc0 != 0x80).count());
        (before.bytes().filter(|byte| *byte == b'\n').count() + 1, column + 1)
    }
}

struct Reader<'t> {
    text: &'t str,
    place: usize,
    budget: &'t Budget,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.blank();
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(|text| {
                self.budget.spend(text.len());
                Value::Text(text)
            }),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            _ => self.word("null", Value::Null),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, NotJson> {
        let depth = self.deeper(depth)?;
        let mut fields = Vec::new();
        if self.opens_empty(b'}') {
            return Ok(Value::Map(fields));
        }
        loop {
            self.blank();
            let name = self.string()?;
            self.budget.spend(name.len());
            self.blank();
            self.expect(b':')?;
            fields.push((name, self.value(depth)?));
            if self.closes(b'}')? {
                return Ok(Value::Map(fields));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, NotJson> {
        let depth = self.deeper(depth)?;
        let mut items = Vec::new();
        if self.opens_empty(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.closes(b']')? {
                return Ok(Value::List(items));
            }
        }
    }

    fn deeper(&mut self, depth: usize) -> Result<usize, NotJson> {
        self.budget.spend(0);
        self.place += 1;
        match depth.checked_sub(1) {
            Some(depth) => Ok(depth),
            None => {
                self.budget.fault(Fault::TooDeep);
                self.fail()
            }
        }
    }

    fn opens_empty(&mut self, end: u8) -> bool {
        self.blank();
        self.take(end)
    }

    /// After an item: `true` at the end of the list or object, `false` at a comma.
    fn closes(&mut self, end: u8) -> Result<bool, NotJson> {
        self.blank();
        if self.take(end) {
            return Ok(true);
        }
        self.expect(b',')?;
        Ok(false)
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, NotJson> {
        self.budget.spend(0);
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(value)
    }

    /// A number in JSON's grammar. Whole numbers of at most 2^53 - 1 in size are
    /// accepted in every notation; others are a fault.
    fn number(&mut self) -> Result<Value, NotJson> {
        self.budget.spend(0);
        let negative = self.take(b'-');
        let mut decimal = Decimal::default();
        if !self.take(b'0') {
            self.digits(&mut |digit| decimal.push(digit, 0))?;
        }
        if self.take(b'.') {
            self.digits(&mut |digit| decimal.push(digit, -1))?;
        }
        if self.take(b'e') || self.take(b'E') {
            let minus = self.take(b'-');
            if !minus {
                self.take(b'+');
            }
            let mut exponent: i64 = 0;
            self.digits(&mut |digit| exponent = (exponent * 10 + i64::from(digit)).min(1 << 40))?;
            decimal.exponent += if minus { -exponent } else { exponent };
        }
        let Some(size) = decimal.whole() else {
            self.budget.fault(Fault::BadNumber);
            return Ok(Value::Null);
        };
        Ok(Value::Int(if negative { -size } else { size }))
    }

    /// One or more digits.
    fn digits(&mut self, each: &mut dyn FnMut(u8)) -> Result<(), NotJson> {
        let start = self.place;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            each(digit - b'0');
            self.place += 1;
        }
        if self.place == start { self.fail() } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let start = self.place;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.place += 1;
            }
            string.push_str(self.text.get(start..self.place).unwrap_or_default());
            if self.take(b'"') {
                return Ok(string);
            }
            self.expect(b'\\')?;
            string.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, NotJson> {
        let escape = self.peek();
        self.place += 1;
        let character = match escape {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            Some(_) | None => {
                self.place -= 1;
                return self.fail();
            }
        };
        Ok(character)
    }

    /// `XXXX`, or a surrogate pair for a character above U+FFFF; a lone surrogate is refused.
    fn code_point(&mut self) -> Result<char, NotJson> {
        let start = self.place;
        let unit = self.code_unit()?;
        let code = if (0xd800..0xdc00).contains(&unit) {
            self.expect(b'\\')?;
            self.expect(b'u')?;
            let low = self.code_unit()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(NotJson { place: start });
            }
            0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
        } else {
            unit
        };
        char::from_u32(code).ok_or(NotJson { place: start })
    }

    fn code_unit(&mut self) -> Result<u32, NotJson> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = match self.peek() {
                Some(digit @ b'0'..=b'9') => digit - b'0',
                Some(digit @ b'a'..=b'f') => digit - b'a' + 10,
                Some(digit @ b'A'..=b'F') => digit - b'A' + 10,
                Some(_) | None => return self.fail(),
            };
            unit = unit << 4 | u32::from(digit);
            self.place += 1;
        }
        Ok(unit)
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.place += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.place += usize::from(here);
        here
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte) { Ok(()) } else { self.fail() }
    }

    fn fail<T>(&self) -> Result<T, NotJson> {
        Err(NotJson { place: self.place })
    }
}

/// The digits of a number and the position of its point. Zeros are held back
/// until a digit follows, so that `1000`, `1e3` and `1.000e3` are equal.
#[derive(Default)]
struct Decimal {
    digits: i64,
    zeros: u32,
    exponent: i64,
    too_long: bool,
}

impl Decimal {
    fn push(&mut self, digit: u8, shift: i64) {
        self.exponent += shift;
        self.zeros += 1;
        if digit == 0 {
            return;
        }
        let grown = 10_i64.checked_pow(self.zeros).and_then(|factor| self.digits.checked_mul(factor));
        match grown.and_then(|grown| grown.checked_add(digit.into())) {
            Some(digits) => self.digits = digits,
            None => self.too_long = true,
        }
        self.zeros = 0;
    }

    /// The number, if it is whole and at most 2^53 - 1.
    fn whole(&self) -> Option<i64> {
        if self.digits == 0 && !self.too_long {
            return Some(0);
        }
        let shift = u32::try_from(self.exponent + i64::from(self.zeros)).ok()?;
        let size = self.digits.checked_mul(10_i64.checked_pow(shift)?)?;
        (!self.too_long && size <= Value::LARGEST).then_some(size)
    }
}
