//! A native service whose requests are decided by Portcullis, through wasmtime.
//!
//! ```text
//! native-service <policy.json> <tokens.json> [address]
//! ```
//!
//! `gate` asks for an answer and `api` works with it: that is all a service needs. What the client
//! must not know, such as whether a token exists, goes to the log on standard output.
#![allow(clippy::print_stdout, reason = "a log")]

mod gate;
mod store;

use anyhow::Context;
use axum::extract::{Extension, Request};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Json};
use axum::{Router, serve};
use portcullis_wasmtime::{Module, Policy};
use tokio::net::TcpListener;

use crate::gate::{Caller, Gate};
use crate::store::Store;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let policy = args.next().context("which policy? Its file is the first argument")?;
    let tokens = args.next().context("which tokens? Their file is the second argument")?;
    let address = args.next().unwrap_or_else(|| "127.0.0.1:8080".into());

    let module = Module::embedded()?;
    let policy = Policy::open(&module, &std::fs::read_to_string(policy)?)?;
    let store = Store::read(&std::fs::read_to_string(tokens)?, &policy)?;

    let gate = Gate::new(policy, store);
    let app = Router::new().fallback(api).layer(from_fn_with_state(gate, gate::gate));

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, app).with_graceful_shutdown(interrupt()).await?;
    Ok(())
}

/// The service behind the gate. It tells each caller who they are and what let them in.
async fn api(Extension(caller): Extension<Caller>, request: Request) -> impl IntoResponse {
    drop(request);
    Json(caller)
}

async fn interrupt() {
    // Without a signal handler there is nothing to wait for: the service ends when it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
