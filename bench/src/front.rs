//! What stands in front of an engine that knows rights and nothing else.

use crate::competitor::Answer;
use crate::credential::{Bearer, Credential};
use crate::routes::Routes;
use crate::workload::{NOW, Request};

/// By hand: the bearer proven, and what the route asks for.
pub fn asked<'r, T>(
    request: &Request,
    credential: &Credential,
    routes: &'r Routes<T>,
) -> Result<&'r T, Answer> {
    let bearer = Bearer::parse(&request.authorization).ok_or(Answer::Unauthorized)?;
    credential.prove(&bearer, NOW)?;
    routes.find(request.method, &request.target).ok_or(Answer::Forbidden)
}

/// What the engine then says.
pub fn answer(allowed: Result<bool, Answer>) -> Answer {
    match allowed {
        Ok(true) => Answer::Allow,
        Ok(false) => Answer::Forbidden,
        Err(refused) => refused,
    }
}
