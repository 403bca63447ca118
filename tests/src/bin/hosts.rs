//! `cargo run -p portcullis-tests --bin hosts`: checks the written answers of every
//! host against the vectors, and compares their bytes with the core's.
#![allow(clippy::print_stdout, reason = "it prints a table")]

use std::process::ExitCode;

use portcullis_tests::vectors::{DRAWN, answers, complaints, drawn, load};

fn main() -> ExitCode {
    let (fixtures, mut files) = load();
    files.extend(drawn(&fixtures, DRAWN).into_iter().map(|(_, file)| file));
    let total: usize = files.iter().map(|file| file.vectors.len()).sum();
    let mut hosts: Vec<String> = std::fs::read_dir(answers())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    hosts.sort_by_key(|host| (host != "core", host.clone()));
    let read = |host: &str, file: &str| -> Vec<String> {
        let text =
            std::fs::read_to_string(answers().join(host).join(format!("{file}.jsonl"))).unwrap_or_default();
        text.lines().map(String::from).collect()
    };
    println!("{:<14}{:>9}{:>9}{:>9}{:>12}", "host", "vectors", "answered", "passed", "byte-equal");
    let mut agree = !hosts.is_empty();
    for host in &hosts {
        let (mut answered, mut passed, mut equal) = (0, 0, 0);
        for file in &files {
            let (own, core) = (read(host, &file.name), read("core", &file.name));
            answered += own.len();
            for (i, (vector, line)) in file.vectors.iter().zip(&own).enumerate() {
                passed += usize::from(complaints(&file.kind, vector, line).is_empty());
                equal += usize::from(core.get(i) == Some(line));
            }
        }
        println!("{host:<14}{total:>9}{answered:>9}{passed:>9}{equal:>12}");
        agree &= [answered, passed, equal] == [total; 3];
    }
    if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
