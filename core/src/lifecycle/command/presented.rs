//! The request that proves a secret: a request like any other, held to what `decide` asks of one.

use crate::base::Instant;
use crate::decision::{Input, Lookup};
use crate::document::{ObjectReader, Place, Problems, Value, text};
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::Policy;
use crate::request::Attempt;
use crate::token::{Record, Subject};

/// Where the plaintext came from, from the host's authenticated context:
/// `{ "tenant"?, "application"?, "ip"?, "subject"? }`.
#[derive(Default)]
pub(crate) struct Presented<'v> {
    attempt: Attempt<'v>,
    subject: Option<Subject>,
}

impl<'v> Presented<'v> {
    /// Reads the document; `None` says nothing.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub(crate) fn read(policy: &Policy, document: Option<&'v Value>) -> Result<Presented<'v>, Problems> {
        let Some(document) = document else { return Ok(Presented::default()) };
        Problems::collect(|problems| {
            let mut fields = ObjectReader::read(document, Place::Root.field("presented"), problems)?;
            let [tenant, application, ip] =
                ["tenant", "application", "ip"].map(|name| fields.optional(name, problems, text));
            let subject = fields.optional("subject", problems, |value, at, problems| {
                policy.read_subject(value, *at, problems)
            });
            fields.finish(problems);
            Some(Presented { attempt: Attempt { tenant, application, ip, ..Attempt::default() }, subject })
        })
    }

    /// Refuses what `decide` would deny for the tenant, the network, the application or the owner.
    /// In another tenant the token is as good as none.
    pub(crate) fn admits(&self, policy: &Policy, record: &Record, now: Instant) -> Result<(), Refusal> {
        let Presented { attempt, subject } = self;
        let input = Input { policy, attempt, found: Lookup::Unknown, subject: subject.as_ref(), now };
        let code = if input.tenant(record).is_err() {
            RefusalCode::WrongSecret
        } else if input.network(record).is_err() {
            RefusalCode::NetworkNotAllowed
        } else if input.application(record).is_err() {
            RefusalCode::WrongApplication
        } else if input.owner_active(record).is_err() {
            RefusalCode::Suspended
        } else if input.subject_known(record).is_err() {
            RefusalCode::SubjectUnavailable
        } else {
            return Ok(());
        };
        Err(Refusal::new(code))
    }
}
