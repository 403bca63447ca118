//! The core answers the shared vectors and writes its answers to
//! `target/vectors/core`, so that other hosts can be compared byte for byte.

use portcullis_core::{Level, Policy, Problem, Reason};
use portcullis_tests::ask::{self, Opened};
use portcullis_tests::host::{Answered, Asked, Host, Listed, Question, Run, Stored};
use portcullis_tests::live;
use portcullis_tests::vectors::{self, load};

/// The core as a host.
#[derive(Debug)]
struct Core;

impl Host for Core {
    type Policy = Policy;
    const NAME: &'static str = "core";

    fn open(&self, document: &str) -> Result<Policy, Listed> {
        Policy::from_json(document).map_err(|problems| listed(&problems))
    }

    fn lints(&self, policy: &Policy) -> Listed {
        listed(policy.lints())
    }

    fn subject_problems(&self, policy: &Policy, document: &str) -> Listed {
        policy.open_subject_json(document).err().map_or(Listed::new(), |problems| listed(&problems))
    }

    fn decide(&self, policy: &Policy, question: Question<'_>) -> Answered {
        let opened = match question.record {
            Stored::Unknown => Opened::Unknown,
            Stored::Unavailable => Opened::Unavailable,
            Stored::Text(text) => Opened::from_json(policy, text),
        };
        let subject = question.subject.map(|text| policy.open_subject_json(text).expect("a subject"));
        let decision = policy.decide(question.attempt, opened.found(), subject.as_ref(), question.now);
        Answered {
            line: decision.to_json(question.level),
            full: decision.to_json(Level::Operator),
            verdict: decision.verdict(),
            identified: ask::identify(policy, question.attempt),
        }
    }

    fn live(&self, policy: &Policy, asked: Asked<'_>) -> Result<String, Listed> {
        live::answer(policy, asked).map_err(|problems| listed(&problems))
    }
}

fn listed<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Listed {
    problems.into_iter().map(|problem| (problem.path.clone(), problem.code.into())).collect()
}

#[test]
fn every_vector_holds_in_the_core() {
    let (fixtures, files) = load();
    let mut run = Run::new(&Core, &fixtures);
    for file in &files {
        run.answer(file);
        println!("{:>6}  {:<18} {}", file.vectors.len(), file.name, file.title);
    }
    println!("{:>6}  vectors, {} failed", run.total, run.failures.len());
    assert!(run.failures.is_empty(), "{} failed:\n{}", run.failures.len(), run.failures.join("\n"));
    assert!(run.total >= 400, "only {} vectors", run.total);
    let unreached: Vec<_> = Reason::ALL.iter().filter(|reason| !run.reasons.contains(reason)).collect();
    assert_eq!(unreached, [&Reason::ModuleFailed], "only a host can say that the module failed");
}

/// WSM-07: random cases for every host, with the naive model's answers as expectations.
#[test]
fn wsm_07_every_drawn_vector_holds_in_the_core() {
    let (fixtures, _) = load();
    let mut run = Run::new(&Core, &fixtures);
    std::fs::create_dir_all(vectors::drawn_folder()).unwrap();
    for (document, file) in &vectors::drawn(&fixtures, vectors::DRAWN) {
        let path = vectors::drawn_folder().join(format!("{}.json", file.name));
        std::fs::write(path, document.to_string()).unwrap();
        run.answer(file);
    }
    assert!(run.failures.is_empty(), "{}", run.failures.join("\n"));
}
