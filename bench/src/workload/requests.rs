//! The stream: 70 % allowed, the rest refused for the reasons that real traffic is refused for.

use super::tokens::{self, State};
use super::{Request, Route, Token};
use crate::random::Random;

/// How many requests of each sort there are.
const STREAM: [(Sort, usize); 6] = [
    (Sort::Allowed, 2_800),
    (Sort::NotGranted, 1_000),
    (Sort::Unmapped, 80),
    (Sort::WrongSecret, 60),
    (Sort::Expired, 40),
    (Sort::Revoked, 20),
];

#[derive(Clone, Copy)]
enum Sort {
    Allowed,
    NotGranted,
    Unmapped,
    WrongSecret,
    Expired,
    Revoked,
}

/// Made in the order in which they come in, so that they lie in memory one behind the other: a real request
/// has only just been read, and nothing waits for its bytes.
pub(super) fn stream(routes: &[Route], tokens: &[Token], random: &mut Random) -> Vec<Request> {
    let mut sorts: Vec<Sort> =
        STREAM.iter().flat_map(|&(sort, count)| std::iter::repeat_n(sort, count)).collect();
    random.shuffle(&mut sorts);
    sorts.into_iter().map(|sort| request(sort, routes, tokens, random)).collect()
}

fn request(sort: Sort, routes: &[Route], tokens: &[Token], random: &mut Random) -> Request {
    let token = a_token(
        random,
        match sort {
            Sort::Allowed | Sort::NotGranted | Sort::Unmapped | Sort::WrongSecret => State::Active,
            Sort::Expired => State::Expired,
            Sort::Revoked => State::Revoked,
        },
    );
    let Token { plaintext, record } = &tokens[token];
    let granted = !matches!(sort, Sort::NotGranted);
    let route = loop {
        let route = random.pick(routes);
        if record.grants.contains(&route.permission) == granted {
            break route;
        }
    };
    let target = route.template.replace("{id}", &entity(random));
    Request {
        method: route.method,
        target: match sort {
            Sort::Unmapped => target + "/history/latest",
            _ => target,
        },
        authorization: match sort {
            Sort::WrongSecret => {
                format!("Bearer {}", tokens::plaintext(&record.id, &tokens::secret(random)))
            }
            _ => format!("Bearer {plaintext}"),
        },
        token,
        status: match sort {
            Sort::Allowed => 200,
            Sort::NotGranted | Sort::Unmapped => 403,
            Sort::WrongSecret | Sort::Expired | Sort::Revoked => 401,
        },
    }
}

fn a_token(random: &mut Random, state: State) -> usize {
    loop {
        let index = random.below(1_000);
        if tokens::state(index) == state {
            return index;
        }
    }
}

/// Two in three are numbers, one in three a UUID.
fn entity(random: &mut Random) -> String {
    match random.below(3) {
        0 => [8, 4, 4, 4, 12].map(|count| random.text(b"0123456789abcdef", count)).join("-"),
        _ => (1 + random.below(9_999_999)).to_string(),
    }
}
