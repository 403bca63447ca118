//! A finished module from outside: its size, its imports, its checksum.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

/// The size of one file, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) raw: usize,
    pub(crate) gzip: usize,
}

pub(crate) fn size(path: &Path) -> Result<Size> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    Ok(Size { raw: bytes.len(), gzip: gzip.finish()?.len() })
}

/// How many things a module imports.
pub(crate) fn imports(module: &[u8]) -> Result<u32> {
    let sections = wasmparser::Parser::new(0).parse_all(module);
    sections
        .map(|section| {
            if let wasmparser::Payload::ImportSection(imports) = section? {
                Ok(imports.count())
            } else {
                Ok(0)
            }
        })
        .sum()
}

/// FNV-1a over words of 32 bits, little-endian, beginning with the length; then over the bytes that fill no word.
/// `js/src/module/checksum.ts` works out the same.
pub(crate) fn checksum(module: &[u8]) -> i32 {
    let (words, rest) = module.as_chunks::<4>();
    let words = words.iter().map(|word| u32::from_le_bytes(*word));
    let parts = words.chain(rest.iter().map(|byte| u32::from(*byte)));
    let sum = parts.fold(module.len() as u32, |sum, part| (sum ^ part).wrapping_mul(0x0100_0193));
    sum.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn imports_are_counted_and_a_cut_module_is_an_error() {
        let types = [1, 4, 1, 0x60, 0, 0];
        let import = [2, 7, 1, 1, b'a', 1, b'b', 0, 0];
        assert_eq!(imports(HEADER).unwrap(), 0);
        assert_eq!(imports(&[HEADER, &types, &import].concat()).unwrap(), 1);
        assert!(imports(&[HEADER, &types, &import[..5]].concat()).is_err());
        assert!(imports(b"not wasm").is_err());
    }

    #[test]
    fn a_checksum_tells_modules_apart_that_differ_in_one_bit_or_in_their_length() {
        let module = [HEADER, &[2, 3, 2, 0, 0]].concat();
        let whole = checksum(&module);
        for bit in 0..module.len() * 8 {
            let mut other = module.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(checksum(&other), whole, "bit {bit}");
        }
        assert_ne!(checksum(&[&module[..], &[0]].concat()), whole);
        assert_ne!(checksum(&module[..module.len() - 1]), whole);
    }
}
