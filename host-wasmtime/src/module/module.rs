//! Loads a module, and checks it before use.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{InstancePre, Linker};

use crate::base::{Error, Limits, ModuleHash};
use crate::sandbox::guest::{CallLimits, Guest};
use crate::sandbox::{InstanceLimits, engine};

/// The rules as a WebAssembly module, compiled and checked. Cloning is cheap.
///
/// Compiling takes some 100 ms (seconds in a build without optimisation); [`Module::precompile`] makes starts
/// faster. A loaded module imports nothing from its host, exports everything that a host calls, and has this
/// crate's version of the boundary. Only the hash tells whether its *rules* are the right ones, so a module from
/// elsewhere must have the hash that you state.
#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    hash: ModuleHash,
    blueprint: InstancePre<InstanceLimits>,
}

const EMBEDDED: &[u8] = include_bytes!(env!("PORTCULLIS_EMBEDDED"));

impl Module {
    /// The version of the boundary that this crate implements; see `wasm/ABI.md`.
    pub const ABI_VERSION: u32 = portcullis_core::abi::VERSION;

    /// The module embedded in this crate, compiled once per process.
    ///
    /// # Errors
    /// [`Error::Unavailable`] on a machine that cannot run modules.
    pub fn embedded() -> Result<Module, Error> {
        static MODULE: Mutex<Option<Module>> = Mutex::new(None);
        let mut module = MODULE.lock().unwrap_or_else(PoisonError::into_inner);
        match &*module {
            Some(module) => Ok(module.clone()),
            None => Ok(module.insert(Module::load(EMBEDDED, ModuleHash::of(EMBEDDED))?).clone()),
        }
    }

    /// The bytes of the embedded module, to store them elsewhere.
    pub const fn embedded_bytes() -> &'static [u8] {
        EMBEDDED
    }

    /// Loads a module from a file, if it has this hash.
    ///
    /// # Errors
    /// The file cannot be read, has another hash, or is not a module of this version.
    pub fn from_file(path: impl AsRef<Path>, hash: &ModuleHash) -> Result<Module, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::File { path: path.into(), error })?;
        Module::from_bytes(&bytes, hash)
    }

    /// Loads a module from bytes, if they have this hash.
    ///
    /// # Errors
    /// The bytes have another hash, or are not a module of this version.
    pub fn from_bytes(bytes: &[u8], hash: &ModuleHash) -> Result<Module, Error> {
        let found = ModuleHash::of(bytes);
        if found != *hash {
            return Err(Error::WrongHash { expected: *hash, found });
        }
        Module::load(bytes, found)
    }

    fn load(bytes: &[u8], hash: ModuleHash) -> Result<Module, Error> {
        let engine = engine::engine()?;
        // Only the binary form. With its feature `wat`, wasmtime would accept text as well.
        let compiled = wasmtime::Module::from_binary(engine, bytes);
        let compiled = compiled.map_err(|error| Error::NotAModule(format!("{error:#}")))?;
        Module::check(compiled, hash)
    }

    /// Checks a module from any source: its imports, its exports and its version.
    pub(crate) fn check(compiled: wasmtime::Module, hash: ModuleHash) -> Result<Module, Error> {
        if let Some(import) = compiled.imports().next() {
            return Err(Error::Imports { name: format!("{}.{}", import.module(), import.name()) });
        }
        let blueprint = Linker::new(compiled.engine()).instantiate_pre(&compiled);
        let blueprint = blueprint.map_err(|error| Error::NotAModule(format!("{error:#}")))?;
        let Limits { memory, time, .. } = Limits::default();
        match Guest::start(&blueprint, CallLimits::new(memory, time))?.abi_version()? {
            Module::ABI_VERSION => Ok(Module(Arc::new(Inner { hash, blueprint }))),
            found => Err(Error::AbiVersion { found }),
        }
    }

    /// The hash of the module.
    pub fn hash(&self) -> ModuleHash {
        self.0.hash
    }

    pub(crate) fn blueprint(&self) -> &InstancePre<InstanceLimits> {
        &self.0.blueprint
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Module({})", self.0.hash)
    }
}
