//! WSM-06: a module other than the expected one is refused at load time, with the reason.

use portcullis_wasmtime::{Attempt, Error, Limits, Module, ModuleHash, Policy, PrecompiledHash, Reason};

use crate::fixture::POLICY;
use crate::folder::Folder;
use crate::stub::{ask, limits, load, load_bytes, wat};

/// A file that is removed when dropped.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("portcullis-{}-{name}.wasm", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn said(result: Result<Module, Error>) -> String {
    result.map(|module| format!("{module:?} was loaded")).unwrap_err().to_string()
}

#[test]
fn wsm_06_a_module_is_loaded_under_its_own_hash_only() {
    let bytes = wat::parse_str(wat(&[])).unwrap();
    let hash = ModuleHash::of(&bytes);
    let file = File::new("pinned", &bytes);
    assert_eq!(Module::from_file(&file.0, &hash).unwrap().hash(), hash);
    assert_eq!(ModuleHash::parse(&hash.to_string()), Some(hash));

    let mut altered = bytes.clone();
    *altered.last_mut().unwrap() ^= 1;
    let cut = &bytes[..bytes.len() - 1];
    for other in [&altered[..], cut, b""] {
        assert!(matches!(Module::from_bytes(other, &hash), Err(Error::WrongHash { .. })));
        let file = File::new("other", other);
        assert!(said(Module::from_file(&file.0, &hash)).contains(&hash.to_string()));
    }
}

#[test]
fn wsm_06_a_missing_file_is_named() {
    let hash = ModuleHash::of(b"");
    let message = said(Module::from_file("/nowhere/portcullis.wasm", &hash));
    assert!(message.starts_with("cannot use /nowhere/portcullis.wasm: "), "{message}");
}

#[test]
fn wsm_06_a_truncated_module_opens_no_policy() {
    let bytes = wat::parse_str(wat(&[])).unwrap();
    // Behind this are the names of its functions, which do not affect it.
    let names = bytes.windows(5).position(|bytes| bytes == b"\x04name").unwrap() - 3;
    for end in 0..names {
        let opened = load_bytes(&bytes[..end]).and_then(|module| Policy::open(&module, "{}"));
        assert!(opened.is_err(), "cut at {end}");
    }
}

#[test]
fn wsm_06_a_precompiled_module_is_loaded_under_its_own_hash_only() {
    let folder = Folder::new();
    let file = folder.file("portcullis.cwasm");
    let module = load(&wat(&[("decide", "i32.const 22")])).unwrap();
    let hash = module.precompile(&file).unwrap();
    let loaded = Module::from_precompiled(&file, &hash).unwrap();
    assert_eq!(loaded.hash(), module.hash());
    assert_eq!(PrecompiledHash::parse(&hash.to_string()), Some(hash));
    let policy = Policy::open_within(&loaded, "{}", limits()).unwrap();
    let attempt = Attempt::http("GET", "/");
    let decision = ask(&policy, &attempt);
    assert_eq!(decision.reason(), Some(Reason::InsufficientScope));
    assert_eq!(decision.module_hash(), Some(module.hash()));

    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(Module::from_precompiled_bytes(&bytes, &hash).unwrap().hash(), module.hash());
    let altered = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        bytes
    };
    let places = [0, 16, 47, 48, bytes.len() / 2, bytes.len() - 1];
    let cut = [0, 16, 48, bytes.len() / 2, bytes.len() - 1].map(|end| bytes[..end].to_vec());
    for other in places.map(altered).into_iter().chain(cut) {
        std::fs::write(&file, &other).unwrap();
        let said = said(Module::from_precompiled(&file, &hash));
        assert!(said.starts_with("the precompiled module is not the one that was asked for"), "{said}");
        assert!(said.ends_with(&hash.to_string()), "{said}");
    }
}

#[test]
fn an_unwritable_path_is_named_when_precompiling() {
    let missing = Folder::new().file("none").join("portcullis.cwasm");
    let written = load(&wat(&[])).unwrap().precompile(&missing);
    assert!(matches!(written, Err(Error::File { path, .. }) if path == missing));
    let read = Module::from_precompiled(&missing, &PrecompiledHash::of(b""));
    assert!(matches!(read, Err(Error::File { path, .. }) if path == missing));
}

#[test]
fn wsm_06_another_version_of_the_boundary_is_refused() {
    for version in [0, 2, -1] {
        let result = load(&wat(&[("abi_version", &format!("i32.const {version}"))]));
        assert!(matches!(result, Err(Error::AbiVersion { found }) if found == version as u32), "{result:?}");
    }
    assert_eq!(
        said(load(&wat(&[("abi_version", "i32.const 2")]))),
        "the module speaks version 2 of the boundary, this crate version 1; take both from one release"
    );
}

#[test]
fn wsm_06_a_module_with_imports_is_refused() {
    for import in ["(import \"env\" \"now\" (func (result i64)))", "(import \"env\" \"memory\" (memory 1))"] {
        let message = said(load(&format!("(module {import})")));
        assert!(message.starts_with("the module asks its host for env."), "{message}");
    }
}

#[test]
fn wsm_06_every_export_must_be_there_with_its_type() {
    let whole = wat(&[]);
    let names = whole.match_indices("(export \"").map(|(at, quote)| {
        let rest = &whole[at + quote.len()..];
        &rest[..rest.find('"').unwrap()]
    });
    let mut looked_at = 0;
    for name in names {
        let renamed = whole.replace(&format!("(export \"{name}\")"), "(export \"something else\")");
        let message = said(load(&renamed));
        assert!(message.contains(&format!("no \"{name}\" of the form")), "{message}");
        looked_at += 1;
    }
    assert_eq!(looked_at, 14);
    let other_form =
        whole.replace("(param i32 i32 i32 i64) (result i32)", "(param i32 i32 i32 f64) (result i32)");
    assert!(matches!(load(&other_form), Err(Error::MissingExport { name: "decide" })));
    let wide = whole.replace("(memory (export \"memory\") 2)", "(memory (export \"memory\") i64 2)");
    assert!(load(&wide).is_err());
}

#[test]
fn wsm_06_a_module_that_fails_to_start_is_refused() {
    let starting =
        |body: &str| wat(&[]).replacen("(module", &format!("(module (func $go {body}) (start $go)"), 1);
    assert!(matches!(load(&starting("unreachable")), Err(Error::Trapped(_))));
    assert!(matches!(load(&starting("(loop $more (br $more))")), Err(Error::TimedOut { .. })));
}

#[test]
fn wsm_06_text_and_other_files_are_refused() {
    for bytes in [wat(&[]).as_bytes(), b"", b"\0asm", b"\0asm\x02\0\0\0", b"\x7fELF", POLICY.as_bytes()] {
        assert!(matches!(load_bytes(bytes), Err(Error::NotAModule(_))));
    }
    // A valid module, but without exports.
    assert!(matches!(load("(module)"), Err(Error::MissingExport { name: "memory" })));
}

#[test]
fn a_module_that_starts_with_too_much_memory_is_refused() {
    let large = wat(&[]).replace("\"memory\") 2)", "\"memory\") 100)");
    let module = load(&large).unwrap();
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let result = Policy::open_within(&module, "{}", limits);
    assert!(matches!(result, Err(Error::OutOfMemory { limit }) if limit == 1 << 20), "{result:?}");
}

#[test]
fn the_embedded_module_is_compiled_once() {
    let [first, second] = [(); 2].map(|()| Module::embedded().unwrap());
    assert_eq!(first.hash(), second.hash());
    assert_eq!(format!("{first:?}"), format!("Module({})", first.hash()));
}

/// The build script builds a missing module with the same flags as `cargo xtask build`.
#[test]
fn the_build_script_and_xtask_build_the_same_module() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(xtask) = std::fs::read_to_string(here.join("../xtask/src/commands/build.rs")) else {
        return; // Not in the workspace.
    };
    let own = std::fs::read_to_string(here.join("build.rs")).unwrap();
    let flags = |text: &str| {
        text.lines().find_map(|line| line.strip_prefix("const RUSTFLAGS: &str = ")).map(String::from).unwrap()
    };
    assert_eq!(flags(&own), flags(&xtask));
}
