//! ```text
//! axum-service <policy.json> <tokens.db | postgres://...> [address] [--operator <name>]
//! ```
//!
//! With `--operator` it prints a token for the first operator, once, before it listens.
#![allow(clippy::print_stdout, reason = "a log")]

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum_service::{ROUTES, Service, store};
use portcullis_wasmtime::gate::unmapped;
use portcullis_wasmtime::{LivePolicy, Module, Policy};
use tokio::net::TcpListener;

/// How often the policy file is read.
const LOOK: Duration = Duration::from_secs(1);
/// How often the service sweeps.
const SWEEP: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let operator = words.iter().position(|word| word == "--operator").map(|place| {
        words.remove(place);
        if place < words.len() { words.remove(place) } else { "operator".into() }
    });
    let mut words = words.into_iter();
    let file = words.next().context("which policy? Its file is the first argument")?;
    let database = words
        .next()
        .context("where are the tokens? An SQLite file or a postgres:// URL is the second argument")?;
    let address = words.next().unwrap_or_else(|| "127.0.0.1:8080".into());

    let policy = Policy::open(&Module::embedded()?, &std::fs::read_to_string(&file)?)?;
    let unknown = unmapped(ROUTES.iter().copied(), &policy)?;
    ensure!(unknown.is_empty(), "the policy denies every request to {}", unknown.join(", "));
    let live = LivePolicy::new(policy);
    let _watch = live.watch(&file, LOOK, |change| match change {
        Ok(policy) => println!("{policy:?} is in force"),
        Err(error) => println!("the policy stays as it was: {error}"),
    })?;

    let service = Service::new(&live, store(&database)?);
    if let Some(owner) = operator {
        println!("{}", service.first_operator(&owner)?);
    }
    let sweeping = tokio::spawn(sweep(service.clone()));

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let make = service.router().into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, make).with_graceful_shutdown(stop()).await?;
    sweeping.abort();
    // The answers have gone out; so do the uses that they are to be noted as.
    service.gate.settled().await;
    Ok(())
}

/// Executes what is due, such as reminders and ends. Notices wait in the outbox for a mailer.
async fn sweep(service: Service) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let tokens = service.tokens();
        match tokio::task::spawn_blocking(move || tokens.sweep(1_000)).await {
            Ok(Ok(swept)) => println!("swept {} tokens, {} failed", swept.tokens, swept.failed.len()),
            Ok(Err(error)) => println!("the sweep failed: {error}"),
            Err(error) => println!("the sweep ended: {error}"),
        }
    }
}

/// An interrupt, or the signal of a service manager.
async fn stop() {
    let interrupt = async {
        // Without a signal handler there is nothing to wait for: the service ends when it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
