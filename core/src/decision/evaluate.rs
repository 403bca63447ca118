//! The evaluation: every check, in the order in which they are made. The first "no" wins.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::credential::{Bearer, Digest};
use crate::decision::credentials;
use crate::decision::reason::Reason;
use crate::policy::{Need, Policy, Requirement, Route};
use crate::request::{Attempt, Path};
use crate::token::{Held, Status, Subject, Token};

/// What the host found under the id.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// A record, opened under the policy that decides. One opened under
    /// another policy is denied as `corrupt_record`.
    Token(&'a Token),
    /// Nothing.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// All that an answer depends on.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) found: Found<'a>,
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) now: Instant,
}

/// What was found out on the way to an answer.
#[derive(Default)]
pub(crate) struct Course<'a> {
    pub(crate) path: Option<Path<'a>>,
    pub(crate) target: Target<'a>,
    /// The token, once its secret is proven.
    pub(crate) held: Option<&'a Held>,
    /// Whether it was the previous secret that was proven.
    pub(crate) with_previous: bool,
}

/// What the attempt is after.
#[derive(Default)]
pub(crate) enum Target<'a> {
    /// Nothing that the policy knows.
    #[default]
    Unmapped,
    /// A route, by number.
    Route(u32, &'a Route),
    /// Permissions asked for directly.
    Asked(Vec<Vec<Need>>),
}

/// Makes every check in order.
#[inline]
pub(crate) fn evaluate<'a>(input: &Input<'a>, course: &mut Course<'a>) -> Result<(), Reason> {
    // Looked at first, so that the record is on its way while the path is read.
    let found = input.held();
    find_target(input, course)?;
    if course.is_open() {
        return Ok(());
    }
    let bearer = credentials::presented(input.policy, input.attempt)?;
    let (held, with_previous) = input.prove(found?, &bearer)?;
    input.tenant(held)?;
    course.held = Some(held);
    course.with_previous = with_previous;
    input.network(held)?;
    input.application(held)?;
    input.status(held)?;
    course.mapped()?;
    course.kind(held)?;
    input.subject_known(held)?;
    input.permission(held, course)
}

/// Step 1: the path, and the route that it leads to.
#[inline]
pub(crate) fn find_target<'a>(input: &Input<'a>, course: &mut Course<'a>) -> Result<(), Reason> {
    let Input { policy, attempt, .. } = input;
    if let Some(scopes) = attempt.needs {
        course.target = Target::asked(policy, scopes);
        return Ok(());
    }
    let path = course.path.insert(Path::parse(attempt.target, &policy.paths).ok_or(Reason::BadPath)?);
    if let Some(number) = policy.routes.find(path, attempt.method)
        && let Some(route) = policy.route(number)
    {
        course.target = Target::Route(number, route);
    }
    Ok(())
}

impl Target<'_> {
    /// Scopes in the place of a route.
    #[cold]
    fn asked<'a>(policy: &Policy, scopes: &str) -> Target<'a> {
        policy.catalog.needs_of(scopes).map_or(Target::Unmapped, |needs| Target::Asked(alloc::vec![needs]))
    }
}

impl<'a> Input<'a> {
    /// The record, where one was found that can be read.
    #[inline]
    pub(crate) fn held(&self) -> Result<Option<&'a Held>, Reason> {
        match self.found {
            Found::Unavailable => Err(Reason::StoreUnavailable),
            Found::Token(token) if !token.is_of(self.policy) => Err(Reason::CorruptRecord),
            Found::Token(token) => match token.held() {
                Err(unreadable) if unreadable.unsupported => Err(Reason::UnsupportedRecord),
                Err(_) => Err(Reason::CorruptRecord),
                Ok(held) => Ok(Some(held)),
            },
            Found::Unknown => Ok(None),
        }
    }

    /// Step 3: the record that belongs to the bearer, its secret proven. The
    /// flag says whether it was the previous secret. An unknown id costs the
    /// same digest and comparison as a known one.
    #[inline]
    pub(crate) fn prove(
        &self,
        held: Option<&'a Held>,
        bearer: &Bearer<'_>,
    ) -> Result<(&'a Held, bool), Reason> {
        let held = held.filter(|held| held.id == bearer.id() && held.kind == bearer.kind);
        let digest = bearer.digest();
        let current = digest.matches(held.map_or(&Digest::NONE, |held| &held.digest));
        let held = held.ok_or(Reason::Unknown)?;
        if current.into() {
            return Ok((held, false));
        }
        match &held.previous {
            Some((previous, until)) if digest.matches(previous).into() => {
                if self.now < *until {
                    Ok((held, true))
                } else {
                    Err(Reason::Rotated)
                }
            }
            Some(_) | None => Err(Reason::WrongSecret),
        }
    }

    /// Equal or deny; absent equals only absent.
    #[inline]
    pub(crate) fn tenant(&self, held: &Held) -> Result<(), Reason> {
        if held.tenant() == self.attempt.tenant { Ok(()) } else { Err(Reason::WrongTenant) }
    }

    #[inline]
    pub(crate) fn network(&self, held: &Held) -> Result<(), Reason> {
        match held.networks() {
            Some(networks) if !networks.admits(self.attempt.ip) => Err(Reason::NetworkNotAllowed),
            Some(_) | None => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn application(&self, held: &Held) -> Result<(), Reason> {
        let Some(applications) = held.applications() else { return Ok(()) };
        let asks = |application: &String| Some(application.as_str()) == self.attempt.application;
        if applications.iter().any(asks) { Ok(()) } else { Err(Reason::WrongApplication) }
    }

    #[inline]
    pub(crate) fn status(&self, held: &Held) -> Result<(), Reason> {
        let suspended = self.subject_of(held).is_some_and(|subject| !subject.active);
        if held.window.holds(self.now) && !suspended {
            return Ok(());
        }
        match held.status(suspended, self.now) {
            Status::Revoked => Err(Reason::Revoked),
            Status::Locked => Err(Reason::Locked),
            Status::Suspended => Err(Reason::Suspended),
            Status::Pending => Err(Reason::NotYetValid),
            Status::Expired => Err(Reason::Expired),
            Status::Idle => Err(Reason::Idle),
            Status::Active => Ok(()),
        }
    }

    /// The subject, where the kind has one and it is the owner that was handed in.
    #[inline]
    pub(crate) fn subject_of(&self, held: &Held) -> Option<&'a Subject> {
        self.subject
            .filter(|subject| held.has_subject && subject.is_of(self.policy) && subject.id == held.owner)
    }

    #[inline]
    pub(crate) fn subject_known(&self, held: &Held) -> Result<(), Reason> {
        if held.has_subject && self.subject_of(held).is_none() {
            return Err(Reason::SubjectUnavailable);
        }
        Ok(())
    }

    /// Step 6: one alternative of the requirement lies wholly in token and subject.
    #[inline]
    pub(crate) fn permission(&self, held: &Held, course: &Course<'_>) -> Result<(), Reason> {
        let alternatives = course.alternatives();
        if alternatives.is_empty() {
            return Ok(());
        }
        let parameters = course.parameters_needed();
        let subject = self.subject_of(held);
        let mut granted = false;
        for needs in alternatives {
            if held.rights.hold_all(needs, &parameters) {
                if subject.is_none_or(|subject| subject.rights.hold_all(needs, &parameters)) {
                    return Ok(());
                }
                granted = true;
            }
        }
        Err(if granted { Reason::SubjectLacksPermission } else { held.lack(alternatives, &parameters) })
    }
}

impl Held {
    /// Why no alternative lies in the token.
    fn lack(&self, alternatives: &[Vec<Need>], parameters: &[String]) -> Reason {
        let nearest = self.rights.nearest(alternatives.iter(), parameters);
        let elsewhere = |need: &Need| {
            need.instance.value(parameters).is_some() && self.rights.hold_somewhere(need.permission)
        };
        if self.rights.lacking(nearest, parameters).all(elsewhere) {
            Reason::InstanceNotGranted
        } else {
            Reason::InsufficientScope
        }
    }
}

impl Course<'_> {
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.target, Target::Route(_, route) if route.is_open())
    }

    #[inline]
    pub(crate) fn mapped(&self) -> Result<(), Reason> {
        match self.target {
            Target::Unmapped => Err(Reason::RouteUnmapped),
            Target::Route(..) | Target::Asked(_) => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn kind(&self, held: &Held) -> Result<(), Reason> {
        match &self.target {
            Target::Route(_, Route { kinds: Some(kinds), .. }) if !kinds.contains(&held.kind) => {
                Err(Reason::WrongKind)
            }
            Target::Route(..) | Target::Asked(_) | Target::Unmapped => Ok(()),
        }
    }

    /// What is needed, as an OR of ANDs; empty when nothing beyond a valid token is.
    #[inline]
    pub(crate) fn alternatives(&self) -> &[Vec<Need>] {
        match &self.target {
            Target::Route(_, Route { requirement: Requirement::AnyOf(alternatives), .. }) => alternatives,
            Target::Asked(alternatives) => alternatives,
            Target::Route(..) | Target::Unmapped => &[],
        }
    }

    /// The values of the path's parameters.
    pub(crate) fn parameters(&self) -> Vec<String> {
        match (&self.target, &self.path) {
            (Target::Route(_, route), Some(path)) => route.template.capture(path.segments()),
            (Target::Route(..) | Target::Asked(_) | Target::Unmapped, _) => Vec::new(),
        }
    }

    /// The same where a requirement asks for them; else nothing, and nothing is copied.
    #[inline]
    fn parameters_needed(&self) -> Vec<String> {
        match self.target {
            Target::Route(_, Route { takes_instances: true, .. }) => self.parameters(),
            Target::Route(..) | Target::Asked(_) | Target::Unmapped => Vec::new(),
        }
    }
}
