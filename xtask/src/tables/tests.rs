use serde_json::json;

use super::*;
use operation::{Access, actions, resources};

/// An invented interface, with every oddity that published ones have.
const ODDITIES: &str = r#"{ "routes": [
    { "method": "GET", "path": "/notes", "anyOf": [["read:notes"]] },
    { "method": "POST", "path": "/notes", "anyOf": [["write:notes", "follow"]] },
    { "method": "GET", "path": "/notes/{id}", "anyOf": [["read:notes"], ["profile"]] },
    { "method": "GET", "path": "/notes/mine", "anyOf": [["read"]] },
    { "method": "GET", "path": "/notes/{id}/compare/{base}...{head}",
      "anyOf": [["read:notes", "read:drafts"]] },
    { "method": "DELETE", "path": "/notes/{id}", "anyOf": [["write:notes"]] },
    { "method": "DELETE", "path": "/notes/{note_id}", "anyOf": [["write:drafts"]] },
    { "method": "GET", "path": "/notes/{id}/mine", "anyOf": [["write:notes"]] },
    { "method": "GET", "path": "/notes/mine/{part}", "anyOf": [["write:drafts"]] },
    { "method": "GET", "path": "/me", "anyOf": [[]] },
    { "method": "GET", "path": "/secret", "anyOf": [] },
    { "method": "GET", "path": "/silent" },
    { "method": "GET", "path": "/readme(?:/(.*))?", "anyOf": [["read:notes"]] }
] }"#;

fn translated(text: &str) -> Translation {
    Translation::of("invented", &serde_json::from_str(text).unwrap()).unwrap()
}

#[test]
fn odd_tables_become_policies_that_pass() {
    let translation = translated(ODDITIES);
    let outcome = checks::run(&translation.policy, &translation.operations).unwrap();
    assert_eq!(outcome.failures, Vec::<String>::new());
    assert_eq!((outcome.operations, translation.dropped), (11, 1));
    assert!(outcome.checks > 100, "{}", outcome.checks);
}

#[test]
fn each_correction_is_a_line() {
    let corrections = translated(ODDITIES).corrections;
    for line in [
        "scope `write:notes` becomes notes:write",
        "scope `follow` becomes follow:use",
        "scope `read` becomes everything:read, and the permission set @read that grants *:read",
        "DELETE /notes/{note_id} has the shape of DELETE /notes/{id}, merged as an alternative",
        "GET /secret has no published requirement, left unmapped",
        "GET /silent has no published requirement, left unmapped",
        "GET /readme(?:/(.*))? is no template, dropped: /routes/0/on: \"?\" cannot stand in a template; \
         write literals decoded, parameters as {name}",
    ] {
        assert!(corrections.iter().any(|correction| correction == line), "{line} not in {corrections:#?}");
    }
}

#[test]
fn merged_operations_ask_for_either_requirement() {
    let translation = translated(ODDITIES);
    let merged: Vec<_> = translation.operations.iter().filter(|it| it.on.starts_with("DELETE")).collect();
    let either =
        [["notes:write"], ["drafts:write"]].map(|scopes| scopes.map(str::to_owned).to_vec()).to_vec();
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].access, Access::Needs(either));
}

#[test]
fn schemes_become_kinds_and_tags_become_resources() {
    let by_scheme = translated(
        r#"{ "routes": [
            { "method": "GET", "path": "/rows/", "auth": ["BaseAuth"] },
            { "method": "GET", "path": "/rows/{id}/", "auth": ["BaseAuth", "AccountAuth"] },
            { "method": "GET", "path": "/ping/", "auth": [] }
        ] }"#,
    );
    let by_tag = translated(
        r#"{ "routes": [
            { "method": "GET", "path": "/rows", "tags": ["Table Rows"] },
            { "method": "POST", "path": "/rows", "tags": ["Table Rows"] }
        ] }"#,
    );
    for translation in [by_scheme, by_tag] {
        let outcome = checks::run(&translation.policy, &translation.operations).unwrap();
        assert_eq!(outcome.failures, Vec::<String>::new());
    }
}

/// The checks are worth something only if a policy that says something else fails them.
#[test]
fn a_policy_that_differs_from_the_table_fails() {
    let Translation { policy, operations, .. } = translated(ODDITIES);
    let right = policy.to_string();
    for (said, instead) in [
        ("\"notes:write\"", "\"notes:read\""),
        ("\"all\"", "\"any\""),
        ("\"authenticated\":true", "\"open\":true"),
        ("\"GET /notes/mine\"", "\"GET /notes/yours\""),
    ] {
        let wrong = right.replacen(said, instead, 1);
        assert_ne!(wrong, right, "{said}");
        let outcome = checks::run(&serde_json::from_str(&wrong).unwrap(), &operations).unwrap();
        assert_ne!(outcome.failures, Vec::<String>::new(), "{said}");
    }
}

#[test]
fn every_operation_of_the_example_policies_is_checked() {
    let reports = examples().unwrap();
    let names: Vec<&str> = reports.iter().map(|report| report.name.as_str()).collect();
    assert_eq!(names, ["cryptlex", "plenigo", "safetyculture", "seatable", "xentral"]);
    for report in &reports {
        assert_eq!(report.outcome.failures, Vec::<String>::new(), "{}", report.name);
    }
}

#[test]
fn the_published_operations_of_xentral_are_all_there() {
    let policies = json_files(&shell::root().join("examples/policies")).unwrap();
    let (_, policy) = policies.iter().find(|(name, _)| name == "xentral").unwrap();
    let mut actions: Vec<String> =
        resources(policy).iter().flat_map(|(_, resource)| actions(resource)).collect();
    actions.sort();
    actions.dedup();
    assert_eq!((Operation::declared(policy).unwrap().len(), actions.len()), (217, 12), "{actions:?}");
}

#[test]
fn scopes_of_other_forms_become_a_resource_and_an_action() {
    let words = |scopes: &[&str]| {
        let table = json!({ "routes": [{ "method": "GET", "path": "/", "anyOf": [scopes] }] });
        Translation::of("words", &table).map(|translation| translation.operations[0].alternatives().concat())
    };
    assert_eq!(words(&["contents:read", "contents:write"]).unwrap(), ["contents:read", "contents:write"]);
    assert_eq!(words(&["read:lists", "write:lists"]).unwrap(), ["lists:read", "lists:write"]);
    assert_eq!(
        words(&["read", "read:lists", "push"]).unwrap(),
        ["everything:read", "lists:read", "push:use"]
    );
    assert_eq!(words(&["org:team/members:read"]).unwrap(), ["org.team.members:read"]);
    assert_eq!(words(&["a b:read"]).unwrap(), ["a-b:read"]);
    assert!(words(&["a b:read", "a-b:read"]).is_err(), "two scopes never become one permission");
}

#[test]
fn arguments_that_make_no_sense_say_how_it_is_meant() {
    for args in [&[][..], &["--example"], &["a", "b"], &["a", "--out"]] {
        assert!(run(args).unwrap_err().to_string().contains("usage"));
    }
    assert!(run(&["/nowhere/at/all"]).unwrap_err().to_string().contains("cannot be read"));
}
