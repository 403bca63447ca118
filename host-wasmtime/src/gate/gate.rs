//! The way through a request: read, identified, looked up, decided.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use portcullis_core::abi::verdict::{HINTS, REASON};
use portcullis_core::{Instant, Reason, TokenId};
use tracing::Instrument;

use crate::base::Error;
use crate::gate::decision::{Allowed, Denied, GateDecision, OwnedDecision, OwnedLookup};
use crate::gate::error::{BoxError, GateError};
use crate::gate::frameworks::PolicyRoutes;
use crate::gate::lookup::{DocumentLookup, DocumentSource, LookupRequest, gone};
use crate::gate::request::{GateRequest, OwnedAttempt};
use crate::gate::settings::{Address, FromRequest, Settings};
use crate::gate::touches::{self, PendingTouch, Touches};
use crate::policy::{Identified, LivePolicy, Policy};
use crate::store::Store;
use crate::token::{Subject, Token};

/// Stands before a service. Cloning costs nothing, and clones share what they keep.
#[derive(Clone)]
pub struct Gate {
    pub(super) settings: Arc<Settings>,
    state: Arc<State>,
}

struct State {
    records: Arc<DocumentLookup>,
    owners: Arc<DocumentLookup>,
    touches: Option<Arc<Touches>>,
    /// What is known of the policy that was in force last.
    known: RwLock<Option<(Box<str>, Arc<PolicyRoutes>)>>,
}

/// What a check is told besides the request.
#[derive(Clone, Copy, Default)]
pub(crate) struct CheckOptions<'t> {
    /// Scopes to ask for in the place of the request's route.
    pub(crate) needs: Option<&'t str>,
    /// Path and query as a router has them, where that is not what the request says of itself.
    pub(crate) target: Option<&'t str>,
    /// Whether a router stands behind that compares what was sent.
    pub(crate) routed: bool,
}

impl Gate {
    /// A gate under this policy, which looks up the records of this store and notes in it that they were used.
    ///
    /// The policy may be a [`LivePolicy`] one, which is replaced while requests are served: each request ends under
    /// the policy that it began with.
    pub fn new(policy: impl Into<LivePolicy>, store: impl Store + 'static) -> Gate {
        let store: Arc<dyn Store> = Arc::new(store);
        let (records, touch) = (DocumentSource::store(store.clone()), touches::of_store(store));
        Gate::of(Settings::new(policy.into(), records, Some(touch)))
    }

    /// A gate that finds records in another way, such as in a read copy or over the network. It notes no use
    /// unless it is told how: [`Gate::with_touch`].
    pub fn reading(policy: impl Into<LivePolicy>, records: DocumentSource<TokenId>) -> Gate {
        Gate::of(Settings::new(policy.into(), records, None))
    }

    fn of(settings: Settings) -> Gate {
        let [records, owners] =
            [(); 2].map(|()| Arc::new(DocumentLookup::new(settings.keeping(), settings.timeout)));
        let touches = settings.touch.clone().map(|touch| Arc::new(Touches::new(touch)));
        let state = State { records, owners, touches, known: RwLock::default() };
        Gate { settings: Arc::new(settings), state: Arc::new(state) }
    }

    pub(super) fn with(self, change: impl FnOnce(&mut Settings)) -> Gate {
        let mut settings = Settings::clone(&self.settings);
        change(&mut settings);
        Gate::of(settings)
    }

    /// May this request pass? It is a denial, and no error, when the store or a function of the settings fails.
    ///
    /// A use is noted in the store in the background, where the answer advises it.
    pub fn check<'r>(&self, request: impl Into<GateRequest<'r>>) -> CheckFuture {
        self.checking(&request.into(), CheckOptions::default())
    }

    /// The same for these scopes, in the place of the request's route: `"book:read"`.
    pub fn check_for<'r>(&self, request: impl Into<GateRequest<'r>>, needs: &str) -> CheckFuture {
        self.checking(&request.into(), CheckOptions { needs: Some(needs), ..CheckOptions::default() })
    }

    fn checking(&self, incoming: &GateRequest<'_>, told: CheckOptions<'_>) -> CheckFuture {
        let asking = self.ask(incoming, told);
        Box::pin(async move { asking.await.0 })
    }

    /// Everything is read from the request before this returns; what is left waits for the store.
    pub(super) fn ask(
        &self,
        incoming: &GateRequest<'_>,
        told: CheckOptions<'_>,
    ) -> impl Future<Output = (GateDecision, Option<PendingTouch>)> + Send + use<> {
        let gate = self.clone();
        let policy = self.policy();
        let routed = told.routed;
        let target = told.target.map_or_else(|| GateRequest::target_of(incoming.uri), Into::into);
        let mut asked = OwnedAttempt::of(incoming, policy.header_name(), &target, told.needs);
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
            let case = gate.rule(policy, asked, placed, routed).await;
            let due = gate.state.touches.as_ref().and_then(|touches| touches.note(&case));
            let decision = gate.finish(case);
            gate.tell(&decision, &own);
            (decision, due)
        };
        ask.instrument(span)
    }

    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.settings.rules.policy()
    }

    /// Something is known to have changed in the store: the next check asks it again. It reaches this gate
    /// alone, not those of other processes, which learn of the change within `max_staleness`.
    pub fn forget_token(&self, id: &TokenId, tenant: Option<&str>) {
        self.state.records.forget(id.as_str(), tenant);
    }

    /// The same for an owner whose rights changed.
    pub fn forget_owner(&self, owner: &str, tenant: Option<&str>) {
        self.state.owners.forget(owner, tenant);
    }

    /// Until every use that is to be noted by now has been, or has failed: before a service ends.
    pub async fn settled(&self) {
        if let Some(touches) = &self.state.touches {
            touches.settled().await;
        }
    }

    fn finish(&self, case: OwnedDecision) -> GateDecision {
        let (allow, case) = (case.allow(), Arc::new(case));
        if allow || !self.settings.enforce {
            return GateDecision::Allowed(Allowed { case, would_deny: !allow });
        }
        GateDecision::Denied(Denied(case))
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

    /// Where a request comes from, and what it is for.
    fn place(&self, asked: &mut OwnedAttempt, incoming: &GateRequest<'_>) -> Result<(), BoxError> {
        let Settings { tenant, application, address, .. } = &*self.settings;
        let said = |placing: &Option<_>| match placing {
            Some(placing) => owned(placing, incoming),
            None => Ok(None),
        };
        asked.tenant = said(tenant)?;
        asked.application = said(application)?;
        asked.ip = match address {
            Address::Read(from) => incoming.address(from).map(Into::into),
            Address::Said(placing) => owned(placing, incoming)?,
        };
        Ok(())
    }

    async fn rule(
        &self,
        policy: Policy,
        mut asked: OwnedAttempt,
        placed: Result<(), GateError>,
        routed: bool,
    ) -> OwnedDecision {
        let known = match self.known(&policy) {
            Ok(known) => known,
            Err(error) => return unavailable(policy, asked.into(), error.into()),
        };
        if routed && asked.needs.is_none() && !known.matches_router(&policy, &asked.route_only()) {
            // An empty path is denied.
            asked.target = Box::default();
        }
        let asked = Arc::new(asked);
        let mut case = match placed {
            Ok(()) => self.decide(policy, asked, &known).await,
            Err(error) => unavailable(policy, asked, error),
        };
        case.route = known.route(case.verdict).map(Into::into);
        case
    }

    /// The same request once more, under the policy that is in force by now.
    pub(super) async fn rule_again(&self, asked: &Arc<OwnedAttempt>) -> OwnedDecision {
        let policy = self.policy();
        match self.known(&policy) {
            Ok(known) => self.decide(policy, asked.clone(), &known).await,
            Err(error) => unavailable(policy, asked.clone(), error.into()),
        }
    }

    async fn decide(&self, policy: Policy, asked: Arc<OwnedAttempt>, known: &PolicyRoutes) -> OwnedDecision {
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
        let wanted = LookupRequest { id, tenant: asked.tenant.as_deref().map(String::from) };
        let found = match self.state.records.find(records, wanted, &policy, &**clock).await {
            Ok(found) => found,
            Err(error) => return unavailable(policy, asked, error),
        };
        let record = found.opened.map_or(OwnedLookup::Unknown, |opened| OwnedLookup::Token(Token(opened)));
        let mut case = OwnedDecision::decide(policy, asked, record, None, clock());
        case.at = found.at;
        if let Some(kept) = found.kept
            && kept.is_news(case.verdict & (REASON | HINTS))
            && let Some(end) = case.details().ok().as_ref().and_then(ends)
        {
            kept.ends(end);
        }
        if case.reason().is_some_and(Reason::may_change_with_owner) {
            self.with_owner(case, known).await
        } else {
            case
        }
    }

    /// The same with the present rights of the token's owner, where they count.
    async fn with_owner(&self, case: OwnedDecision, known: &PolicyRoutes) -> OwnedDecision {
        let (Some(owners), Ok(details)) = (&self.settings.owners, case.details()) else { return case };
        let text = |name| crate::base::fields::text(&details, name);
        let (Some(owner), Some(kind)) = (text("owner"), text("kind")) else { return case };
        if !known.is_bounded(kind) {
            return case;
        }
        let clock = &*self.settings.clock;
        let tenant = case.asked.tenant.as_deref().map(String::from);
        let wanted = LookupRequest { id: String::from(owner), tenant };
        let found = self.state.owners.find(owners, wanted, &case.policy, clock).await;
        let subject = found.and_then(|found| match found.opened {
            Some(opened) => Ok((Subject(opened), found.at)),
            None => Ok((gone(&case.policy, owner)?, found.at)),
        });
        match subject {
            Ok((subject, at)) => {
                let OwnedDecision { policy, asked, record, at: before, .. } = case;
                let mut case = OwnedDecision::decide(policy, asked, record, Some(subject), clock());
                case.at = [before, at].into_iter().flatten().min();
                case
            }
            Err(error) => OwnedDecision { cause: Some(error), ..case },
        }
    }

    fn known(&self, policy: &Policy) -> Result<Arc<PolicyRoutes>, Error> {
        let known = &self.state.known;
        if let Some((fingerprint, known)) = &*known.read().unwrap_or_else(PoisonError::into_inner)
            && **fingerprint == *policy.fingerprint()
        {
            return Ok(known.clone());
        }
        let fresh = Arc::new(PolicyRoutes::of(policy)?);
        let entry = Some((policy.fingerprint().into(), fresh.clone()));
        *known.write().unwrap_or_else(PoisonError::into_inner) = entry;
        Ok(fresh)
    }
}

/// What becomes a [`GateDecision`]; it holds nothing of the request's lifetime.
pub type CheckFuture = std::pin::Pin<Box<dyn Future<Output = GateDecision> + Send>>;

fn owned(placing: &FromRequest, incoming: &GateRequest<'_>) -> Result<Option<Box<str>>, BoxError> {
    Ok(placing(incoming)?.map(Into::into))
}

/// The first instant at which time alone could change the answer.
pub(super) fn ends(details: &portcullis_core::Value) -> Option<Instant> {
    crate::base::fields::instant(details, "validUntil")
}

/// The denial when the store or the rules cannot answer.
fn unavailable(policy: Policy, asked: Arc<OwnedAttempt>, cause: GateError) -> OwnedDecision {
    let case = OwnedDecision::decide(policy, asked, OwnedLookup::Unavailable, None, Instant::MIN);
    OwnedDecision { cause: Some(cause), ..case }
}

impl fmt::Debug for Gate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Gate({:?})", self.policy())
    }
}
