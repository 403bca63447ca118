//! Threads, starts and swaps: `cargo bench --manifest-path bench/Cargo.toml --bench serving`.

use portcullis_bench::cedar::Cedar;
use portcullis_bench::competitor::Competitor;
use portcullis_bench::handwritten::{HandWritten, Service};
use portcullis_bench::native::{self, Native};
use portcullis_bench::wasmtime::{self, Wasmtime};
use portcullis_bench::workload::Workload;
use portcullis_bench::{contest, report, serving};
use portcullis_wasmtime::Error;

const ROUNDS: usize = 51;

fn main() -> Result<(), Error> {
    let workload = Workload::generate();
    let service = Service::open(&workload);
    let gate = native::Service::open(&workload);
    let module = wasmtime::Service::open(&workload);
    let cedar = Cedar::open(&workload);
    let competitors: [&(dyn Competitor + Sync); _] =
        [&HandWritten(&service), &Native(&gate), &Wasmtime(&module), &cedar];
    for threads in [1, 2, 4] {
        let lanes = contest::hold_in_threads(&competitors, &workload.requests, threads, ROUNDS);
        println!("threads: {threads}, all together\n{}\n", report::table(&lanes, &["hand-written"]));
    }

    let file = std::env::temp_dir().join(format!("portcullis-bench-{}.cwasm", std::process::id()));
    let starts = serving::starts(&workload, &file);
    let _ = std::fs::remove_file(&file);
    let serving::Starts { compiled, precompiled, policy } = starts?;
    println!("{:<44}{:>10}", "starts, median", "ms");
    println!("{:<44}{compiled:>10.2}", "the module, compiled from its bytes");
    println!("{:<44}{precompiled:>10.2}  {:.3} of it", "the module, precompiled", precompiled / compiled);
    println!("{:<44}{policy:>10.2}", "the policy, in a module that is there");

    let swaps = serving::swaps(&workload)?;
    println!("{:<44}{:>10.2}\n", "another policy in force, from its document", swaps.swap);
    println!(
        "{:<44}{:>10}{:>10}{:>10}{:>10}",
        "one check, ns with the clock's own", "median", "p99", "p99.9", "most"
    );
    for (name, times) in
        [("while nothing changes", &swaps.calm), ("while policies take over", &swaps.swapping)]
    {
        let [median, p99, p999, most] = [500, 990, 999, 1_000].map(|part| times.per_mille(part));
        println!("{name:<44}{median:>10}{p99:>10}{p999:>10}{most:>10}");
    }
    Ok(())
}
