//! Proving a secret, replacing it, and what becomes of the one before.

use alloc::boxed::Box;

use crate::base::{Instant, Span};
use crate::credential::Digest;
use crate::document::{Place, Value, map};
use crate::lifecycle::command::{Actor, CommandName, FieldPlaces, terms};
use crate::lifecycle::outcome::{Change, Refusal, RefusalCode, Subject};
use crate::lifecycle::steps::context::{Context, ProvenSecret, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::token::TokenState;

/// Why the system revokes a token whose replaced secret was tried.
const REUSE: &str = "reuse of a replaced secret";

impl<'a> Context<'a> {
    /// The token that the plaintext belongs to, which becomes the actor.
    ///
    /// The present secret proves it; so does the previous one in its grace, as
    /// long as the present one was never used: a client that lost the reply
    /// still has no other. An unknown id and a wrong secret look alike. A replaced secret raises
    /// its alarm from everywhere; one that is good is a request like any other.
    pub(crate) fn prove(
        &mut self,
        plaintext: &str,
        record: Option<&'a Value>,
    ) -> Result<(TokenState<'a>, ProvenSecret), StepError> {
        let wrong = || StepError::from(Refusal::new(RefusalCode::WrongSecret));
        let bearer = self.policy.bearer(plaintext.as_bytes()).ok_or_else(wrong)?;
        let token = match record.map(|record| TokenState::read(self.policy, record)) {
            Some(Ok(token)) => Some(token),
            Some(Err(unreadable)) if unreadable.unsupported => {
                return Err(Refusal::new(RefusalCode::UnsupportedRecord).into());
            }
            Some(Err(_)) | None => None,
        };
        let token = token.filter(|token| token.record.id == bearer.id() && token.record.kind == bearer.kind);
        let digest = bearer.digest();
        let present = digest.matches(token.as_ref().map_or(&Digest::NONE, |token| &token.record.digest));
        let token = token.ok_or_else(wrong)?;
        let previous = token.record.previous.as_ref();
        let until = previous.and_then(|(old, until)| bool::from(digest.matches(old)).then_some(*until));
        let present = bool::from(present);
        // A client that repeats a command with the secret that it replaced is not reusing it.
        let repeated = self.refuse_repeated(&token);
        if !present && until.ok_or_else(wrong)? <= self.now && repeated.is_ok() {
            return Err(self.reused(&token)?);
        }
        self.presented.admits(self.policy, &token.record, self.now)?;
        self.actor = Actor::itself(&token.record);
        if present {
            return Ok((token, ProvenSecret::Present));
        }
        repeated?;
        if !token.record.times.is_first_use(false) {
            return Err(Refusal::new(RefusalCode::Rotated).into());
        }
        Ok((token, ProvenSecret::Previous))
    }

    /// A retired secret was tried: this raises a notice, and the policy may
    /// revoke the token for it.
    fn reused(&mut self, token: &TokenState<'a>) -> Result<StepError, StepError> {
        let mut refusal = Refusal::new(RefusalCode::ReuseDetected);
        refusal.notices.push(self.refusal_notice(Subject::ReuseDetected, token));
        let revokes = token.kind.renewal.automatic.as_ref().is_some_and(|rule| rule.revoke_on_reuse);
        // A secret that leaked is known to be in other hands: they must not stop its successor with it.
        if !revokes || token.record.revoked || token.lifecycle.leaked {
            return Ok(refusal.into());
        }
        self.actor = Actor::system();
        self.reason = Some(REUSE.into());
        let mut change = self.change();
        let mut draft = RecordDraft::of(token.document);
        self.revoke(&mut draft);
        self.seal_record(Some(token), draft, CommandName::Revoke, &mut change)?;
        Ok(StepError::RefusedWith(Box::new(change), Box::new(refusal)))
    }

    /// A new secret, the old one valid for a grace period.
    pub(crate) fn rotate(
        &mut self,
        token: &TokenState<'_>,
        asked: (Option<&str>, bool),
        proven: ProvenSecret,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let (grace, leak) = asked;
        self.actor.hands_to(&token.record.owner)?;
        self.actor.ceiling(self.policy, &token.record, None, &FieldPlaces::NONE)?;
        let at = Place::Root;
        let at = at.field("grace");
        let longest = token.kind.grace;
        let grace = grace.map(|text| terms::span(text, &at)).transpose()?.unwrap_or(longest);
        if longest < grace {
            let message = "The policy allows a shorter grace only; leave it out for the longest.";
            return Err(Refusal::of(RefusalCode::BadField, &at).saying(message).into());
        }
        let grace = if leak { Span::from_millis(0) } else { grace };
        let until = self.until(token, grace);
        self.replace_secret(token, proven, until, draft, change)?;
        if leak && let Some(mut previous) = draft.within("previous") {
            previous.set("leak", true.into());
            previous.set("until", self.now.to_text().into());
            draft.set("previous", previous.into_value());
        }
        Ok(())
    }

    /// A new secret for a token that was stopped; nothing of the old one stays.
    pub(crate) fn regenerate(
        &mut self,
        token: &TokenState<'_>,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        self.actor.hands_to(&token.record.owner)?;
        self.actor.ceiling(self.policy, &token.record, None, &FieldPlaces::NONE)?;
        draft.remove("revoked");
        draft.remove("previous");
        draft.set("extendedAt", self.now.to_text().into());
        self.issue(token, draft, change)
    }

    /// The end of a replaced secret: that of its grace, and not after the token's own.
    pub(crate) fn until(&self, token: &TokenState<'_>, grace: Span) -> Instant {
        let until = self.now.plus(grace);
        token.record.times.expires_at.map_or(until, |end| until.min(end))
    }

    /// Puts a new secret in the place of the present one, which becomes the
    /// previous one and is valid until then. One that was never used is dropped instead, as long as the
    /// one before it lives: at most two are valid at a time.
    pub(crate) fn replace_secret(
        &mut self,
        token: &TokenState<'_>,
        proven: ProvenSecret,
        until: Instant,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let record = &token.record;
        let lives = record.previous.as_ref().is_some_and(|(_, until)| self.now < *until);
        let unused = proven != ProvenSecret::Present && record.times.is_first_use(false);
        if !(unused && lives) {
            draft.set("previous", previous(&record.digest, until));
        }
        self.issue(token, draft, change)
    }

    fn issue(
        &mut self,
        token: &TokenState<'_>,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let (plaintext, digest) = self.mint(token.kind, token.record.id)?;
        draft.set("digest", digest.to_text().into());
        draft.set("secretIssuedAt", self.now.to_text().into());
        draft.remove("secretUsedAt");
        change.plaintext = plaintext;
        Ok(())
    }
}

fn previous(digest: &Digest, until: Instant) -> Value {
    map!([("digest", digest.to_text().into()), ("until", until.to_text().into())])
}
