//! The fields of a record that commands read and decisions do not.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, Span};
use crate::credential::Digest;
use crate::document::{ObjectReader, Place, Problems, Value, count, instant, span, text, texts, truth};
use crate::token::record::read_digest;

/// Name, renewal, sent reminders, head of the trail.
#[derive(Debug)]
pub(crate) struct LifecycleFields {
    pub(crate) name: String,
    pub(crate) renewal: Option<RenewalState>,
    pub(crate) has_successor: bool,
    /// The last end that the token may be given: that of the token that gave it its life.
    pub(crate) not_after: Option<Instant>,
    /// `<clock>:<stage>:<end>`, one for each clock.
    pub(crate) reminded: Vec<String>,
    /// Whether the end of the previous secret's grace was recorded.
    pub(crate) retired: bool,
    /// Whether the previous secret was replaced because it had leaked.
    pub(crate) leaked: bool,
    pub(crate) last_command: Option<String>,
    pub(crate) audit_head: Option<String>,
}

/// An automatic renewal.
#[derive(Debug)]
pub(crate) struct RenewalState {
    pub(crate) every: Span,
    pub(crate) mail_to: Option<String>,
    pub(crate) callback: Option<String>,
    pub(crate) offer: Option<RenewalOffer>,
    /// When a renewal was last redeemed.
    pub(crate) renewed_at: Option<Instant>,
}

/// A renewal that is offered or redeemed.
#[derive(Debug)]
pub(crate) struct RenewalOffer {
    /// The digest of the id and the key.
    pub(crate) digest: Digest,
    pub(crate) at: Instant,
    pub(crate) until: Instant,
    pub(crate) attempt: u32,
    pub(crate) used: bool,
}

impl LifecycleFields {
    /// Reads leniently for a decision, which must not fail over fields that it does not need.
    pub(crate) fn read_leniently(record: &Value) -> Option<LifecycleFields> {
        let mut problems = Problems::default();
        let lifecycle = LifecycleFields::read(record, &mut problems);
        lifecycle.filter(|_| problems.is_empty())
    }

    pub(crate) fn read(record: &Value, problems: &mut Problems) -> Option<LifecycleFields> {
        let mut fields = ObjectReader::read(record, Place::Root, problems)?;
        let mut optional = |name| fields.optional(name, problems, text).map(String::from);
        let [name, last_command, audit_head, successor] =
            ["name", "lastCommand", "auditHead", "renewedTo"].map(&mut optional);
        let previous = fields.optional("previous", problems, |value, at, problems| {
            let mut previous = ObjectReader::read(value, *at, problems)?;
            let retired = previous.optional("retired", problems, instant);
            Some((retired, previous.optional("leak", problems, truth)))
        });
        let (retired, leaked) = previous.unwrap_or_default();
        let renewal = fields.optional("renewal", problems, RenewalState::read);
        let not_after = fields.optional("notAfter", problems, instant);
        let reminded = fields.optional("reminded", problems, texts);
        Some(LifecycleFields {
            name: name.unwrap_or_default(),
            renewal,
            has_successor: successor.is_some(),
            not_after,
            reminded: reminded.unwrap_or_default(),
            retired: retired.is_some(),
            leaked: leaked.unwrap_or(false),
            last_command,
            audit_head,
        })
    }
}

impl RenewalState {
    fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<RenewalState> {
        let mut fields = ObjectReader::read(value, *at, problems)?;
        let every = fields.required("every", problems, span);
        let mut optional = |name| fields.optional(name, problems, text).map(String::from);
        let [mail_to, callback] = ["mailTo", "callback"].map(&mut optional);
        let offer = fields.optional("offer", problems, RenewalOffer::read);
        let renewed_at = fields.optional("renewedAt", problems, instant);
        Some(RenewalState { every: every?, mail_to, callback, offer, renewed_at })
    }
}

impl RenewalOffer {
    fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<RenewalOffer> {
        let mut fields = ObjectReader::read(value, *at, problems)?;
        let digest = fields.required("digest", problems, read_digest);
        let offered = fields.required("at", problems, instant);
        let until = fields.required("until", problems, instant);
        let attempt = fields.required("attempt", problems, count);
        let used = fields.optional("used", problems, truth).unwrap_or(false);
        Some(RenewalOffer { digest: digest?, at: offered?, until: until?, attempt: attempt?, used })
    }
}
