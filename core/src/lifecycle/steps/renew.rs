//! RenewFields: by a successor beside the old token, or by a secret on offer.

use crate::base::{Instant, Span};
use crate::credential::{Digest, SECRET};
use crate::document::{Place, Value, map};
use crate::lifecycle::command::{CommandName, FieldPlaces, RenewFields, terms};
use crate::lifecycle::outcome::{Change, Notice, Refusal, RefusalCode, Subject};
use crate::lifecycle::steps::context::{Context, ProvenSecret, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::lifecycle::steps::mint::renewed_id;
use crate::policy::Lifetime;
use crate::token::TokenState;

impl Context<'_> {
    /// A successor with the same rights and a name of its own; the old token
    /// goes on until the end that is given for it.
    pub(crate) fn renew(
        &mut self,
        token: &TokenState<'_>,
        asked: &RenewFields<'_>,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let TokenState { kind, record, .. } = token;
        if !kind.renewal.manual {
            return Err(Refusal::new(RefusalCode::NotRenewable).into());
        }
        if token.lifecycle.has_successor {
            return Err(Refusal::new(RefusalCode::AlreadyRenewed).into());
        }
        self.actor.hands_to(&record.owner)?;
        let at = Place::Root;
        let ends_at = at.field("endsAt");
        let end = terms::instant(asked.ends_at, &ends_at)?;
        if end <= self.now {
            return Err(Refusal::of(RefusalCode::InThePast, &ends_at).into());
        }
        if record.times.expires_at.is_some_and(|present| present < end) {
            let message = "The old token ends before that; choose an end that is not after its own.";
            return Err(Refusal::of(RefusalCode::BadField, &ends_at).saying(message).into());
        }
        let id = renewed_id(&record.id, self.id);
        let mut successor = self.successor(token, asked)?;
        successor.set("id", id.as_str().into());
        self.actor.ceiling(self.policy, &self.read(&successor.value())?, None, &FieldPlaces::NONE)?;
        let (plaintext, digest) = self.mint(kind, id)?;
        successor.set("digest", digest.to_text().into());
        let mut old = RecordDraft::of(token.document);
        old.set("expiresAt", end.to_text().into());
        old.set("renewedTo", id.as_str().into());
        self.seal_record(Some(token), old, CommandName::Renew, change)?;
        self.seal_record(None, successor, CommandName::Create, change)?;
        change.plaintext = plaintext;
        Ok(())
    }

    /// Everything that the successor inherits; its life begins now.
    fn successor(&self, token: &TokenState<'_>, asked: &RenewFields<'_>) -> Result<RecordDraft, Refusal> {
        let TokenState { document, kind, record, .. } = token;
        let at = Place::Root;
        let now = self.now.to_text();
        let mut draft = RecordDraft::new();
        for name in
            ["v", "kind", "tenant", "owner", "grants", "applications", "networks", "digest", "idleAfter"]
        {
            draft.set_or_remove(name, document.get(name).cloned());
        }
        draft.set("name", terms::name(asked.name, &at.field("name"))?);
        if let Some(text) = asked.description {
            draft.set("description", terms::description(text, &at.field("description"))?);
        }
        draft.set("createdBy", self.actor.name());
        draft.set("createdAt", now.as_str().into());
        draft.set("secretIssuedAt", now.into());
        draft.set("renewedFrom", record.id.as_str().into());
        draft.set("revision", Value::Int(1));
        if let Some(mut renewal) = RecordDraft::of(document).within("renewal") {
            renewal.remove("offer");
            renewal.remove("renewedAt");
            draft.set("renewal", renewal.into_value());
        }
        // As long again as the old one was given, within the longest lifetime.
        let end = record.times.expires_at.map(|end| self.now.plus(end.since(token.begins_at())));
        let cap = kind.lifetime.max.map(|max| self.now.plus(max));
        let end = end.map(|end| cap.map_or(end, |cap| end.min(cap)));
        let last = self.last_end(token);
        let end = end.into_iter().chain(end.and(last)).min();
        draft.set("expiresAt", end.map(Instant::to_text).into());
        draft.set_or_remove("notAfter", last.map(|last| last.to_text().into()));
        Ok(draft)
    }

    /// Puts a key on offer, when one is due.
    pub(crate) fn offer_renewal(
        &mut self,
        token: &TokenState<'_>,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let (Some(rule), Some(mut renewal)) =
            (&token.kind.renewal.automatic, RecordDraft::of(token.document).within("renewal"))
        else {
            return Err(Refusal::new(RefusalCode::NotRenewable).into());
        };
        let schedule = token.schedule();
        let Some(due) = schedule.offer_due(self.now) else {
            let message = "No renewal is due; wait until the sweep asks for one.";
            return Err(Refusal::new(RefusalCode::NothingToChange).saying(message).into());
        };
        let until = self.now.plus(rule.redeem_within);
        let (key, digest) = self.mint_key(token.record.id)?;
        renewal.set(
            "offer",
            map!([
                ("digest", digest.to_text().into()),
                ("at", self.now.to_text().into()),
                ("until", until.to_text().into()),
                ("attempt", Value::Int(due.attempt.into())),
                ("used", false.into()),
            ]),
        );
        draft.set("renewal", renewal.into_value());
        let notice =
            Notice { ends: Some(until), secret: key.as_deref(), ..self.notice(Subject::RenewalOffered) };
        change.notices.push(notice.to_value(token));
        Ok(())
    }

    /// Takes up the offer: a new secret for the old one and the key, which works once.
    pub(crate) fn redeem(
        &mut self,
        token: &TokenState<'_>,
        proven: ProvenSecret,
        key: &str,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let TokenState { kind, record, lifecycle, .. } = token;
        let refuse = |code| StepError::from(Refusal::new(code));
        let rule = kind.renewal.automatic.as_ref().ok_or_else(|| refuse(RefusalCode::NotRenewable))?;
        let offer = lifecycle.renewal.as_ref().and_then(|renewal| renewal.offer.as_ref());
        let offer = offer.ok_or_else(|| refuse(RefusalCode::NoOffer))?;
        let key: &[u8; SECRET] = key.as_bytes().try_into().map_err(|_| refuse(RefusalCode::WrongKey))?;
        if !bool::from(Digest::of(&record.id.0, key).matches(&offer.digest)) {
            return Err(refuse(RefusalCode::WrongKey));
        }
        if offer.used {
            let mut refusal = Refusal::new(RefusalCode::AlreadyRedeemed);
            refusal.notices.push(self.refusal_notice(Subject::AlreadyRedeemed, token));
            return Err(refusal.into());
        }
        if offer.until <= self.now {
            return Err(refuse(RefusalCode::KeyExpired));
        }
        let until = if rule.full_grace { self.now.plus(kind.grace) } else { self.until(token, kind.grace) };
        self.replace_secret(token, proven, until, draft, change)?;
        let now = self.now.to_text();
        if let Some(mut renewal) = draft.within("renewal") {
            if let Some(mut offer) = renewal.within("offer") {
                offer.set("used", true.into());
                renewal.set("offer", offer.into_value());
            }
            renewal.set("renewedAt", now.into());
            draft.set("renewal", renewal.into_value());
        }
        if let Some(end) = record.times.expires_at {
            let end = self.now.plus(lifetime(token, end));
            let end = lifecycle.not_after.map_or(end, |last| end.min(last));
            draft.set("expiresAt", end.to_text().into());
        }
        change.notices.push(self.notice(Subject::Renewed).to_value(token));
        Ok(())
    }
}

/// How long a renewed secret lasts: as long as the kind says, and no longer
/// than the token was given to live.
fn lifetime(token: &TokenState<'_>, end: Instant) -> Span {
    let Lifetime { default, max, .. } = &token.kind.lifetime;
    let own = end.since(token.begins_at());
    [*default, *max].into_iter().flatten().fold(own, Span::min)
}
