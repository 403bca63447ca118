//! Connections to one server, and the event loop that runs them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row, Socket};

use crate::store::StoreError;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::options::PostgresOptions;
use portcullis_core::TokenId;

/// How often a transaction is retried after a conflict with another one.
const TRIES: u32 = 5;

/// A value bound to a statement.
#[derive(Clone)]
pub(super) enum Cell {
    Text(String),
    Texts(Vec<String>),
    Number(Option<i64>),
}

impl Cell {
    pub(super) fn id(id: &TokenId) -> Cell {
        Cell::Text(id.as_str().into())
    }

    fn bound(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Cell::Text(text) => (text, Type::TEXT),
            Cell::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Cell::Number(number) => (number, Type::INT8),
        }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Number(Some(number))
    }
}

/// Connections to one server. Idle ones worked when they were last used.
pub(super) struct Server {
    /// `Some` until it is dropped: an event loop must not be dropped inside another one.
    runtime: Option<Runtime>,
    connections: Arc<Connections>,
}

struct Connections {
    config: Config,
    connect: Connect,
    timeout: Duration,
    places: Semaphore,
    idle: Mutex<Vec<OpenConnection>>,
}

/// A connection and its background task.
pub(super) struct OpenConnection {
    client: Client,
    task: JoinHandle<()>,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) type Opening = Pin<Box<dyn Future<Output = Result<OpenConnection, Error>> + Send>>;
/// Makes a connection, with or without TLS.
pub(super) type Connect = Box<dyn Fn(Config) -> Opening + Send + Sync>;

pub(super) fn connector<T>(tls: T) -> Connect
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Box::new(move |config| {
        let tls = tls.clone();
        Box::pin(async move {
            let (client, connection) = config.connect(tls).await?;
            // The caller that uses the connection sees why it ended.
            let task = tokio::spawn(async move { drop(connection.await) });
            Ok(OpenConnection { client, task })
        })
    })
}

impl Server {
    /// Reads the connection string. It does not connect yet.
    pub(super) fn new(url: &str, options: PostgresOptions, connect: Connect) -> Result<Server, StoreError> {
        let read = "the connection string cannot be read: postgres://user:password@host:5432/database";
        let mut config: Config = url.parse().map_err(|_| StoreError::new(read))?;
        let patience = options.timeout.max(Duration::from_millis(1));
        // The server's timeout ends first, so that its answer tells what happened to the statement.
        let limit = format!("-c statement_timeout={}", (patience.as_millis() * 9 / 10).max(1));
        let own = config.get_options().map_or_else(|| limit.clone(), |own| format!("{limit} {own}"));
        config.options(own).connect_timeout(patience);
        if config.get_application_name().is_none() {
            config.application_name("portcullis");
        }
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().thread_name("portcullis-postgres");
        let runtime = builder.build().map_err(StoreError::new)?;
        let connections = Connections {
            config,
            connect,
            timeout: patience,
            places: Semaphore::new(options.connections.clamp(1, Semaphore::MAX_PERMITS)),
            idle: Mutex::default(),
        };
        Ok(Server { runtime: Some(runtime), connections: Arc::new(connections) })
    }

    /// Runs one statement as its own transaction.
    pub(super) fn ask(&self, statement: &str, values: Vec<Cell>) -> Result<Vec<Row>, Failure> {
        let (connections, statement) = (self.connections.clone(), String::from(statement));
        self.wait(async move {
            let work = async |client: &Client| {
                let values: Vec<_> = values.iter().map(Cell::bound).collect();
                client.query_typed(&statement, &values).await
            };
            connections.with(work).await
        })
    }

    /// Runs one statement, and retries it after a conflict with another transaction.
    pub(super) fn ask_again(&self, statement: &str, values: Vec<Cell>) -> Result<Vec<Row>, Failure> {
        for _ in 1..TRIES {
            match self.ask(statement, values.clone()) {
                Err(failure) if failure.may_be_tried_again() => {}
                answer => return answer,
            }
        }
        self.ask(statement, values)
    }

    /// Runs several statements without values, which contain their own `BEGIN` and `COMMIT`.
    pub(super) fn make(&self, statements: &'static str) -> Result<(), Failure> {
        let connections = self.connections.clone();
        self.wait(async move {
            connections.with(async |client: &Client| client.batch_execute(statements).await).await
        })
    }

    /// Runs a future on the event loop, and waits for it.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        let ended = || Failure::silent("the store is closed");
        let (sender, receiver) = mpsc::sync_channel(1);
        let runtime = self.runtime.as_ref().ok_or_else(ended)?;
        runtime.spawn(async move { drop(sender.send(work.await)) });
        receiver.recv().unwrap_or_else(|_| Err(ended()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Connections {
    /// Runs an operation on a connection. If it fails, the connection is closed.
    async fn with<T>(&self, work: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, Failure> {
        let waited = timeout(self.timeout, self.places.acquire()).await;
        let Ok(Ok(_place)) = waited else { return Err(Failure::silent("all connections are in use")) };
        let kept = self.idle().pop().filter(|link| !link.client.is_closed());
        let link = match kept {
            Some(link) => link,
            None => timeout(self.timeout, (self.connect)(self.config.clone()))
                .await
                .map_err(|_| Failure::silent("no connection in time"))??,
        };
        let answer = timeout(self.timeout, work(&link.client)).await;
        let answer = answer.map_err(|_| Failure::silent("no answer in time"))??;
        self.idle().push(link);
        Ok(answer)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<OpenConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
