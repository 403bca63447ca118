//! One request, checked by everyone, in turns: `cargo bench --manifest-path bench/Cargo.toml`.

use portcullis_bench::casbin::Casbin;
use portcullis_bench::cedar::Cedar;
use portcullis_bench::competitor::{Competitor, prove};
use portcullis_bench::contest;
use portcullis_bench::handwritten::{HandWritten, HandWrittenLookup, Service};
use portcullis_bench::native::{self, Native, NativeLookup};
use portcullis_bench::regorus::Regorus;
use portcullis_bench::report::{self, Goal};
use portcullis_bench::wasmtime::{self, Wasmtime, WasmtimeLookup};
use portcullis_bench::workload::Workload;

const ROUNDS: usize = 2_001;

const GOALS: [Goal; 2] = [
    Goal { name: "portcullis-core", against: "hand-written", at_most: 0.6 },
    Goal { name: "portcullis-wasmtime", against: "hand-written", at_most: 1.8 },
];

fn main() {
    let workload = Workload::generate();
    let service = Service::open(&workload);
    let (handwritten, lookup) = (HandWritten(&service), HandWrittenLookup(&service));
    let gate = native::Service::open(&workload);
    let module = wasmtime::Service::open(&workload);
    let (cedar, regorus, casbin) =
        (Cedar::open(&workload), Regorus::open(&workload), Casbin::open(&workload));

    let competitors: [&dyn Competitor; _] = [
        &handwritten,
        &Native(&gate),
        &Wasmtime(&module),
        &cedar,
        &regorus,
        &casbin,
        &lookup,
        &NativeLookup(&gate),
        &WasmtimeLookup(&module),
    ];
    for competitor in competitors {
        prove(competitor, &workload);
    }
    let lanes = contest::hold(&competitors, &workload.requests, ROUNDS);

    println!(
        "{}\n\n{}",
        report::table(&lanes, &[handwritten.name(), lookup.name()]),
        report::verdicts(&lanes, &GOALS)
    );
}
