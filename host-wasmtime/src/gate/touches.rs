//! Recording uses of tokens (touch), after the response, once for many requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_core::TokenId;
use portcullis_core::abi::verdict::{HINTS, TOUCH};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use crate::gate::decision::{OwnedDecision, OwnedLookup};
use crate::gate::error::BoxError;
use crate::gate::lookup::BoundedMap;
use crate::store::{Store, Touch};
use crate::tokens::touch::advised;

/// How long to wait before a touch that does not show in the record is repeated.
const AGAIN: Duration = Duration::from_secs(60);
/// How many touched records are remembered.
const REMEMBERED: usize = 32_768;

type Writing = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// Records in the store that a token was used, if its record still has this revision.
pub(crate) type TouchFn = dyn Fn(TokenId, u64, Touch) -> Writing + Send + Sync;

/// Records uses through a store.
pub(crate) fn of_store(store: Arc<dyn Store>) -> Arc<TouchFn> {
    Arc::new(move |token, revision, touch| {
        let store = store.clone();
        Box::pin(async move {
            spawn_blocking(move || store.touch(&token, revision, &touch)).await??;
            Ok(())
        })
    })
}

/// Touches in flight, and records touched lately. A record is not touched again before it changes: a cached or
/// lagging one would otherwise advise it for each request.
pub(crate) struct Touches {
    touch: Arc<TouchFn>,
    touched: Mutex<BoundedMap<u64, Touched>>,
    under_way: AtomicUsize,
    landed: Notify,
}

#[derive(Clone, Copy)]
struct Touched {
    at: Instant,
    /// Whether the touch covered everything, the first use of the secret included.
    complete: bool,
}

/// A touch that is written when this is dropped, after the response.
pub(crate) struct PendingTouch {
    touches: Arc<Touches>,
    serial: u64,
    advice: (TokenId, u64, Touch),
}

impl Touches {
    pub(crate) fn new(touch: Arc<TouchFn>) -> Touches {
        Touches {
            touch,
            touched: Mutex::new(BoundedMap::new(REMEMBERED)),
            under_way: AtomicUsize::new(0),
            landed: Notify::new(),
        }
    }

    /// The touch that the decision advises. The decision stands, whether the use is recorded or not.
    pub(crate) fn note(self: &Arc<Self>, decision: &OwnedDecision) -> Option<PendingTouch> {
        let OwnedLookup::Token(token) = &decision.record else { return None };
        if !decision.allow() || decision.verdict & TOUCH == 0 {
            return None;
        }
        let serial = token.0.serial;
        let now = Instant::now();
        let last = self.touched().get(&serial).copied().filter(|last| now.duration_since(last.at) < AGAIN);
        if last.is_some_and(|last| last.complete) {
            return None;
        }
        let advice = advised(&decision.details().ok()?)??;
        let (_, _, touch) = &advice;
        if last.is_some() && touch.secret_used_at.is_none() {
            return None;
        }
        let complete = touch.secret_used_at.is_some() || decision.verdict & HINTS == 0;
        self.touched().put(serial, Touched { at: now, complete }, 1);
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Some(PendingTouch { touches: self.clone(), serial, advice })
    }

    /// Waits until every touch that is due is written, or has failed.
    pub(crate) async fn settled(&self) {
        loop {
            let landed = self.landed.notified();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            landed.await;
        }
    }

    fn touched(&self) -> MutexGuard<'_, BoundedMap<u64, Touched>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next request try again.
    fn failed(&self, serial: u64) {
        self.touched().remove(&serial);
    }

    fn over(&self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.landed.notify_waiters();
    }
}

impl Drop for PendingTouch {
    /// A response that broke off counts as a use, too.
    fn drop(&mut self) {
        let (touches, serial, (token, revision, touch)) = (self.touches.clone(), self.serial, self.advice);
        let Ok(runtime) = Handle::try_current() else {
            touches.failed(serial);
            touches.over();
            return;
        };
        runtime.spawn(async move {
            // Counts down even if the touch panics.
            let _over = Countdown(&touches);
            if let Err(error) = (touches.touch)(token, revision, touch).await {
                tracing::warn!(%error, "a use of a token could not be noted");
                touches.failed(serial);
            }
        });
    }
}

struct Countdown<'t>(&'t Touches);

impl Drop for Countdown<'_> {
    fn drop(&mut self) {
        self.0.over();
    }
}
