//! Checks a request: read it, identify the token, look up its record, decide.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use portcullis_core::abi::verdict::{HINTS, REASON};
use portcullis_core::{Instant, Reason, TokenId, Value};
use tracing::Instrument;

use crate::base::{Error, Subject, Token, fields};
use crate::gate::decision::{Allowed, Denied, GateDecision, OwnedDecision, OwnedLookup};
use crate::gate::error::{BoxError, GateError};
use crate::gate::frameworks::{PolicyRoutes, RouteTaken};
use crate::gate::lookup::{DocumentLookup, DocumentSource, LookupRequest};
use crate::gate::request::{GateRequest, OwnedAttempt, address_in};
use crate::gate::settings::{Address, FromRequest, Settings};
use crate::gate::touches::{self, PendingTouch, Touches};
use crate::policy::{Identified, LivePolicy, Policy};
use crate::store::Store;

/// Guards a service. Cloning is cheap, and clones share their cache.
#[derive(Clone)]
pub struct Gate {
    pub(super) settings: Arc<Settings>,
    state: Arc<State>,
}

struct State {
    records: Arc<DocumentLookup>,
    owners: Arc<DocumentLookup>,
    touches: Option<Arc<Touches>>,
    /// The routes of the policy that was last in force.
    routes: RwLock<Option<(Box<str>, Arc<PolicyRoutes>)>>,
}

/// Options of a check.
#[derive(Clone, Default)]
pub(crate) struct CheckOptions<'t> {
    /// Scopes to require instead of those of the request's route.
    pub(crate) needs: Option<&'t str>,
    /// Path and query as the router sees them, if they differ from the request's.
    pub(crate) target: Option<&'t str>,
    /// The route that a router takes.
    pub(crate) taken: Option<RouteTaken>,
}

impl Gate {
    /// A gate for this policy. It looks up records in this store and records their uses there.
    ///
    /// The policy may be a [`LivePolicy`], which you can replace while requests are served: each request ends
    /// under the policy that it began with.
    pub fn new(policy: impl Into<LivePolicy>, store: impl Store + 'static) -> Gate {
        let store: Arc<dyn Store> = Arc::new(store);
        let (records, touch) = (DocumentSource::store(store.clone()), touches::of_store(store));
        Gate::of(Settings::new(policy.into(), records, Some(touch)))
    }

    /// A gate that finds records in another way, such as in a replica or over the network. It records no use
    /// unless you set [`Gate::with_touch`].
    pub fn reading(policy: impl Into<LivePolicy>, records: DocumentSource<TokenId>) -> Gate {
        Gate::of(Settings::new(policy.into(), records, None))
    }

    fn of(settings: Settings) -> Gate {
        let [records, owners] =
            [(); 2].map(|()| Arc::new(DocumentLookup::new(settings.cache_limits(), settings.timeout)));
        let touches = settings.touch.clone().map(|touch| Arc::new(Touches::new(touch)));
        let state = State { records, owners, touches, routes: RwLock::default() };
        Gate { settings: Arc::new(settings), state: Arc::new(state) }
    }

    pub(super) fn with(self, change: impl FnOnce(&mut Settings)) -> Gate {
        let mut settings = Settings::clone(&self.settings);
        change(&mut settings);
        Gate::of(settings)
    }

    /// Decides whether this request may pass. If the store or one of your functions fails, the result is a
    /// denial, not an error.
    ///
    /// If the decision advises it, the use is recorded in the store in the background.
    pub fn check<'r>(&self, request: impl Into<GateRequest<'r>>) -> CheckFuture {
        self.checking(&request.into(), CheckOptions::default())
    }

    /// Like [`check`](Gate::check), but requires these scopes instead of those of the request's route:
    /// `"book:read"`.
    pub fn check_for<'r>(&self, request: impl Into<GateRequest<'r>>, needs: &str) -> CheckFuture {
        self.checking(&request.into(), CheckOptions { needs: Some(needs), ..CheckOptions::default() })
    }

    fn checking(&self, incoming: &GateRequest<'_>, options: CheckOptions<'_>) -> CheckFuture {
        let asking = self.ask(incoming, options);
        Box::pin(async move { asking.await.0 })
    }

    /// Reads everything from the request before it returns; the future only waits for the store.
    pub(super) fn ask(
        &self,
        incoming: &GateRequest<'_>,
        options: CheckOptions<'_>,
    ) -> impl Future<Output = (GateDecision, Option<PendingTouch>)> + Send + use<> {
        let gate = self.clone();
        let policy = self.policy();
        let taken = options.taken.unwrap_or(RouteTaken::Unrouted);
        let target = options.target.map_or_else(|| GateRequest::target_of(incoming.uri), Into::into);
        let mut asked = OwnedAttempt::of(incoming, policy.header_name(), &target, options.needs, taken);
        let placed = self.place(&mut asked, incoming).map_err(GateError::placing);
        let span = tracing::debug_span!(
            "portcullis",
            policy = policy.fingerprint(),
            answer = tracing::field::Empty,
            reason = tracing::field::Empty,
            route = tracing::field::Empty,
        );
        let own = span.clone();
        let ask = async move {
            let owned = gate.route_and_decide(policy, asked.into(), placed).await;
            let due = gate.state.touches.as_ref().and_then(|touches| touches.note(&owned));
            let decision = gate.finish(owned);
            gate.tell(&decision, &own);
            (decision, due)
        };
        ask.instrument(span)
    }

    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.settings.rules.policy()
    }

    /// Makes the next check read this token from the store. Call it when you know of a change. It affects this
    /// gate alone; other processes learn of the change within `max_staleness`.
    pub fn forget_token(&self, id: &TokenId, tenant: Option<&str>) {
        self.state.records.forget(id.as_str(), tenant);
    }

    /// The same for an owner whose rights changed.
    pub fn forget_owner(&self, owner: &str, tenant: Option<&str>) {
        self.state.owners.forget(owner, tenant);
    }

    /// Waits until every use that is due is recorded, or has failed. Call it before the service ends.
    pub async fn settled(&self) {
        if let Some(touches) = &self.state.touches {
            touches.settled().await;
        }
    }

    fn finish(&self, decision: OwnedDecision) -> GateDecision {
        let (allow, decision) = (decision.allow(), Arc::new(decision));
        if allow || !self.settings.enforce {
            return GateDecision::Allowed(Allowed { decision, would_deny: !allow });
        }
        GateDecision::Denied(Denied(decision))
    }

    fn tell(&self, decision: &GateDecision, span: &tracing::Span) {
        span.record("answer", if decision.allow() { "allow" } else { "deny" });
        if let Some(reason) = decision.reason() {
            span.record("reason", reason.code());
        }
        if let Some(route) = decision.route() {
            span.record("route", route);
        }
        match decision.cause() {
            Some(cause) => tracing::warn!(%cause, "denied, because something failed"),
            None => tracing::debug!("decided"),
        }
        if let Some(observe) = &self.settings.observe {
            observe(decision);
        }
    }

    /// Sets the tenant, the application and the client's address.
    fn place(&self, asked: &mut OwnedAttempt, incoming: &GateRequest<'_>) -> Result<(), BoxError> {
        let Settings { tenant, application, address, .. } = &*self.settings;
        let read = |callback: &Option<_>| match callback {
            Some(callback) => owned(callback, incoming),
            None => Ok(None),
        };
        asked.tenant = read(tenant)?;
        asked.application = read(application)?;
        asked.ip = match address {
            Address::Read(from) => incoming.address(from).map(Into::into),
            Address::Said(callback) => callback(incoming)?.as_deref().and_then(address_in).map(Into::into),
        };
        Ok(())
    }

    async fn route_and_decide(
        &self,
        policy: Policy,
        asked: Arc<OwnedAttempt>,
        placed: Result<(), GateError>,
    ) -> OwnedDecision {
        let routes = match self.routes_of(&policy) {
            Ok(routes) => routes,
            Err(error) => return unavailable(policy, asked, error.into()),
        };
        let mut decision = match placed {
            Ok(()) => self.decide(policy, asked, &routes).await,
            Err(error) => unavailable(policy, asked, error),
        };
        decision.route = routes.route(decision.verdict).map(Into::into);
        decision
    }

    /// Decides the same request once more, under the policy now in force.
    pub(super) async fn decide_again(&self, asked: &Arc<OwnedAttempt>) -> OwnedDecision {
        let policy = self.policy();
        match self.routes_of(&policy) {
            Ok(routes) => self.decide(policy, asked.clone(), &routes).await,
            Err(error) => unavailable(policy, asked.clone(), error.into()),
        }
    }

    /// Denies an allowed request if the router took another route than the decided one.
    async fn decide(&self, policy: Policy, asked: Arc<OwnedAttempt>, routes: &PolicyRoutes) -> OwnedDecision {
        let decision = self.decide_by_path(policy, asked, routes).await;
        let asked = &decision.asked;
        if !decision.allow() || routes.fits(decision.verdict, &asked.taken, &asked.target) {
            return decision;
        }
        let asked = Arc::new(asked.without_path());
        let cause = matches!(asked.taken, RouteTaken::Hidden).then_some(GateError::AroundRouter);
        let OwnedDecision { policy, record, subject, now, .. } = decision;
        OwnedDecision { cause, ..OwnedDecision::decide(policy, asked, record, subject, now) }
    }

    async fn decide_by_path(
        &self,
        policy: Policy,
        asked: Arc<OwnedAttempt>,
        routes: &PolicyRoutes,
    ) -> OwnedDecision {
        let id = {
            let attempt = asked.attempt();
            match policy.identify(&attempt) {
                Identified::Token(id) => Some(id),
                Identified::Decided(_) => None,
            }
        };
        let Some(id) = id else {
            return OwnedDecision::decide(policy, asked, OwnedLookup::Unknown, None, Instant::MIN);
        };
        let Settings { records, clock, .. } = &*self.settings;
        let request = LookupRequest { id, tenant: asked.tenant.as_deref().map(String::from) };
        let found =
            match self.state.records.find(records, request, asked.credentials(), &policy, &**clock).await {
                Ok(found) => found,
                Err(error) => return unavailable(policy, asked, error),
            };
        let record = found.opened.map_or(OwnedLookup::Unknown, |opened| OwnedLookup::Token(Token(opened)));
        let mut decision = OwnedDecision::decide(policy, asked, record, None, clock());
        decision.at = found.at;
        if let Some(lifetime) = found.lifetime
            && lifetime.is_new(decision.verdict & (REASON | HINTS))
            && let Some(end) = decision.details().ok().as_ref().and_then(ends)
        {
            lifetime.ends(end);
        }
        if decision.reason().is_some_and(Reason::may_change_with_owner) {
            self.with_owner(decision, routes).await
        } else {
            decision
        }
    }

    /// Decides again with the owner's present rights, if the token depends on them.
    async fn with_owner(&self, decision: OwnedDecision, routes: &PolicyRoutes) -> OwnedDecision {
        let (Some(owners), Ok(details)) = (&self.settings.owners, decision.details()) else {
            return decision;
        };
        let text = |name| fields::text(&details, name);
        let (Some(owner), Some(kind)) = (text("owner"), text("kind")) else { return decision };
        if !routes.is_bounded(kind) {
            return decision;
        }
        let clock = &*self.settings.clock;
        let tenant = decision.asked.tenant.as_deref().map(String::from);
        let request = LookupRequest { id: String::from(owner), tenant };
        let found = self.state.owners.find(owners, request, (), &decision.policy, clock).await;
        let subject = found.and_then(|found| match found.opened {
            Some(opened) => Ok((Subject(opened), found.at)),
            None => Ok((gone(&decision.policy, owner)?, found.at)),
        });
        match subject {
            Ok((subject, at)) => {
                let OwnedDecision { policy, asked, record, at: before, .. } = decision;
                let mut decision = OwnedDecision::decide(policy, asked, record, Some(subject), clock());
                decision.at = [before, at].into_iter().flatten().min();
                decision
            }
            Err(error) => OwnedDecision { cause: Some(error), ..decision },
        }
    }

    fn routes_of(&self, policy: &Policy) -> Result<Arc<PolicyRoutes>, Error> {
        let routes = &self.state.routes;
        if let Some((fingerprint, routes)) = &*routes.read().unwrap_or_else(PoisonError::into_inner)
            && **fingerprint == *policy.fingerprint()
        {
            return Ok(routes.clone());
        }
        let fresh = Arc::new(PolicyRoutes::of(policy)?);
        let entry = Some((policy.fingerprint().into(), fresh.clone()));
        *routes.write().unwrap_or_else(PoisonError::into_inner) = entry;
        Ok(fresh)
    }
}

/// Resolves to a [`GateDecision`]; it borrows nothing from the request.
pub type CheckFuture = std::pin::Pin<Box<dyn Future<Output = GateDecision> + Send>>;

fn owned(callback: &FromRequest, incoming: &GateRequest<'_>) -> Result<Option<Box<str>>, BoxError> {
    Ok(callback(incoming)?.map(Into::into))
}

/// The rights of an owner who is gone: not active.
fn gone(policy: &Policy, owner: &str) -> Result<Subject, Error> {
    let fields = [("id", owner.into()), ("active", Value::Bool(false)), ("grants", Value::List(Vec::new()))];
    policy.open_subject(&fields::object(fields.map(|(name, value)| (name, Some(value)))).to_json())
}

/// The first instant at which time alone could change the decision.
pub(super) fn ends(details: &Value) -> Option<Instant> {
    fields::instant(details, "validUntil")
}

/// The denial if the store or the rules cannot answer.
fn unavailable(policy: Policy, asked: Arc<OwnedAttempt>, cause: GateError) -> OwnedDecision {
    let decision = OwnedDecision::decide(policy, asked, OwnedLookup::Unavailable, None, Instant::MIN);
    OwnedDecision { cause: Some(cause), ..decision }
}

impl fmt::Debug for Gate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Gate({:?})", self.policy())
    }
}
