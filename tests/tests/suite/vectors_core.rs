//! The shared vectors, answered by the core. What it answers is written to
//! `target/vectors/core`, so that every other host can be compared byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portcullis_core::{Instant, Level, Policy, Problem, Reason};
use portcullis_tests::ask::{self, Opened};
use portcullis_tests::vectors::{self, File, Fixtures, answers, load};
use serde_json::{Value, json};

#[test]
fn every_vector_holds_in_the_core() {
    let (fixtures, files) = load();
    let mut runner =
        Runner { fixtures, policies: BTreeMap::new(), failures: Vec::new(), reasons: BTreeSet::new() };
    let folder = answers().join("core");
    std::fs::create_dir_all(&folder).unwrap();
    let total: usize = files.iter().map(|file| runner.answer(file, &folder)).sum();
    println!("{total:>6}  vectors, {} failed", runner.failures.len());
    assert!(
        runner.failures.is_empty(),
        "{} of {total} vectors failed:\n{}",
        runner.failures.len(),
        runner.failures.join("\n")
    );
    assert!(total >= 400, "only {total} vectors");
    let unreached: Vec<_> =
        Reason::ALL.iter().filter(|reason| !runner.reasons.contains(reason.code())).collect();
    assert_eq!(unreached, [&Reason::ModuleFailed], "only a host can say that the module failed");
}

/// WSM-07: as many random cases again, for every host; what they expect is what the naive model says.
#[test]
fn wsm_07_every_drawn_vector_holds_in_the_core() {
    let (fixtures, _) = load();
    let drawn = vectors::drawn(&fixtures, vectors::DRAWN);
    let mut runner =
        Runner { fixtures, policies: BTreeMap::new(), failures: Vec::new(), reasons: BTreeSet::new() };
    let folder = answers().join("core");
    for folder in [&folder, &vectors::drawn_folder()] {
        std::fs::create_dir_all(folder).unwrap();
    }
    for (document, file) in &drawn {
        let path = vectors::drawn_folder().join(format!("{}.json", file.name));
        std::fs::write(path, document.to_string()).unwrap();
        runner.answer(file, &folder);
    }
    assert!(runner.failures.is_empty(), "{}", runner.failures.join("\n"));
}

struct Runner {
    fixtures: Fixtures,
    policies: BTreeMap<String, Policy>,
    failures: Vec<String>,
    reasons: BTreeSet<&'static str>,
}

impl Runner {
    /// Answers a file, writes the answers down and says how many.
    fn answer(&mut self, file: &File, folder: &Path) -> usize {
        let lines: Vec<String> = file.vectors.iter().map(|vector| self.run(file, vector) + "\n").collect();
        std::fs::write(folder.join(format!("{}.jsonl", file.name)), lines.concat()).unwrap();
        println!("{:>6}  {:<18} {}", lines.len(), file.name, file.title);
        lines.len()
    }

    /// Answers one vector and remembers what is not as it says.
    fn run(&mut self, file: &File, vector: &Value) -> String {
        let (line, mut complaints) = match file.kind.as_str() {
            "policies" => (self.policy_document(vector), Vec::new()),
            "subjects" => (self.subject_document(vector), Vec::new()),
            _ => self.decision(vector),
        };
        complaints.extend(vectors::complaints(&file.kind, vector, &line));
        let says = vector["says"].as_str().expect("a sentence");
        self.failures
            .extend(complaints.into_iter().map(|complaint| format!("{}: {says}: {complaint}", file.name)));
        line
    }

    fn decision(&mut self, vector: &Value) -> (String, Vec<String>) {
        let key = vector["policy"].to_string();
        if !self.policies.contains_key(&key) {
            let policy =
                Policy::from_json(&self.fixtures.text("policies", &vector["policy"])).expect("a policy");
            self.policies.insert(key.clone(), policy);
        }
        let policy = &self.policies[&key];
        let opened = match &vector["record"] {
            Value::Null => Opened::Unknown,
            Value::String(word) if word == "unavailable" => Opened::Unavailable,
            record => Opened::from_json(policy, &self.fixtures.text("records", record)),
        };
        let subject =
            ask::subject(policy, &self.fixtures.build("subjects", &vector["subject"])).expect("a subject");
        let document = self.fixtures.expand(&vector["attempt"]);
        let attempt = ask::attempt(&document);
        let now = Instant::parse(vector["now"].as_str().expect("an instant")).expect("an instant");
        let decision = policy.decide(&attempt, opened.found(), subject.as_ref(), now);
        let level = match vector["level"].as_str() {
            Some("public") => Level::Public,
            Some("holder") => Level::Holder,
            _ => Level::Operator,
        };
        let line = decision.to_json(level);
        let mut complaints = Vec::new();
        self.reasons.extend(decision.reason().map(Reason::code));

        // `identify` answers exactly what the first two steps answer, and else names an id.
        let early = ["bad_path", "missing", "malformed", "not_a_token"];
        let full = decision.to_json(Level::Operator);
        let is_early = decision
            .reason()
            .map_or(full.contains(r#""token":null"#), |reason| early.contains(&reason.code()));
        match ask::identify(policy, &document) {
            Err(answer) if !is_early || answer != full => {
                complaints.push(format!("identify answers {answer}"))
            }
            Ok(id) if is_early => complaints.push(format!("identify looks {id} up")),
            Err(_) | Ok(_) => {}
        }
        let verdict = decision.verdict() & 0xff;
        if verdict != decision.reason().map_or(0, |reason| reason as u32) {
            complaints.push(format!("the verdict says {verdict}"));
        }
        (line, complaints)
    }

    fn policy_document(&self, vector: &Value) -> String {
        let text = self.fixtures.text("policies", &vector["policy"]);
        let (problems, lints) = match Policy::from_json(&text) {
            Ok(policy) => (Vec::new(), listed(policy.lints())),
            Err(problems) => (listed(&problems), Vec::new()),
        };
        json!({ "problems": problems, "lints": lints }).to_string()
    }

    fn subject_document(&self, vector: &Value) -> String {
        let policy = Policy::from_json(&self.fixtures.text("policies", &vector["policy"])).expect("a policy");
        let problems = match policy.open_subject_json(&self.fixtures.text("subjects", &vector["subject"])) {
            Ok(_) => Vec::new(),
            Err(problems) => listed(&problems),
        };
        json!({ "problems": problems, "lints": [] }).to_string()
    }
}

fn listed<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Vec<Value> {
    let mut list: Vec<&Problem> = problems.into_iter().collect();
    list.sort_by_key(|problem| (problem.path.as_str(), problem.code));
    list.iter().map(|problem| json!({ "path": problem.path, "code": problem.code })).collect()
}
