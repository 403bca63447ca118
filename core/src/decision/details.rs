//! A decision in full: whose token, which route, what was missing, until when it holds.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::decision::denial;
use crate::decision::evaluate::{Evaluation, Input, Lookup, Target, evaluate};
use crate::decision::hints::Hints;
use crate::decision::reason::Reason;
use crate::document::{Value, map};
use crate::policy::{Need, Other, Rights, Scope};
use crate::token::Record;

/// A decision, computed in full.
pub(crate) struct Details<'a> {
    pub(crate) input: Input<'a>,
    pub(crate) evaluation: Evaluation<'a>,
    pub(crate) reason: Option<Reason>,
    pub(crate) parameters: Vec<String>,
}

impl<'a> Details<'a> {
    pub(crate) fn of(input: &Input<'a>) -> Details<'a> {
        let mut evaluation = Evaluation::default();
        let reason = evaluate(input, &mut evaluation).err();
        let parameters = evaluation.parameters();
        Details { input: *input, evaluation, reason, parameters }
    }

    pub(crate) fn to_value(&self) -> Value {
        let record = self.evaluation.record;
        let kind = record.and_then(|record| self.input.policy.kind(record.kind));
        let route = match &self.evaluation.target {
            Target::Route(_, route) => Some(*route),
            Target::Scopes(_) | Target::Unmapped => None,
        };
        let params = route.map_or(Value::Map(Vec::new()), |route| route.named(&self.parameters));
        map!([
            ("allow", self.reason.is_none().into()),
            ("reason", self.reason.map(Reason::code).into()),
            ("status", Value::Int(self.reason.map_or(200, Reason::status).into())),
            ("token", record.map(|record| record.id.as_str()).into()),
            ("kind", kind.map(|kind| kind.name.as_str()).into()),
            ("tenant", record.and_then(|record| record.tenant()).into()),
            ("owner", record.map(|record| record.owner.as_str()).into()),
            ("revision", record.map_or(Value::Null, |record| Value::Int(record.revision as i64))),
            ("route", route.map(|route| route.on.as_str()).into()),
            ("params", params),
            (
                "needs",
                self.evaluation
                    .alternatives()
                    .iter()
                    .map(|needs| self.texts(needs, &self.parameters))
                    .collect()
            ),
            (
                "matched",
                record.filter(|_| self.reason.is_none()).and_then(|record| self.matched(record)).into()
            ),
            ("optional", record.map_or(Value::List(Vec::new()), |record| self.optional(record))),
            ("missing", self.missing()),
            ("touch", record.filter(|_| self.reason.is_none()).and_then(|record| self.touch(record)).into()),
            ("validUntil", self.valid_until().map(Instant::to_text).into()),
            ("hints", self.hints()),
            ("readings", self.readings()),
            ("answer", self.answer().into()),
        ])
    }

    /// How else routers read the request, in the order in which these are asked; the one that
    /// said no has the reason.
    fn readings(&self) -> Value {
        let others = self.evaluation.others.iter().enumerate();
        let reading = |(place, other): (usize, &Other<'_>)| {
            let reason = self.reason.filter(|_| self.evaluation.denied_by == Some(place));
            map!([
                ("route", other.route.on.as_str().into()),
                ("params", other.route.named(&other.parameters)),
                ("reason", reason.map(Reason::code).into()),
            ])
        };
        others.map(reading).collect()
    }

    /// The HTTP response of a denial; `None` for an allowed request.
    pub(crate) fn answer(&self) -> Option<Value> {
        let nearest = || self.nearest();
        Some(denial::answer(self.input.policy, self.reason?, self.missing(), &nearest))
    }

    pub(crate) fn texts<'n>(
        &self,
        needs: impl IntoIterator<Item = &'n Need>,
        parameters: &[String],
    ) -> Value {
        needs.into_iter().map(|need| self.input.policy.catalog.need_text(need, parameters)).collect()
    }

    /// The requirement that said no, and the values of its parameters: of the decided route, or of another reading.
    fn asked(&self) -> (&[Vec<Need>], &[String]) {
        match self.evaluation.denied_by.and_then(|place| self.evaluation.others.get(place)) {
            Some(other) => (other.route.alternatives(), &other.parameters),
            None => (self.evaluation.alternatives(), &self.parameters),
        }
    }

    /// The alternative that was nearest to passing, and the rights that fell short of
    /// it: the token's, or if those suffice, its owner's.
    fn shortfall(&self) -> Option<(&[Need], &'a Rights)> {
        let record = self.evaluation.record?;
        let (alternatives, parameters) = self.asked();
        match self.reason? {
            Reason::InsufficientScope | Reason::InstanceNotGranted => {
                Some((record.rights.nearest(alternatives.iter(), parameters), &record.rights))
            }
            Reason::SubjectLacksPermission => {
                let subject = &self.input.subject_of(record)?.rights;
                let in_token = alternatives.iter().filter(|needs| record.rights.allow_all(needs, parameters));
                Some((subject.nearest(in_token, parameters), subject))
            }
            Reason::BadPath
            | Reason::Missing
            | Reason::Malformed
            | Reason::NotAToken
            | Reason::Unknown
            | Reason::WrongSecret
            | Reason::Rotated
            | Reason::WrongTenant
            | Reason::CorruptRecord
            | Reason::StoreUnavailable
            | Reason::UnsupportedRecord
            | Reason::NetworkNotAllowed
            | Reason::WrongApplication
            | Reason::Revoked
            | Reason::Locked
            | Reason::Suspended
            | Reason::NotYetValid
            | Reason::Expired
            | Reason::Idle
            | Reason::RouteUnmapped
            | Reason::WrongKind
            | Reason::SubjectUnavailable
            | Reason::ModuleFailed
            | Reason::TargetTooLong
            | Reason::NotFound => None,
        }
    }

    /// The fewest permissions that would have passed.
    pub(crate) fn missing(&self) -> Value {
        let (_, parameters) = self.asked();
        match self.shortfall() {
            Some((needs, rights)) => self.texts(rights.lacking(needs, parameters), parameters),
            None => Value::List(Vec::new()),
        }
    }

    /// The whole alternative that was nearest to passing.
    fn nearest(&self) -> Vec<String> {
        let needs = self.shortfall().map_or(&[][..], |(needs, _)| needs);
        let (_, parameters) = self.asked();
        needs.iter().map(|need| self.input.policy.catalog.need_text(need, parameters)).collect()
    }

    /// The alternative that passed, and the grants that satisfied it.
    fn matched(&self, record: &Record) -> Option<Value> {
        let subject = self.input.subject_of(record);
        let carried = |need: &Need| {
            record.rights.allow_need(need, &self.parameters)
                && subject.is_none_or(|subject| subject.rights.allow_need(need, &self.parameters))
        };
        let alternatives = self.evaluation.alternatives();
        let needs = alternatives.iter().find(|needs| needs.iter().all(carried))?;
        let mut grants: Vec<&str> = Vec::new();
        for need in needs {
            let on = need.instance.value(&self.parameters);
            let catalog = &self.input.policy.catalog;
            let mut repeats_set = catalog.repeats_set();
            let mut covers =
                |scope: &Scope| !repeats_set(scope) && catalog.covers(scope, need.permission, on);
            let grant = record.grants.iter().find(|(_, scope)| scope.as_ref().is_some_and(&mut covers));
            if let Some((text, _)) = grant
                && !grants.contains(&text.as_str())
            {
                grants.push(text);
            }
        }
        Some(map!([
            ("alternative", self.texts(needs, &self.parameters)),
            ("grants", grants.into_iter().collect())
        ]))
    }

    /// The optional permissions of the route that token and owner hold.
    fn optional(&self, record: &Record) -> Value {
        let Target::Route(_, route) = &self.evaluation.target else { return Value::List(Vec::new()) };
        let subject = self.input.subject_of(record);
        let carried = |need: &&Need| {
            record.rights.allow_need(need, &self.parameters)
                && subject.is_none_or(|subject| subject.rights.allow_need(need, &self.parameters))
        };
        self.texts(route.optional.iter().filter(carried), &self.parameters)
    }

    fn touch(&self, record: &Record) -> Option<Value> {
        let (with_previous, now) = (self.evaluation.with_previous, self.input.now);
        record.wants_touch(with_previous, now).then(|| {
            let secret_used_at = record.times.is_first_use(with_previous).then(|| now.to_text());
            let ends_at = record.times.ends_with(record.times.idle_deadline_after_use(now));
            let due_at = self.due_after_use(record, secret_used_at.is_some());
            map!([
                ("lastUsedAt", now.to_text().into()),
                ("secretUsedAt", secret_used_at.into()),
                ("endsAt", ends_at.map(Instant::to_text).into()),
                ("dueAt", due_at.map(Instant::to_text).into()),
            ])
        })
    }

    #[cfg(feature = "lifecycle")]
    fn due_after_use(&self, record: &Record, first: bool) -> Option<Instant> {
        let Lookup::Token(token) = self.input.found else { return None };
        token.due_after_use(self.input.policy.kind(record.kind)?, first, self.input.now)
    }

    /// A build that only decides has no schedule.
    #[cfg(not(feature = "lifecycle"))]
    fn due_after_use(&self, _: &Record, _: bool) -> Option<Instant> {
        None
    }

    /// The first future instant at which the same question gets another answer.
    pub(crate) fn valid_until(&self) -> Option<Instant> {
        let Lookup::Token(token) = self.input.found else { return None };
        let record = token.record().ok()?;
        let turns = [
            record.times.not_before,
            record.times.expires_at,
            record.times.idle_deadline().and_then(Instant::next),
            record.previous.as_ref().map(|(_, until)| *until),
        ];
        let changes = |turn: &Instant| {
            let then = Input { now: *turn, ..self.input };
            self.input.now < *turn && evaluate(&then, &mut Evaluation::default()).err() != self.reason
        };
        turns.into_iter().flatten().filter(changes).min()
    }

    fn hints(&self) -> Value {
        let hints = self
            .evaluation
            .record
            .and_then(|record| Hints::of(&self.input, record, self.evaluation.with_previous));
        let hints = hints.unwrap_or_default();
        map!([
            ("expiresSoon", hints.expires_soon.map(Instant::to_text).into()),
            ("graceEnds", hints.grace_ends.map(Instant::to_text).into()),
            ("clockSkew", hints.clock_skew.into()),
        ])
    }
}
