//! The checksum in a token: CRC-32, as in zip and in GitHub's tokens.

use alloc::boxed::Box;
use core::fmt;

/// The polynomial, lowest power first.
const POLYNOMIAL: u32 = 0xedb8_8320;
/// Bytes taken in one step.
const STEP: usize = 16;

/// CRC-32 (ISO-HDLC) over tables that are made when a policy opens: 16 KiB of
/// memory instead of 16 KiB of module.
///
/// Table `n` gives what a byte adds to the checksum when `n` more bytes follow it.
pub(crate) struct Checksum(Box<[[u32; 256]; STEP]>);

impl Checksum {
    pub(crate) fn new() -> Checksum {
        let mut tables = Box::new([[0; 256]; STEP]);
        for byte in 0..=255_u8 {
            let mut sum = u32::from(byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 };
            }
            tables[0][usize::from(byte)] = sum;
        }
        for place in 1..STEP {
            for byte in 0..256 {
                let before = tables[place - 1][byte];
                tables[place][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            }
        }
        Checksum(tables)
    }

    pub(crate) fn of(&self, bytes: &[u8]) -> u32 {
        self.continued(0, bytes)
    }

    /// Continues the checksum `before` with `bytes`.
    #[inline]
    pub(crate) fn continued(&self, before: u32, bytes: &[u8]) -> u32 {
        let tables = &*self.0;
        let (steps, rest) = bytes.as_chunks::<STEP>();
        let mut sum = !before;
        for step in steps {
            let mut step = *step;
            for (byte, carried) in step.iter_mut().zip(sum.to_le_bytes()) {
                *byte ^= carried;
            }
            sum = step.iter().rev().zip(tables).fold(0, |sum, (byte, table)| sum ^ table[usize::from(*byte)]);
        }
        for byte in rest {
            sum = (sum >> 8) ^ tables[0][usize::from(sum as u8 ^ byte)];
        }
        !sum
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Checksum")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_github_uses() {
        let checksum = Checksum::new();
        assert_eq!(checksum.of(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum.of(b""), 0);
        assert_eq!(checksum.of(b"The quick brown fox jumps over the lazy dog"), 0x414F_A339);
    }

    #[test]
    fn a_checksum_can_be_continued() {
        let checksum = Checksum::new();
        let text: [u8; 70] = core::array::from_fn(|i| (i * i) as u8);
        for cut in 0..=text.len() {
            let (first, second) = text.split_at(cut);
            assert_eq!(checksum.continued(checksum.of(first), second), checksum.of(&text), "{cut}");
        }
    }
}
