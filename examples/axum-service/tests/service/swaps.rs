//! The policy is replaced a hundred times while requests are served: all succeed, and each is answered under one of the
//! two, or under the new one when it came later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::client::{Client, POLICY, Running};

/// The same rules under another realm; in one of them books cannot be deleted at all.
fn policies() -> [String; 2] {
    let document = |realm: &str, crud: bool| {
        let mut document: Value = serde_json::from_str(POLICY).unwrap();
        document["realm"] = realm.into();
        if !crud {
            for route in document["routes"].as_array_mut().unwrap() {
                if route["crud"] == "/v1/books" {
                    *route = json!({ "on": "GET /v1/books", "needs": "book:read" });
                }
            }
        }
        document.to_string()
    };
    [document("Books A", true), document("Books B", false)]
}

const CHALLENGES: [&str; 2] = [r#"Bearer realm="Books A""#, r#"Bearer realm="Books B""#];

/// Asks until it is told to stop; how many questions were answered.
async fn load(mut client: Client, token: String, forged: String, over: Arc<AtomicBool>) -> usize {
    let mut answered = 0;
    while !over.load(Ordering::Relaxed) {
        assert_eq!(client.ask("GET /v1/books", Some(&token), None).await.status, 200);
        let anonymous = client.ask("GET /v1/books", None, None).await;
        assert_eq!(anonymous.status, 401);
        assert!(CHALLENGES.contains(&anonymous.challenge.as_deref().unwrap()), "{anonymous:?}");
        let delete = client.ask("DELETE /v1/books/7", Some(&token), None).await;
        let code = delete.json()["code"].as_str().map(str::to_owned);
        match code.as_deref() {
            // The one says what is missing, the other knows no such route.
            Some("insufficient_scope") => assert!(delete.challenge.unwrap().contains("Books A")),
            Some("route_unmapped") => assert_eq!(delete.status, 403),
            _ => panic!("{delete:?}"),
        }
        let unknown = client.ask("GET /v1/books", Some(&forged), None).await;
        assert_eq!((unknown.status, unknown.json()["code"].as_str()), (401, Some("invalid_token")));
        answered += 4;
    }
    answered
}

async fn run(cached: bool) {
    let running = Running::start(cached).await;
    let [first, second] = policies();
    running.live.swap_document(&first).unwrap();
    let mut client = running.client().await;
    let body = json!({ "name": "load", "owner": "ada", "grants": ["book:read"] });
    let made = client.ask("POST /v1/tokens", Some(&running.operator), Some(body)).await.json();
    let token = made["plaintext"].as_str().unwrap().to_owned();
    // A token of another service: well formed, and nobody's.
    let forged = Running::start(false).await.operator.clone();

    let over = Arc::new(AtomicBool::new(false));
    let mut loads = Vec::new();
    for _ in 0..4 {
        let client = running.client().await;
        loads.push(tokio::spawn(load(client, token.clone(), forged.clone(), over.clone())));
    }
    for round in 0..100 {
        let live = running.live.clone();
        let document = if round % 2 == 0 { second.clone() } else { first.clone() };
        tokio::task::spawn_blocking(move || live.swap_document(&document)).await.unwrap().unwrap();
        // Whoever asks after a policy was replaced is answered under the new one.
        let challenge = client.ask("GET /v1/books", None, None).await.challenge;
        assert_eq!(challenge.as_deref(), Some(CHALLENGES[(round + 1) % 2]), "round {round}");
    }
    over.store(true, Ordering::Relaxed);
    let mut answered = 0;
    for load in loads {
        answered += load.await.unwrap();
    }
    assert!(answered >= 400, "{answered}");
    assert_eq!(running.live.policy().counters().failures, 0);
    println!("{answered} requests while the policy was replaced 100 times (cached: {cached})");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_while_the_policy_is_replaced_a_hundred_times() {
    run(false).await;
    run(true).await;
}
