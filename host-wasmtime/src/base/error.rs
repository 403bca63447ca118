//! Errors around a decision. A denial is not an error.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::{ModuleHash, PrecompiledHash, Problems};

/// Why a module or a document cannot be loaded, or a query failed.
///
/// No variant holds data of a request or a record.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// The module has another hash: it is another version, cut off, or altered.
    WrongHash {
        /// The hash that was asked for.
        expected: ModuleHash,
        /// The hash of the bytes.
        found: ModuleHash,
    },
    /// The precompiled module has another hash: it is another one, cut off, or altered.
    WrongPrecompiled {
        /// The hash that was asked for.
        expected: PrecompiledHash,
        /// The hash of the bytes.
        found: PrecompiledHash,
    },
    /// The precompiled module was made by another release, with other settings, or for a processor with more
    /// features.
    NotForThisHost(String),
    /// The bytes are not a WebAssembly module that can run.
    NotAModule(String),
    /// The module has imports; the rules need none.
    Imports {
        /// The first import.
        name: String,
    },
    /// The module lacks an export, or has it with another type.
    MissingExport {
        /// The export.
        name: &'static str,
    },
    /// The module has another version of the boundary than this crate.
    AbiVersion {
        /// The module's version; this crate has [`Module::ABI_VERSION`](crate::Module::ABI_VERSION).
        found: u32,
    },
    /// The document is invalid.
    Refused(Problems),
    /// No instance of the module could be made.
    Unavailable(String),
    /// The module trapped. Its instance was dropped.
    Trapped(String),
    /// The module took too long. Its instance was dropped.
    TimedOut {
        /// The time limit.
        limit: Duration,
    },
    /// The module needed too much memory. Its instance was dropped.
    OutOfMemory {
        /// The memory limit in bytes.
        limit: usize,
    },
    /// The module gave an invalid answer. Its instance was dropped.
    BadAnswer(&'static str),
    /// Every instance was busy until the caller's wait ended.
    Busy {
        /// The longest wait.
        limit: Duration,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File { path, error } => write!(out, "cannot use {}: {error}", path.display()),
            Error::WrongHash { expected, found } => write!(
                out,
                "the module is not the one that was asked for: its SHA-256 is {found}, not {expected}"
            ),
            Error::WrongPrecompiled { expected, found } => write!(
                out,
                "the precompiled module is not the one that was asked for: its SHA-256 is {found}, not {expected}"
            ),
            Error::NotForThisHost(why) => {
                write!(
                    out,
                    "the precompiled module is not for this release on this machine; make it anew: {why}"
                )
            }
            Error::NotAModule(why) => write!(out, "this is no WebAssembly module that can be run: {why}"),
            Error::Imports { name } => {
                write!(out, "the module asks its host for {name}; a module of Portcullis asks for nothing")
            }
            Error::MissingExport { name } => write!(
                out,
                "the module has no \"{name}\" of the form that a host calls; is it a module of Portcullis, \
                 built with the feature \"abi\"?"
            ),
            Error::AbiVersion { found } => write!(
                out,
                "the module speaks version {found} of the boundary, this crate version {}; take both from \
                 one release",
                portcullis_core::abi::VERSION
            ),
            Error::Refused(problems) => problems.fmt(out),
            Error::Unavailable(why) => write!(out, "no instance of the module could be made: {why}"),
            Error::Trapped(why) => write!(out, "the module failed: {why}"),
            Error::TimedOut { limit } => write!(out, "the module took longer than {limit:?}"),
            Error::OutOfMemory { limit } => {
                write!(out, "the module wanted more than {limit} bytes of memory")
            }
            Error::BadAnswer(what) => write!(out, "the module answered nonsense: {what}"),
            Error::Busy { limit } => write!(out, "no instance of the module was free for {limit:?}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::File { error, .. } => Some(error),
            Error::Refused(problems) => Some(problems),
            Error::WrongHash { .. }
            | Error::WrongPrecompiled { .. }
            | Error::NotForThisHost(_)
            | Error::NotAModule(_)
            | Error::Imports { .. }
            | Error::MissingExport { .. }
            | Error::AbiVersion { .. }
            | Error::Unavailable(_)
            | Error::Trapped(_)
            | Error::TimedOut { .. }
            | Error::OutOfMemory { .. }
            | Error::BadAnswer(_)
            | Error::Busy { .. } => None,
        }
    }
}
