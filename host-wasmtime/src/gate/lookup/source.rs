//! Where documents come from: a function of yours, or a store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use portcullis_core::TokenId;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::base::{Document, Subject, Token};
use crate::gate::error::BoxError;
use crate::store::Store;

/// How many threads a source may block at once.
const THREADS: usize = 128;

pub(crate) type LookupFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type FoundText = Option<StoredDocument>;
type SyncFn<I> = dyn Fn(LookupRequest<I>) -> Result<FoundText, BoxError> + Send + Sync;
type AsyncFn<I> = dyn Fn(LookupRequest<I>) -> LookupFuture<FoundText> + Send + Sync;

/// What a gate asks a source for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupRequest<I> {
    /// The id of a token or of an owner.
    pub id: I,
    /// The tenant of the request, if there is one.
    pub tenant: Option<String>,
}

/// A document as the store has it.
#[derive(Clone, Debug)]
pub struct StoredDocument(pub(crate) DocumentForm);

#[derive(Clone)]
pub(crate) enum DocumentForm {
    Text(String),
    Opened(Document),
}

impl std::fmt::Debug for DocumentForm {
    /// Shows no content: a record holds a digest.
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

/// Finds documents by id: records by token id, rights by owner id.
///
/// A function returns JSON text or an opened document, or `None` if there is none. If it fails or times out, the
/// request is denied with 503.
pub struct DocumentSource<I>(pub(crate) Reader<I>);

pub(crate) enum Reader<I> {
    Now(Arc<SyncFn<I>>),
    Later(Arc<AsyncFn<I>>),
}

impl<I: Send + 'static> DocumentSource<I> {
    /// Calls an async function.
    pub fn waiting<F, S>(find: impl Fn(LookupRequest<I>) -> F + Send + Sync + 'static) -> DocumentSource<I>
    where
        F: Future<Output = Result<Option<S>, BoxError>> + Send + 'static,
        S: Into<StoredDocument>,
    {
        DocumentSource(Reader::Later(Arc::new(move |request| {
            let found = find(request);
            Box::pin(async move { Ok(found.await?.map(Into::into)) })
        })))
    }

    /// Calls a function that blocks, on a thread where it may: at most 128 at once.
    pub fn blocking<S: Into<StoredDocument>>(
        find: impl Fn(LookupRequest<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> DocumentSource<I> {
        let (find, threads) = (Arc::new(find), Arc::new(Semaphore::new(THREADS)));
        DocumentSource(Reader::Later(Arc::new(move |request| {
            let (find, threads) = (find.clone(), threads.clone());
            Box::pin(async move {
                let thread = threads.acquire_owned().await?;
                let found = spawn_blocking(move || {
                    // Held until the function returns, even if the caller no longer waits.
                    let _thread = thread;
                    find(request).map(|found| found.map(Into::into))
                });
                found.await?
            })
        })))
    }

    /// Calls a function that answers at once, from memory.
    pub fn at_once<S: Into<StoredDocument>>(
        find: impl Fn(LookupRequest<I>) -> Result<Option<S>, BoxError> + Send + Sync + 'static,
    ) -> DocumentSource<I> {
        DocumentSource(Reader::Now(Arc::new(move |request| Ok(find(request)?.map(Into::into)))))
    }
}

impl DocumentSource<TokenId> {
    /// Reads the records of a store, on threads where it may block.
    pub fn store(store: Arc<dyn Store>) -> DocumentSource<TokenId> {
        DocumentSource::blocking(move |request: LookupRequest<TokenId>| Ok(store.get(&request.id)?))
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
