//! The catalog of permissions: resources, actions, aliases, renames and permission sets.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{is_dotted_name, is_name, join, sort};
use crate::document::{ObjectReader, Place, Problems, Value, expected, list, suggestion, text};
use crate::policy::scope::{Resources, Scope, push_instance};

/// The actions of a resource that declares none.
const CRUD: [&str; 4] = ["create", "read", "update", "delete"];

/// The most actions that a list may have.
const MOST_ACTIONS: usize = 1_024;

/// One action on one resource, numbered: resources by name, actions as declared.
pub(crate) type Permission = u32;

#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// By name.
    resources: Vec<Resource>,
    aliases: Vec<Alias>,
    /// From, to.
    renames: Vec<(String, String)>,
    pub(crate) sets: Vec<PermissionSet>,
    pub(crate) permissions: u32,
}

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) instances: bool,
    first: Permission,
    actions: Vec<String>,
    aliases: Vec<Alias>,
}

#[derive(Debug)]
struct Alias {
    name: String,
    actions: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct PermissionSet {
    name: String,
    grants: Vec<Scope>,
}

impl Catalog {
    pub(crate) fn read(document: &mut ObjectReader<'_, '_>, problems: &mut Problems) -> Catalog {
        let mut catalog = Catalog::default();
        if document
            .required("resources", problems, |value, at, problems| {
                read_group(value, at, "", &mut catalog, problems)
            })
            .is_some()
        {
            sort(&mut catalog.resources, &|a, b| a.name.cmp(&b.name));
        }
        for resource in &mut catalog.resources {
            resource.first = catalog.permissions;
            catalog.permissions += resource.actions.len() as u32;
        }
        catalog.aliases = document.optional("aliases", problems, read_aliases).unwrap_or_default();
        catalog.aliases_known(document, problems);
        document
            .optional("rename", problems, |value, at, problems| catalog.read_renames(value, at, problems));
        document.optional("permissionSets", problems, |value, at, problems| {
            catalog.read_sets(value, at, problems)
        });
        catalog
    }

    fn aliases_known(&self, document: &ObjectReader<'_, '_>, problems: &mut Problems) {
        let everywhere = document.at.field("aliases");
        let mut known: Vec<&str> =
            self.resources.iter().flat_map(|resource| &resource.actions).map(String::as_str).collect();
        sort(&mut known, &Ord::cmp);
        let known = |action: &str| known.binary_search(&action).is_ok();
        for alias in &self.aliases {
            let at = everywhere.field(&alias.name);
            if known(&alias.name) {
                problems.add(
                    &at,
                    "alias_is_action",
                    "a resource has an action of this name; rename the alias".into(),
                );
            }
            for action in &alias.actions {
                if !known(action) {
                    problems.add(
                        &at,
                        "unknown_action",
                        join(&["no resource has the action \"", action, "\"; declare it or drop it"]),
                    );
                }
            }
        }
    }

    fn read_renames(&mut self, value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<()> {
        for (from, to) in ObjectReader::read(value, *at, problems)?.entries() {
            let at = at.field(from);
            let Some(to) = text(to, &at, problems) else { continue };
            if !is_dotted_name(from) || self.resource(from).is_some() {
                problems.add(
                    &at,
                    "bad_rename",
                    "the old name must look like a resource name and must no longer be a resource".into(),
                );
            } else if self.resource(to).is_none() {
                let known = self.resources.iter().map(|resource| resource.name.as_str());
                let hint = problems.hint(|| suggestion(to, known));
                problems.add(&at, "unknown_resource", join(&["no resource has the new name", &hint]));
            } else {
                self.renames.push((from.clone(), to.into()));
            }
        }
        Some(())
    }

    fn read_sets(&mut self, value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<()> {
        let mut sets = Vec::new();
        for (name, value) in ObjectReader::read(value, *at, problems)?.entries() {
            let at = at.field(name);
            named(name, &at, problems);
            let Some(mut set) = ObjectReader::read(value, at, problems) else { continue };
            set.optional("title", problems, text);
            set.optional("description", problems, text);
            let grants = set.required(
                "grants",
                problems,
                list(|value, at, problems| self.read_scope(value, at, problems)),
            );
            set.finish(problems);
            sets.push(PermissionSet { name: name.clone(), grants: grants.unwrap_or_default() });
        }
        sort(&mut sets, &|a, b| a.name.cmp(&b.name));
        self.sets = sets;
        Some(())
    }

    /// A scope that this policy knows.
    pub(crate) fn read_scope(&self, value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Scope> {
        let text = text(value, at, problems)?;
        let Some(scope) = Scope::parse(text) else {
            problems.add(
                at,
                "bad_scope",
                "expected a scope such as \"license:read\", \"crm.*:read\", \"base/abc:read\" or \"@set\""
                    .into(),
            );
            return None;
        };
        if !self.knows(&scope) {
            let hint = problems.hint(|| self.hint(&scope));
            problems.add(at, "unknown_scope", join(&["the policy does not know this scope", &hint]));
            return None;
        }
        Some(scope)
    }

    /// The scope that an unknown one is probably a typo of, as the end of a sentence; empty if none is near.
    pub(crate) fn hint(&self, scope: &Scope) -> String {
        match scope {
            Scope::Set(name) => suggestion(name, self.sets.iter().map(|set| set.name.as_str())),
            Scope::On { resources: Resources::Named(name), .. } if self.resource(name).is_none() => {
                suggestion(name, self.resources.iter().map(|resource| resource.name.as_str()))
            }
            Scope::On { resources: Resources::Named(name), instance: Some(_), .. }
                if self.resource(name).is_some_and(|resource| !resource.instances) =>
            {
                "; the resource does not declare \"instances\": true".into()
            }
            Scope::On { actions, .. } => {
                let known = self.resources.iter().flat_map(|resource| &resource.actions);
                actions
                    .first()
                    .map_or_else(String::new, |action| suggestion(action, known.map(String::as_str)))
            }
        }
    }

    /// The resource of that name, or of the name that replaced it.
    pub(crate) fn resource(&self, name: &str) -> Option<&Resource> {
        let find =
            |name: &str| self.resources.binary_search_by(|resource| resource.name.as_str().cmp(name)).ok();
        let index = find(name).or_else(|| find(self.renamed(name)?));
        index.and_then(|index| self.resources.get(index))
    }

    /// The present name, if this is a former one.
    pub(crate) fn renamed(&self, name: &str) -> Option<&str> {
        self.renames.iter().find(|(from, _)| from == name).map(|(_, to)| to.as_str())
    }

    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    fn set(&self, name: &str) -> Option<&PermissionSet> {
        let index = self.sets.binary_search_by(|set| set.name.as_str().cmp(name)).ok()?;
        self.sets.get(index)
    }

    /// Whether this policy knows every part of the scope.
    pub(crate) fn knows(&self, scope: &Scope) -> bool {
        self.expand(scope, &mut |_, _| ())
    }

    /// Calls `grant` for each permission that the scope stands for. A scope of
    /// which any part is unknown stands for nothing, and the answer is `false`.
    pub(crate) fn expand(&self, scope: &Scope, grant: &mut dyn FnMut(Permission, Option<&str>)) -> bool {
        match scope {
            Scope::Set(name) => match self.set(name) {
                // Opening the policy checked that every scope of a set is known.
                Some(set) => set.grants.iter().all(|scope| self.expand(scope, grant)),
                None => false,
            },
            Scope::On { resources: Resources::Named(name), instance, actions } => match self.resource(name) {
                Some(resource) if resource.instances || instance.is_none() => {
                    if !actions.iter().all(|action| self.actions_of(resource, action).next().is_some()) {
                        return false;
                    }
                    self.grant_all(resource, actions, instance.as_deref(), grant);
                    true
                }
                Some(_) | None => false,
            },
            Scope::On { resources: Resources::All, actions, .. } => {
                self.expand_over(actions, |_| true, grant)
            }
            Scope::On { resources: Resources::Below(group), actions, .. } => {
                let below =
                    |name: &str| name.strip_prefix(group.as_str()).is_some_and(|rest| rest.starts_with('.'));
                self.expand_over(actions, below, grant)
            }
        }
    }

    /// A wildcard over resources covers those that have the action. It is known when
    /// at least one of them has each of its actions.
    fn expand_over(
        &self,
        actions: &[String],
        within: impl Fn(&str) -> bool,
        grant: &mut dyn FnMut(Permission, Option<&str>),
    ) -> bool {
        let reached = || self.resources.iter().filter(|resource| within(&resource.name));
        let known = actions
            .iter()
            .all(|action| reached().any(|resource| self.actions_of(resource, action).next().is_some()));
        if !known || reached().next().is_none() {
            return false;
        }
        for resource in reached() {
            self.grant_all(resource, actions, None, grant);
        }
        true
    }

    fn grant_all(
        &self,
        resource: &Resource,
        actions: &[String],
        instance: Option<&str>,
        grant: &mut dyn FnMut(Permission, Option<&str>),
    ) {
        if actions.is_empty() {
            resource.permissions().for_each(|permission| grant(permission, instance));
        }
        for action in actions {
            self.actions_of(resource, action).for_each(|permission| grant(permission, instance));
        }
    }

    /// The permissions that an action or an alias stands for on a resource.
    pub(crate) fn actions_of(&self, resource: &Resource, word: &str) -> impl Iterator<Item = Permission> {
        let alias = || resource.aliases.iter().chain(&self.aliases).find(|alias| alias.name == word);
        let own = resource.permission(word);
        let meant = match own {
            Some(_) => None,
            None => alias(),
        };
        let meant = meant.into_iter().flat_map(|alias| &alias.actions);
        let meant = meant.filter_map(|action| resource.permission(action));
        own.into_iter().chain(meant).collect::<Vec<_>>().into_iter()
    }

    /// The text form of one permission.
    pub(crate) fn text_of(&self, permission: Permission, instance: Option<&str>) -> String {
        let index = self.resources.partition_point(|resource| resource.first <= permission).saturating_sub(1);
        let Some(resource) = self.resources.get(index) else { return String::new() };
        let mut text = resource.name.clone();
        if let Some(instance) = instance {
            push_instance(&mut text, instance);
        }
        text.push(':');
        text.push_str(
            resource.actions.get((permission - resource.first) as usize).map_or("", String::as_str),
        );
        text
    }
}

impl Resource {
    /// The permission of an action; `None` for an alias.
    pub(crate) fn permission(&self, action: &str) -> Option<Permission> {
        let place = self.actions.iter().position(|own| own == action);
        place.map(|place| self.first + place as u32)
    }

    pub(crate) fn permissions(&self) -> core::ops::Range<Permission> {
        self.first..self.first + self.actions.len() as u32
    }
}

fn read_group(
    value: &Value,
    at: &Place<'_>,
    above: &str,
    catalog: &mut Catalog,
    problems: &mut Problems,
) -> Option<()> {
    for (name, value) in ObjectReader::read(value, *at, problems)?.entries() {
        let at = at.field(name);
        named(name, &at, problems);
        let full = if above.is_empty() { name.clone() } else { join(&[above, ".", name]) };
        let Some(mut resource) = ObjectReader::read(value, at, problems) else { continue };
        resource.optional("title", problems, text);
        resource.optional("description", problems, text);
        if resource.optional("resources", problems, |v, at, p| read_group(v, at, &full, catalog, p)).is_none()
        {
            let actions = resource.optional("actions", problems, read_actions);
            let actions = actions.unwrap_or_else(|| CRUD.into_iter().map(String::from).collect());
            let aliases = resource.optional("aliases", problems, read_aliases).unwrap_or_default();
            for alias in &aliases {
                let at = resource.at.field("aliases");
                let at = at.field(&alias.name);
                if actions.contains(&alias.name) {
                    problems.add(
                        &at,
                        "alias_is_action",
                        "the resource has an action of this name; rename the alias".into(),
                    );
                } else if let Some(action) = alias.actions.iter().find(|action| !actions.contains(action)) {
                    problems.add(
                        &at,
                        "unknown_action",
                        join(&["the resource has no action \"", action, "\"; declare it or drop it"]),
                    );
                }
            }
            let instances = resource.flag("instances", false, problems);
            catalog.resources.push(Resource { name: full, instances, first: 0, actions, aliases });
        }
        resource.finish(problems);
    }
    Some(())
}

fn read_actions(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let actions = list(|value, at, problems| {
        let name = text(value, at, problems)?;
        named(name, at, problems);
        Some(String::from(name))
    })(value, at, problems)?;
    if actions.is_empty() {
        expected(problems, at, "at least one action");
    }
    if MOST_ACTIONS < actions.len() {
        problems.add(at, "too_many_actions", "a list of actions has at most 1,024".into());
        return None;
    }
    if let Some(i) = (1..actions.len()).find(|i| actions[..*i].contains(&actions[*i])) {
        problems.add(&at.item(i), "duplicate", "the action is listed twice; drop one".into());
    }
    Some(actions)
}

fn read_aliases(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<Alias>> {
    let mut aliases = Vec::new();
    for (name, value) in ObjectReader::read(value, *at, problems)?.entries() {
        let at = at.field(name);
        named(name, &at, problems);
        let Some(actions) = read_actions(value, &at, problems) else { continue };
        aliases.push(Alias { name: name.clone(), actions });
    }
    Some(aliases)
}

/// Adds a problem for a malformed name.
pub(crate) fn named(name: &str, at: &Place<'_>, problems: &mut Problems) {
    if !is_name(name) {
        problems.add(at, "bad_name", "a name is 1 to 64 of A-Z a-z 0-9 _ -".into());
    }
}
