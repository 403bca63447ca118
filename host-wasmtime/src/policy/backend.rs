//! What answers a policy's questions: instances of the module, or the rules as they are linked into this program.

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

/// Both take the same questions and give the same bytes. What the module says is looked at while its instance is held:
/// one that answers half a document is not asked again.
pub(crate) enum Backend {
    /// In a sandbox.
    Module { pool: Pool, module: Module },
    /// In this program itself.
    #[cfg(feature = "direct")]
    Linked(Box<DirectPolicy>),
}

impl Backend {
    #[inline]
    pub(crate) fn decide(&self, question: &DecideInput<'_>) -> Result<u32, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.decide(question)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.decide(question),
        }
    }

    pub(crate) fn identify(&self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.identify(attempt)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.identify(attempt),
        }
    }

    pub(crate) fn details(&self, question: &DecideInput<'_>, level: Level) -> Result<String, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| whole(worker.details(question, level)?)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.details(question, level),
        }
    }

    pub(crate) fn explain(&self, question: &DecideInput<'_>) -> Result<String, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| whole(worker.explain(question)?)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.explain(question),
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

    /// Opens a subject; refused is an answer.
    pub(crate) fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| worker.open_subject(subject)),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.open_subject(subject),
        }
    }

    pub(crate) fn answer(&self, question: LifecycleQuery<'_>) -> Result<Answer, Error> {
        match self {
            Backend::Module { pool, .. } => pool.with(|worker| match worker.answer(question)? {
                Ok(answer) => whole(answer).map(Ok),
                Err(error) => Ok(Err(error)),
            }),
            #[cfg(feature = "direct")]
            Backend::Linked(linked) => linked.answer(question),
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

    /// Makes what the other has made already, ahead of the first question.
    pub(crate) fn warm_up(&self, like: &Backend) {
        match (self, like) {
            (Backend::Module { pool, .. }, Backend::Module { pool: other, .. }) => pool.warm_up(other),
            #[cfg(feature = "direct")]
            (Backend::Linked(_), _) | (_, Backend::Linked(_)) => {}
        }
    }
}
