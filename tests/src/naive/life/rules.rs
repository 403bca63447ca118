//! A policy's rules for a kind of token.

use serde_json::Value;

use crate::naive::time::{Millis, duration};

/// One kind, read on demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'p> {
    pub(super) policy: &'p Value,
    kind: &'p Value,
}

/// A clock with reminders: expiry or inactivity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Expiry,
    Idle,
}

impl Clock {
    pub(super) fn word(self) -> &'static str {
        match self {
            Clock::Expiry => "expiry",
            Clock::Idle => "idle",
        }
    }
}

impl<'p> Rules<'p> {
    pub(super) fn of(policy: &'p Value, kind: &str) -> Option<Rules<'p>> {
        Some(Rules { policy, kind: policy["kinds"].get(kind)? })
    }

    /// Whether a kind asks for the owner's present rights.
    pub(super) fn has_subject(&self, kind: &Value) -> bool {
        self.policy["kinds"][kind.as_str().unwrap_or_default()]["subject"] == "owner"
    }

    fn span(&self, pointer: &str) -> Option<Millis> {
        self.kind.pointer(pointer)?.as_str().and_then(duration)
    }

    fn words(&self, pointer: &str) -> Vec<&'p str> {
        let list = self.kind.pointer(pointer).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn is(&self, pointer: &str, value: &str) -> bool {
        self.kind.pointer(pointer).is_some_and(|own| own == value)
    }

    fn flag(&self, pointer: &str) -> bool {
        self.kind.pointer(pointer) == Some(&Value::Bool(true))
    }

    pub(super) fn lifetime(&self) -> Option<Millis> {
        self.span("/lifetime/default")
    }

    pub(super) fn longest(&self) -> Option<Millis> {
        self.span("/lifetime/max")
    }

    pub(super) fn extends_expired(&self) -> bool {
        self.flag("/lifetime/extendExpired")
    }

    /// The stages of a clock, the nearest to the end first.
    pub(super) fn stages(&self, clock: Clock) -> Vec<(&'p str, Millis)> {
        let words = match clock {
            Clock::Expiry => self.words("/lifetime/remind"),
            Clock::Idle => self.words("/idle/remind"),
        };
        let mut stages: Vec<_> = words.into_iter().filter_map(|word| Some((word, duration(word)?))).collect();
        stages.sort_by_key(|(_, before)| *before);
        stages
    }

    pub(super) fn idle_default(&self) -> Option<&'p str> {
        self.kind.pointer("/idle/default")?.as_str()
    }

    pub(super) fn is_idle_choice(&self, period: &str) -> bool {
        let choices = self.words("/idle/choices");
        let wanted = duration(period);
        wanted.is_some()
            && (choices.iter().any(|choice| duration(choice) == wanted)
                || (choices.is_empty() && self.idle_default().and_then(duration) == wanted))
    }

    /// `deny`, `revoke` or `delete`.
    pub(super) fn idle_then(&self) -> &'p str {
        self.kind.pointer("/idle/then").and_then(Value::as_str).unwrap_or("deny")
    }

    pub(super) fn grace(&self) -> Millis {
        self.span("/grace").unwrap_or_default()
    }

    pub(super) fn is_lockable(&self) -> bool {
        self.flag("/lockable")
    }

    pub(super) fn is_regenerable(&self) -> bool {
        self.is("/revoke", "regenerable")
    }

    pub(super) fn delete_needs_revoked(&self) -> bool {
        self.is("/deleteNeeds", "revoked")
    }

    pub(super) fn renews_by_hand(&self) -> bool {
        self.flag("/renewal/manual")
    }

    pub(super) fn renews_by_itself(&self) -> bool {
        self.kind.pointer("/renewal/automatic").is_some_and(Value::is_object)
    }

    pub(super) fn redeem_within(&self) -> Millis {
        self.span("/renewal/automatic/redeemWithin").unwrap_or_default()
    }

    pub(super) fn takes_private_callbacks(&self) -> bool {
        self.kind["renewal"]["automatic"]["privateCallbacks"] == "warn"
    }

    pub(super) fn offer_again_after(&self) -> Millis {
        self.span("/renewal/automatic/offerAgainAfter").unwrap_or_default()
    }

    pub(super) fn revokes_on_reuse(&self) -> bool {
        self.is("/renewal/automatic/onReuse", "revoke")
    }

    pub(super) fn gives_the_full_grace(&self) -> bool {
        self.flag("/renewal/automatic/fullGrace")
    }

    pub(super) fn may(&self, command: &str) -> Vec<&'p str> {
        self.words(&format!("/may/{command}"))
    }

    pub(super) fn is_editable(&self, field: &str) -> bool {
        self.words("/editable").contains(&field)
    }

    pub(super) fn unique(&self) -> Vec<&'p str> {
        let words = self.words("/unique");
        ["name", "nameInAnyCase", "owner", "instance"]
            .into_iter()
            .filter(|field| words.contains(field))
            .collect()
    }

    pub(super) fn limit(&self, word: &str) -> Option<u64> {
        self.kind["limit"][word].as_u64()
    }

    pub(super) fn default_grants(&self) -> Value {
        self.kind["grants"]["default"].clone()
    }

    pub(super) fn requires_applications(&self) -> bool {
        self.flag("/requires/applications")
    }

    /// The resources that need exactly one granted instance.
    pub(super) fn one_instance_of(&self) -> Vec<&'p str> {
        let map = self.kind.pointer("/requires/instances").and_then(Value::as_object);
        map.into_iter().flat_map(|map| map.keys().map(String::as_str)).collect()
    }

    pub(super) fn is_unlimited(&self, role: &str) -> bool {
        self.policy["roles"][role]["unlimited"] == true
    }
}
