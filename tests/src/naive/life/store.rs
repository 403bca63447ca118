//! The store's report about a command, and its effect.

use serde_json::Value;

use super::{Question, Refused, Step, refuse};

/// The refusal of a change that the store did not write.
pub(super) fn refused(question: &Question) -> Option<Refused> {
    let code = match question.store["refused"]["code"].as_str()? {
        "limit_reached" => "limit_reached",
        "not_unique" => "not_unique",
        "conflict" => "conflict",
        other => panic!("{other} is no refusal of a store"),
    };
    let claim = question.store["refused"]["claim"].as_str().unwrap_or("null");
    let claim: Value = serde_json::from_str(claim).unwrap_or_default();
    let field = claim[2][0].as_str().map(|name| {
        let before = if question.command["command"] == "edit" { "/set/" } else { "/" };
        let asked = match name {
            "instance" => "grants",
            "nameInAnyCase" => "name",
            other => other,
        };
        format!("{before}{asked}")
    });
    refuse::<()>(code, &field.unwrap_or_default()).err()
}

/// The outcome with the store's report taken into account.
pub(super) fn weigh(
    question: &Question,
    outcome: Result<Option<Step>, Refused>,
) -> Result<Option<Step>, Refused> {
    let Question { record, command, actor, store, .. } = question;
    let outcome = match (outcome, store.get("firstRead")) {
        (Ok(Some(_)), Some(first))
            if command["command"] == "regenerate" && first["revoked"] != record["revoked"] =>
        {
            refuse("conflict", "")
        }
        (Ok(Some(_)), Some(first))
            if (command["command"] == "rotate" || command["command"] == "redeemRenewal")
                && first["digest"] != record["digest"] =>
        {
            refuse("conflict", "")
        }
        (outcome, _) => outcome,
    };
    let Some(event) = store.get("event") else { return outcome };
    match &outcome {
        Ok(Some(_)) if event.is_null() => return outcome,
        Err(refused) if event.is_null() || !may_learn(question, refused) => return outcome,
        _ => {}
    }
    let token = command["plaintext"].as_str().and_then(|plaintext| plaintext.rsplit('_').nth(1));
    let same_actor = match token {
        Some(token) => event["actor"]["token"] == token,
        None => event["actor"]["id"] == actor["id"],
    };
    if same_actor && event["command"] == command["id"] && event["event"] == past(&command["command"]) {
        Ok(None)
    } else {
        refuse("bad_field", "/id")
    }
}

/// Whether the actor may learn that the command took effect before.
fn may_learn(question: &Question, refused: &Refused) -> bool {
    let proves = question.command["plaintext"].is_string();
    match refused.code {
        "not_allowed" | "wrong_secret" | "reuse_detected" => false,
        "network_not_allowed" | "wrong_application" | "suspended" | "subject_unavailable" => false,
        // Reported before the secret is checked.
        "bad_field" if proves => refused.field.as_deref() != Some("/id"),
        "unknown" => {
            let tombstone = &question.store["tombstone"];
            let everywhere = question.actor["system"] == true;
            question.record.is_null()
                && tombstone.is_object()
                && (everywhere || tombstone["tenant"] == question.actor["tenant"])
        }
        _ => true,
    }
}

fn past(command: &Value) -> &'static str {
    match command.as_str().unwrap_or_default() {
        "create" => "created",
        "edit" => "edited",
        "extend" => "extended",
        "lock" => "locked",
        "unlock" => "unlocked",
        "revoke" => "revoked",
        "regenerate" => "regenerated",
        "rotate" => "rotated",
        "renew" => "renewed",
        "offerRenewal" => "renewalOffered",
        "redeemRenewal" => "renewalRedeemed",
        "delete" => "deleted",
        "remind" => "reminded",
        "retire" => "retired",
        other => panic!("{other} is no command"),
    }
}
