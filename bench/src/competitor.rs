//! What everyone has to do.

use crate::workload::{Request, Workload};

/// Something that can check a request.
pub trait Competitor {
    /// As it stands in the table.
    fn name(&self) -> &'static str;

    /// The whole check: header, method and path in; digest, status, route and rights; an answer out.
    fn answer(&self, request: &Request) -> Answer;

    /// Checks one request after the other and counts those allowed.
    ///
    /// Each competitor gets a loop of its own, compiled with its own `answer` in it.
    fn answer_all(&self, requests: &[Request]) -> usize {
        requests.iter().filter(|request| self.answer(request) == Answer::Allow).count()
    }
}

/// As much of an answer as each of them can give.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Let it pass.
    Allow,
    /// 401
    Unauthorized,
    /// 403
    Forbidden,
}

impl Answer {
    /// Of a decision, in the core and through the module alike.
    pub fn of(allow: bool, status: u16) -> Self {
        match (allow, status) {
            (true, _) => Self::Allow,
            (false, 401) => Self::Unauthorized,
            (false, _) => Self::Forbidden,
        }
    }

    /// The HTTP status that a client would see.
    pub fn status(self) -> u16 {
        match self {
            Self::Allow => 200,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
        }
    }
}

/// Stops the run when a competitor gives one wrong answer: a wrong check is worth no time.
///
/// # Panics
/// On the first wrong answer, naming the competitor and the request.
pub fn prove(competitor: &dyn Competitor, workload: &Workload) {
    for request in &workload.requests {
        let answer = competitor.answer(request).status();
        assert_eq!(answer, request.status, "{} on {} {}", competitor.name(), request.method, request.target);
    }
}
