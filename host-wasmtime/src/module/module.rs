//! The module: where it comes from, and what is checked before it is trusted with a question.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{InstancePre, Linker};

use crate::base::{Error, ModuleHash};
use crate::sandbox::guest::{CallLimits, Guest};
use crate::sandbox::{InstanceLimits, Limits, engine};

/// The rules as a WebAssembly module, compiled and checked. Cloning costs nothing.
///
/// Compiling takes some 100 ms (in a build without optimisation, seconds); for starts that cannot wait
/// there is [`Module::precompile`]. A module that loads asks
/// nothing of its host (its import section is empty), has everything that a host calls, and speaks
/// this crate's version of the boundary. Whether its *rules* are the right ones nobody can check but
/// by its hash: a module from elsewhere is loaded only under the hash of the one that you mean.
#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    hash: ModuleHash,
    blueprint: InstancePre<InstanceLimits>,
}

const EMBEDDED: &[u8] = include_bytes!(env!("PORTCULLIS_EMBEDDED"));

impl Module {
    /// The version of the boundary that this crate speaks, as `wasm/ABI.md` describes it.
    pub const ABI_VERSION: u32 = portcullis_core::abi::VERSION;

    /// The module that this crate carries; compiled once in a process.
    ///
    /// # Errors
    /// [`Error::Unavailable`] on a machine where no module runs.
    pub fn embedded() -> Result<Module, Error> {
        static MODULE: Mutex<Option<Module>> = Mutex::new(None);
        let mut module = MODULE.lock().unwrap_or_else(PoisonError::into_inner);
        match &*module {
            Some(module) => Ok(module.clone()),
            None => Ok(module.insert(Module::load(EMBEDDED, ModuleHash::of(EMBEDDED))?).clone()),
        }
    }

    /// The bytes of the module that this crate carries, to be kept elsewhere.
    pub const fn embedded_bytes() -> &'static [u8] {
        EMBEDDED
    }

    /// The module in this file, if it is the one with this hash.
    ///
    /// # Errors
    /// The file cannot be read, is another one or cut or altered, or is no module of this version.
    pub fn from_file(path: impl AsRef<Path>, hash: &ModuleHash) -> Result<Module, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::File { path: path.into(), error })?;
        Module::from_bytes(&bytes, hash)
    }

    /// The module in these bytes, if it is the one with this hash.
    ///
    /// # Errors
    /// The bytes are others, or no module of this version.
    pub fn from_bytes(bytes: &[u8], hash: &ModuleHash) -> Result<Module, Error> {
        let found = ModuleHash::of(bytes);
        if found != *hash {
            return Err(Error::WrongHash { expected: *hash, found });
        }
        Module::load(bytes, found)
    }

    fn load(bytes: &[u8], hash: ModuleHash) -> Result<Module, Error> {
        let engine = engine::engine()?;
        // Only the binary form: text, where the feature for it is on somewhere, is no module here.
        let compiled = wasmtime::Module::from_binary(engine, bytes);
        let compiled = compiled.map_err(|error| Error::NotAModule(format!("{error:#}")))?;
        Module::check(compiled, hash)
    }

    /// Whatever it was loaded from: it asks for nothing, has everything, and speaks this version.
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

    /// Which module it is.
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
