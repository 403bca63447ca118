//! Names the functions of a module so that sorted by name each stands next to the one that it has most in common with:
//! gzip looks back over 32 KB, and finds more that repeats.

use std::ops::Range;

use anyhow::Result;
use wasmparser::{KnownCustom, Parser, Payload, TypeRef};

/// Bytes of code that count as the same.
const GRAM: usize = 5;
/// What more functions have in common than these says nothing about them.
const COMMON: usize = 256;
/// Of the sections that have no meaning to an engine, and in there the one for functions.
const CUSTOM: u8 = 0;
const FUNCTIONS: u8 = 1;

/// The module with numbers in the place of its functions' names, for `wasm-opt --reorder-functions-by-name`.
pub(crate) fn named_by_likeness(module: &[u8]) -> Result<Vec<u8>> {
    let (mut bodies, mut imported) = (Vec::new(), 0);
    let mut named = module[..8].to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            Payload::CustomSection(custom) if matches!(custom.as_known(), KnownCustom::Name(_)) => continue,
            _ => {}
        }
        if let Some((id, content)) = payload.as_section() {
            section(&mut named, id, &module[content]);
        }
    }
    let mut ranks = vec![0; bodies.len()];
    for (rank, function) in order(module, &bodies).into_iter().enumerate() {
        ranks[function] = rank;
    }
    let mut names = Vec::new();
    number(&mut names, ranks.len());
    for (function, rank) in ranks.iter().enumerate() {
        number(&mut names, imported + function);
        let name = format!("{rank:06}");
        number(&mut names, name.len());
        names.extend(name.bytes());
    }
    let mut content = b"\x04name".to_vec();
    section(&mut content, FUNCTIONS, &names);
    section(&mut named, CUSTOM, &content);
    Ok(named)
}

/// The longest function first, behind each the one of the rest that shares most with it and those before.
fn order(module: &[u8], bodies: &[Range<usize>]) -> Vec<usize> {
    let mut grams: Vec<(&[u8], usize)> = Vec::new();
    for (function, body) in bodies.iter().enumerate() {
        grams.extend(module[body.clone()].windows(GRAM).map(|gram| (gram, function)));
    }
    grams.sort_unstable();
    grams.dedup();
    let shared: Vec<_> =
        grams.chunk_by(|a, b| a.0 == b.0).filter(|same| (2..=COMMON).contains(&same.len())).collect();
    let mut has = vec![Vec::new(); bodies.len()];
    for same in shared {
        same.iter().for_each(|(_, function)| has[*function].push(same));
    }
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|function| bodies[*function].len());
    let mut ordered = Vec::new();
    let mut likeness = vec![0; bodies.len()];
    let mut next = left.pop();
    while let Some(function) = next {
        ordered.push(function);
        // What stands further back counts less, and so does what many functions have in common.
        likeness.iter_mut().for_each(|likeness| *likeness /= 2);
        for same in &has[function] {
            let worth = 1_024 / same.len().isqrt();
            same.iter().for_each(|(_, other)| likeness[*other] += worth);
        }
        let nearest = (0..left.len()).max_by_key(|place| likeness[left[*place]]);
        next = nearest.map(|place| left.remove(place));
    }
    ordered
}

fn section(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    number(module, content.len());
    module.extend(content);
}

/// LEB128.
fn number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_with_the_same_code_are_named_one_after_the_other() {
        let body = |constants: &[u8]| {
            let code: Vec<u8> = constants.iter().flat_map(|constant| [0x41, *constant, 0x1a]).collect();
            [&[code.len() as u8 + 2, 0][..], &code, &[0x0b]].concat()
        };
        let bodies = [body(&[1, 2, 3, 4]), body(&[7, 8]), body(&[1, 2, 3]), body(&[5, 7, 8])];
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        section(&mut module, 1, &[1, 0x60, 0, 0]);
        section(&mut module, 3, &[4, 0, 0, 0, 0]);
        section(&mut module, 10, &[&[4][..], &bodies.concat()].concat());
        let before = module.clone();
        section(&mut module, CUSTOM, b"\x04name\x01\x05\x01\x00\x02ab");
        let named = named_by_likeness(&module).unwrap();
        let mut names = b"\x04name\x01\x21\x04".to_vec();
        for (function, name) in (0..).zip(["000000", "000003", "000001", "000002"]) {
            names.extend([&[function, 6], name.as_bytes()].concat());
        }
        let mut expected = before;
        section(&mut expected, CUSTOM, &names);
        assert_eq!(named, expected);
    }
}
