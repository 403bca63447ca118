//! The actor of a command and the limits of its rights.

use serde_json::{Value, json};

use super::clocks::{at, status};
use super::rules::Rules;
use super::{Question, Record, Refused, refuse};
use crate::naive::rights::Catalog;
use crate::naive::time::Millis;

/// The actor of a command.
pub(super) struct Actor<'q> {
    /// `None`: the system.
    pub(super) id: Option<String>,
    pub(super) tenant: Option<&'q str>,
    pub(super) roles: Vec<&'q str>,
    /// Whether it is the proven token of the record.
    pub(super) itself: bool,
    grants: Option<&'q Value>,
    token: Option<&'q Value>,
    now: Millis,
}

impl<'q> Actor<'q> {
    /// As the host says.
    pub(super) fn given(question: &'q Question) -> Actor<'q> {
        let actor = &question.actor;
        let roles = actor["roles"].as_array();
        Actor {
            id: (actor["system"] != true).then(|| actor["id"].as_str().unwrap_or_default().into()),
            tenant: actor["tenant"].as_str(),
            roles: roles.into_iter().flatten().filter_map(Value::as_str).collect(),
            itself: false,
            grants: actor.get("grants").filter(|grants| !grants.is_null()),
            token: actor.get("token").filter(|token| !token.is_null()),
            now: question.now,
        }
    }

    /// The token itself where it is proven, else as the host says.
    pub(super) fn of(question: &'q Question, record: &Record) -> Actor<'q> {
        if !question.command["plaintext"].is_string() {
            return Actor::given(question);
        }
        Actor {
            id: record["owner"].as_str().map(String::from),
            tenant: None,
            roles: Vec::new(),
            itself: true,
            grants: None,
            token: question.record.as_object().map(|_| &question.record),
            now: question.now,
        }
    }

    pub(super) fn is_system(&self) -> bool {
        self.id.is_none()
    }

    /// Whether the actor came with a token that does not pass now.
    pub(super) fn is_inactive_token(&self) -> bool {
        let token = self.token.filter(|_| !self.itself).and_then(Value::as_object);
        token.is_some_and(|token| status(token, self.now) != "active")
    }

    /// The end of the token that acts.
    pub(super) fn token_end(&self) -> Option<Millis> {
        self.token.and_then(|token| at(&token["expiresAt"]))
    }

    /// Whether a token acts for another owner than its own.
    pub(super) fn is_for_another(&self, record: &Record) -> bool {
        !self.itself && self.token.is_some_and(|token| token["owner"] != record["owner"])
    }

    /// The records that a change rests on: the one to be replaced, and the token that acts.
    pub(super) fn reads(&self, question: &Question) -> Vec<Value> {
        let replaced = Some(&question.store["replaces"]).filter(|_| question.command["replaces"].is_string());
        let token = self.token.filter(|_| !self.itself);
        let read = |record: &Value| json!({ "id": record["id"], "was": record["revision"] });
        [replaced, token].into_iter().flatten().map(read).collect()
    }

    /// As events show it.
    pub(super) fn shown(&self) -> Value {
        let token = self.token.map(|token| token["id"].clone());
        if self.is_system() {
            return json!({ "system": true });
        }
        json!({ "id": self.id, "roles": self.roles, "token": token })
    }

    /// Refuses grants that are neither the actor's nor those that the token had, or an end beyond the actor's.
    pub(super) fn must_reach(
        &self,
        rules: &Rules<'_>,
        record: &Record,
        had: Option<&Value>,
        field: Option<&str>,
    ) -> Result<(), Refused> {
        if self.itself || self.is_system() {
            return Ok(());
        }
        let unlimited = self.roles.iter().any(|role| rules.is_unlimited(role));
        if unlimited && self.token.is_none() {
            return Ok(());
        }
        let catalog = Catalog::of(rules.policy);
        let none = json!([]);
        let by_actor = match (self.grants, self.token) {
            _ if unlimited => None,
            (Some(grants), _) => Some(grants),
            (None, Some(token)) if !rules.has_subject(&token["kind"]) => None,
            (None, _) => Some(&none),
        };
        let by_token = self.token.map(|token| &token["grants"]);
        let limits: Vec<_> = [by_actor, by_token].into_iter().flatten().collect();
        let grants: Vec<_> = record["grants"].as_array().into_iter().flatten().enumerate().collect();
        let is_new = |grant: &Value| had.is_none_or(|had| !catalog.holds(had, grant));
        let added: Vec<_> = grants.into_iter().filter(|(_, grant)| is_new(grant)).collect();
        if had.is_some() && added.is_empty() {
            return Ok(());
        }
        let beyond = |grant: &Value| limits.iter().any(|limit| !catalog.holds(limit, grant));
        if let Some((place, _)) = added.into_iter().find(|(_, grant)| beyond(grant)) {
            let field = field.map(|field| format!("{field}/{place}"));
            return refuse("scope_ceiling", &field.unwrap_or_default());
        }
        self.must_not_outlive(record, "")
    }

    /// Whether a person or the system acts, without a token.
    pub(super) fn is_person(&self) -> bool {
        self.token.is_none()
    }

    /// Refuses an end after that of the token that acts.
    pub(super) fn must_not_outlive(&self, record: &Record, field: &str) -> Result<(), Refused> {
        if let Some(token) = self.token.filter(|_| !self.itself) {
            let end = |value: Option<&Value>| value.and_then(at).unwrap_or(Millis::MAX);
            if end(record.get("expiresAt")) > end(token.get("expiresAt")) {
                return refuse("scope_ceiling", field);
            }
        }
        Ok(())
    }
}

/// The granted instance of a resource that needs exactly one.
pub(super) fn instances(rules: &Rules<'_>, record: &Record) -> Value {
    let rights = Catalog::of(rules.policy).expand_all(&record["grants"]);
    let of = |resource: &str| rights.iter().find_map(|permission| permission.place_on(resource));
    rules.one_instance_of().into_iter().find_map(of).into()
}
