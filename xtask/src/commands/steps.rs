//! Steps that run one after the other until one fails, and a table of what became of each.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What a step does.
pub(super) enum Work<'w> {
    Run(&'w dyn Fn() -> Result<()>),
    /// Like `Run`, but may return the reason why it cannot run on this machine.
    RunOrSkip(&'w dyn Fn() -> Result<Option<&'static str>>),
    /// Only named, with the reason why it is not run.
    Skip(&'static str),
}

impl Work<'_> {
    /// The reason for which it was skipped, if it was.
    fn run(&self) -> Result<Option<&'static str>> {
        match self {
            Work::Run(work) => work().map(|()| None),
            Work::RunOrSkip(work) => work(),
            Work::Skip(reason) => Ok(Some(reason)),
        }
    }
}

/// Runs the steps, prints the seconds that each took, and fails with the first that fails.
pub(super) fn run(steps: &[(&str, Work<'_>)]) -> Result<()> {
    let start = Instant::now();
    let mut lines: Vec<(&str, Duration, String)> = Vec::new();
    let mut failed = None;
    for (name, work) in steps {
        if failed.is_some() {
            lines.push((name, Duration::ZERO, "not run".to_owned()));
            continue;
        }
        println!("\n==> {name}");
        let begin = Instant::now();
        let result = match work.run() {
            Ok(None) => "passed".to_owned(),
            Ok(Some(reason)) => format!("skipped: {reason}"),
            Err(error) => {
                eprintln!("error: {error:#}");
                failed = Some(name);
                "FAILED".to_owned()
            }
        };
        lines.push((name, begin.elapsed(), result));
    }
    println!("\n{:<32} {:>8}  result", "step", "seconds");
    for (name, time, result) in lines {
        println!("{name:<32} {:>8.1}  {result}", time.as_secs_f64());
    }
    println!("{:<32} {:>8.1}", "total", start.elapsed().as_secs_f64());
    match failed {
        Some(name) => bail!("failed: {name}"),
        None => Ok(()),
    }
}
