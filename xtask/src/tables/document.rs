//! A policy document, read without the engine under test.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::operation::{Access, Operation, Permission};
use super::table::texts;
use super::template::Template;

/// The actions of a resource that names none.
const CRUD: [&str; 4] = ["create", "read", "update", "delete"];

/// A policy document as JSON.
#[derive(Clone, Debug)]
pub(super) struct PolicyDocument(pub(super) Value);

/// A resource as the document declares it.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// Its name with the groups around it: `crm.customers`.
    pub(super) name: String,
    pub(super) actions: Vec<String>,
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    pub(super) instances: bool,
}

/// What the checks must know of a kind.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: String,
    /// Its rights are also bound by those of its owner.
    pub(super) has_subject: bool,
    /// Its tokens name the applications in which they are good.
    pub(super) needs_applications: bool,
}

impl PolicyDocument {
    /// Reads the document in a file.
    pub(super) fn read(path: &Path) -> Result<PolicyDocument> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        PolicyDocument::parse(&text).with_context(|| format!("{} is no policy document", path.display()))
    }

    /// Reads a document from its JSON text.
    pub(super) fn parse(text: &str) -> Result<PolicyDocument> {
        Ok(PolicyDocument(serde_json::from_str(text)?))
    }

    /// The document as JSON text.
    pub(super) fn json(&self) -> String {
        format!("{:#}", self.0)
    }

    /// Every operation that its routes declare, with what it needs.
    pub(super) fn operations(&self) -> Result<Vec<Operation>> {
        let resources = self.resources()?;
        let mut operations = Vec::new();
        for (index, route) in self.0["routes"].as_array().into_iter().flatten().enumerate() {
            operations.extend(declared(route, &resources).with_context(|| format!("at /routes/{index}"))?);
        }
        Ok(operations)
    }

    /// Every resource, in groups or not.
    pub(super) fn resources(&self) -> Result<Vec<Resource>> {
        let mut resources = Vec::new();
        let aliases = aliases(&self.0["aliases"])?;
        collect("", &self.0["resources"], &aliases, &mut resources)?;
        Ok(resources)
    }

    /// Every kind of token.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let kinds = self.0["kinds"].as_object().into_iter().flatten();
        kinds
            .map(|(name, kind)| Kind {
                name: name.clone(),
                has_subject: !kind["subject"].is_null(),
                needs_applications: kind["requires"]["applications"] == true,
            })
            .collect()
    }

    /// Every grant that stands for several scopes: permission sets and aliases, with what they mean.
    pub(super) fn bundles(&self) -> Result<Vec<(String, Vec<String>)>> {
        let resources = self.resources()?;
        let mut bundles = Vec::new();
        for (name, set) in self.0["permissionSets"].as_object().into_iter().flatten() {
            let grants = texts(&set["grants"])?;
            bundles.push((
                format!("@{name}"),
                grants.iter().flat_map(|grant| meant(grant, &resources)).collect(),
            ));
        }
        for resource in &resources {
            for alias in resource.aliases.keys() {
                let grant = format!("{}:{alias}", resource.name);
                bundles.push((grant.clone(), meant(&grant, &resources)));
            }
        }
        Ok(bundles)
    }
}

fn declared(route: &Value, resources: &[Resource]) -> Result<Vec<Operation>> {
    let list = |name: &str| if route[name].is_null() { Ok(Vec::new()) } else { texts(&route[name]) };
    let kinds = list("kinds")?;
    let optional = permissions(&list("optional")?)?;
    if let Some(path) = route["crud"].as_str() {
        let name = route["needs"].as_str().context("`needs` is not a text")?;
        let resource = resources.iter().find(|resource| resource.name == name);
        let resource = resource.with_context(|| format!("there is no resource `{name}`"))?;
        let (base, slash) = path.strip_suffix('/').map_or((path, ""), |base| (base, "/"));
        let one = format!("{base}/{{{}}}{slash}", if path.contains("{id}") { "item" } else { "id" });
        let ordinary = [("GET", path, "read"), ("POST", path, "create"), ("GET", &one, "read")];
        let changing =
            [("PUT", one.as_str(), "update"), ("PATCH", &one, "update"), ("DELETE", &one, "delete")];
        return ordinary
            .into_iter()
            .chain(changing)
            .filter(|(_, _, action)| resource.actions.iter().any(|own| own == action))
            .map(|(method, path, action)| {
                let access = Access::Needs(vec![vec![Permission::new(name, action)]]);
                operation(method, path, access, kinds.clone(), optional.clone())
            })
            .collect();
    }
    let (method, path) =
        route["on"].as_str().and_then(|on| on.split_once(' ')).context("`on` names no operation")?;
    let access = if route["open"] == true {
        Access::Open
    } else if route["authenticated"] == true {
        Access::Authenticated
    } else {
        Access::Needs(alternatives(&route["needs"])?)
    };
    Ok(vec![operation(method, path, access, kinds, optional)?])
}

fn operation(
    method: &str,
    path: &str,
    access: Access,
    kinds: Vec<String>,
    optional: Vec<Permission>,
) -> Result<Operation> {
    let template = Template::parse(path).map_err(|why| anyhow::anyhow!("`{path}` is no template: {why}"))?;
    Ok(Operation { method: method.to_owned(), template, access, kinds, optional })
}

fn alternatives(needs: &Value) -> Result<Vec<Vec<Permission>>> {
    if let Some(text) = needs.as_str() {
        return Ok(vec![Permission::parse(text)?]);
    }
    if !needs["all"].is_null() {
        return Ok(vec![permissions(&texts(&needs["all"])?)?]);
    }
    let Some(any) = needs["any"].as_array() else { bail!("`needs` is neither a text nor `all` nor `any`") };
    Ok(any.iter().map(alternatives).collect::<Result<Vec<_>>>()?.concat())
}

fn permissions(needs: &[String]) -> Result<Vec<Permission>> {
    Ok(needs.iter().map(|text| Permission::parse(text)).collect::<Result<Vec<_>>>()?.concat())
}

fn collect(
    group: &str,
    declared: &Value,
    aliases_for_all: &BTreeMap<String, Vec<String>>,
    resources: &mut Vec<Resource>,
) -> Result<()> {
    for (name, resource) in declared.as_object().into_iter().flatten() {
        let name = if group.is_empty() { name.clone() } else { format!("{group}.{name}") };
        if resource["resources"].is_object() {
            collect(&name, &resource["resources"], aliases_for_all, resources)?;
            continue;
        }
        let actions = match &resource["actions"] {
            Value::Null => CRUD.map(str::to_owned).to_vec(),
            list => texts(list)?,
        };
        let mut aliases_here = aliases_for_all.clone();
        aliases_here.extend(aliases(&resource["aliases"])?);
        for meant in aliases_here.values_mut() {
            meant.retain(|action| actions.contains(action));
        }
        resources.push(Resource {
            name,
            actions,
            aliases: aliases_here,
            instances: resource["instances"] == true,
        });
    }
    Ok(())
}

fn aliases(declared: &Value) -> Result<BTreeMap<String, Vec<String>>> {
    declared.as_object().into_iter().flatten().map(|(name, list)| Ok((name.clone(), texts(list)?))).collect()
}

/// The scopes that a grant stands for.
fn meant(grant: &str, resources: &[Resource]) -> Vec<String> {
    let (on, actions) = grant.split_once(':').unwrap_or((grant, ""));
    let mut scopes = Vec::new();
    for resource in resources {
        let below = on.strip_suffix('*').is_some_and(|group| resource.name.starts_with(group));
        if resource.name != on && !below {
            continue;
        }
        for word in actions.split(',') {
            let own = resource.actions.iter().filter(|action| word == "*" || word == *action);
            let by_alias = resource.aliases.get(word).into_iter().flatten();
            scopes.extend(own.chain(by_alias).map(|action| format!("{}:{action}", resource.name)));
        }
    }
    scopes
}
