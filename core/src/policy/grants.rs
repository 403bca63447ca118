//! What scopes stand for: their words, looked up among the names of permissions.

use alloc::vec::Vec;
use core::ops::Range;

use crate::base::{join, sort};
use crate::policy::catalog::{Alias, Catalog, Permission, Resource, Use};
use crate::policy::scope::{Resources, Scope};

/// One word of a scope: the resources whose permissions it can stand for, on one instance or on all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part<'s> {
    start: Permission,
    end: Permission,
    instance: Option<&'s str>,
    /// An action or an alias; `None` stands for all actions.
    word: Option<&'s str>,
}

impl Catalog {
    /// Sorts all permissions by their names, so that a scope costs what it grants and not what the policy declares.
    pub(crate) fn name_permissions(&mut self) {
        let mut uses = Vec::new();
        for resource in &self.resources {
            for (word, permission) in resource.actions.iter().zip(resource.permissions()) {
                uses.push(Use { word: word.clone(), aliased: false, permission });
            }
            for alias in &resource.aliases {
                for permission in alias.means.iter().filter_map(|action| resource.permission(action)) {
                    uses.push(Use { word: alias.name.clone(), aliased: true, permission });
                }
            }
        }
        sort(&mut uses, &|a, b| a.word.cmp(&b.word));
        self.uses = uses;
        Alias::sort(&mut self.aliases);
    }

    /// The permissions of some resources that have this name: an action or an alias of their resource. Those of one
    /// resource stand as it declares them, never between those of another.
    fn uses(&self, word: &str, among: &Range<Permission>) -> &[Use] {
        let place =
            |bound| self.uses.partition_point(|own| (own.word.as_str(), own.permission) < (word, bound));
        self.uses.get(place(among.start)..place(among.end)).unwrap_or_default()
    }

    /// Whether some of these resources have an action of this name.
    pub(super) fn has_action(&self, name: &str, among: &Range<Permission>) -> bool {
        self.uses(name, among).iter().any(|own| !own.aliased)
    }

    /// The permission of an action; `None` for an alias.
    #[cfg(feature = "lifecycle")]
    pub(super) fn action(&self, on: &Resource, word: &str) -> Option<Permission> {
        let own = self.uses(word, &on.permissions()).first();
        own.filter(|own| !own.aliased).map(|own| own.permission)
    }

    /// Whether this policy knows every word of the scope.
    pub(crate) fn knows(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Set(name) => self.set(name).is_some(),
            Scope::On { .. } => {
                let mut parts = Vec::new();
                self.add_parts(scope, &mut parts);
                !parts.is_empty()
            }
        }
    }

    fn set(&self, name: &str) -> Option<usize> {
        self.sets.binary_search_by(|set| set.name.as_str().cmp(name)).ok()
    }

    /// A test whether a scope repeats a permission set that it was asked about before.
    pub(crate) fn repeats_set(&self) -> impl FnMut(&Scope) -> bool {
        let mut met = alloc::vec![false; self.sets.len()];
        move |scope| {
            let Scope::Set(name) = scope else { return false };
            let set = self.set(name).and_then(|place| met.get_mut(place));
            set.is_some_and(|met| core::mem::replace(met, true))
        }
    }

    /// Adds what the scope consists of; adds nothing if any part of it is unknown.
    pub(crate) fn add_parts<'s>(&'s self, scope: &'s Scope, parts: &mut Vec<Part<'s>>) {
        match scope {
            Scope::Set(name) => {
                let set = self.set(name).and_then(|place| self.sets.get(place));
                for scope in set.map_or(&[][..], |set| &set.grants) {
                    self.add_parts(scope, parts);
                }
            }
            Scope::On { resources, instance, actions } => {
                let Some(reached) = self.reached(resources, instance.is_some()) else { return };
                let (start, end, instance) = (reached.start, reached.end, instance.as_deref());
                let before = parts.len();
                if actions.is_empty() && start < end {
                    parts.push(Part { start, end, instance, word: None });
                }
                for (place, word) in actions.iter().enumerate() {
                    if actions.iter().take(place).any(|before| before == word) {
                        continue;
                    }
                    if !self.knows_word(word, &reached) {
                        parts.truncate(before);
                        return;
                    }
                    parts.push(Part { start, end, instance, word: Some(word) });
                }
            }
        }
    }

    /// Whether a word stands for something on these resources.
    pub(crate) fn knows_word(&self, word: &str, among: &Range<Permission>) -> bool {
        let place =
            self.uses.partition_point(|own| (own.word.as_str(), own.permission) < (word, among.start));
        let found = self.uses.get(place).is_some_and(|own| own.word == word && own.permission < among.end);
        let means = Alias::find(&self.aliases, word);
        found || means.iter().any(|action| self.has_action(action, among))
    }

    /// The permissions of the resources that a scope names.
    fn reached(&self, resources: &Resources, on_instance: bool) -> Option<Range<Permission>> {
        let first =
            |place: usize| self.resources.get(place).map_or(self.permissions, |own| own.permissions().start);
        match resources {
            Resources::All => Some(0..self.permissions),
            Resources::Below(group) => {
                // Names below the group begin with it and a dot, which a slash follows in the order of bytes.
                let place = |bound: &str| {
                    let bound = join(&[group, bound]);
                    first(self.resources.partition_point(|resource| resource.name < bound))
                };
                Some(place(".")..place("/"))
            }
            Resources::Named(name) => {
                let resource = self.resource(name)?;
                (resource.instances || !on_instance).then(|| resource.permissions())
            }
        }
    }

    /// Calls `grant` for each permission that the part stands for.
    pub(crate) fn grant<'s>(&self, part: &Part<'s>, grant: &mut dyn FnMut(Permission, Option<&'s str>)) {
        let among = part.start..part.end;
        let Some(word) = part.word else {
            return among.for_each(|permission| grant(permission, part.instance));
        };
        for own in self.uses(word, &among) {
            grant(own.permission, part.instance);
        }
        for action in Alias::find(&self.aliases, word) {
            for own in self.uses(action, &among) {
                if !own.aliased && !self.redefines(own.permission, word) {
                    grant(own.permission, part.instance);
                }
            }
        }
    }

    /// Whether the resource of this permission declares an alias of its own by that name.
    fn redefines(&self, permission: Permission, alias: &str) -> bool {
        self.resource_of(permission).is_some_and(|on| on.aliases.iter().any(|own| own.name == alias))
    }

    /// Calls `grant` for each permission that the scope stands for, and not at all if any part of it is unknown.
    pub(crate) fn expand(&self, scope: &Scope, grant: &mut dyn FnMut(Permission, Option<&str>)) {
        let mut parts = Vec::new();
        self.add_parts(scope, &mut parts);
        parts.iter().for_each(|part| self.grant(part, grant));
    }

    /// Whether the scope grants a permission, on this instance or on all.
    pub(crate) fn covers(&self, scope: &Scope, wanted: Permission, instance: Option<&str>) -> bool {
        let Some(Range { start, end }) = self.resource_of(wanted).map(Resource::permissions) else {
            return false;
        };
        let mut parts = Vec::new();
        self.add_parts(scope, &mut parts);
        let mut covers = false;
        for part in parts {
            if part.start <= wanted
                && wanted < part.end
                && (part.instance.is_none() || part.instance == instance)
            {
                self.grant(&Part { start, end, ..part }, &mut |permission, _| covers |= permission == wanted);
            }
        }
        covers
    }
}
