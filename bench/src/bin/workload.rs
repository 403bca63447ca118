//! Prints the workload as JSON, for the Node side: `cargo run --release --bin workload`.

use std::io::{self, BufWriter};

use portcullis_bench::workload::Workload;

fn main() -> io::Result<()> {
    serde_json::to_writer(BufWriter::new(io::stdout().lock()), &Workload::generate())?;
    Ok(())
}
