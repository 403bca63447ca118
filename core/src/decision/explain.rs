//! The evaluation with every check shown, in groups: the request, the owner, the
//! access, the permission.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, join};
use crate::decision::credentials;
use crate::decision::details::Details;
use crate::decision::evaluate::{Evaluation, Input, Lookup, Target, find_target};
use crate::decision::reason::{Level, Reason};
use crate::document::{Value, map};
use crate::policy::{Need, Policy, Requirement};
use crate::request::Attempt;
use crate::token::{Record, Status, Subject};

impl Policy {
    /// Shows every check, also those after the first "no": `decision` (as at
    /// operator level), `groups` of `checks` (each `pass`, `fail` or `skip`),
    /// and `smallestGrant`, the fewest permissions that would have passed.
    ///
    /// For operators: never send it to a client.
    pub fn explain(
        &self,
        attempt: &Attempt<'_>,
        found: Lookup<'_>,
        subject: Option<&Subject>,
        now: Instant,
    ) -> Value {
        let input = Input { policy: self, attempt, found, subject, now };
        let details = Details::of(&input);
        let smallest = details.missing();
        map!([
            ("decision", self.decide(attempt, found, subject, now).to_value(Level::Operator)),
            ("groups", Explanation::of(&input, &details)),
            ("smallestGrant", smallest),
        ])
    }
}

struct Explanation {
    groups: Vec<(&'static str, Vec<Value>)>,
}

impl Explanation {
    fn of(input: &Input<'_>, details: &Details<'_>) -> Value {
        let mut explanation = Explanation { groups: Vec::new() };
        let mut evaluation = Evaluation::default();
        explanation.request(input, &mut evaluation);
        let record = explanation.owner(input, &evaluation);
        explanation.access(input, record, &evaluation);
        explanation.permission(input, record, &evaluation, details);
        explanation.readings(input, record, &evaluation);
        let group = |(name, checks): (&str, Vec<Value>)| {
            map!([("group", name.into()), ("checks", Value::List(checks))])
        };
        explanation.groups.into_iter().map(group).collect()
    }

    fn group(&mut self, name: &'static str) {
        self.groups.push((name, Vec::new()));
    }

    fn check(&mut self, name: &str, result: Option<Result<(), Reason>>, says: &str) {
        let (outcome, reason) = match result {
            Some(Ok(())) => ("pass", None),
            Some(Err(reason)) => ("fail", Some(reason.code())),
            None => ("skip", None),
        };
        if let Some((_, checks)) = self.groups.last_mut() {
            checks.push(map!([
                ("check", name.into()),
                ("outcome", outcome.into()),
                ("reason", reason.into()),
                ("says", says.into()),
            ]));
        }
    }

    fn request<'a>(&mut self, input: &Input<'a>, evaluation: &mut Evaluation<'a>) {
        self.group("request");
        let path = find_target(input, evaluation);
        let asked = input.attempt.needs.is_some();
        let says = match path {
            Ok(()) if asked => "no path was given; permissions were asked for directly",
            Ok(()) => "the path is unambiguous",
            Err(reason) => reason.sentence(),
        };
        self.check("path", if asked { None } else { Some(path) }, says);
        let says = match &evaluation.target {
            Target::Route(_, route) => join(&["the route is \"", &route.on, "\""]),
            Target::Scopes(_) => "the permissions asked for are known".into(),
            Target::Unmapped => "no route matches, and what the policy does not declare is denied".into(),
        };
        self.check("route", path.is_ok().then(|| evaluation.mapped(input.policy)), &says);
        if evaluation.is_open() {
            self.check("credentials", None, "the route is open; tokens are ignored");
            return;
        }
        let mut decoded = Vec::new();
        let presented = credentials::presented(input.policy, input.attempt, &mut decoded);
        let says = presented
            .as_ref()
            .map_or_else(|reason| reason.sentence(), |_| "one well-formed token is presented");
        self.check("credentials", Some(presented.map(|_| ())), says);
    }

    fn owner<'a>(&mut self, input: &Input<'a>, evaluation: &Evaluation<'_>) -> Option<&'a Record> {
        self.group("owner");
        let mut decoded = Vec::new();
        let presented = credentials::presented(input.policy, input.attempt, &mut decoded);
        let bearer = presented.ok().filter(|_| !evaluation.is_open());
        let Some(bearer) = bearer else {
            self.check("token", None, "there is no token to check");
            return None;
        };
        let proven = input.record().and_then(|record| input.prove(record, &bearer));
        let unreadable = matches!(input.found, Lookup::Token(token) if token.unreadable().is_some());
        let says = match &proven {
            Ok((_, false)) => "the secret is the current one",
            Ok((_, true)) => "the secret is the previous one, within its grace period",
            Err(_) if unreadable => "the record cannot be read",
            Err(Reason::Unknown) => "no record has this id",
            Err(Reason::Rotated) => "the secret was replaced and its grace period is over",
            Err(reason) => reason.sentence(),
        };
        self.check("token", Some(proven.map(|_| ())), says);
        let (record, _) = proven.ok()?;
        self.check(
            "tenant",
            Some(input.tenant(record)),
            "token and request must name the same tenant, or none",
        );
        let says = match input.subject_of(record) {
            Some(subject) if subject.active => join(&["the owner \"", &record.owner, "\" is active"]),
            Some(_) => join(&["the owner \"", &record.owner, "\" is inactive or gone"]),
            None => join(&["the owner is \"", &record.owner, "\""]),
        };
        self.check("subject", Some(input.subject_known(record)), &says);
        let says =
            match record.status(input.subject_of(record).is_some_and(|subject| !subject.active), input.now) {
                Status::Revoked => "the token is revoked",
                Status::Locked => "the token is locked",
                Status::Suspended => "the token is suspended with its owner",
                Status::Pending => "the token is not valid yet",
                Status::Expired => "the token has expired",
                Status::Idle => "the token was not used for too long",
                Status::Active => "the token is active",
            };
        self.check("status", Some(input.status(record)), says);
        input.tenant(record).ok().map(|()| record)
    }

    fn access(&mut self, input: &Input<'_>, record: Option<&Record>, evaluation: &Evaluation<'_>) {
        self.group("access");
        let Some(record) = record else {
            self.check("network", None, "there is no token to check");
            return;
        };
        let says = if record.networks().is_some() {
            "the token is restricted to networks"
        } else {
            "the token may be used from everywhere"
        };
        self.check("network", Some(input.network(record)), says);
        let says = if record.applications().is_some() {
            "the token is restricted to applications"
        } else {
            "the token may be used by every application"
        };
        self.check("application", Some(input.application(record)), says);
        let kind = input.policy.kind(record.kind).map_or("", |kind| kind.name.as_str());
        self.check(
            "kind",
            Some(evaluation.kind(record)),
            &join(&["the token is of the kind \"", kind, "\""]),
        );
    }

    /// Each permission of each alternative, in the token and in its owner.
    fn permission(
        &mut self,
        input: &Input<'_>,
        record: Option<&Record>,
        evaluation: &Evaluation<'_>,
        details: &Details<'_>,
    ) {
        self.group("permission");
        if let Target::Route(_, route) = &evaluation.target
            && !matches!(route.requirement, Requirement::AnyOf(_))
        {
            let open = matches!(route.requirement, Requirement::Open);
            let says = if open { "the route is open" } else { "any valid token will do" };
            self.check("permission", Some(Ok(())), says);
            return;
        }
        let Some(record) = record else {
            self.check("permission", None, "there is no token to check");
            return;
        };
        let subject = input.subject_of(record);
        for (i, needs) in evaluation.alternatives().iter().enumerate() {
            for need in needs {
                let name = join(&[if i > 0 { "or " } else { "" }, &text(input, need, &details.parameters)]);
                let in_token = record.rights.allow_need(need, &details.parameters);
                let in_subject =
                    subject.is_none_or(|subject| subject.rights.allow_need(need, &details.parameters));
                let (result, says) = match (in_token, in_subject) {
                    (true, true) => (Ok(()), "granted"),
                    (true, false) => {
                        (Err(Reason::SubjectLacksPermission), "the token has it, but its owner does not")
                    }
                    (false, _)
                        if need.instance.value(&details.parameters).is_some()
                            && record.rights.allow_somewhere(need.permission) =>
                    {
                        (Err(Reason::InstanceNotGranted), "the token has it for other instances only")
                    }
                    (false, _) => (Err(Reason::InsufficientScope), "the token does not have it"),
                };
                self.check(&name, Some(result), says);
            }
        }
    }

    /// How else routers read the request: each reading has to pass as well.
    fn readings(&mut self, input: &Input<'_>, record: Option<&Record>, evaluation: &Evaluation<'_>) {
        for other in &evaluation.others {
            let result = record.map(|record| input.other(record, other));
            self.check(&other.route.on, result, "some routers run this route for the path");
        }
    }
}

fn text(input: &Input<'_>, need: &Need, parameters: &[String]) -> String {
    input.policy.catalog.need_text(need, parameters)
}
