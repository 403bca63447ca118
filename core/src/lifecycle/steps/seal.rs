//! The end of every accepted command: the record is sealed into the trail, and
//! everything that must stand in the same write is put together.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::{changes, seal};
use crate::base::Instant;
use crate::credential::Digest;
use crate::document::{Place, Value, map};
use crate::lifecycle::command::CommandName;
use crate::lifecycle::outcome::{
    Change, RecordWrite, Refusal, RefusalCode, claim, claim_value, guards, revision,
};
use crate::lifecycle::steps::context::{Context, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::token::{Record, TokenState};

/// The lists of a record: they have no bounds of their own.
const LISTS: [&str; 3] = ["grants", "applications", "networks"];

/// The longest record that a command may make by setting one of its lists, in bytes of JSON. What later commands add
/// is bounded field by field and fits into the rest of [`Bounds::RECORD`].
const LONGEST_MADE: usize = 64 << 10;

/// Refuses a record that is too long for the commands to come. A successor has the lists of its predecessor.
fn refuse_too_long(
    before: Option<&TokenState<'_>>,
    record: &Value,
    command: CommandName,
) -> Result<(), Refusal> {
    let succeeds = before.is_none() && record.get("renewedFrom").is_some();
    let set = |name: &&str| before.is_none_or(|before| before.document.get(name) != record.get(name));
    let length = |name: &&str| record.get(name).map_or(0, |list| list.to_json().len());
    let longest = LISTS.into_iter().filter(set).max_by_key(length).filter(|_| !succeeds);
    match longest {
        Some(name) if record.to_json().len() > LONGEST_MADE => {
            let at = if command == CommandName::Edit { Place::Root.field("set") } else { Place::Root };
            let message = "With this the token would be longer than 64 KiB; name fewer.";
            Err(Refusal::of(RefusalCode::BadField, &at.field(name)).saying(message))
        }
        Some(_) | None => Ok(()),
    }
}

impl Context<'_> {
    /// The record that a draft amounts to, read again: nothing is written that
    /// could not be read.
    pub(crate) fn read(&self, record: &Value) -> Result<Record, StepError> {
        Record::read(self.policy, record).map_err(|unreadable| StepError::Broken(unreadable.problems))
    }

    /// Adds the new record of one token, and what goes with it, to the change.
    pub(crate) fn seal_record(
        &self,
        before: Option<&TokenState<'_>>,
        mut draft: RecordDraft,
        command: CommandName,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let was = before.map_or(0, |before| before.record.revision);
        draft.set("revision", revision(was + 1));
        draft.set("lastCommand", self.id.into());
        draft.remove("auditHead");
        let record = draft.finish();
        refuse_too_long(before, &record, command)?;
        let after = self.stand(&record)?;
        let text = |instant: Option<Instant>| instant.map(|instant| Value::from(instant.to_text()));
        let (ends_at, due_at) = (text(after.record.times.ends_at()), text(after.schedule().due_at(self.now)));
        let told = changes(before.map(|before| before.document), Some(&record));
        let (event, head) = self.event(before, &after, was + 1, command, told);
        let mut draft = RecordDraft::of(&record);
        draft.set("auditHead", head.as_str().into());
        draft.set_or_remove("endsAt", ends_at);
        draft.set_or_remove("dueAt", due_at);
        if self.preview {
            draft.hide_unminted();
        }
        change.writes.push(RecordWrite { id: after.record.id, was, record: Some(draft.finish()) });
        change.events.push(event);
        self.hold(before, Some(&after), change);
        if change.writes.len() == 1 {
            change.before = before.map(|before| before.record.status(false, self.now));
            change.after = Some(after.record.status(false, self.now));
        }
        Ok(())
    }

    /// Adds the removal of a token, and the tombstone that stays.
    pub(crate) fn leave_tombstone(&self, token: &TokenState<'_>, change: &mut Change) {
        let TokenState { document, kind, record, lifecycle } = token;
        let told = changes(Some(document), None);
        let (event, head) = self.event(Some(token), token, record.revision + 1, CommandName::Delete, told);
        change.tombstone = Some(map!([
            ("id", record.id.as_str().into()),
            ("kind", kind.name.as_str().into()),
            ("tenant", record.tenant().into()),
            ("owner", record.owner.as_str().into()),
            ("name", lifecycle.name.as_str().into()),
            ("deletedAt", self.now.to_text().into()),
            ("by", self.actor.name()),
            ("reason", self.reason.as_deref().into()),
            ("revision", revision(record.revision + 1)),
            ("auditHead", head.as_str().into()),
        ]));
        change.writes.push(RecordWrite { id: record.id, was: record.revision, record: None });
        change.events.push(event);
        change.before = Some(record.status(false, self.now));
        self.hold(Some(token), None, change);
    }

    pub(crate) fn stand<'r>(&'r self, record: &'r Value) -> Result<TokenState<'r>, StepError> {
        TokenState::read(self.policy, record).map_err(|unreadable| StepError::Broken(unreadable.problems))
    }

    fn event(
        &self,
        before: Option<&TokenState<'_>>,
        after: &TokenState<'_>,
        sequence: u64,
        command: CommandName,
        told: Value,
    ) -> (Value, String) {
        let event = map!([
            ("v", Value::Int(1)),
            ("token", after.record.id.as_str().into()),
            ("tenant", after.record.tenant().into()),
            ("sequence", revision(sequence)),
            ("command", self.id.into()),
            ("event", command.past().into()),
            ("at", self.now.to_text().into()),
            ("actor", self.actor.to_value(before.map(|before| &before.record))),
            ("reason", self.reason.as_deref().into()),
            ("changes", told),
        ]);
        let fields = match event {
            Value::Map(fields) => fields,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => Vec::new(),
        };
        let previous = before.and_then(|before| before.lifecycle.audit_head.as_deref());
        seal(fields, previous, self.audit_key)
    }

    /// Claims, releases and limits.
    fn hold(&self, before: Option<&TokenState<'_>>, after: Option<&TokenState<'_>>, change: &mut Change) {
        let record = before.and_then(|before| claim(self.policy, before));
        let holds = after.and_then(|after| claim(self.policy, after));
        if record != holds {
            let value = |claim: Option<_>, token: Option<&TokenState<'_>>| {
                claim.zip(token).map(|(claim, token): (String, _)| claim_value(&claim, token))
            };
            change.releases.extend(value(record, before));
            change.claims.extend(value(holds, after));
        }
        let counted = before.is_some_and(|before| before.counts(self.now));
        if let Some(after) = after.filter(|after| after.counts(self.now)) {
            if !counted {
                change.guards.extend(guards(after, change.counting, self.now));
            }
            change.counting += 1;
        }
    }
}

impl RecordDraft {
    /// Leaves out the digests that stand in for what a preview does not mint.
    fn hide_unminted(&mut self) {
        let none = Value::from(Digest::NONE.to_text());
        let hide = |draft: &mut RecordDraft| {
            if draft.get("digest") == Some(&none) {
                draft.remove("digest");
            }
        };
        hide(self);
        if let Some(mut renewal) = self.within("renewal")
            && let Some(mut offer) = renewal.within("offer")
        {
            hide(&mut offer);
            renewal.set("offer", offer.into_value());
            self.set("renewal", renewal.into_value());
        }
    }
}
