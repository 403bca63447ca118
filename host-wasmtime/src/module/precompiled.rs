//! Modules precompiled to machine code, for a fast start. The only file with unsafe code.

use std::fs;
use std::io;
use std::path::Path;

use crate::base::{Error, ModuleHash, PrecompiledHash};
use crate::module::Module;
use crate::sandbox::engine;

/// The header of the file: a name, and the hash of the original module.
const NAME: [u8; 16] = *b"portcullis cwasm";
const HASH: usize = 32;

impl Module {
    /// Writes this module as machine code for this processor, and returns the hash that
    /// [`Module::from_precompiled`] requires.
    ///
    /// Anyone who can replace the file *and* the hash can run code in your process. Make the file where you
    /// build, ship the hash in your program, and never store it in a file beside the other.
    ///
    /// ```
    /// # use portcullis_wasmtime::{Error, Module};
    /// # let file = std::env::temp_dir().join(format!("portcullis-{}.cwasm", std::process::id()));
    /// let hash = Module::embedded()?.precompile(&file)?;         // where you build
    /// let module = Module::from_precompiled(&file, &hash)?;      // where you start, in a millisecond or two
    /// assert_eq!(module.hash(), Module::embedded()?.hash());
    /// # std::fs::remove_file(&file).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// The file works with the same release of this crate, on a processor with at least the same features.
    /// Anything else is refused when it is loaded, so ship the module itself as a fallback.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn precompile(&self, path: impl AsRef<Path>) -> Result<PrecompiledHash, Error> {
        let code = self.blueprint().module().serialize();
        let code = code.map_err(|error| Error::Unavailable(format!("{error:#}")))?;
        let bytes = [&NAME, &self.hash().0[..], &code].concat();
        let path = path.as_ref();
        write(path, &bytes).map_err(|error| Error::File { path: path.into(), error })?;
        Ok(PrecompiledHash::of(&bytes))
    }

    /// Loads a file that [`Module::precompile`] wrote, if it has this hash.
    ///
    /// # Errors
    /// The file cannot be read, has another hash, or was made by another release or for another processor.
    pub fn from_precompiled(path: impl AsRef<Path>, hash: &PrecompiledHash) -> Result<Module, Error> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| Error::File { path: path.into(), error })?;
        Module::from_precompiled_bytes(&bytes, hash)
    }

    /// Loads it from bytes, such as those of `include_bytes!`.
    ///
    /// # Errors
    /// As [`Module::from_precompiled`].
    pub fn from_precompiled_bytes(bytes: &[u8], hash: &PrecompiledHash) -> Result<Module, Error> {
        let found = PrecompiledHash::of(bytes);
        if found != *hash {
            return Err(Error::WrongPrecompiled { expected: *hash, found });
        }
        let parts = bytes.strip_prefix(&NAME).and_then(<[u8]>::split_first_chunk::<HASH>);
        let Some((module, code)) = parts else {
            return Err(Error::NotAModule("it was not written by Module::precompile".into()));
        };
        Module::check(deserialize(code)?, ModuleHash(*module))
    }
}

/// Loads machine code, and trusts it.
///
/// Wasmtime checks the release, the settings and the processor, but cannot detect a change to the code.
#[allow(unsafe_code, reason = "the caller has compared the hash of all bytes with the one that was stated")]
fn deserialize(code: &[u8]) -> Result<wasmtime::Module, Error> {
    let engine = engine::engine()?;
    // SAFETY: `deserialize` requires the unmodified output of `serialize`, of any release. The only caller holds
    // the bytes in memory, where they cannot change between check and use, and has verified that their SHA-256 is
    // the one that the program states. `Module::precompile` returned that hash for exactly the output of
    // `serialize`. A program that states the hash of other bytes trusts them by its own choice.
    let module = unsafe { wasmtime::Module::deserialize(engine, code) };
    module.map_err(|error| Error::NotForThisHost(format!("{error:#}")))
}

/// Writes the whole file or nothing: a reader sees the old file or the new one.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, ModuleVersionStrategy};

    use super::*;

    fn load(code: &[u8]) -> Result<Module, Error> {
        let bytes = [&NAME, &[0; HASH][..], code].concat();
        Module::from_precompiled_bytes(&bytes, &PrecompiledHash::of(&bytes))
    }

    #[test]
    fn wsm_06_code_of_another_release_or_other_settings_is_refused() {
        let module = wat::parse_str("(module)").expect("text");
        let code = engine::engine().expect("an engine").precompile_module(&module).expect("code");
        assert!(matches!(load(&code), Err(Error::MissingExport { name: "memory" })), "it is this release's");

        let next = ModuleVersionStrategy::Custom("the next".into());
        let [mut release, mut unbounded] = [(); 2].map(|()| engine::config());
        release.module_version(next).expect("a short name");
        unbounded.epoch_interruption(false);
        for settings in [release, unbounded] {
            let code =
                Engine::new(&settings).and_then(|engine| engine.precompile_module(&module)).expect("code");
            let error = load(&code).expect_err("other code");
            assert!(matches!(&error, Error::NotForThisHost(_)), "{error}");
        }
    }

    #[test]
    fn wsm_06_bytes_that_are_not_code_are_refused() {
        for code in [&b""[..], b"\x7fELF", b"no code at all", &[0; 4_096]] {
            assert!(matches!(load(code), Err(Error::NotForThisHost(_))));
        }
        for bytes in [&b""[..], &NAME, b"\0asm\x01\0\0\0"] {
            let loaded = Module::from_precompiled_bytes(bytes, &PrecompiledHash::of(bytes));
            assert!(matches!(loaded, Err(Error::NotAModule(_))));
        }
    }
}
