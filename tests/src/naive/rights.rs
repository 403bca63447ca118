//! Scopes expanded to sets of single permissions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::path::decode;

/// One action on one resource, on one instance or on all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    resource: String,
    action: String,
    instance: Option<String>,
}

/// The most permissions that the grants of a record stand for.
pub(super) const MOST_PERMISSIONS: usize = 131_072;

pub(super) type Rights = BTreeSet<Permission>;

impl Permission {
    /// Whether a set holds it, for this instance or for all.
    pub(super) fn is_in(&self, rights: &Rights) -> bool {
        rights.contains(self) || rights.contains(&Permission { instance: None, ..self.clone() })
    }

    /// A list without its redundant permissions: one for all instances includes the others.
    pub(super) fn essence(list: &[Permission]) -> Vec<Permission> {
        let everywhere: Rights = list.iter().filter(|need| need.instance.is_none()).cloned().collect();
        let mut essence = Vec::new();
        for need in list {
            if (need.instance.is_none() || !need.is_in(&everywhere)) && !essence.contains(need) {
                essence.push(need.clone());
            }
        }
        essence
    }

    /// Whether a set holds it for some other instance.
    pub(super) fn is_on_another_instance_in(&self, rights: &Rights) -> bool {
        self.instance.is_some()
            && rights.iter().any(|held| held.resource == self.resource && held.action == self.action)
    }

    /// Whether it is one on this resource.
    pub(super) fn is_on(&self, resource: &str) -> bool {
        self.resource == resource
    }

    /// The instance of this resource that it is for.
    pub(super) fn instance_of(&self, resource: &str) -> Option<String> {
        self.instance.clone().filter(|_| self.is_on(resource))
    }

    /// Resource and instance, as a scope writes them.
    pub(super) fn place_on(&self, resource: &str) -> Option<String> {
        self.instance_of(resource)?;
        self.text().rsplit_once(':').map(|(place, _)| place.into())
    }

    /// The scope that names it.
    pub(super) fn text(&self) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let encode =
            |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        // An empty instance has no name: only a grant on all of them passes.
        let named = self.instance.iter().filter(|instance| !instance.is_empty());
        let instance = named.map(|instance| format!("/{}", instance.bytes().map(encode).collect::<String>()));
        format!("{}{}:{}", self.resource, instance.collect::<String>(), self.action)
    }
}

/// Every permission that a list of grants stands for under a policy, as scopes.
pub fn permissions(policy: &Value, grants: &Value) -> BTreeSet<String> {
    Catalog::of(policy).expand_all(grants).iter().map(Permission::text).collect()
}

/// Whether one list of grants holds all of another, now and under every later policy.
pub fn holds_all(policy: &Value, list: &Value, grants: &Value) -> bool {
    let catalog = Catalog::of(policy);
    grants.as_array().into_iter().flatten().all(|grant| catalog.holds(list, grant))
}

struct Resource {
    name: String,
    actions: Vec<String>,
    aliases: Vec<(String, Vec<String>)>,
    instances: bool,
}

/// What a policy declares.
pub(super) struct Catalog<'p> {
    policy: &'p Value,
    resources: Vec<Resource>,
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(String::from)).collect()
}

fn collect(prefix: &str, resources: &Value, into: &mut Vec<Resource>) {
    for (name, resource) in resources.as_object().into_iter().flatten() {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if !resource["resources"].is_null() {
            collect(&name, &resource["resources"], into);
            continue;
        }
        let actions = match &resource["actions"] {
            Value::Null => ["create", "read", "update", "delete"].map(String::from).to_vec(),
            list => texts(list),
        };
        let aliases = resource["aliases"].as_object().into_iter().flatten();
        let aliases = aliases.map(|(alias, list)| (alias.clone(), texts(list))).collect();
        into.push(Resource { name, actions, aliases, instances: resource["instances"] == true });
    }
}

impl<'p> Catalog<'p> {
    pub(super) fn of(policy: &'p Value) -> Catalog<'p> {
        let mut resources = Vec::new();
        collect("", &policy["resources"], &mut resources);
        Catalog { policy, resources }
    }

    pub(super) fn actions(&self, resource: &str) -> Vec<String> {
        self.resources
            .iter()
            .find(|own| own.name == resource)
            .map(|own| own.actions.clone())
            .unwrap_or_default()
    }

    /// Every permission that a list of grants stands for.
    pub(super) fn expand_all(&self, grants: &Value) -> Rights {
        texts(grants).iter().flat_map(|grant| self.expand(grant)).collect()
    }

    /// How many permissions a list of grants stands for: each word on each place counts once.
    pub(super) fn count(&self, grants: &Value) -> usize {
        let mut words = BTreeSet::new();
        for grant in texts(grants) {
            let scopes = match grant.strip_prefix('@') {
                Some(set) => texts(&self.policy["permissionSets"][set]["grants"]),
                None => vec![grant],
            };
            for scope in scopes.iter().filter_map(|scope| scope.split_once(':')) {
                words.extend(scope.1.split(',').map(|word| format!("{}:{word}", scope.0)));
            }
        }
        words.iter().map(|word| self.expand(word).len()).sum()
    }

    /// Every permission that one scope stands for; empty when the policy does not know it.
    fn expand(&self, scope: &str) -> Rights {
        if let Some(set) = scope.strip_prefix('@') {
            return self.expand_all(&self.policy["permissionSets"][set]["grants"]);
        }
        let Some((place, actions)) = scope.split_once(':') else {
            return Rights::new();
        };
        let (name, instance) = match place.split_once('/') {
            Some((name, instance)) => (name, Some(instance)),
            None => (place, None),
        };
        let name = self.policy["rename"][name].as_str().unwrap_or(name);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-%".contains(c);
        if !instance.is_none_or(|text| text.chars().all(plain)) {
            return Rights::new();
        }
        let instance = match instance.map(decode) {
            Some(None) => return Rights::new(),
            Some(Some(value)) if value.is_empty() => return Rights::new(),
            Some(some) => some,
            None => None,
        };
        let meant = |resource: &&Resource| {
            let by_group = name.strip_suffix(".*").is_some_and(|group| {
                resource.name.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
            });
            (name == "*" || by_group || name == resource.name) && (instance.is_none() || resource.instances)
        };
        let mut rights = Rights::new();
        let resources: Vec<&Resource> = self.resources.iter().filter(meant).collect();
        // A scope with an unknown part grants nothing.
        let known =
            |word: &str| resources.iter().any(|resource| !self.actions_meant(resource, word).is_empty());
        if !actions.split(',').all(known) {
            return rights;
        }
        for resource in resources {
            for action in actions.split(',').flat_map(|action| self.actions_meant(resource, action)) {
                rights.insert(Permission {
                    resource: resource.name.clone(),
                    action,
                    instance: instance.clone(),
                });
            }
        }
        rights
    }

    /// Whether a list of grants holds one now and under every later policy: wildcards,
    /// aliases and sets only under the same or a wider one.
    pub(super) fn holds(&self, list: &Value, grant: &Value) -> bool {
        let grant = grant.as_str().unwrap_or_default();
        let list = texts(list);
        if list.iter().any(|held| held == grant) {
            return true;
        }
        let known: Vec<String> = list.into_iter().filter(|held| !self.expand(held).is_empty()).collect();
        let rights: Rights = known.iter().flat_map(|held| self.expand(held)).collect();
        self.parts(grant).iter().all(|(place, action)| match self.is_single(place, action) {
            true => {
                self.expand(&format!("{place}:{action}")).iter().all(|permission| permission.is_in(&rights))
            }
            false => known.iter().flat_map(|held| self.parts(held)).any(|(wider_place, wider_action)| {
                let place_fits = wider_place == "*"
                    || wider_place == *place
                    || place.starts_with(&format!("{wider_place}/"))
                    || wider_place.strip_suffix('*').is_some_and(|group| place.starts_with(group));
                place_fits && (wider_action == "*" || wider_action == *action)
            }),
        })
    }

    /// The places and actions of a scope, under present names; of a set its name and `*`.
    fn parts(&self, scope: &str) -> Vec<(String, String)> {
        let Some((place, actions)) = scope.split_once(':') else {
            return vec![(scope.into(), "*".into())];
        };
        let name = place.split('/').next().unwrap_or_default();
        let present = self.policy["rename"][name].as_str().unwrap_or(name);
        let place = place.replacen(name, present, 1);
        actions.split(',').map(|action| (place.clone(), action.into())).collect()
    }

    fn is_single(&self, place: &str, action: &str) -> bool {
        let name = place.split('/').next().unwrap_or_default();
        self.actions(name).iter().any(|own| own == action)
    }

    fn actions_meant(&self, resource: &Resource, word: &str) -> Vec<String> {
        let own_alias =
            resource.aliases.iter().find(|(alias, _)| alias == word).map(|(_, list)| list.clone());
        let alias = own_alias.or_else(|| {
            let list = &self.policy["aliases"][word];
            (!list.is_null()).then(|| texts(list))
        });
        let meant = |action: &&String| match &alias {
            Some(list) => list.contains(action),
            None => word == "*" || word == *action,
        };
        resource.actions.iter().filter(meant).cloned().collect()
    }

    /// The permissions that a requirement such as `base/{base}:read,update` names, in its order.
    pub(super) fn permissions(&self, text: &str, params: &[(String, String)]) -> Vec<Permission> {
        let (place, actions) = text.split_once(':').unwrap_or_default();
        let (resource, instance) = match place.split_once('/') {
            Some((resource, instance)) => (resource, Some(instance)),
            None => (place, None),
        };
        let resource = self.policy["rename"][resource].as_str().unwrap_or(resource);
        let instance = instance.map(|text| {
            let parameter = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            match parameter {
                Some(name) => params
                    .iter()
                    .find(|(own, _)| own == name)
                    .map(|(_, value)| value.clone())
                    .unwrap_or_default(),
                None => decode(text).unwrap_or_default(),
            }
        });
        let one = |action: &str| Permission {
            resource: resource.into(),
            action: action.into(),
            instance: instance.clone(),
        };
        actions.split(',').map(one).collect()
    }

    /// The permissions of a space separated list, unless it is empty or one of them is undeclared.
    pub(super) fn all_of(&self, list: &str) -> Option<Vec<Permission>> {
        let all: Vec<Permission> = list
            .split(' ')
            .filter(|text| !text.is_empty())
            .flat_map(|text| self.permissions(text, &[]))
            .collect();
        let declared = |need: &Permission| {
            self.resources.iter().any(|own| {
                own.name == need.resource
                    && own.actions.contains(&need.action)
                    && (need.instance.is_none() || own.instances)
            })
        };
        (!all.is_empty() && all.iter().all(declared)).then_some(all)
    }
}
