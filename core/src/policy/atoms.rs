//! Grants taken apart, to compare what is written and not only what it stands for today.
//!
//! A later policy gives wildcards, aliases and permission sets more to stand for. They
//! count only under the same or a wider one, so that no actor hands out today what they
//! would not hold tomorrow.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{join, sort};
use crate::policy::catalog::{Catalog, Permission};
use crate::policy::rights::{Grant, Rights};
use crate::policy::scope::{Resources, Scope, push_instance};

/// The part of a scope with one action: `crm.*:read` of `crm.*:read,update`.
struct Atom<'s> {
    /// `crm.customers`, `base/abc`, `crm.` for `crm.*`, nothing for `*`, or `@set`.
    place: String,
    /// An action, an alias or `*`.
    action: &'s str,
    /// The permission, where no later policy can add to what the atom stands for.
    single: Option<(Permission, Option<&'s str>)>,
}

impl Atom<'_> {
    /// As a scope, without its instance: all its words are the policy's.
    fn text(&self) -> String {
        if self.place.starts_with('@') {
            return self.place.clone();
        }
        let place = self.place.split('/').next().unwrap_or_default();
        let open = if place.is_empty() || place.ends_with('.') { "*" } else { "" };
        join(&[place, open, ":", self.action])
    }

    /// Itself and everything that covers it under every policy, as places.
    fn wider_places(&self) -> impl Iterator<Item = &str> {
        let place = self.place.as_str();
        let resource = place.split('/').next().unwrap_or_default();
        let groups = resource.match_indices('.').filter_map(|(dot, _)| resource.get(..=dot));
        [place, resource, ""].into_iter().chain(groups)
    }
}

impl Catalog {
    fn atoms<'s>(&'s self, scope: &'s Scope) -> Vec<Atom<'s>> {
        let (resources, instance, actions) = match scope {
            Scope::Set(_) => {
                return alloc::vec![Atom { place: scope.to_text(), action: "*", single: None }];
            }
            Scope::On { resources, instance, actions } => (resources, instance.as_deref(), actions),
        };
        let (mut place, resource) = match resources {
            Resources::All => (String::new(), None),
            Resources::Below(group) => (join(&[group, "."]), None),
            Resources::Named(name) => match self.resource(name) {
                Some(resource) => (resource.name.clone(), Some(resource)),
                None => (name.clone(), None),
            },
        };
        if let Some(instance) = instance {
            push_instance(&mut place, instance);
        }
        let all = actions.is_empty().then_some("*");
        let actions = all.into_iter().chain(actions.iter().map(String::as_str));
        let atom = |action| Atom {
            place: place.clone(),
            action,
            single: resource
                .and_then(|own| self.action(own, action))
                .map(|permission| (permission, instance)),
        };
        actions.map(atom).collect()
    }
}

/// What an actor holds, to be compared with what they hand out.
pub(crate) struct Holding<'h> {
    catalog: &'h Catalog,
    pub(crate) rights: &'h Rights,
    /// Place and action of every atom, sorted; a scope that the policy does not know stands whole.
    written: Vec<(String, String)>,
}

impl<'h> Holding<'h> {
    pub(crate) fn of(catalog: &'h Catalog, rights: &'h Rights, grants: &[Grant]) -> Holding<'h> {
        let mut written = Vec::new();
        for (text, scope) in grants {
            match scope {
                Some(scope) => written.extend(
                    catalog.atoms(scope).into_iter().map(|atom| (atom.place, String::from(atom.action))),
                ),
                None => written.push((text.clone(), String::new())),
            }
        }
        sort(&mut written, &Ord::cmp);
        Holding { catalog, rights, written }
    }

    /// Whether the grant is held, now and under every later policy.
    pub(crate) fn covers(&self, grant: &Grant) -> bool {
        self.lacks(grant).is_none()
    }

    /// The first atom of the grant that is not held, as a scope.
    pub(crate) fn lacks(&self, (text, scope): &Grant) -> Option<String> {
        let unknown = match scope {
            Some(_) => None,
            // A later policy may know it again.
            None if self.has(text, "") => return None,
            None => Scope::parse(text),
        };
        let scope = scope.as_ref().or(unknown.as_ref())?;
        let atoms = self.catalog.atoms(scope);
        atoms.iter().find(|atom| !self.covers_atom(atom)).map(Atom::text)
    }

    fn covers_atom(&self, atom: &Atom<'_>) -> bool {
        match atom.single {
            Some((permission, instance)) => self.rights.allow(permission, instance),
            None => atom.wider_places().any(|place| self.has(place, atom.action) || self.has(place, "*")),
        }
    }

    fn has(&self, place: &str, action: &str) -> bool {
        let wanted = (place, action);
        self.written
            .binary_search_by(|(place, action)| (place.as_str(), action.as_str()).cmp(&wanted))
            .is_ok()
    }
}
