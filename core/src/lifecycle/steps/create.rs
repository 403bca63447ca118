//! Making a token.

use alloc::vec::Vec;

use crate::base::Instant;
use crate::credential::{Digest, TokenId};
use crate::document::{Place, Problem, Problems, Value, put};
use crate::lifecycle::command::{CommandName, CreateFields, Credential, FieldPlaces, terms};
use crate::lifecycle::outcome::{Change, RecordRead, Refusal, RefusalCode};
use crate::lifecycle::steps::context::{Context, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::lifecycle::steps::mint::created_id;
use crate::policy::{Kind, Scope};

impl<'a> Context<'a> {
    pub(crate) fn create(
        &mut self,
        new: &CreateFields<'_>,
        record: Option<&Value>,
        replaces: Option<&'a Value>,
    ) -> Result<Change, StepError> {
        let tenant = new.tenant.or(self.actor.tenant.as_deref());
        self.actor.reaches(tenant)?;
        let id = created_id(tenant, self.actor.id.as_deref(), self.id);
        if let Some(record) = record {
            return Err(self.made_before(record, &id, tenant));
        }
        let kinds = self.policy.kinds();
        let kind = kinds.iter().find(|kind| kind.name == new.kind);
        let at = Place::Root;
        let kind = kind.ok_or_else(|| Refusal::of(RefusalCode::UnknownKind, &at.field("kind")))?;
        let owner = new.owner.or(self.actor.id.as_deref()).ok_or_else(|| {
            Refusal::of(RefusalCode::BadField, &at.field("owner"))
                .saying("Name the owner; the system owns no token.")
        })?;
        self.actor.may(CommandName::Create, kind, owner)?;
        self.actor.hands_to(owner)?;
        let mut change = self.change();
        let mut draft = RecordDraft::new();
        draft.set("v", Value::Int(1));
        draft.set("id", id.as_str().into());
        draft.set("kind", kind.name.as_str().into());
        if let Some(tenant) = tenant {
            draft.set("tenant", terms::short(tenant, &at.field("tenant"))?);
        }
        draft.set("owner", terms::short(owner, &at.field("owner"))?);
        draft.set("createdBy", self.actor.name());
        let now = self.now.to_text();
        draft.set("createdAt", now.as_str().into());
        draft.set("secretIssuedAt", now.into());
        self.tell(new, kind, &mut draft, &mut change)?;
        if let Some(old) = new.replaces {
            let (id, read) = self.replaced(old, replaces)?;
            draft.set("replaces", id);
            change.reads.push(read);
        }
        self.inherit(&mut draft);
        let end = self.first_end(new, kind, &mut change)?;
        draft.set("expiresAt", end.map(Instant::to_text).into());
        draft.set_or_remove("notAfter", self.actor.ends_at().map(|last| last.to_text().into()));
        if let Some(Some(schedule)) = &new.terms.renewal {
            let life = end.map(|end| end.since(self.now));
            let mut renewal = Vec::new();
            for (name, value) in
                terms::renewal(kind, schedule, life, &at.field("renewal"), &mut change.warnings)?
            {
                if let Some(value) = value {
                    put(&mut renewal, name, value);
                }
            }
            draft.set("renewal", Value::Map(renewal));
        }
        // Judged before anything is minted.
        draft.set("digest", Digest::NONE.to_text().into());
        draft.set("revision", Value::Int(1));
        let record = self.read(&draft.value())?;
        self.actor.ceiling(self.policy, &record, None, &FieldPlaces::of(&new.terms, &at))?;
        let (plaintext, digest) = self.mint(kind, id)?;
        draft.set("digest", digest.to_text().into());
        change.plaintext = plaintext;
        self.seal_record(None, draft, CommandName::Create, &mut change)?;
        Ok(change)
    }

    /// The record that this very command made, or one that has no business here.
    fn made_before(&self, record: &Value, id: &TokenId, tenant: Option<&str>) -> StepError {
        let is = |name: &str, expected: Option<&str>| record.get(name).and_then(Value::as_text) == expected;
        if !is("id", Some(id.as_str())) {
            let message = "a create command takes no record but that of the id that \"target\" names";
            return StepError::Broken(Problems::from(Problem::new("record_not_wanted", message)));
        }
        if is("tenant", tenant) && is("createdBy", self.actor.id.as_deref()) {
            StepError::Repeated
        } else {
            Refusal::new(RefusalCode::Unknown).into()
        }
    }

    /// Everything that is asked for but the end, and the renewal before it.
    fn tell(
        &self,
        new: &CreateFields<'_>,
        kind: &Kind,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), Refusal> {
        let at = Place::Root;
        let asked = &new.terms;
        draft.set("name", terms::name(asked.name.flatten().unwrap_or_default(), &at.field("name"))?);
        if let Some(text) = asked.description.flatten() {
            draft.set("description", terms::description(text, &at.field("description"))?);
        }
        let defaults: Vec<_> = kind.default_grants.iter().map(Scope::to_text).collect();
        let grants: Vec<&str> = match &asked.grants {
            Some(Some(grants)) => grants.clone(),
            Some(None) | None => defaults.iter().map(|text| text.as_str()).collect(),
        };
        let grants_at = at.field("grants");
        draft.set("grants", terms::grants(self.policy, kind, &grants, &grants_at)?);
        change.warnings = terms::warned(self.policy, kind, &grants, &grants_at);
        let applications = asked.applications.as_ref().and_then(Option::as_deref);
        // A token as actor hands down its applications if the command names none.
        let inherits = applications.is_none() && self.actor.applications().is_some();
        if !inherits {
            let applications = terms::applications(kind, applications, &at.field("applications"))?;
            draft.set_or_remove("applications", applications);
        }
        if let Some(Some(ranges)) = &asked.networks {
            draft.set("networks", terms::networks(ranges, &at.field("networks"))?);
        }
        if let Some(begin) = new.not_before {
            draft.set("notBefore", terms::instant(begin, &at.field("notBefore"))?.to_text().into());
        }
        draft.set_or_remove(
            "idleAfter",
            terms::idle_after(kind, asked.idle_after.flatten(), &at.field("idleAfter"))?,
        );
        Ok(())
    }

    /// The id of the token that the new one replaces. That lists it for deletion, so
    /// the actor must be one who may delete it.
    fn replaced(&self, id: &str, record: Option<&'a Value>) -> Result<(Value, RecordRead), StepError> {
        let at = Place::Root;
        let at = at.field("replaces");
        let id = TokenId::parse(id).ok_or_else(|| {
            Refusal::of(RefusalCode::BadField, &at)
                .saying("Expected the id of the token that this one replaces.")
        })?;
        let judged = self.reach(record).and_then(|old| {
            if old.record.id != id {
                return Err(Refusal::new(RefusalCode::Unknown).into());
            }
            self.actor.may(CommandName::Delete, old.kind, &old.record.owner)?;
            Ok(old.record.as_read())
        });
        match judged {
            Ok(read) => Ok((id.as_str().into(), read)),
            Err(StepError::Refused(refusal)) => Err(Refusal { field: Some(at.pointer()), ..*refusal }.into()),
            Err(other) => Err(other),
        }
    }

    /// The end that is asked for, or the kind's own; with a token as actor not after its end.
    fn first_end(
        &self,
        new: &CreateFields<'_>,
        kind: &Kind,
        change: &mut Change,
    ) -> Result<Option<Instant>, Refusal> {
        let at = Place::Root;
        let at = at.field("expiresAt");
        let not_before = new.not_before.and_then(Instant::parse);
        let end = match new.terms.expires_at {
            Some(Some(text)) => Some(terms::instant(text, &at)?),
            Some(None) if kind.lifetime.default.is_some() => {
                return Err(Refusal::of(RefusalCode::NeverExpires, &at));
            }
            Some(None) => None,
            None => {
                let own = kind.lifetime.default.map(|lifetime| self.now.plus(lifetime));
                [own, self.actor.ends_at()].into_iter().flatten().min()
            }
        };
        match end {
            Some(end) => terms::end(kind, end, self.now, not_before, self.now, &at)?,
            None => {
                let message = "the token never expires; give it an end if it can do with one";
                change.warnings.push(Problem::at(&at.pointer(), "never_expires", message.into()));
            }
        }
        Ok(end)
    }

    /// Hands down what a token as actor has: its applications and networks unless the command names
    /// others, and what it denies in any case.
    fn inherit(&self, draft: &mut RecordDraft) {
        let Credential::Token(parent, own) = &self.actor.means else { return };
        if own.applications().is_some() && draft.get("applications").is_none() {
            draft.set_or_remove("applications", parent.get("applications").cloned());
        }
        let Some(Value::Map(from)) = parent.get("networks") else { return };
        let mut networks = draft.within("networks").unwrap_or_else(RecordDraft::new);
        for (name, ranges) in from {
            let Value::List(ranges) = ranges else { continue };
            match (networks.get(name), name.as_str()) {
                (None, _) => networks.set(name, Value::List(ranges.clone())),
                (Some(Value::List(own)), "deny") => {
                    let mut both = own.clone();
                    both.extend(ranges.iter().filter(|range| !own.contains(range)).cloned());
                    networks.set(name, Value::List(both));
                }
                (Some(_), _) => {}
            }
        }
        draft.set("networks", networks.into_value());
    }
}
