use super::*;
use operation::Access;

/// An interface that nobody published, with every oddity that published ones have.
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
    Translation::of(&Table::parse("invented", text).unwrap()).unwrap()
}

fn outcome_of(document: &str, operations: &PolicyDocument) -> Outcome {
    checks::run(&PolicyDocument::parse(document).unwrap(), &operations.operations().unwrap()).unwrap()
}

#[test]
fn odd_tables_become_policies_that_pass() {
    let translation = translated(ODDITIES);
    let outcome = checks::run(&PolicyDocument::of(&translation), &translation.operations).unwrap();
    assert_eq!(outcome.failures, Vec::<String>::new());
    assert_eq!((outcome.operations, translation.dropped), (12, 1));
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
        "GET /readme(?:/(.*))? is no template, dropped: `?` has no place in a template",
    ] {
        assert!(corrections.iter().any(|correction| correction == line), "{line} not in {corrections:#?}");
    }
}

#[test]
fn merged_operations_ask_for_either_requirement() {
    let translation = translated(ODDITIES);
    let merged: Vec<_> =
        translation.operations.iter().filter(|operation| operation.method == "DELETE").collect();
    assert_eq!(merged.len(), 2);
    for operation in merged {
        let Access::Needs(alternatives) = &operation.access else { panic!("{operation:?}") };
        assert_eq!(
            alternatives.concat().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["notes:write", "drafts:write"]
        );
    }
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
        let outcome = checks::run(&PolicyDocument::of(&translation), &translation.operations).unwrap();
        assert_eq!(outcome.failures, Vec::<String>::new());
    }
}

/// The checks are worth something only if a policy that says something else fails them.
#[test]
fn a_policy_that_differs_from_the_table_fails() {
    let document = PolicyDocument::of(&translated(ODDITIES));
    let right = document.json();
    assert_eq!(outcome_of(&right, &document).failures, Vec::<String>::new());
    for (said, instead) in [
        ("\"notes:write\"", "\"notes:read\""),
        ("\"all\"", "\"any\""),
        ("\"authenticated\": true", "\"open\": true"),
        ("\"GET /notes/mine\"", "\"GET /notes/yours\""),
    ] {
        let wrong = right.replacen(said, instead, 1);
        assert_ne!(wrong, right, "{said}");
        assert_ne!(outcome_of(&wrong, &document).failures, Vec::<String>::new(), "{said}");
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/policies/xentral.json");
    let document = PolicyDocument::read(&path).unwrap();
    let mut actions: Vec<String> =
        document.resources().unwrap().into_iter().flat_map(|r| r.actions).collect();
    actions.sort();
    actions.dedup();
    assert_eq!((document.operations().unwrap().len(), actions.len()), (217, 12), "{actions:?}");
}

#[test]
fn crud_is_written_out_as_the_engine_does() {
    let document = PolicyDocument::parse(
        r#"{ "portcullis": 1, "name": "crud", "realm": "crud",
            "resources": { "shelf": { "resources": { "book": { "actions": ["read", "update", "lend"] } } } },
            "routes": [
                { "crud": "/shelves/{id}/books/", "needs": "shelf.book" },
                { "crud": "/books", "needs": "shelf.book" }
            ],
            "kinds": { "token": { "prefix": "lib", "may": { "revoke": ["admin"] } } } }"#,
    )
    .unwrap();
    let operations = document.operations().unwrap();
    assert_eq!(operations.len(), 8);
    assert_eq!(checks::run(&document, &operations).unwrap().failures, Vec::<String>::new());
}

#[test]
fn arguments_that_make_no_sense_say_how_it_is_meant() {
    for args in [&[][..], &["--example"], &["a", "b"], &["a", "--out"]] {
        assert!(run(args).unwrap_err().to_string().contains("usage"));
    }
    assert!(run(&["/nowhere/at/all"]).unwrap_err().to_string().contains("cannot be read"));
}
