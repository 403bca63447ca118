//! The evaluation: every check, in order. The first "no" wins.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::base::abi::frame::TARGET;
use crate::credential::{Bearer, Digest};
use crate::decision::credentials;
use crate::decision::reason::Reason;
use crate::policy::{Need, Other, Policy, Route};
use crate::request::{Attempt, Path};
use crate::token::{Record, Status, Subject, Token};

/// The result of the host's look-up.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// A record, opened under the policy that decides. One opened under
    /// another policy is denied as `corrupt_record`.
    Token(&'a Token),
    /// No record has the id.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// Everything that a decision depends on.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) found: Lookup<'a>,
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) now: Instant,
}

/// What the checks found so far.
#[derive(Default)]
pub(crate) struct Evaluation<'a> {
    pub(crate) path: Option<Path<'a>>,
    pub(crate) target: Target<'a>,
    /// How else routers read the request.
    pub(crate) others: Vec<Other<'a>>,
    /// Which of these readings said no.
    pub(crate) denied_by: Option<usize>,
    /// The token, once its secret is proven.
    pub(crate) record: Option<&'a Record>,
    /// Whether the proven secret is the previous one.
    pub(crate) with_previous: bool,
}

/// What the attempt asks for.
#[derive(Default)]
pub(crate) enum Target<'a> {
    /// Something that the policy does not know.
    #[default]
    Unmapped,
    /// A route, by number.
    Route(u32, &'a Route),
    /// Permissions asked for directly.
    Scopes(Vec<Vec<Need>>),
}

/// Makes every check in order.
#[inline]
pub(crate) fn evaluate<'a>(input: &Input<'a>, evaluation: &mut Evaluation<'a>) -> Result<(), Reason> {
    // Read first, so that the record is being fetched from memory while the path is read.
    let found = input.record();
    find_target(input, evaluation)?;
    if evaluation.is_open() {
        return Ok(());
    }
    let mut decoded = Vec::new();
    let bearer = credentials::presented(input.policy, input.attempt, &mut decoded)?;
    let (record, with_previous) = input.prove(found?, &bearer)?;
    input.tenant(record)?;
    evaluation.record = Some(record);
    evaluation.with_previous = with_previous;
    input.network(record)?;
    input.application(record)?;
    input.status(record)?;
    evaluation.mapped(input.policy)?;
    evaluation.kind(record)?;
    input.subject_known(record)?;
    input.permission(record, evaluation.alternatives(), &evaluation.parameters_needed())?;
    for (place, other) in evaluation.others.iter().enumerate() {
        if let Err(reason) = input.other(record, other) {
            evaluation.denied_by = Some(place);
            return Err(reason);
        }
    }
    Ok(())
}

/// Step 1: the path, and the route that it leads to.
#[inline]
pub(crate) fn find_target<'a>(input: &Input<'a>, evaluation: &mut Evaluation<'a>) -> Result<(), Reason> {
    let Input { policy, attempt, .. } = input;
    if let Some(scopes) = attempt.needs {
        evaluation.target = Target::scopes(policy, scopes);
        return Ok(());
    }
    let too_long = attempt.target.len() > TARGET;
    let refused = if too_long { Reason::TargetTooLong } else { Reason::BadPath };
    let path = evaluation.path.insert(Path::parse(attempt.target, &policy.paths).ok_or(refused)?);
    if let Some(number) = policy.routes.find(path, attempt.method)
        && let Some(route) = policy.route(number)
    {
        if !route.stands_alone(path) {
            evaluation.others = policy.routes.others(route, path, attempt, &policy.paths);
        }
        evaluation.target = Target::Route(number, route);
    }
    Ok(())
}

impl Target<'_> {
    /// Scopes instead of a route.
    #[cold]
    fn scopes<'a>(policy: &Policy, scopes: &str) -> Target<'a> {
        policy.catalog.needs_of(scopes).map_or(Target::Unmapped, |needs| Target::Scopes(alloc::vec![needs]))
    }
}

impl<'a> Input<'a> {
    /// The record, if one was found and can be read.
    #[inline]
    pub(crate) fn record(&self) -> Result<Option<&'a Record>, Reason> {
        match self.found {
            Lookup::Unavailable => Err(Reason::StoreUnavailable),
            Lookup::Token(token) if !token.belongs_to(self.policy) => Err(Reason::CorruptRecord),
            Lookup::Token(token) => match token.record() {
                Err(unreadable) if unreadable.unsupported => Err(Reason::UnsupportedRecord),
                Err(_) => Err(Reason::CorruptRecord),
                Ok(record) => Ok(Some(record)),
            },
            Lookup::Unknown => Ok(None),
        }
    }

    /// Step 3: the record that belongs to the bearer, its secret proven. The
    /// flag says whether it was the previous secret. An unknown id costs the
    /// same digest and comparison as a known one.
    #[inline]
    pub(crate) fn prove(
        &self,
        record: Option<&'a Record>,
        bearer: &Bearer<'_>,
    ) -> Result<(&'a Record, bool), Reason> {
        let record = record.filter(|record| record.id == bearer.id() && record.kind == bearer.kind);
        let digest = bearer.digest();
        let current = digest.matches(record.map_or(&Digest::NONE, |record| &record.digest));
        let record = record.ok_or(Reason::Unknown)?;
        if current.into() {
            return Ok((record, false));
        }
        match &record.previous {
            Some((previous, until)) if digest.matches(previous).into() => {
                if self.now < *until {
                    Ok((record, true))
                } else {
                    Err(Reason::Rotated)
                }
            }
            Some(_) | None => Err(Reason::WrongSecret),
        }
    }

    /// Denies unless both are equal; absent equals only absent.
    #[inline]
    pub(crate) fn tenant(&self, record: &Record) -> Result<(), Reason> {
        if record.tenant() == self.attempt.tenant { Ok(()) } else { Err(Reason::WrongTenant) }
    }

    #[inline]
    pub(crate) fn network(&self, record: &Record) -> Result<(), Reason> {
        match record.networks() {
            Some(networks) if !networks.admits(self.attempt.ip) => Err(Reason::NetworkNotAllowed),
            Some(_) | None => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn application(&self, record: &Record) -> Result<(), Reason> {
        let Some(applications) = record.applications() else { return Ok(()) };
        let asks = |application: &String| Some(application.as_str()) == self.attempt.application;
        if applications.iter().any(asks) { Ok(()) } else { Err(Reason::WrongApplication) }
    }

    #[inline]
    pub(crate) fn status(&self, record: &Record) -> Result<(), Reason> {
        let suspended = self.owner_active(record).is_err();
        if record.window.holds(self.now) && !suspended {
            return Ok(());
        }
        match record.status(suspended, self.now) {
            Status::Revoked => Err(Reason::Revoked),
            Status::Locked => Err(Reason::Locked),
            Status::Suspended => Err(Reason::Suspended),
            Status::Pending => Err(Reason::NotYetValid),
            Status::Expired => Err(Reason::Expired),
            Status::Idle => Err(Reason::Idle),
            Status::Active => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn owner_active(&self, record: &Record) -> Result<(), Reason> {
        let suspended = self.subject_of(record).is_some_and(|subject| !subject.active);
        if suspended { Err(Reason::Suspended) } else { Ok(()) }
    }

    /// The subject, if the kind needs one and the host passed the owner.
    #[inline]
    pub(crate) fn subject_of(&self, record: &Record) -> Option<&'a Subject> {
        self.subject.filter(|subject| {
            record.has_subject && subject.belongs_to(self.policy) && subject.id == record.owner
        })
    }

    #[inline]
    pub(crate) fn subject_known(&self, record: &Record) -> Result<(), Reason> {
        if record.has_subject && self.subject_of(record).is_none() {
            return Err(Reason::SubjectUnavailable);
        }
        Ok(())
    }

    /// Step 6: token and subject both hold one whole alternative of the requirement.
    #[inline]
    pub(crate) fn permission(
        &self,
        record: &Record,
        alternatives: &[Vec<Need>],
        parameters: &[String],
    ) -> Result<(), Reason> {
        if alternatives.is_empty() {
            return Ok(());
        }
        let subject = self.subject_of(record);
        let mut granted = false;
        for needs in alternatives {
            if record.rights.allow_all(needs, parameters) {
                if subject.is_none_or(|subject| subject.rights.allow_all(needs, parameters)) {
                    return Ok(());
                }
                granted = true;
            }
        }
        Err(if granted { Reason::SubjectLacksPermission } else { record.lack(alternatives, parameters) })
    }

    /// Step 6 again, for another reading of the request.
    pub(crate) fn other(&self, record: &Record, other: &Other<'_>) -> Result<(), Reason> {
        if !other.route.takes(record.kind) {
            return Err(Reason::WrongKind);
        }
        self.permission(record, other.route.alternatives(), &other.parameters)
    }
}

impl Record {
    /// Why the token holds no alternative.
    fn lack(&self, alternatives: &[Vec<Need>], parameters: &[String]) -> Reason {
        let nearest = self.rights.nearest(alternatives.iter(), parameters);
        let elsewhere = |need: &Need| {
            need.instance.value(parameters).is_some() && self.rights.allow_somewhere(need.permission)
        };
        if self.rights.lacking(nearest, parameters).all(elsewhere) {
            Reason::InstanceNotGranted
        } else {
            Reason::InsufficientScope
        }
    }
}

impl Evaluation<'_> {
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.target, Target::Route(_, route) if route.is_open())
            && self.others.iter().all(|other| other.route.is_open())
    }

    #[inline]
    pub(crate) fn mapped(&self, policy: &Policy) -> Result<(), Reason> {
        match self.target {
            Target::Unmapped if policy.paths.unmapped_is_not_found && self.path.is_some() => {
                Err(Reason::NotFound)
            }
            Target::Unmapped => Err(Reason::RouteUnmapped),
            Target::Route(..) | Target::Scopes(_) => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn kind(&self, record: &Record) -> Result<(), Reason> {
        match &self.target {
            Target::Route(_, route) if !route.takes(record.kind) => Err(Reason::WrongKind),
            Target::Route(..) | Target::Scopes(_) | Target::Unmapped => Ok(()),
        }
    }

    /// The needed permissions, as an OR of ANDs; empty when any valid token will do.
    #[inline]
    pub(crate) fn alternatives(&self) -> &[Vec<Need>] {
        match &self.target {
            Target::Route(_, route) => route.alternatives(),
            Target::Scopes(alternatives) => alternatives,
            Target::Unmapped => &[],
        }
    }

    /// The values of the path's parameters.
    pub(crate) fn parameters(&self) -> Vec<String> {
        match (&self.target, &self.path) {
            (Target::Route(_, route), Some(path)) => route.template.capture(path.segments()),
            (Target::Route(..) | Target::Scopes(_) | Target::Unmapped, _) => Vec::new(),
        }
    }

    /// The same if a requirement uses them; otherwise empty, and nothing is copied.
    #[inline]
    fn parameters_needed(&self) -> Vec<String> {
        match self.target {
            Target::Route(_, Route { takes_instances: true, .. }) => self.parameters(),
            Target::Route(..) | Target::Scopes(_) | Target::Unmapped => Vec::new(),
        }
    }
}
