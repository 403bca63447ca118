//! What spans and events contain, and what they must not.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use http::Request;
use portcullis_wasmtime::gate::{DocumentSource, Gate};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::acme::{POLICY, gate, now, token};

/// Records every field of every span and event.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<String>>);

impl Visit for Written {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().unwrap().push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Written {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("portcullis")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_check_is_a_span_with_its_decision_and_no_secret() {
    let (written, ada) = (Written::default(), token("ada"));
    let failing = || DocumentSource::at_once(|_| Err::<Option<&str>, _>("the disk is full".into()));
    let failing = || Gate::reading(POLICY.clone(), failing()).with_clock(now);
    let checks = async || {
        for (gate, path) in [(gate(), "/v3/account?access_token=hidden"), (failing(), "/v3/licenses")] {
            let request = Request::get(path).header("authorization", ada.bearer()).body(()).unwrap();
            assert!(!gate.check(&request).await.allow());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(written.clone(), || {
        // Other tests may have reached a span or an event first, on threads without a subscriber. It is then
        // disabled until the interest cache is rebuilt.
        runtime.block_on(checks());
        tracing::callsite::rebuild_interest_cache();
        written.0.lock().unwrap().clear();
        runtime.block_on(checks());
    });
    let written = written.0.lock().unwrap().clone();
    for said in [
        "answer=\"deny\" reason=\"insufficient_scope\" route=\"GET /v3/account\"",
        "reason=\"store_unavailable\"",
        "the disk is full",
    ] {
        assert!(written.contains(said), "{written}");
    }
    let digest = ada.read()["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    for secret in [ada.plain.as_str(), &ada.plain[24..], &digest, "hidden", "Bearer"] {
        assert!(!written.contains(secret), "{written}");
    }
}
