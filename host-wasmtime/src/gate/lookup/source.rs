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

pub(crate) type LookupFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type FoundText = Option<StoredDocument>;
type SyncFn<I> = dyn Fn(LookupRequest<I>) -> Result<FoundText, BoxError> + Send + Sync;
type AsyncFn<I> = dyn Fn(LookupRequest<I>) -> LookupFuture<FoundText> + Send + Sync;

/// What a gate looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupRequest<I> {
    /// The id of a token, or that of an owner.
    pub id: I,
    /// The tenant of the request, if there is one.
    pub tenant: Option<String>,
}

/// A document as it was found.
#[derive(Clone, Debug)]
pub struct StoredDocument(pub(crate) DocumentForm);

#[derive(Clone)]
pub(crate) enum DocumentForm {
    Text(String),
    Opened(Document),
}

impl std::fmt::Debug for DocumentForm {
    /// Nothing of it: a record holds a digest.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("..")
    }
}

impl From<String> for StoredDocument {
    fn from(json: String) -> StoredDocument {
        StoredDocument(DocumentForm::Text(json))
    }
}

impl From<&str> for StoredDocument {
    fn from(json: &str) -> StoredDocument {
        StoredDocument(DocumentForm::Text(json.into()))
    }
}

impl From<Token> for StoredDocument {
    fn from(token: Token) -> StoredDocument {
        StoredDocument(DocumentForm::Opened(token.0))
    }
}

impl From<Subject> for StoredDocument {
    fn from(subject: Subject) -> StoredDocument {
        StoredDocument(DocumentForm::Opened(subject.0))
    }
}

/// Finds documents by id: records by that of a token, rights by that of an owner.
///
/// What it returns is JSON text or an opened document, and `None` where there is none. An error, or taking too
/// long, is a denial with 503.
pub struct DocumentSource<I>(pub(crate) Reader<I>);

pub(crate) enum Reader<I> {
    Now(Arc<SyncFn<I>>),
    Later(Arc<AsyncFn<I>>),
}

impl<I: Send + 'static> DocumentSource<I> {
    /// Waits for an async function.
    pub fn waiting<F, S>(find: impl Fn(LookupRequest<I>) -> F + Send + Sync + 'static) -> DocumentSource<I>
    where
        F: Future<Output = Result<Option<S>, BoxError>> + Send + 'static,
        S: Into<StoredDocument>,
    {
        DocumentSource(Reader::Later(Arc::new(move |wanted| {
            let found = find(wanted);
            Box::pin(async move { Ok(found.await?.map(Into::into)) })
        })))
    }

    /// Calls a function that blocks, on a thread where it may: 128 at once at most.
    pub fn blocking<S: Into<StoredDocument>>(
        find: impl Fn(LookupRequest<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> DocumentSource<I> {
        let (find, threads) = (Arc::new(find), Arc::new(Semaphore::new(THREADS)));
        DocumentSource(Reader::Later(Arc::new(move |wanted| {
            let (find, threads) = (find.clone(), threads.clone());
            Box::pin(async move {
                let thread = threads.acquire_owned().await?;
                let found = spawn_blocking(move || {
                    // Held to the end, also when the caller no longer waits.
                    let _thread = thread;
                    find(wanted).map(|found| found.map(Into::into))
                });
                found.await?
            })
        })))
    }

    /// Calls a function that answers at once, from memory.
    pub fn at_once<S: Into<StoredDocument>>(
        find: impl Fn(LookupRequest<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> DocumentSource<I> {
        DocumentSource(Reader::Now(Arc::new(move |wanted| Ok(find(wanted)?.map(Into::into)))))
    }
}

impl DocumentSource<TokenId> {
    /// The records of a store, read on threads where it may block.
    pub fn store(store: Arc<dyn Store>) -> DocumentSource<TokenId> {
        DocumentSource::blocking(move |wanted: LookupRequest<TokenId>| Ok(store.get(&wanted.id)?))
    }
}

impl<I> Clone for DocumentSource<I> {
    fn clone(&self) -> DocumentSource<I> {
        DocumentSource(match &self.0 {
            Reader::Now(find) => Reader::Now(find.clone()),
            Reader::Later(find) => Reader::Later(find.clone()),
        })
    }
}

impl<I> std::fmt::Debug for DocumentSource<I> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Source(..)")
    }
}
