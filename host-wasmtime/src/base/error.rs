//! What can go wrong around a decision. A denial is no error.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::{ModuleHash, PrecompiledHash, Problems};

/// Why a module cannot be loaded, a document not be opened, or a question not be answered.
///
/// No variant holds anything of a request or a record.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read, or cannot be written.
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The module is not the one that was asked for: another version, cut off, or altered.
    WrongHash {
        /// What was asked for.
        expected: ModuleHash,
        /// What the bytes have.
        found: ModuleHash,
    },
    /// The precompiled module is not the one that was asked for: another one, cut off, or altered.
    WrongPrecompiled {
        /// What was asked for.
        expected: PrecompiledHash,
        /// What the bytes have.
        found: PrecompiledHash,
    },
    /// The precompiled module was made by another release, with other settings, or for a processor that can do
    /// what this one cannot.
    NotForThisHost(String),
    /// The bytes are no WebAssembly module that can be run.
    NotAModule(String),
    /// The module asks something of its host; the rules need nothing but their arguments.
    Imports {
        /// The first thing that it asks for.
        name: String,
    },
    /// The module lacks something that a host calls, or has it in another form.
    MissingExport {
        /// What a host calls.
        name: &'static str,
    },
    /// The module speaks another version of the boundary than this crate.
    AbiVersion {
        /// The version that it speaks; this crate speaks [`Module::ABI_VERSION`](crate::Module::ABI_VERSION).
        found: u32,
    },
    /// The document breaks the rules of its form.
    Refused(Problems),
    /// No instance of the module could be made.
    Unavailable(String),
    /// The module trapped. Its instance was thrown away.
    Trapped(String),
    /// The module took longer than it may. Its instance was thrown away.
    TimedOut {
        /// What it may take.
        limit: Duration,
    },
    /// The module wanted more memory than it may have. Its instance was thrown away.
    OutOfMemory {
        /// What it may have, in bytes.
        limit: usize,
    },
    /// The module answered something that makes no sense. Its instance was thrown away.
    BadAnswer(&'static str),
    /// Every instance was busy for as long as a caller may wait.
    Busy {
        /// What a caller may wait.
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
                crate::Module::ABI_VERSION
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
