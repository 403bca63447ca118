//! What operators do, and what it means for whoever holds the token.

use axum_service::{ROUTES, store};
use portcullis_wasmtime::gate::unmapped;
use serde_json::{Value, json};

use crate::client::{Client, Running};
use crate::server::Server;

#[tokio::test]
async fn the_policy_knows_every_route() {
    let running = Running::start(false).await;
    assert_eq!(unmapped(ROUTES.iter().copied(), &running.live.policy()).unwrap(), [""; 0]);
}

struct Made {
    id: String,
    plain: String,
}

async fn made(client: &mut Client, operator: &str, grants: Value) -> Made {
    let body = json!({ "name": "ERP sync", "owner": "ada", "grants": grants });
    let answer = client.ask("POST /v1/tokens", Some(operator), Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let (json, text) = (answer.json(), |value: &Value| value.as_str().unwrap().to_owned());
    assert!(!answer.body.contains("digest"), "{}", answer.body);
    Made { id: text(&json["token"]["id"]), plain: text(&json["plaintext"]) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_made_used_locked_rotated_renewed_revoked_and_deleted() {
    live(Running::start(false).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_happens_in_a_postgresql_database() {
    let server = Server::start();
    live(Running::over(&server.url(), false).await).await;
    assert_eq!(server.sql("SELECT count(*) FROM portcullis_tombstones"), "1");
    assert!(store(&server.url().replace("p%40ss", "other")).is_err());
}

async fn live(running: Running) {
    let (mut client, operator) = (running.client().await, running.operator.clone());
    assert_eq!(client.ask("GET /health", None, None).await.body, "well\n");
    let ada = made(&mut client, &operator, json!(["book:create,read"])).await;

    let posted = client.ask("POST /v1/books", Some(&ada.plain), Some(json!({ "title": "Ulysses" }))).await;
    assert_eq!((posted.status, posted.json()["id"].as_u64()), (201, Some(1)));
    let book = client.ask("GET /v1/books/1", Some(&ada.plain), None).await.json();
    assert_eq!(book, json!({ "title": "Ulysses", "by": "ada" }));
    let denied = client.ask("DELETE /v1/books/1", Some(&ada.plain), None).await;
    assert_eq!((denied.status, &denied.json()["missing"]), (403, &json!(["book:delete"])));
    let me = client.ask("GET /v1/me", Some(&ada.plain), None).await.json();
    assert_eq!((me["token"].as_str(), me["owner"].as_str()), (Some(ada.id.as_str()), Some("ada")));
    // Making tokens is for operators.
    let refused = client.ask("POST /v1/tokens", Some(&ada.plain), Some(json!({}))).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("wrong_kind")));

    let path = format!("/v1/tokens/{}", ada.id);
    let mut works = async |plain: &str| client.ask("GET /v1/books", Some(plain), None).await.status;
    assert_eq!(works(&ada.plain).await, 200);
    let mut other = running.client().await;
    let mut command = async |line: String, body: Option<Value>| other.ask(&line, Some(&operator), body).await;
    // A lock counts at once, and so does what undoes it.
    assert_eq!(command(format!("POST {path}/lock"), Some(json!({ "reason": "seen" }))).await.status, 200);
    assert_eq!(works(&ada.plain).await, 401);
    assert_eq!(command(format!("POST {path}/lock"), None).await.status, 409);
    assert_eq!(command(format!("POST {path}/unlock"), None).await.status, 200);
    assert_eq!(works(&ada.plain).await, 200);

    let rotated = command(format!("POST {path}/rotate"), Some(json!({ "leak": true }))).await.json();
    let plain = rotated["plaintext"].as_str().unwrap().to_owned();
    assert_eq!((works(&ada.plain).await, works(&plain).await), (401, 200));
    let renewal = json!({ "name": "ERP sync 2", "endsAt": "2099-01-01T00:00:00.000Z" });
    let renewed = command(format!("POST {path}/renew"), Some(renewal)).await;
    assert!([200, 422].contains(&renewed.status), "{}", renewed.body);

    assert_eq!(command(format!("POST {path}/revoke"), None).await.status, 200);
    assert_eq!(works(&plain).await, 401);
    let listed = command("GET /v1/tokens".into(), None).await;
    assert!(listed.body.contains(&ada.id) && !listed.body.contains("digest"), "{}", listed.body);
    assert_eq!(command(format!("DELETE {path}"), None).await.status, 204);
    assert_eq!(command(format!("GET {path}"), None).await.status, 404);
    let trail = command(format!("GET {path}/trail"), None).await.json();
    assert_eq!(trail["verified"], true);
    assert!(trail["events"].as_array().unwrap().len() >= 6, "{trail}");
    for odd in ["POST /v1/tokens/none/lock", "POST /v1/tokens/none/fly"] {
        assert_eq!(command(odd.into(), None).await.status, 404);
    }
    running.service.gate.settled().await;
}
