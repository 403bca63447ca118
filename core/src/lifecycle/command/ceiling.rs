//! The ceiling: an actor grants only what it holds, and a token as actor
//! nothing that is wider or longer-lived than itself.

use alloc::string::String;

use crate::base::{Instant, decimal, join};
use crate::document::Place;
use crate::lifecycle::command::actor::{Actor, Credential};
use crate::lifecycle::command::command::TokenFields;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::{Policy, Rights, Scope};
use crate::token::Record;

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

/// Whether an end comes after the last one that is permitted; `None`: there is none.
pub(crate) fn outlives(end: Option<Instant>, last: Option<Instant>) -> bool {
    last.is_some_and(|last| end.is_none_or(|end| last < end))
}

fn ceiling(field: Option<String>) -> Refusal {
    Refusal { field, ..Refusal::new(RefusalCode::ScopeCeiling) }
}

impl Actor<'_> {
    /// The token's rights lie within what the actor holds, and within the token that the actor uses.
    pub(crate) fn ceiling(
        &self,
        policy: &Policy,
        token: &Record,
        places: &FieldPlaces<'_>,
    ) -> Result<(), Refusal> {
        if self.is_system() || matches!(self.means, Credential::Itself) {
            return Ok(());
        }
        let unlimited = self.roles.iter().any(|role| policy.is_unlimited(role));
        let none = Rights::of([], &policy.catalog);
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
            Credential::Token(_, record) => Some(&record.rights),
            Credential::Host | Credential::UnusableToken | Credential::Itself => None,
        };
        for rights in [own, of_token].into_iter().flatten() {
            if !token.rights.within(rights) {
                return Err(beyond(policy, token, rights, places));
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
        if self.is_system() {
            return Ok(());
        }
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

/// Names the first grant that lies beyond what the giver holds.
fn beyond(policy: &Policy, token: &Record, rights: &Rights, places: &FieldPlaces<'_>) -> Refusal {
    let outside = |grant: &(String, Option<Scope>)| {
        grant.1.as_ref().is_some_and(|scope| !Rights::of([scope], &policy.catalog).within(rights))
    };
    let grants = places.grants.then(|| places.at.field("grants").pointer());
    let place = token.grants.iter().position(outside).map(|place| decimal(place as u64));
    ceiling(match (grants, place) {
        (Some(grants), Some(place)) => Some(join(&[&grants, "/", &place])),
        (grants, _) => grants,
    })
}
