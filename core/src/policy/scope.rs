//! Scopes: the text form of what a token is granted.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::base::{is_dotted_name, is_name, is_name_byte};

/// `license:read,update`, `crm.*:read`, `base/abc:read`, `*:read` or `@set`.
///
/// A scope is kept as it was written: wildcards and sets follow the policy of
/// the moment. It says nothing about whether a policy knows these names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `@name`: a permission set of the policy.
    Set(String),
    /// Actions on resources.
    On {
        /// Which resources.
        resources: Resources,
        /// One instance, decoded, or all.
        instance: Option<String>,
        /// Which actions or aliases, as written; empty means `*`.
        actions: Vec<String>,
    },
}

/// The resources that a scope names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resources {
    /// `*`
    All,
    /// `crm.*`: everything below `crm`, however deep.
    Below(String),
    /// One, such as `crm.customers`.
    Named(String),
}

impl Scope {
    /// Longest scope text, in bytes.
    pub const LONGEST: usize = 1024;

    /// Reads one scope. `None` when it is not of the form; there is one way to
    /// write each scope, so that `parse` and [`Scope::to_text`] are inverse.
    pub fn parse(text: &str) -> Option<Scope> {
        if text.len() > Scope::LONGEST {
            return None;
        }
        if let Some(set) = text.strip_prefix('@') {
            return is_name(set).then(|| Scope::Set(set.into()));
        }
        let (on, actions) = text.split_once(':')?;
        let (resource, instance) = match on.split_once('/') {
            Some((resource, instance)) => (resource, Some(decode(instance)?)),
            None => (on, None),
        };
        let resources = match resource.strip_suffix(".*") {
            _ if resource == "*" => Resources::All,
            Some(group) if is_dotted_name(group) => Resources::Below(group.into()),
            None if is_dotted_name(resource) => Resources::Named(resource.into()),
            _ => return None,
        };
        if instance.is_some() && !matches!(resources, Resources::Named(_)) {
            return None;
        }
        let actions = match actions {
            "*" => Vec::new(),
            list => {
                list.split(',').map(|action| is_name(action).then(|| action.into())).collect::<Option<_>>()?
            }
        };
        Some(Scope::On { resources, instance, actions })
    }

    /// The scope as text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        match self {
            Scope::Set(name) => {
                text.push('@');
                text.push_str(name);
            }
            Scope::On { resources, instance, actions } => {
                match resources {
                    Resources::All => text.push('*'),
                    Resources::Below(group) => {
                        text.push_str(group);
                        text.push_str(".*");
                    }
                    Resources::Named(name) => text.push_str(name),
                }
                if let Some(instance) = instance {
                    push_instance(&mut text, instance);
                }
                text.push(':');
                if actions.is_empty() {
                    text.push('*');
                }
                text.push_str(&crate::base::join_with(actions, ","));
            }
        }
        text
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_text())
    }
}

/// `/` and the instance, percent-encoded but for `[A-Za-z0-9_-]`.
pub(crate) fn push_instance(text: &mut String, instance: &str) {
    text.push('/');
    for byte in instance.bytes() {
        if is_name_byte(byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
}

/// Decodes an instance. It has one text form only, so an encoding that is not needed is refused.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if is_name_byte(*first) {
            bytes.push(*first);
            rest = after;
        } else {
            let ([b'%', high, low], after) = rest.split_first_chunk::<3>()? else { return None };
            let byte = upper_nibble(*high)? << 4 | upper_nibble(*low)?;
            if is_name_byte(byte) {
                return None;
            }
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().filter(|instance| !instance.is_empty())
}

fn upper_nibble(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'A'..=b'F' => Some(hex - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p9_accepted_scopes_read_back_as_they_were_written() {
        for text in [
            "license:read",
            "license:read,update",
            "license:*",
            "crm.customers:read",
            "crm.*:read",
            "base/abc:read",
            "base/a%2Fb%20c:read,update",
            "*:read",
            "*:*",
            "@platform-users",
            "base/%C3%A9:*",
        ] {
            assert_eq!(Scope::parse(text).expect(text).to_text(), text);
        }
    }

    #[test]
    fn scp_04_scopes_of_another_form_are_refused() {
        for text in [
            "",
            "license",
            "license:",
            ":read",
            "license:read,",
            "license:read update",
            "license:*,read",
            "a:b:c",
            "*/x:read",
            "crm.*/x:read",
            "base/:read",
            "base/%61:read",
            "base/%c3%a9:read",
            "base/%2:read",
            "base/%FF:read",
            "@",
            "@a b",
            ".a:read",
            "a.:read",
            "a..b:read",
            "a.*.b:read",
            "**:read",
            "ü:read",
            "a\0b:read",
            "license:r*",
            "lic*:read",
        ] {
            assert_eq!(Scope::parse(text), None, "{text}");
        }
        assert_eq!(Scope::parse(&alloc::format!("{}:read", "a".repeat(65))), None);
    }
}
