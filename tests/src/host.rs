//! Runs the vectors on any host that speaks Rust.

use std::collections::BTreeMap;

use portcullis_core::abi::verdict::REASON;
use portcullis_core::{Attempt, Instant, Level, Reason, Step};
use serde_json::{Value, json};

use crate::ask;
use crate::vectors::{self, File, Fixtures, answers};

/// Paths and codes of problems or lints.
pub type Listed = Vec<(String, String)>;

/// A record as a store has it.
#[derive(Clone, Copy, Debug)]
pub enum Stored<'a> {
    /// The text of a record, which may be invalid JSON.
    Text(&'a str),
    /// No record under the id.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// One question to a host.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The request.
    pub attempt: &'a Attempt<'a>,
    /// The record.
    pub record: Stored<'a>,
    /// The subject document.
    pub subject: Option<&'a str>,
    /// The instant.
    pub now: Instant,
    /// How much of the answer is asked for.
    pub level: Level,
}

/// A host's answers to one question.
#[derive(Debug)]
pub struct Answered {
    /// The answer at the level asked for.
    pub line: String,
    /// The same for logs.
    pub full: String,
    /// The answer as a number.
    pub verdict: u32,
    /// What `identify` answers, or the id that it names.
    pub identified: Result<String, String>,
}

/// One question about a token's life, as JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// One of [`vectors::VERBS`].
    pub verb: &'a str,
    /// What the verb takes.
    pub request: &'a str,
    /// The instant.
    pub now: Instant,
    /// 128 bytes; `None` for a preview.
    pub entropy: Option<[u8; 128]>,
    /// The key of the audit trail.
    pub key: Option<&'a [u8]>,
}

/// A host under test.
pub trait Host {
    /// An opened policy.
    type Policy;
    /// The folder of its answers.
    const NAME: &'static str;
    /// Opens a policy.
    fn open(&self, document: &str) -> Result<Self::Policy, Listed>;
    /// The lints of a policy.
    fn lints(&self, policy: &Self::Policy) -> Listed;
    /// The problems of a subject document.
    fn subject_problems(&self, policy: &Self::Policy, document: &str) -> Listed;
    /// Decides.
    fn decide(&self, policy: &Self::Policy, question: Question<'_>) -> Answered;
    /// Answers a question about a token's life, as JSON text.
    fn live(&self, policy: &Self::Policy, asked: Asked<'_>) -> Result<String, Listed>;
}

/// A run through vectors.
#[derive(Debug)]
pub struct Run<'h, H: Host> {
    host: &'h H,
    fixtures: &'h Fixtures,
    policies: BTreeMap<String, H::Policy>,
    /// The deviations from the vectors.
    pub failures: Vec<String>,
    /// Every reason that was given.
    pub reasons: Vec<Reason>,
    /// How many vectors were answered.
    pub total: usize,
}

impl<'h, H: Host> Run<'h, H> {
    /// A run before its first vector.
    pub fn new(host: &'h H, fixtures: &'h Fixtures) -> Run<'h, H> {
        Run { host, fixtures, policies: BTreeMap::new(), failures: Vec::new(), reasons: Vec::new(), total: 0 }
    }

    /// Answers a file of vectors and writes the answers down.
    pub fn answer(&mut self, file: &File) {
        let folder = answers().join(H::NAME);
        std::fs::create_dir_all(&folder).unwrap();
        let lines: Vec<String> = file.vectors.iter().map(|vector| self.one(file, vector) + "\n").collect();
        std::fs::write(folder.join(format!("{}.jsonl", file.name)), lines.concat()).unwrap();
        self.total += lines.len();
    }

    fn one(&mut self, file: &File, vector: &Value) -> String {
        let (line, mut complaints) = match file.kind.as_str() {
            "decisions" => self.decision(vector),
            verb if vectors::is_of_a_life(verb) => (self.life(verb, vector), Vec::new()),
            kind => (self.document(kind, vector), Vec::new()),
        };
        complaints.extend(vectors::complaints(&file.kind, vector, &line));
        let place = format!("{}: {}", file.name, vector["says"].as_str().expect("a sentence"));
        self.failures.extend(complaints.into_iter().map(|complaint| format!("{place}: {complaint}")));
        line
    }

    /// The policy of a vector, opened once.
    fn opened(&mut self, vector: &Value) -> &H::Policy {
        let text = || self.fixtures.text("policies", &vector["policy"]);
        let open = || self.host.open(&text()).unwrap_or_else(|problems| panic!("{problems:?}"));
        self.policies.entry(vector["policy"].to_string()).or_insert_with(open)
    }

    fn life(&mut self, verb: &str, vector: &Value) -> String {
        let request = self.fixtures.request(verb, vector);
        let host = self.host;
        let asked = Asked {
            verb,
            request: &request,
            now: vector["now"].as_str().and_then(Instant::parse).expect("an instant"),
            entropy: vectors::entropy(&vector["entropy"]),
            key: vector["key"].as_str().map(str::as_bytes),
        };
        host.live(self.opened(vector), asked).unwrap_or_else(|problems| listing(problems, Listed::new()))
    }

    fn decision(&mut self, vector: &Value) -> (String, Vec<String>) {
        let record = match &vector["record"] {
            Value::Null => None,
            record => Some(self.fixtures.text("records", record)),
        };
        let subject = match &vector["subject"] {
            Value::Null => None,
            subject => Some(self.fixtures.text("subjects", subject)),
        };
        let document = self.fixtures.expand(&vector["attempt"]);
        let question = Question {
            attempt: &ask::attempt(&document),
            record: match &record {
                None => Stored::Unknown,
                Some(_) if vector["record"] == "unavailable" => Stored::Unavailable,
                Some(text) => Stored::Text(text),
            },
            subject: subject.as_deref(),
            now: vector["now"].as_str().and_then(Instant::parse).expect("an instant"),
            level: match vector["level"].as_str() {
                Some("public") => Level::Public,
                Some("holder") => Level::Holder,
                _ => Level::Operator,
            },
        };
        let host = self.host;
        let answered = host.decide(self.opened(vector), question);
        let complaints = self.consistent(&answered);
        (answered.line, complaints)
    }

    /// Checks that the number and `identify` agree with the full answer.
    fn consistent(&mut self, answered: &Answered) -> Vec<String> {
        let full: Value = serde_json::from_str(&answered.full).expect("an answer is JSON");
        let reason = Reason::from_number((answered.verdict & REASON) as u8);
        self.reasons.extend(reason);
        let mut complaints = Vec::new();
        if full["reason"].as_str() != reason.map(Reason::code) {
            complaints.push(format!("the verdict says {reason:?}"));
        }
        let is_early = reason.map_or(full["token"].is_null(), |reason| reason.step() <= Step::Credentials);
        match &answered.identified {
            Err(answer) if !is_early || *answer != answered.full => {
                complaints.push(format!("identify answers {answer}"));
            }
            Ok(id) if is_early => complaints.push(format!("identify looks {id} up")),
            Err(_) | Ok(_) => {}
        }
        complaints
    }

    fn document(&self, kind: &str, vector: &Value) -> String {
        let (mut problems, mut lints) = (Listed::new(), Listed::new());
        match self.host.open(&self.fixtures.text("policies", &vector["policy"])) {
            Err(found) => problems = found,
            Ok(policy) if kind == "policies" => lints = self.host.lints(&policy),
            Ok(policy) => {
                let text = self.fixtures.text("subjects", &vector["subject"]);
                problems = self.host.subject_problems(&policy, &text);
            }
        }
        listing(problems, lints)
    }
}

fn listing(problems: Listed, lints: Listed) -> String {
    let sorted = |mut list: Listed| -> Value {
        list.sort();
        list.iter().map(|(path, code)| json!({ "path": path, "code": code })).collect()
    };
    json!({ "problems": sorted(problems), "lints": sorted(lints) }).to_string()
}
