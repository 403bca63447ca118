//! `cargo xtask demo`: one policy, an edge worker and a native service, real requests; then the
//! life of two tokens, with time moved by hand.
//!
//! | file | what it holds |
//! |---|---|
//! | `cast`    | the tokens, and the records that the store has of them |
//! | `cases`   | the requests, and the expected answer to each |
//! | `service` | a program that listens, and ends with the demo |
//! | `http`    | requests, byte for byte |
//! | `timing`  | what a decision takes inside workerd |
//! | `check`   | whether an answer is right, and whether two are the same |
//! | `page`    | lines of at most 100 columns |

mod cases;
mod cast;
mod check;
mod http;
mod page;
mod service;
mod timing;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::tools::{lock, shell};
use cases::{CASES, Case};
use cast::Cast;
use http::Answer;
use page::Page;
use service::Service;
use timing::Timing;

const POLICY: &str = "examples/policies/xentral.json";

/// A false claim that the client sends with every request, and that must be ignored.
const CLAIM: (&str, &str) = ("X-Portcullis-Owner", "root");

/// How often the native service gets each request, for a median.
const TIMES: usize = 25;

/// Plays both acts; with `serve`, the services stay up until Ctrl-C. Everything that it starts must have been built.
///
/// Each run has a folder and ports of its own, so that several can run at once.
pub(crate) fn play(serve: bool) -> Result<()> {
    let cast = Cast::gather(&fs::read_to_string(shell::root().join(POLICY))?)?;
    let folder = shell::target_dir().join("demo").join(std::process::id().to_string());
    fs::create_dir_all(&folder)?;
    let reading = lock::for_reading()?;
    let stage = Stage::set(&folder, &cast)?;
    let timings = timing::in_workerd(&cast)?;
    drop(reading);
    requests(&stage, &cast, &timings)?;
    // The second act: a program of its own tells what becomes of two tokens, on an empty store.
    let mut life = shell::program(shell::built("token-life"));
    shell::run(life.arg("examples/policies").arg(folder.join("life.db")))?;
    if serve { stage.stay(&cast) } else { Ok(()) }
}

/// The services. They end when this is dropped.
struct Stage {
    edge: Service,
    native: Service,
    _origin: Service,
    /// The file of records that both read.
    records: PathBuf,
}

impl Stage {
    fn set(folder: &Path, cast: &Cast) -> Result<Stage> {
        let mut origin = shell::program("node");
        origin.args(["examples/origin/server.js", "0"]);
        let origin = Service::owning("the origin", &origin, folder)?;

        let records = folder.join("tokens.json");
        fs::write(&records, cast.records()).with_context(|| format!("cannot write {}", records.display()))?;
        let mut edge = shell::program("node");
        edge.arg("examples/edge-worker/start.js").arg(&records).args([&origin.url(), "0"]);
        let edge = Service::start("the edge worker", &edge)?;

        let mut native = shell::program(shell::built("native-service"));
        native.arg(POLICY).arg(&records).arg("127.0.0.1:0");
        let native = Service::start("the native service", &native)?;
        Ok(Stage { edge, native, _origin: origin, records })
    }

    /// Serves until Ctrl-C.
    fn stay(self, cast: &Cast) -> Result<()> {
        page::invitation(&self.edge.url(), &self.native.url(), cast, &self.records);
        self.edge.wait()
    }
}

/// Every request through the edge, then every request to the native service.
fn requests(stage: &Stage, cast: &Cast, timings: &[Timing]) -> Result<()> {
    let page = Page::open();
    let mut wrong = Vec::new();
    let mut complain = |who: &str, case: &Case, found: Vec<String>| {
        wrong.extend(found.into_iter().map(|what| format!("{who}: {} {}: {what}", case.method, case.target)));
    };

    page.edge_heading(&stage.edge.url());
    let mut answers = Vec::new();
    for (case, timing) in CASES.iter().zip(timings) {
        let answer = send(&stage.edge, case, cast)?;
        complain("edge", case, check::answer(case, &answer));
        complain("edge", case, check::reason(case, timing.decision["reason"].as_str().unwrap_or("-")));
        page.edge_line(case, &answer, &timing.decision, timing.micros);
        answers.push(answer);
    }
    complain("edge", &CASES[0], check::alike_outside(&answers));

    page.native_heading(&stage.native.url());
    let mut agreeing = 0;
    for (case, at_the_edge) in CASES.iter().zip(&answers) {
        let (answer, reason, micros) = native(&stage.native, case, cast)?;
        complain("native", case, check::answer(case, &answer));
        complain("native", case, check::reason(case, &reason));
        let differences = at_the_edge.differences(&answer);
        page.native_line(case, &answer, &reason, differences.is_empty(), micros);
        agreeing += usize::from(differences.is_empty());
        complain("native", case, differences);
    }

    page.footnotes();
    for complaint in &wrong {
        page.complaint(complaint);
    }
    page.verdict(CASES.len(), agreeing);
    ensure!(wrong.is_empty(), "some answers of the demo are wrong");
    Ok(())
}

fn send(service: &Service, case: &Case, cast: &Cast) -> Result<Answer> {
    let mut fields = vec![(CLAIM.0, CLAIM.1.to_owned())];
    fields.extend(case.tokens.iter().map(|name| ("Authorization", cast.bearer(name))));
    http::send(service.address, case.method, case.target, &fields)
        .with_context(|| format!("no answer to {} {}", case.method, case.target))
}

/// The answer, the reason that the service logs, and the median of what its decisions took.
fn native(service: &Service, case: &Case, cast: &Cast) -> Result<(Answer, String, f64)> {
    let mut all = Vec::new();
    for _ in 0..TIMES {
        let answer = send(service, case, cast)?;
        let line = service.line()?;
        let words: Vec<&str> = line.split(' ').collect();
        let [_, reason, nanos] = words[..] else { bail!("{line} is not a line of the native service's log") };
        all.push((nanos.parse::<u64>()?, answer, reason.to_owned()));
    }
    all.sort_by_key(|(nanos, ..)| *nanos);
    let (nanos, answer, reason) = all.swap_remove(TIMES / 2);
    Ok((answer, reason, nanos as f64 / 1000.0))
}
