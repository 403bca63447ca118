//! The catalog of permissions: resources, actions, aliases, renames and permission sets.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::base::{is_dotted_name, is_name, join, sort};
use crate::document::{ObjectReader, Place, Problems, Value, expected, list, suggestion, text};
use crate::policy::scope::{Resources, Scope, push_instance};

/// The actions of a resource that declares no actions.
const CRUD: [&str; 4] = ["create", "read", "update", "delete"];

/// The most actions that a list may have.
const MOST_ACTIONS: usize = 1_024;

/// One action on one resource, numbered: resources by name, actions as declared.
pub(crate) type Permission = u32;

#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// By name.
    pub(super) resources: Vec<Resource>,
    /// Permissions by their names.
    pub(super) uses: Vec<Use>,
    /// By name.
    pub(super) aliases: Vec<Alias>,
    /// Former names of resources, each with the present one; by name.
    renames: Vec<Alias>,
    pub(crate) sets: Vec<PermissionSet>,
    pub(crate) permissions: u32,
}

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) instances: bool,
    first: Permission,
    pub(crate) actions: Vec<String>,
    pub(super) aliases: Vec<Alias>,
}

/// One permission under a name that a scope may call it by: its action, or an alias that its resource declares.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) word: String,
    pub(super) aliased: bool,
    pub(super) permission: Permission,
}

/// A name and what it stands for.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) means: Vec<String>,
}

impl Alias {
    pub(super) fn sort(aliases: &mut [Alias]) {
        sort(aliases, &|a, b| a.name.cmp(&b.name));
    }

    /// What a name means among sorted aliases: nothing if it is not one of them.
    pub(super) fn find<'a>(aliases: &'a [Alias], name: &str) -> &'a [String] {
        let place = aliases.binary_search_by(|alias| alias.name.as_str().cmp(name)).ok();
        place.and_then(|place| aliases.get(place)).map_or(&[], |alias| &alias.means)
    }
}

#[derive(Debug)]
pub(crate) struct PermissionSet {
    pub(super) name: String,
    pub(super) grants: Vec<Scope>,
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
        catalog.name_permissions();
        catalog.check_aliases(&document.at.field("aliases"), problems);
        document
            .optional("rename", problems, |value, at, problems| catalog.read_renames(value, at, problems));
        document.optional("permissionSets", problems, |value, at, problems| {
            catalog.read_sets(value, at, problems)
        });
        catalog
    }

    fn check_aliases(&self, at: &Place<'_>, problems: &mut Problems) {
        let is_action = |name: &str| self.has_action(name, &(0..self.permissions));
        for alias in &self.aliases {
            let at = at.field(&alias.name);
            if is_action(&alias.name) {
                problems.add(
                    &at,
                    "alias_is_action",
                    "a resource has an action of this name; rename the alias".into(),
                );
            }
            for action in alias.means.iter().filter(|action| !is_action(action)) {
                problems.add(
                    &at,
                    "unknown_action",
                    join(&["no resource has the action \"", action, "\"; declare it or drop it"]),
                );
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
                self.renames.push(Alias { name: from.clone(), means: alloc::vec![to.into()] });
            }
        }
        Alias::sort(&mut self.renames);
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
        Alias::find(&self.renames, name).first().map(String::as_str)
    }

    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The resource that a permission is on.
    pub(crate) fn resource_of(&self, permission: Permission) -> Option<&Resource> {
        let index = self.resources.partition_point(|resource| resource.first <= permission);
        self.resources.get(index.checked_sub(1)?)
    }

    /// The text form of one permission.
    pub(crate) fn text_of(&self, permission: Permission, instance: Option<&str>) -> String {
        let Some(resource) = self.resource_of(permission) else { return String::new() };
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
    pub(super) fn permission(&self, action: &str) -> Option<Permission> {
        let place = self.actions.iter().position(|own| own == action)?;
        Some(self.first + place as Permission)
    }

    pub(crate) fn permissions(&self) -> Range<Permission> {
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
                } else if let Some(action) = alias.means.iter().find(|action| !actions.contains(action)) {
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
        aliases.push(Alias { name: name.clone(), means: actions });
    }
    Some(aliases)
}

/// Adds a problem for a malformed name.
pub(crate) fn named(name: &str, at: &Place<'_>, problems: &mut Problems) {
    if !is_name(name) {
        problems.add(at, "bad_name", "a name is 1 to 64 of A-Z a-z 0-9 _ -".into());
    }
}
