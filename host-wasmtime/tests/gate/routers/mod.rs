//! SEA-01 to SEA-06: random policies and requests against the router of axum. The handler that runs is the decided
//! one, or nothing runs.

mod judge;
mod scenario;
mod template;

use std::sync::LazyLock;

use axum::body::Body;
use http::Request;
use portcullis_wasmtime::Policy;
use tower_service::Service;

use crate::acme::{Made, token};
use crate::routers::judge::complaint;
use crate::routers::scenario::{Scenario, random_target};
use crate::routers::template::Random;

/// Requests for each scenario.
const EACH: usize = 100;

/// The token of every request.
static TOKEN: LazyLock<Made> = LazyLock::new(|| token("both"));

/// Requests in all; more where `cargo xtask prove` asks for it.
fn requests() -> usize {
    std::env::var("PORTCULLIS_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100_000)
}

/// Asks for these targets. The policy, and the handlers that ran, by their numbers; `None` where no router can be
/// built.
async fn ran(scenario: &Scenario, targets: &[String]) -> Option<(Policy, Vec<Option<String>>)> {
    let policy = scenario.open()?;
    let mut router = scenario.build(&policy)?;
    let bearer = TOKEN.bearer();
    let mut ran = Vec::new();
    for target in targets {
        let request = Request::get(target).header("authorization", &bearer).body(Body::empty()).ok()?;
        let response = router.call(request).await.unwrap();
        ran.push(response.headers().get("x-ran").map(|ran| ran.to_str().unwrap().into()));
    }
    Some((policy, ran))
}

/// What is wrong with the answer to one request.
async fn wrong(scenario: &Scenario, target: &str) -> Option<String> {
    let (policy, ran) = ran(scenario, &[target.into()]).await?;
    ran.into_iter().next()?.and_then(|ran| complaint(scenario, &policy, target, &ran))
}

/// The smallest scenario and target, one step after the other, that still break the law.
async fn shrunk(mut scenario: Scenario, mut target: String) -> (Scenario, String, String) {
    'smaller: loop {
        for (scenario_, target_) in scenario.smaller(&target) {
            if wrong(&scenario_, &target_).await.is_some() {
                (scenario, target) = (scenario_, target_);
                continue 'smaller;
            }
        }
        let complaint = wrong(&scenario, &target).await.unwrap_or_default();
        return (scenario, target, complaint);
    }
}

#[tokio::test]
async fn sea_06_sea_01_sea_02_sea_03_the_handler_of_axum_that_runs_is_the_decided_one() {
    let seed = std::env::var("PORTCULLIS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut random = Random::new(seed);
    let (mut asked, mut handled) = (0, 0);
    while asked < requests() {
        let scenario = Scenario::random(&mut random);
        let targets: Vec<String> = (0..EACH).map(|_| random_target(&mut random, &scenario)).collect();
        let Some((policy, ran)) = ran(&scenario, &targets).await else { continue };
        asked += targets.len();
        for (target, ran) in targets.iter().zip(ran) {
            let Some(ran) = ran else { continue };
            handled += 1;
            if complaint(&scenario, &policy, target, &ran).is_some() {
                let (scenario, target, complaint) = shrunk(scenario, target.clone()).await;
                panic!("after {asked} requests, {target}: {complaint}, under {scenario:#?}");
            }
        }
    }
    println!("{asked} requests, {handled} handled");
    assert!(handled > asked / 10, "too few handlers ran to mean anything: {handled} of {asked}");
}
