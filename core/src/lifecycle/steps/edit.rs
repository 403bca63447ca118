//! Changing what a kind lets be changed, and moving the end of a token.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::document::{Place, Problem, Value};
use crate::lifecycle::command::{CeilingChecks, FieldPlaces, Patch, TokenFields, outlives, terms};
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::lifecycle::steps::context::{Context, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::policy::EditableField;
use crate::token::TokenState;

impl Context<'_> {
    /// Sets the fields that are named; `null` removes one that can be absent.
    pub(crate) fn edit(
        &self,
        token: &TokenState<'_>,
        asked: &TokenFields<'_>,
        draft: &mut RecordDraft,
    ) -> Result<Vec<Problem>, StepError> {
        let at = Place::Root;
        let at = at.field("set");
        let kind = token.kind;
        for (field, named) in named(asked) {
            if named && !kind.editable.contains(&field) {
                return Err(Refusal::of(RefusalCode::NotEditable, &at.field(field.word())).into());
            }
        }
        if let Some(name) = asked.name {
            draft.set("name", terms::name(name.unwrap_or_default(), &at.field("name"))?);
        }
        if let Some(text) = asked.description {
            let at = at.field("description");
            draft.set_or_remove("description", text.map(|text| terms::description(text, &at)).transpose()?);
        }
        let mut warnings = Vec::new();
        let grants_at = at.field("grants");
        if let Some(grants) = &asked.grants {
            let grants = grants.as_deref().unwrap_or_default();
            draft.set("grants", terms::grants(self.policy, kind, grants, &grants_at)?);
            warnings = terms::warned(self.policy, kind, grants, &grants_at);
        }
        if let Some(applications) = &asked.applications {
            let applications = terms::applications(kind, applications.as_deref(), &at.field("applications"))?;
            draft.set_or_remove("applications", applications);
        }
        if let Some(ranges) = &asked.networks {
            let at = at.field("networks");
            let networks = ranges.as_ref().map(|ranges| terms::networks(ranges, &at)).transpose()?;
            draft.set_or_remove("networks", networks);
        }
        if let Some(period) = asked.idle_after {
            let at = at.field("idleAfter");
            let period = terms::idle_after(kind, period, &at)?;
            let period = period.ok_or_else(|| Refusal::of(RefusalCode::NotAChoice, &at))?;
            draft.set("idleAfter", period);
        }
        if let Some(end) = asked.expires_at {
            draft.set("expiresAt", self.new_end(token, end, &at.field("expiresAt"))?);
        }
        if let Some(schedule) = &asked.renewal {
            let at = at.field("renewal");
            let mut renewal = draft.within("renewal").unwrap_or_else(RecordDraft::new);
            let end = draft.get("expiresAt").and_then(Value::as_text).and_then(Instant::parse);
            let issued = token.record.times.secret_issued_at.unwrap_or(token.record.times.created_at);
            let life = end.map(|end| end.since(issued));
            match schedule {
                Some(schedule) => {
                    for (name, value) in terms::renewal(kind, schedule, life, &at, &mut warnings)? {
                        renewal.set_or_remove(name, value);
                    }
                    draft.set("renewal", renewal.into_value());
                }
                None => draft.remove("renewal"),
            }
        }
        if draft.value() == *token.document {
            return Err(Refusal::new(RefusalCode::NothingToChange).into());
        }
        let after = self.read(&draft.value())?;
        let places = FieldPlaces::of(asked, &at);
        if asked.grants.is_some() {
            self.actor.ceiling(self.policy, &after, Some(&token.record), &places)?;
        }
        self.actor.bounds(&after, CeilingChecks::by(&token.record, &after), &places)?;
        let end = after.times.expires_at;
        if outlives(end, token.lifecycle.not_after) {
            if self.actor.uses_token() {
                return Err(beyond_last_end(Some(at.field("expiresAt").pointer())));
            }
            draft.remove("notAfter");
        } else if let (Some(Some(_)), Some(end), Some(own_end)) = (&asked.renewal, end, self.actor.ends_at())
        {
            // The renewal gives no more life than the token has, or the one that the actor uses.
            let last = token.lifecycle.not_after.into_iter().chain([end.max(own_end)]).min();
            draft.set_or_remove("notAfter", last.map(|last| last.to_text().into()));
        }
        Ok(warnings)
    }

    /// The last end of a life that the actor prolongs: the one that the token is
    /// held to, and that of the token that the actor uses.
    pub(crate) fn last_end(&self, token: &TokenState<'_>) -> Option<Instant> {
        token.lifecycle.not_after.into_iter().chain(self.actor.ends_at()).min()
    }

    /// The end that an edit sets, earlier or later. It can be removed if tokens of the kind have no end by default.
    fn new_end(&self, token: &TokenState<'_>, asked: Option<&str>, at: &Place<'_>) -> Result<Value, Refusal> {
        match asked {
            Some(text) => {
                let end = terms::instant(text, at)?;
                let (record, begins_at) = (&token.record, token.begins_at());
                terms::end(token.kind, end, self.now, record.times.not_before, begins_at, at)?;
                Ok(end.to_text().into())
            }
            None if token.kind.lifetime.default.is_some() => Err(Refusal::of(RefusalCode::NeverExpires, at)),
            None => Ok(Value::Null),
        }
    }

    /// Moves the end, never to an earlier one, and restarts the inactivity clock.
    pub(crate) fn extend(
        &self,
        token: &TokenState<'_>,
        asked: Patch<&str>,
        draft: &mut RecordDraft,
    ) -> Result<(), StepError> {
        let record = &token.record;
        let at = Place::Root;
        let at = at.field("expiresAt");
        let end = match asked {
            Some(Some(text))
                if terms::instant(text, &at)? < record.times.expires_at.unwrap_or(Instant::MAX) =>
            {
                return Err(Refusal::of(RefusalCode::NotLater, &at).into());
            }
            Some(end) if end.is_some() || record.times.expires_at.is_some() => {
                self.new_end(token, end, &at)?
            }
            Some(_) | None => self.end_by_default(token)?.map(Instant::to_text).into(),
        };
        draft.set("expiresAt", end);
        draft.set("extendedAt", self.now.to_text().into());
        let after = self.read(&draft.value())?;
        let named = asked.map(|_| at.pointer());
        let bounds = self.actor.bounds(&after, CeilingChecks::by(record, &after), &FieldPlaces::NONE);
        bounds.map_err(|refusal| Refusal { field: named.clone(), ..refusal })?;
        if outlives(after.times.expires_at, token.lifecycle.not_after) {
            return Err(beyond_last_end(named));
        }
        Ok(())
    }

    /// The present end or one default lifetime from now, whichever is later,
    /// held at the longest lifetime and at the last end.
    fn end_by_default(&self, token: &TokenState<'_>) -> Result<Option<Instant>, Refusal> {
        let TokenState { kind, record, .. } = token;
        let reach = kind.lifetime.default.map(|lifetime| self.now.plus(lifetime));
        let cap = kind.lifetime.max.map(|max| token.begins_at().plus(max));
        let later =
            reach.and_then(|reach| [Some(reach), cap, self.last_end(token)].into_iter().flatten().min());
        let end = record.times.expires_at.map(|present| later.map_or(present, |later| present.max(later)));
        let moves = record.times.idle_after.is_some() || end.is_some() && reach.is_some();
        if !moves || end.is_some_and(|end| end <= self.now) && reach.is_none() {
            return Err(Refusal::new(RefusalCode::NothingToExtend));
        }
        if end.is_some_and(|end| end <= self.now) {
            return Err(Refusal::new(RefusalCode::ExceedsMaxLifetime));
        }
        Ok(end)
    }
}

fn beyond_last_end(field: Option<String>) -> StepError {
    let message = "The token lives no longer than the one that it was made or renewed with; only a person lifts \
                   that, by editing its end.";
    Refusal { field, ..Refusal::new(RefusalCode::ScopeCeiling) }.saying(message).into()
}

/// Which fields the command names.
fn named(asked: &TokenFields<'_>) -> [(EditableField, bool); 8] {
    fn is<T>(asked: &Patch<T>) -> bool {
        asked.is_some()
    }
    [
        (EditableField::Name, is(&asked.name)),
        (EditableField::Description, is(&asked.description)),
        (EditableField::ExpiresAt, is(&asked.expires_at)),
        (EditableField::IdleAfter, is(&asked.idle_after)),
        (EditableField::Grants, is(&asked.grants)),
        (EditableField::Applications, is(&asked.applications)),
        (EditableField::Networks, is(&asked.networks)),
        (EditableField::Renewal, is(&asked.renewal)),
    ]
}
