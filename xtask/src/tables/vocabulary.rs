//! Vendors' scopes in our words: `resource:action`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::operation::Permission;

/// The action of a scope that names none (`push`).
const USE: &str = "use";
/// The resource of a scope that covers all resources (`read` over `read:accounts`).
const EVERYTHING: &str = "everything";
/// Words that name an action when they come first (`write:accounts`).
const LEVELS: [&str; 6] = ["read", "write", "create", "update", "delete", "admin"];

/// The permission for each scope of a table, and what had to be corrected.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    words: BTreeMap<String, Permission>,
    /// Actions that one scope grants on all resources.
    pub(super) broad: Vec<String>,
    pub(super) corrections: Vec<String>,
}

impl Vocabulary {
    /// The words for these scopes; refused when two scopes would become one permission.
    pub(super) fn of<'a>(scopes: impl Iterator<Item = &'a str>) -> Result<Vocabulary> {
        let scopes: BTreeSet<&str> = scopes.collect();
        let pairs: Vec<(&str, &str)> = scopes.iter().filter_map(|scope| scope.split_once(':')).collect();
        let action_first =
            pairs.iter().all(|(first, _)| is_level(first)) && !pairs.iter().all(|(_, last)| is_level(last));

        let mut vocabulary = Vocabulary::default();
        for scope in scopes {
            let permission = if !scope.contains(':') {
                if action_first && pairs.iter().any(|(first, _)| *first == scope) {
                    vocabulary.broad.push(plain(scope));
                    Permission::new(EVERYTHING, &plain(scope))
                } else {
                    Permission::new(&dotted(scope), USE)
                }
            } else if action_first {
                let (action, resource) = scope.split_once(':').unwrap_or_default();
                Permission::new(&dotted(resource), &plain(action))
            } else {
                let (resource, action) = scope.rsplit_once(':').unwrap_or_default();
                Permission::new(&dotted(resource), &plain(action))
            };
            vocabulary.learn(scope, permission)?;
        }
        Ok(vocabulary)
    }

    /// The permission for a scope of the table.
    pub(super) fn permission(&self, scope: &str) -> Option<Permission> {
        self.words.get(scope).cloned()
    }

    fn learn(&mut self, scope: &str, permission: Permission) -> Result<()> {
        if let Some((other, _)) = self.words.iter().find(|(_, known)| **known == permission) {
            bail!("the scopes `{other}` and `{scope}` would both become {permission}");
        }
        if permission.to_string() != scope {
            let broad = if permission.resource == EVERYTHING {
                format!(", and the permission set @{0} that grants *:{0}", permission.action)
            } else {
                String::new()
            };
            self.corrections.push(format!("scope `{scope}` becomes {permission}{broad}"));
        }
        self.words.insert(scope.to_owned(), permission);
        Ok(())
    }
}

/// A tag in camel case: `Access Rights` becomes `accessRights`.
pub(super) fn camel_case(tag: &str) -> String {
    let mut name = String::new();
    for word in tag.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if name.is_empty() {
            name.push_str(&word.to_ascii_lowercase());
        } else {
            name.push_str(&word[..1].to_ascii_uppercase());
            name.push_str(&word[1..]);
        }
    }
    name
}

fn is_level(word: &str) -> bool {
    LEVELS.contains(&word)
}

/// The text as a name: what a name may not hold becomes a hyphen.
fn plain(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.chars().take(64).map(|c| if allowed(c) { c } else { '-' }).collect()
}

/// The text as the name of a resource: groups are parted by dots.
fn dotted(text: &str) -> String {
    text.split([':', '/', '.']).filter(|part| !part.is_empty()).map(plain).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(scopes: &[&str]) -> Vec<String> {
        let vocabulary = Vocabulary::of(scopes.iter().copied()).unwrap();
        scopes.iter().map(|scope| vocabulary.permission(scope).unwrap().to_string()).collect()
    }

    #[test]
    fn the_action_comes_last() {
        assert_eq!(words(&["contents:read", "contents:write"]), ["contents:read", "contents:write"]);
        assert_eq!(words(&["read:lists", "write:lists"]), ["lists:read", "lists:write"]);
        assert_eq!(words(&["salesOrder:release"]), ["salesOrder:release"]);
    }

    #[test]
    fn scopes_of_other_forms_get_a_resource_or_an_action() {
        assert_eq!(words(&["read", "read:lists", "push"]), ["everything:read", "lists:read", "push:use"]);
        assert_eq!(words(&["org:team/members:read"]), ["org.team.members:read"]);
        assert_eq!(words(&["a b:read"]), ["a-b:read"]);
    }

    #[test]
    fn two_scopes_never_become_one_permission() {
        assert!(Vocabulary::of(["a b:read", "a-b:read"].into_iter()).is_err());
    }

    #[test]
    fn tags_become_names() {
        assert_eq!(camel_case("Access Rights"), "accessRights");
        assert_eq!(camel_case("IVW Rules"), "ivwRules");
        assert_eq!(camel_case("orders"), "orders");
    }
}
