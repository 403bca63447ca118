//! What answers a policy's questions: instances of the module, or the rules as they are linked into this program.

use portcullis_core::{Attempt, Level};

use crate::base::{Error, Problems};
#[cfg(feature = "direct")]
use crate::direct::Linked;
use crate::module::Module;
use crate::policy::report::{TokenReport, whole};
use crate::question::{IdentifiedAs, LifeQuestion, Question};
use crate::sandbox::guest::Answer;
use crate::sandbox::{Counters, Limits, Pool};
use crate::token::{Subject, Token};

/// Both take the same questions and give the same bytes. What the module says is looked at while its instance is held:
/// one that answers half a document is not asked again.
pub(crate) enum Rules {
    /// In a sandbox.
    Module { pool: Pool, module: Module },
    /// In this program itself.
    #[cfg(feature = "direct")]
    Linked(Box<Linked>),
}

impl Rules {
    #[inline]
    pub(crate) fn decide(&self, question: &Question<'_>) -> Result<u32, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| worker.decide(question)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.decide(question),
        }
    }

    pub(crate) fn identify(&self, attempt: &Attempt<'_>) -> Result<IdentifiedAs, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| worker.identify(attempt)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.identify(attempt),
        }
    }

    pub(crate) fn details(&self, question: &Question<'_>, level: Level) -> Result<String, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| whole(worker.details(question, level)?)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.details(question, level),
        }
    }

    pub(crate) fn explain(&self, question: &Question<'_>) -> Result<String, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| whole(worker.explain(question)?)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.explain(question),
        }
    }

    pub(crate) fn describe(&self) -> Result<String, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| whole(worker.describe()?)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.describe(),
        }
    }

    pub(crate) fn report(&self, token: &Token) -> Result<TokenReport, Error> {
        match self {
            Rules::Module { pool, .. } => {
                pool.with(|worker| TokenReport::read(&worker.describe_token(token)?))
            }
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => TokenReport::read(&linked.describe_token(token)?),
        }
    }

    /// Opens a subject; refused is an answer.
    pub(crate) fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| worker.open_subject(subject)),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.open_subject(subject),
        }
    }

    pub(crate) fn answer(&self, question: LifeQuestion<'_>) -> Result<Answer, Error> {
        match self {
            Rules::Module { pool, .. } => pool.with(|worker| match worker.answer(question)? {
                Ok(answer) => whole(answer).map(Ok),
                Err(error) => Ok(Err(error)),
            }),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.answer(question),
        }
    }

    pub(crate) fn counters(&self) -> Counters {
        match self {
            Rules::Module { pool, .. } => pool.counters(),
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.counters(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        match self {
            Rules::Module { pool, .. } => &pool.plan().limits,
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.limits(),
        }
    }

    pub(crate) fn document(&self) -> &str {
        match self {
            Rules::Module { pool, .. } => &pool.plan().policy,
            #[cfg(feature = "direct")]
            Rules::Linked(linked) => linked.document(),
        }
    }

    pub(crate) fn module(&self) -> Option<&Module> {
        match self {
            Rules::Module { module, .. } => Some(module),
            #[cfg(feature = "direct")]
            Rules::Linked(_) => None,
        }
    }

    /// Makes what the other has made already, ahead of the first question.
    pub(crate) fn warm_up(&self, like: &Rules) {
        match (self, like) {
            (Rules::Module { pool, .. }, Rules::Module { pool: other, .. }) => pool.warm_up(other),
            #[cfg(feature = "direct")]
            (Rules::Linked(_), _) | (_, Rules::Linked(_)) => {}
        }
    }
}
