//! A store in memory that writes changes and refuses those that a store must refuse.

use std::collections::BTreeMap;

use portcullis_core::Instant;
use serde_json::Value;

/// Records, claims, events, notices and tombstones.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) records: BTreeMap<String, Value>,
    pub(crate) claims: BTreeMap<String, String>,
    pub(crate) events: Vec<Value>,
    pub(crate) notices: Vec<Value>,
    pub(crate) tombstones: BTreeMap<String, Value>,
}

impl Store {
    /// Commits the whole change, or nothing and returns the refusal code.
    pub(crate) fn commit(&mut self, change: &Value) -> Result<(), &'static str> {
        for write in items(&change["writes"]) {
            let id = text(&write["id"]);
            let revision = self.records.get(id).map_or(0, |record| record["revision"].as_i64().unwrap());
            assert_eq!(write["was"], revision, "nobody else writes here");
            assert!(!self.tombstones.contains_key(id), "an id is taken for ever");
        }
        let written: Vec<&str> = items(&change["writes"]).map(|write| text(&write["id"])).collect();
        if items(&change["guards"]).any(|guard| !self.holds(guard, &written)) {
            return Err("limit_reached");
        }
        let claims = items(&change["claims"]).map(|claim| (text(&claim["claim"]), text(&claim["token"])));
        let released: Vec<&str> = items(&change["releases"]).map(|claim| text(&claim["claim"])).collect();
        let taken = |claim: &str| self.claims.contains_key(claim) && !released.contains(&claim);
        if claims.clone().any(|(claim, _)| taken(claim)) {
            return Err("not_unique");
        }
        released.iter().for_each(|claim| assert!(self.claims.remove(*claim).is_some(), "{claim} was held"));
        self.claims.extend(claims.map(|(claim, token)| (claim.to_owned(), token.to_owned())));
        for write in items(&change["writes"]) {
            let id = text(&write["id"]).to_owned();
            match &write["record"] {
                Value::Null => self.records.remove(&id),
                record => self.records.insert(id, record.clone()),
            };
        }
        if let Some(id) = change["tombstone"]["id"].as_str() {
            self.tombstones.insert(id.to_owned(), change["tombstone"].clone());
        }
        self.events.extend(items(&change["events"]).cloned());
        for notice in items(&change["notices"]) {
            // One notice per key, as in an outbox.
            if !self.notices.iter().any(|known| known["key"] == notice["key"]) {
                self.notices.push(notice.clone());
            }
        }
        Ok(())
    }

    /// Whether fewer tokens count than the guard's limit.
    fn holds(&self, guard: &Value, written: &[&str]) -> bool {
        let now = instant(&guard["now"]);
        let counts = |(id, record): &(&String, &Value)| {
            !written.contains(&id.as_str())
                && record["kind"] == guard["kind"]
                && record["tenant"] == guard["tenant"]
                && (guard["guard"] == "activePerTenant" || record["owner"] == guard["owner"])
                && record["revoked"].is_null()
                && (record["endsAt"].is_null() || instant(&record["endsAt"]) > now)
        };
        let active = self.records.iter().filter(counts).count();
        active < usize::try_from(guard["below"].as_u64().unwrap()).unwrap()
    }
}

pub(crate) fn items(list: &Value) -> impl Iterator<Item = &Value> + Clone {
    list.as_array().into_iter().flatten()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub(crate) fn instant(value: &Value) -> Instant {
    Instant::parse(text(value)).unwrap_or_else(|| panic!("{value} is no instant"))
}
