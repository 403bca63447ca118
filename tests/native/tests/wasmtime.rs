//! WSM-07: the module in wasmtime answers the shared and the drawn vectors, and so does the same crate with the rules
//! linked in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first thing that is not as it should be, and says what it saw"
)]

use portcullis_tests::host::{Answered, Asked, Host, Listed, Question, Run, Stored};
use portcullis_tests::vectors::{self, load};
use portcullis_wasmtime::{Error, Identified, Level, Lookup, Module, Policy, Problem};

/// How a native service opens its policies.
trait Opens {
    const NAME: &'static str;
    fn open(&self, document: &str) -> Result<Policy, Error>;
}

/// Decides in the module.
struct Wasmtime(Module);

/// Decides in the linked rules.
struct Direct;

impl Opens for Wasmtime {
    const NAME: &'static str = "wasmtime";

    fn open(&self, document: &str) -> Result<Policy, Error> {
        Policy::open(&self.0, document)
    }
}

impl Opens for Direct {
    const NAME: &'static str = "direct";

    fn open(&self, document: &str) -> Result<Policy, Error> {
        Policy::direct(document)
    }
}

/// The rest of a host is the same for both.
struct Native<O>(O);

impl<O: Opens> Host for Native<O> {
    type Policy = Policy;
    const NAME: &'static str = O::NAME;

    fn open(&self, document: &str) -> Result<Policy, Listed> {
        self.0.open(document).map_err(refused)
    }

    fn lints(&self, policy: &Policy) -> Listed {
        listed(policy.lints())
    }

    fn subject_problems(&self, policy: &Policy, document: &str) -> Listed {
        policy.open_subject(document).err().map_or(Listed::new(), refused)
    }

    fn decide(&self, policy: &Policy, question: Question<'_>) -> Answered {
        let token = match question.record {
            Stored::Text(text) => Some(policy.open_token(text)),
            Stored::Unknown | Stored::Unavailable => None,
        };
        let found = match (&token, question.record) {
            (Some(token), _) => Lookup::Token(token),
            (None, Stored::Unavailable) => Lookup::Unavailable,
            (None, Stored::Unknown | Stored::Text(_)) => Lookup::Unknown,
        };
        let subject = question.subject.map(|text| policy.open_subject(text).expect("a subject"));
        let decision = policy.decide(question.attempt, found, subject.as_ref(), question.now);
        let say = |level| decision.to_json(level).expect("the module answers");
        Answered {
            line: say(question.level),
            full: say(Level::Operator),
            verdict: decision.verdict(),
            identified: match policy.identify(question.attempt) {
                Identified::Token(id) => Ok(id.as_str().into()),
                Identified::Decided(decision) => {
                    Err(decision.to_json(Level::Operator).expect("the module answers"))
                }
            },
        }
    }

    fn live(&self, policy: &Policy, asked: Asked<'_>) -> Result<String, Listed> {
        answer(policy, asked).map_err(refused)
    }
}

fn answer(policy: &Policy, asked: Asked<'_>) -> Result<String, Error> {
    let Asked { verb, request, now, entropy, key } = asked;
    match verb {
        "apply" => policy.apply(request, now, entropy.as_ref(), key),
        "due" => policy.due(request, now),
        "target" => {
            let target = policy.target(request)?;
            Ok(target.map_or("null".into(), |id| format!("\"{}\"", id.as_str())))
        }
        "overview" => policy.overview(request, now),
        "reach" => policy.reach(request),
        "verifyTrail" => policy.verify_trail(request, key),
        "replay" => policy.replay(request),
        "letters" => policy.letters(request),
        other => panic!("no verb {other}"),
    }
}

fn refused(error: Error) -> Listed {
    match error {
        Error::Refused(problems) => listed(&problems),
        other => panic!("{other}"),
    }
}

fn listed<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Listed {
    problems.into_iter().map(|problem| (problem.path.clone(), problem.code.clone())).collect()
}

fn hold<O: Opens>(opens: O) {
    let (fixtures, files) = load();
    let host = Native(opens);
    let mut run = Run::new(&host, &fixtures);
    let drawn = vectors::drawn(&fixtures, vectors::DRAWN);
    for file in files.iter().chain(drawn.iter().map(|(_, file)| file)) {
        run.answer(file);
    }
    println!("{:>6}  vectors in {}, {} failed", run.total, O::NAME, run.failures.len());
    assert!(run.failures.is_empty(), "{} failed:\n{}", run.failures.len(), run.failures.join("\n"));
}

#[test]
fn wsm_07_every_vector_holds_in_wasmtime() {
    hold(Wasmtime(Module::embedded().unwrap()));
}

#[test]
fn wsm_07_every_vector_holds_where_the_rules_are_linked() {
    hold(Direct);
}
