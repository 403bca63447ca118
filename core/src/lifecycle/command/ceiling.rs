//! The ceiling: an actor hands out what they hold and no more, now and under every
//! later policy; a token as actor nothing that is wider or longer-lived than itself.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, decimal, join, join_with, sort};
use crate::document::Place;
use crate::lifecycle::command::actor::{Actor, Credential};
use crate::lifecycle::command::command::TokenFields;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::{Grant, Holding, Permission, Policy, Rights};
use crate::token::Record;

/// How many permissions a refusal lists.
const MOST_NAMED: usize = 16;

/// Where a command names what is handed out, as JSON Pointers.
pub(crate) struct FieldPlaces<'p> {
    at: &'p Place<'p>,
    terms: Option<&'p TokenFields<'p>>,
    /// Where the grants stand, named or by default.
    grants: bool,
}

impl<'p> FieldPlaces<'p> {
    /// The command names nothing.
    pub(crate) const NONE: FieldPlaces<'static> =
        FieldPlaces { at: &Place::Root, terms: None, grants: false };

    pub(crate) fn of(terms: &'p TokenFields<'p>, at: &'p Place<'p>) -> FieldPlaces<'p> {
        FieldPlaces { at, terms: Some(terms), grants: true }
    }

    fn place(&self, name: &str, named: impl Fn(&TokenFields<'_>) -> bool) -> Option<String> {
        self.terms.filter(|terms| named(terms)).map(|_| self.at.field(name).pointer())
    }
}

/// Which bounds of the token that the actor uses are asked for.
#[derive(Clone, Copy)]
pub(crate) struct CeilingChecks {
    pub(crate) end: bool,
    pub(crate) applications: bool,
    pub(crate) networks: bool,
}

impl CeilingChecks {
    /// Of a token that is handed out.
    const ALL: CeilingChecks = CeilingChecks { end: true, applications: true, networks: true };

    /// Those that a change touches.
    pub(crate) fn by(before: &Record, after: &Record) -> CeilingChecks {
        CeilingChecks {
            end: before.times.expires_at != after.times.expires_at,
            applications: before.applications() != after.applications(),
            networks: before.networks() != after.networks(),
        }
    }
}

/// Whether an end comes after the last one that is permitted. Without `end` the token never
/// ends; without `last` any end is permitted.
pub(crate) fn outlives(end: Option<Instant>, last: Option<Instant>) -> bool {
    last.is_some_and(|last| end.is_none_or(|end| last < end))
}

fn ceiling(field: Option<String>) -> Refusal {
    Refusal { field, ..Refusal::new(RefusalCode::ScopeCeiling) }
}

impl Actor<'_> {
    /// The token's grants lie within what the actor holds, and within the token that the actor uses,
    /// now and under every later policy. With `before`, the token as it was, only grants
    /// count that it did not have in the same or wider words.
    pub(crate) fn ceiling(
        &self,
        policy: &Policy,
        token: &Record,
        before: Option<&Record>,
        places: &FieldPlaces<'_>,
    ) -> Result<(), Refusal> {
        if self.is_system() || matches!(self.means, Credential::Itself) {
            return Ok(());
        }
        let catalog = &policy.catalog;
        let unlimited = self.roles.iter().any(|role| policy.is_unlimited(role));
        let none = (Rights::of([], catalog), Vec::new());
        let own = match (&self.grants, &self.means) {
            _ if unlimited => None,
            (Some(grants), _) => Some(grants),
            // Where the owner's present rights bound the token, the token alone says too much.
            (None, Credential::Token(_, record)) if !record.has_subject => None,
            (
                None,
                Credential::Token(..) | Credential::Host | Credential::UnusableToken | Credential::Itself,
            ) => Some(&none),
        };
        let of_token = match &self.means {
            Credential::Token(_, record) => Some((&record.rights, &record.grants)),
            Credential::Host | Credential::UnusableToken | Credential::Itself => None,
        };
        let limits = own.map(|(rights, grants)| (rights, grants)).into_iter().chain(of_token);
        let limits: Vec<_> = limits.map(|(rights, grants)| Holding::of(catalog, rights, grants)).collect();
        let had = before.map(|before| Holding::of(catalog, &before.rights, &before.grants));
        let added = |grant: &Grant| had.as_ref().is_none_or(|had| !had.covers(grant));
        let mut added = token.grants.iter().enumerate().filter(|(_, grant)| added(grant)).peekable();
        if had.is_some() && added.peek().is_none() {
            return Ok(());
        }
        for (place, grant) in added {
            if let Some(atom) = limits.iter().find_map(|limit| limit.lacks(grant)) {
                let grants = places.grants.then(|| places.at.field("grants").item(place).pointer());
                return Err(ceiling(grants).saying(&too_wide(policy, grant, &atom, &limits)));
            }
        }
        self.bounds(token, CeilingChecks::ALL, places)
    }

    /// The token ends with the one that the actor uses, and reaches no further,
    /// in what the command has a hand in.
    pub(crate) fn bounds(
        &self,
        token: &Record,
        bounded: CeilingChecks,
        places: &FieldPlaces<'_>,
    ) -> Result<(), Refusal> {
        let Credential::Token(_, own) = &self.means else { return Ok(()) };
        if bounded.end && outlives(token.times.expires_at, own.times.expires_at) {
            let place = places.place("expiresAt", |terms| terms.expires_at.is_some());
            let message = "The token would outlive the one that you use; choose an earlier end.";
            return Err(ceiling(place).saying(message));
        }
        let applications =
            |application: &String| own.applications().is_none_or(|own| own.contains(application));
        let fewer = match (token.applications(), own.applications()) {
            (None, Some(_)) => false,
            (None, None) => true,
            (Some(named), _) => named.iter().all(applications),
        };
        if bounded.applications && !fewer {
            let place = places.place("applications", |terms| terms.applications.is_some());
            let message = "The token would reach more applications than the one that you use; name fewer.";
            return Err(ceiling(place).saying(message));
        }
        let narrower = match (token.networks(), own.networks()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(named), Some(own)) => named.within(own),
        };
        if bounded.networks && !narrower {
            let place = places.place("networks", |terms| terms.networks.is_some());
            let message = "The token would reach more networks than the one that you use; name fewer.";
            return Err(ceiling(place).saying(message));
        }
        Ok(())
    }
}

/// Says which part of a grant is not held, and which single permissions of it are.
fn too_wide(policy: &Policy, grant: &Grant, atom: &str, limits: &[Holding<'_>]) -> String {
    let mut held: Vec<Permission> = Vec::new();
    let Some(scope) = &grant.1 else {
        return "The token has a scope that the policy does not know and that you do not hold; edit its grants first."
            .into();
    };
    policy.catalog.expand(scope, &mut |permission, instance| {
        if instance.is_none() && limits.iter().all(|limit| limit.rights.allow(permission, None)) {
            held.push(permission);
        }
    });
    sort(&mut held, &Ord::cmp);
    held.dedup();
    let names = held.iter().take(MOST_NAMED).map(|permission| policy.catalog.text_of(*permission, None));
    let names: Vec<_> = names.collect();
    let instead = match names.as_slice() {
        [] => "ask for less".into(),
        names => join(&["grant single permissions instead: ", &join_with(names, ", ")]),
    };
    let more = match held.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => join(&[" and ", &decimal(more as u64), " more"]),
    };
    join(&["You do not hold \"", atom, "\" yourself; ", &instead, &more, "."])
}
