//! A finished module from outside: its size, its imports, its checksum.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
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

/// How many things a module imports: the first number of its import section.
///
/// Reads the section headers only; it does not check that the module is valid.
pub(crate) fn imports(module: &[u8]) -> Result<u32> {
    const IMPORT_SECTION: u8 = 2;
    let Some(mut rest) = module.strip_prefix(b"\0asm\x01\0\0\0") else { bail!("not a WebAssembly module") };
    while let Some((&id, body)) = rest.split_first() {
        let (length, body) = leb128(body)?;
        let Some((section, next)) = body.split_at_checked(length as usize) else {
            bail!("the module is cut off")
        };
        if id == IMPORT_SECTION {
            return Ok(leb128(section)?.0);
        }
        rest = next;
    }
    Ok(0)
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

fn leb128(bytes: &[u8]) -> Result<(u32, &[u8])> {
    let mut value = 0u32;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    bail!("the module is cut off")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn a_module_without_an_import_section_imports_nothing() {
        assert_eq!(imports(HEADER).unwrap(), 0);
    }

    #[test]
    fn imports_are_counted_behind_other_sections() {
        let types = [1, 1, 0];
        let two_imports = [2, 3, 2, 0, 0];
        assert_eq!(imports(&[HEADER, &types, &two_imports].concat()).unwrap(), 2);
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

    #[test]
    fn a_cut_module_is_an_error() {
        assert!(imports(&[HEADER, &[2, 9, 1]].concat()).is_err());
        assert!(imports(b"not wasm").is_err());
    }
}
