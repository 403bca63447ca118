//! What a record says that only a token's life asks about, not a decision.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, Span};
use crate::credential::Digest;
use crate::document::{At, Object, Problems, Value, count, instant, span, text, truth};
use crate::policy::texts;
use crate::token::record::read_digest;

/// Name, renewal, what was reminded of, where the trail stands.
#[derive(Debug)]
pub(crate) struct LifecycleFields {
    pub(crate) name: String,
    pub(crate) renewal: Option<Renewal>,
    pub(crate) has_successor: bool,
    /// `<clock>:<stage>:<end>`, one for each clock.
    pub(crate) reminded: Vec<String>,
    /// Whether the end of the previous secret's grace was taken note of.
    pub(crate) retired: bool,
    pub(crate) last_command: Option<String>,
    pub(crate) audit_head: Option<String>,
}

/// An automatic renewal.
#[derive(Debug)]
pub(crate) struct Renewal {
    pub(crate) every: Span,
    pub(crate) mail_to: Option<String>,
    pub(crate) callback: Option<String>,
    pub(crate) offer: Option<Offer>,
    /// When a renewal was last taken up.
    pub(crate) renewed_at: Option<Instant>,
}

/// A renewal on offer, or taken up.
#[derive(Debug)]
pub(crate) struct Offer {
    /// Of the id and the key.
    pub(crate) digest: Digest,
    pub(crate) at: Instant,
    pub(crate) until: Instant,
    pub(crate) attempt: u32,
    pub(crate) used: bool,
}

impl LifecycleFields {
    /// For a decision, which does not fail over what it does not ask about.
    pub(crate) fn read_leniently(record: &Value) -> Option<LifecycleFields> {
        let mut problems = Problems::default();
        let lifecycle = LifecycleFields::read(record, &mut problems);
        lifecycle.filter(|_| problems.is_empty())
    }

    pub(crate) fn read(record: &Value, problems: &mut Problems) -> Option<LifecycleFields> {
        let mut fields = Object::read(record, At::Root, problems)?;
        let mut optional = |name| fields.with(name, problems, text).map(String::from);
        let [name, last_command, audit_head, successor] =
            ["name", "lastCommand", "auditHead", "renewedTo"].map(&mut optional);
        let retired = fields.with("previous", problems, |value, at, problems| {
            Object::read(value, *at, problems)?.with("retired", problems, instant)
        });
        let renewal = fields.with("renewal", problems, Renewal::read);
        let reminded = fields.with("reminded", problems, texts);
        Some(LifecycleFields {
            name: name.unwrap_or_default(),
            renewal,
            has_successor: successor.is_some(),
            reminded: reminded.unwrap_or_default(),
            retired: retired.is_some(),
            last_command,
            audit_head,
        })
    }
}

impl Renewal {
    fn read(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Renewal> {
        let mut fields = Object::read(value, *at, problems)?;
        let every = fields.need("every", problems, span);
        let mut optional = |name| fields.with(name, problems, text).map(String::from);
        let [mail_to, callback] = ["mailTo", "callback"].map(&mut optional);
        let offer = fields.with("offer", problems, Offer::read);
        let renewed_at = fields.with("renewedAt", problems, instant);
        Some(Renewal { every: every?, mail_to, callback, offer, renewed_at })
    }
}

impl Offer {
    fn read(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Offer> {
        let mut fields = Object::read(value, *at, problems)?;
        let digest = fields.need("digest", problems, read_digest);
        let offered = fields.need("at", problems, instant);
        let until = fields.need("until", problems, instant);
        let attempt = fields.need("attempt", problems, count);
        let used = fields.with("used", problems, truth).unwrap_or(false);
        Some(Offer { digest: digest?, at: offered?, until: until?, attempt: attempt?, used })
    }
}
