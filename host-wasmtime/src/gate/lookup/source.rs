//! Where documents come from: a function of yours, or a store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use portcullis_core::TokenId;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::gate::error::BoxError;
use crate::store::Store;
use crate::token::{Document, Subject, Token};

/// How many threads a source may keep waiting at once.
const THREADS: usize = 128;

pub(crate) type Later<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type Found = Option<Stored>;
type Now<I> = dyn Fn(Wanted<I>) -> Result<Found, BoxError> + Send + Sync;
type Waiting<I> = dyn Fn(Wanted<I>) -> Later<Found> + Send + Sync;

/// What a gate looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted<I> {
    /// The id of a token, or that of an owner.
    pub id: I,
    /// The tenant of the request, if there is one.
    pub tenant: Option<String>,
}

/// A document as it was found.
#[derive(Clone, Debug)]
pub struct Stored(pub(crate) Form);

#[derive(Clone)]
pub(crate) enum Form {
    Text(String),
    Opened(Document),
}

impl std::fmt::Debug for Form {
    /// Nothing of it: a record holds a digest.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("..")
    }
}

impl From<String> for Stored {
    fn from(json: String) -> Stored {
        Stored(Form::Text(json))
    }
}

impl From<&str> for Stored {
    fn from(json: &str) -> Stored {
        Stored(Form::Text(json.into()))
    }
}

impl From<Token> for Stored {
    fn from(token: Token) -> Stored {
        Stored(Form::Opened(token.0))
    }
}

impl From<Subject> for Stored {
    fn from(subject: Subject) -> Stored {
        Stored(Form::Opened(subject.0))
    }
}

/// Finds documents by id: records by that of a token, rights by that of an owner.
///
/// What it returns is JSON text or an opened document, and `None` where there is none. An error, or taking too
/// long, is a denial with 503.
pub struct Source<I>(pub(crate) Reader<I>);

pub(crate) enum Reader<I> {
    Now(Arc<Now<I>>),
    Later(Arc<Waiting<I>>),
}

impl<I: Send + 'static> Source<I> {
    /// Waits for an async function.
    pub fn waiting<F, S>(find: impl Fn(Wanted<I>) -> F + Send + Sync + 'static) -> Source<I>
    where
        F: Future<Output = Result<Option<S>, BoxError>> + Send + 'static,
        S: Into<Stored>,
    {
        Source(Reader::Later(Arc::new(move |wanted| {
            let found = find(wanted);
            Box::pin(async move { Ok(found.await?.map(Into::into)) })
        })))
    }

    /// Calls a function that blocks, on a thread where it may: 128 at once at most.
    pub fn blocking<S: Into<Stored>>(
        find: impl Fn(Wanted<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> Source<I> {
        let (find, threads) = (Arc::new(find), Arc::new(Semaphore::new(THREADS)));
        Source(Reader::Later(Arc::new(move |wanted| {
            let (find, threads) = (find.clone(), threads.clone());
            Box::pin(async move {
                let thread = threads.acquire_owned().await?;
                let found = spawn_blocking(move || {
                    // Held to the end, also when nobody waits any more.
                    let _thread = thread;
                    find(wanted).map(|found| found.map(Into::into))
                });
                found.await?
            })
        })))
    }

    /// Calls a function that answers at once, from memory.
    pub fn at_once<S: Into<Stored>>(
        find: impl Fn(Wanted<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> Source<I> {
        Source(Reader::Now(Arc::new(move |wanted| Ok(find(wanted)?.map(Into::into)))))
    }
}

impl Source<TokenId> {
    /// The records of a store, read on threads where it may block.
    pub fn store(store: Arc<dyn Store>) -> Source<TokenId> {
        Source::blocking(move |wanted: Wanted<TokenId>| Ok(store.get(&wanted.id)?))
    }
}

impl<I> Clone for Source<I> {
    fn clone(&self) -> Source<I> {
        Source(match &self.0 {
            Reader::Now(find) => Reader::Now(find.clone()),
            Reader::Later(find) => Reader::Later(find.clone()),
        })
    }
}

impl<I> std::fmt::Debug for Source<I> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Source(..)")
    }
}
