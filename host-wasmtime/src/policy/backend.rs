//! Runs a policy's queries: on instances of the module, or on rules linked into this program.

use portcullis_core::{Attempt, Level};

use crate::base::{Error, Problems};
#[cfg(feature = "direct")]
use crate::direct::DirectPolicy;
use crate::module::Module;
use crate::policy::report::{TokenReport, whole};
use crate::query::{DecideInput, Identification, LifecycleQuery};
use crate::sandbox::guest::Answer;
use crate::sandbox::{Counters, Limits, Pool};
use crate::token::{Subject, Token};

/// Both take the same queries and return the same bytes. The module's answer is checked while its instance is
/// held: an instance with an incomplete answer is dropped.
pub(crate) enum Backend {
    /// In the sandbox.
    Module { pool: Pool, module: Module },
    /// In this program.
    #[cfg(feature = "direct")]
    Linked(Box<DirectPolicy>),
}

impl Backend {
    #[inline]
    pub(crate) fn decide(&self, input: &DecideInput<'_>) -> Result<u32, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.decide(input)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.decide(input),
        }
    }

    pub(crate) fn identify(&self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.identify(attempt)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.identify(attempt),
        }
    }

    pub(crate) fn details(&self, input: &DecideInput<'_>, level: Level) -> Result<String, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| whole(worker.details(input, level)?)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.details(input, level),
        }
    }

    pub(crate) fn explain(&self, input: &DecideInput<'_>) -> Result<String, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| whole(worker.explain(input)?)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.explain(input),
        }
    }

    pub(crate) fn describe(&self) -> Result<String, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| whole(worker.describe()?)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.describe(),
        }
    }

    pub(crate) fn report(&self, token: &Token) -> Result<TokenReport, Error> {
        match self {
            Backend::Module { pool, .. } => {
                pool.with(|worker| TokenReport::read(&worker.describe_token(token)?))
            }
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => TokenReport::read(&linked.describe_token(token)?),
        }
    }

    /// Opens a subject. A refusal is a result, not a failure.
    pub(crate) fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.open_subject(subject)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.open_subject(subject),
        }
    }

    pub(crate) fn answer(&self, query: LifecycleQuery<'_>) -> Result<Answer, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| match worker.answer(query)? {
                Ok(answer) => whole(answer).map(Ok),
                Err(error) => Ok(Err(error)),
            }),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.answer(query),
        }
    }

    pub(crate) fn counters(&self) -> Counters {
        match self {
            Backend::Module { pool, .. } => pool.counters(),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.counters(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        match self {
            Backend::Module { pool, .. } => &pool.plan().limits,
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.limits(),
        }
    }

    pub(crate) fn document(&self) -> &str {
        match self {
            Backend::Module { pool, .. } => &pool.plan().policy,
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.document(),
        }
    }

    pub(crate) fn module(&self) -> Option<&Module> {
        match self {
            Backend::Module { module, .. } => Some(module),
            #[cfg(feature = "direct")]
            Backend::Linked(_) => None,
        }
    }

    /// Starts as many instances as the other policy has, before the first query.
    pub(crate) fn warm_up(&self, like: &Backend) {
        match (self, like) {
            (Backend::Module { pool, .. }, Backend::Module { pool: other, .. }) => pool.warm_up(other),
            #[cfg(feature = "direct")]
            (Backend::Linked(_), _) | (_, Backend::Linked(_)) => {}
        }
    }
}
