//! Takes out of a module what a panic would say. A panic in a module is a trap, which says nothing: not the
//! message, not the place, and not the path of a source on the machine that built the module.

use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::Result;
use wasmparser::{DataKind, KnownCustom, Name, Operator, Parser, Payload};

/// Parts of the names of functions that only panic.
const PANIC: [&str; 9] = [
    "4core9panicking",
    "slice_index_fail",
    "slice_error_fail",
    "unwrap_failed",
    "expect_failed",
    "assert_failed",
    "len_mismatch_fail",
    "capacity_overflow",
    "rust_begin_unwind",
];

/// Makes every function that only panics a trap at once, and writes zeros over the places that panics name. Every other
/// byte stays where it is.
pub(crate) fn silence(module: &mut [u8]) -> Result<()> {
    let (mut bodies, mut data, mut imported, mut named) = (Vec::new(), Vec::new(), 0, BTreeSet::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else { continue };
                    if let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? {
                        let start = segment.range.end - segment.data.len();
                        data.push((value as usize, start..segment.range.end));
                    }
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for subsection in names {
                    let Name::Function(functions) = subsection? else { continue };
                    for function in functions {
                        let function = function?;
                        if PANIC.iter().any(|part| function.name.contains(part)) {
                            named.insert(function.index as usize);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (number, body) in bodies.into_iter().enumerate() {
        if named.contains(&(imported + number)) {
            trap(&mut module[body]);
        }
    }
    forget_places(module, &data);
    Ok(())
}

/// No locals, `unreachable`, `nop` as often as there is room, `end`.
fn trap(body: &mut [u8]) {
    if let [locals, unreachable, rest @ .., end] = body {
        (*locals, *unreachable, *end) = (0, 0, 0x0b);
        rest.fill(1);
    }
}

/// Overwrites each `core::panic::Location` (address and length of a path, line, column) and the paths.
fn forget_places(module: &mut [u8], data: &[(usize, Range<usize>)]) {
    let in_file = |address: usize, length: usize| {
        let (start, range) =
            data.iter().find(|(start, range)| (*start..start + range.len()).contains(&address))?;
        let place = range.start + (address - start);
        (place + length <= range.end).then_some(place..place + length)
    };
    let mut paths = Vec::new();
    for (start, range) in data {
        for place in (range.start + start.wrapping_neg() % 4..range.end).step_by(4) {
            let Some((location, _)) = module[place..range.end].split_first_chunk::<16>() else { break };
            let [address, length, line, column] = [0, 4, 8, 12]
                .map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|byte| location[at + byte])) as usize);
            let path = in_file(address, length).filter(|path| module[path.clone()].ends_with(b".rs"));
            if let Some(path) = path
                && (1..100_000).contains(&line)
                && (1..1_000).contains(&column)
            {
                module[place..place + 16].fill(0);
                paths.push(path);
            }
        }
    }
    paths.into_iter().for_each(|path| module[path].fill(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        [&[id, content.len() as u8], content].concat()
    }

    /// Two functions, of which one is named as one that panics, and data from address 4 on.
    fn module(data: &[u8]) -> Vec<u8> {
        let body = [5, 0, 0x41, 7, 0x1a, 0x0b];
        let names = [&[2, 0, 3][..], b"add", &[1, 20], b"4core9panicking9fmt0"].concat();
        let names = [&[4][..], b"name", &[1, names.len() as u8], &names].concat();
        let segment = [&[1, 0, 0x41, 4, 0x0b, data.len() as u8], data].concat();
        [
            HEADER,
            &section(1, &[1, 0x60, 0, 0]),
            &section(3, &[2, 0, 0]),
            &section(5, &[1, 0, 1]),
            &section(10, &[&[2][..], &body, &body].concat()),
            &section(11, &segment),
            &section(0, &names),
        ]
        .concat()
    }

    #[test]
    fn a_function_that_only_panics_becomes_a_trap_and_what_it_would_name_is_gone() {
        let location = |line: u8| [24, 0, 0, 0, 5, 0, 0, 0, line, 0, 0, 0, 3, 0, 0, 0];
        let text = b"keep";
        let data = [text, &location(9)[..], b"a/.rs", b"b.rs!"].concat();
        let mut silent = module(&data);
        silence(&mut silent).unwrap();
        let expected = module(&[&text[..], &[0; 16], &[0; 5], b"b.rs!"].concat());
        let at = expected.windows(6).rposition(|body| body == [5, 0, 0x41, 7, 0x1a, 0x0b]).unwrap();
        let mut expected = expected;
        expected[at + 1..at + 6].copy_from_slice(&[0, 0, 1, 1, 0x0b]);
        assert_eq!(silent, expected);
        // A line that no file has is no place in a file.
        let mut other = module(&[text, &location(0)[..], b"a/.rs", b"b.rs!"].concat());
        let before = other.len();
        silence(&mut other).unwrap();
        assert_eq!((other.len(), other.windows(5).any(|text| text == b"a/.rs")), (before, true));
    }
}
