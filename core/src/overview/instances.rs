//! Which instances a token may touch with a permission: for the filter of a query.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{ObjectReader, Place, Problems, Value, map, text};
use crate::policy::{Need, Permission, Policy, Rights};
use crate::token::{Record, Subject};

/// Which instances.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    All,
    These(Vec<String>),
}

impl Reach {
    fn of(rights: &Rights, permission: Permission) -> Reach {
        if rights.allow(permission, None) {
            Reach::All
        } else {
            Reach::These(rights.instances(permission..permission + 1).map(String::from).collect())
        }
    }

    /// What lies in both.
    fn within(self, other: Reach) -> Reach {
        match (self, other) {
            (Reach::All, other) => other,
            (own, Reach::All) => own,
            (Reach::These(own), Reach::These(others)) => {
                Reach::These(own.into_iter().filter(|instance| others.contains(instance)).collect())
            }
        }
    }

    fn to_value(&self) -> Value {
        let (word, instances) = match self {
            Reach::All => ("all", Value::List(Vec::new())),
            Reach::These(none) if none.is_empty() => ("none", Value::List(Vec::new())),
            Reach::These(some) => ("some", some.iter().map(String::as_str).collect()),
        };
        map!([("reach", word.into()), ("instances", instances)])
    }
}

impl Policy {
    /// The instances on which a token holds a permission: `{"reach": "all" | "some" |
    /// "none", "instances": […]}`, in byte order, for the filter of a query.
    ///
    /// The request is `{"record", "permission", "subject"?}`; the permission names no
    /// instance, and an alias asks for everything that it stands for. For a kind with
    /// a subject the owner's present rights are needed, and an inactive owner reaches
    /// nothing. This says nothing about whether the token may be used: ask
    /// [`Policy::decide`] first.
    ///
    /// # Errors
    /// The record or the subject cannot be read, or the policy does not know the permission.
    pub fn reach(&self, request: &Value) -> Result<Value, Problems> {
        let mut problems = Problems::default();
        let reach = self.read_reach(request, &mut problems);
        problems.into_result(())?;
        Ok(reach.unwrap_or(Reach::These(Vec::new())).to_value())
    }

    fn read_reach(&self, request: &Value, problems: &mut Problems) -> Option<Reach> {
        let mut request = ObjectReader::read(request, Place::Root, problems)?;
        let needs = request.required("permission", problems, |value, at, problems| {
            text(value, at, problems)?;
            let needs = self.catalog.read_needs(value, at, &[], problems)?;
            if needs.iter().any(|need| need.instance.value(&[]).is_some()) {
                let message = "name the permission without an instance; the instances are the answer";
                problems.add(at, "names_an_instance", message.into());
            }
            Some(needs)
        });
        let record = request.required("record", problems, |value, at, problems| {
            Record::read(self, value).map_err(|unreadable| problems.add_nested(at, unreadable.problems)).ok()
        });
        let subject = request.optional("subject", problems, |value, at, problems| {
            self.open_subject(value).map_err(|refused| problems.add_nested(at, refused)).ok()
        });
        request.finish(problems);
        let (needs, record) = (needs?, record?);
        match (record.has_subject, subject) {
            (false, _) => Some(reached(&record.rights, &needs)),
            (true, Some(subject)) if subject.id == record.owner => {
                Some(reached_by(&record, &subject, &needs))
            }
            (true, _) => {
                let message = "the owner's present rights are needed: hand in \"subject\"";
                problems.add(&Place::Root.field("subject"), "subject_needed", message.into());
                None
            }
        }
    }
}

fn reached_by(record: &Record, subject: &Subject, needs: &[Need]) -> Reach {
    if subject.active {
        reached(&record.rights, needs).within(reached(&subject.rights, needs))
    } else {
        Reach::These(Vec::new())
    }
}

fn reached(rights: &Rights, needs: &[Need]) -> Reach {
    needs.iter().fold(Reach::All, |reach, need| reach.within(Reach::of(rights, need.permission)))
}
