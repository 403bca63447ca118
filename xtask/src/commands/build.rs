//! `cargo xtask build`: one crate, two doors, each with a token's life and without, and the npm package around both
//! modules for JavaScript.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

use crate::generate;
use crate::tools::{lock, npm, order, panics, shell, wasm};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A decision needs little stack; a module with 64 KiB of it starts with 192 KiB of memory, not 1.1 MiB.
/// SHA-256 over vectors of 128 bits is faster and smaller; every engine of today has them.
const RUSTFLAGS: &str = "-C link-arg=-zstack-size=65536 -C target-feature=+simd128";

/// What rustc turns on for this target: without these, wasm-opt refuses the module.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];

/// One way into the same rules.
struct Door {
    /// What the report calls it.
    name: &'static str,
    /// Features of `portcullis-wasm`.
    features: &'static str,
    /// The cargo profile.
    profile: &'static str,
    /// How wasm-opt treats it, unless `--wasm-opt=` says otherwise.
    optimise: &'static str,
    /// The most that its .wasm may weigh after gzip, in bytes.
    limit: usize,
}

/// What `portcullis` and the native crate carry: deciding, and a token's life.
const JS: Door =
    Door { name: "js", features: "js,lifecycle", profile: "wasm-js", optimise: "-O3", limit: 184 * 1024 };
const ABI: Door =
    Door { name: "abi", features: "abi,lifecycle", profile: "wasm-abi", optimise: "-O3", limit: 172 * 1024 };
/// Deciding and nothing else, for where every kilobyte counts: what `portcullis/gate` carries.
const JS_GATE: Door =
    Door { name: "js-gate", features: "js", profile: "wasm-js", optimise: "-O3", limit: 96 * 1024 };
const ABI_GATE: Door =
    Door { name: "abi-gate", features: "abi", profile: "wasm-abi-gate", optimise: "-O3", limit: 84 * 1024 };

pub(crate) fn run(args: &[&str]) -> Result<()> {
    let mut optimise = None;
    for arg in args {
        match arg.strip_prefix("--wasm-opt=") {
            Some(level) => optimise = Some(level),
            None => bail!("build takes no argument `{arg}`"),
        }
    }
    let _writing = lock::for_writing()?;
    generate::write()?;
    add_target()?;
    npm::install(&npm::js())?;
    let out = npm::js().join("wasm");
    let gate = out.join("gate");
    let native = shell::root().join("host-wasmtime/module");
    let modules = at_once(
        || Ok([js_door(JS, &out, optimise)?, js_door(JS_GATE, &gate, optimise)?]),
        || {
            let gate = shell::target_dir().join("gate/abi");
            Ok([abi_door(ABI, &native, optimise)?, abi_door(ABI_GATE, &gate, optimise)?])
        },
    )?;
    embed(&out)?;
    embed(&gate)?;
    package()?;
    report(&modules)
}

/// A module that was built, and which one it is.
type Built = (Door, PathBuf);

/// Both doors side by side: one thread links a module, and that is what takes long.
fn at_once(
    js: impl FnOnce() -> Result<[Built; 2]> + Send,
    abi: impl FnOnce() -> Result<[Built; 2]>,
) -> Result<Vec<Built>> {
    let (js, abi) = thread::scope(|scope| {
        let js = scope.spawn(js);
        let abi = abi();
        (js.join(), abi)
    });
    let Ok(js) = js else { bail!("building the js door panicked") };
    Ok(js?.into_iter().chain(abi?).collect())
}

/// Adds the wasm target where rustup has not installed it yet.
pub(crate) fn add_target() -> Result<()> {
    let sysroot = shell::read(shell::program("rustc").args(["--print", "sysroot"]))?;
    if Path::new(&sysroot).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    shell::run(shell::program("rustup").args(["target", "add", TARGET]))
        .with_context(|| format!("the {TARGET} target is missing and rustup could not add it"))
}

/// Builds one door and nothing else: a sibling in the same build would leak its imports into this one. With a token's
/// life and without, one after the other in one folder, what they depend on is compiled once.
fn cargo_build(door: &Door) -> Result<PathBuf> {
    let folder = shell::target_dir().join("doors");
    let mut cargo = shell::cargo("build --package portcullis-wasm --no-default-features --target");
    cargo.args([TARGET, "--features", door.features, "--profile", door.profile, "--target-dir"]).arg(&folder);
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_TARGET").env("RUSTFLAGS", RUSTFLAGS);
    shell::run(&mut cargo)?;
    let module = folder.join(TARGET).join(door.profile).join("portcullis_wasm.wasm");
    ensure!(module.exists(), "cargo made no {}: is portcullis-wasm a cdylib?", module.display());
    let silent = module.with_file_name(format!("{}.wasm", door.name));
    let mut bytes = fs::read(module)?;
    panics::silence(&mut bytes)?;
    fs::write(&silent, bytes)?;
    Ok(silent)
}

fn js_door(door: Door, out: &Path, optimise: Option<&str>) -> Result<Built> {
    let module = cargo_build(&door)?;
    let made = shell::target_dir().join("doors/glue").join(door.name);
    Bindgen::new()
        .input_path(&module)
        .out_name("glue")
        .web(true)?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(true)
        .encode_into(EncodeInto::Always)
        .reset_state_function(true)
        .generate(&made)?;
    fs::create_dir_all(out)?;
    for file in ["glue.js", "glue.d.ts"] {
        fs::copy(made.join(file), out.join(file)).with_context(|| format!("wasm-bindgen made no {file}"))?;
    }
    let finished = out.join("portcullis.wasm");
    wasm_opt(&made.join("glue_bg.wasm"), &finished, optimise.unwrap_or(door.optimise))?;
    Ok((door, finished))
}

/// The module as text beside itself, for platforms that load nothing but code, and a number that tells it from others.
fn embed(out: &Path) -> Result<()> {
    let module = fs::read(out.join("portcullis.wasm"))?;
    fs::write(out.join("checksum.js"), format!("export const checksum = {}\n", wasm::checksum(&module)))?;
    fs::write(out.join("checksum.d.ts"), "export declare const checksum: number\n")?;
    let text = BASE64_STANDARD.encode(&module);
    fs::write(out.join("base64.js"), format!("export const base64 =\n  '{text}'\n"))?;
    fs::write(out.join("base64.d.ts"), "export declare const base64: string\n")?;
    Ok(())
}

fn abi_door(door: Door, out: &Path, optimise: Option<&str>) -> Result<Built> {
    let module = cargo_build(&door)?;
    let finished = out.join("portcullis.wasm");
    fs::create_dir_all(out)?;
    wasm_opt(&module, &finished, optimise.unwrap_or(door.optimise))?;
    let imports = wasm::imports(&fs::read(&finished)?)?;
    ensure!(imports == 0, "the abi door must import nothing, but has {imports} imports");
    Ok((door, finished))
}

fn wasm_opt(from: &Path, to: &Path, level: &str) -> Result<()> {
    let named = from.with_extension("named.wasm");
    fs::write(&named, order::named_by_likeness(&fs::read(from)?)?)?;
    let mut command = npm::tool(&npm::js(), "wasm-opt");
    // A function with one caller is no smaller in there, and gzip finds less that repeats itself.
    command.args([level, "--one-caller-inline-max-function-size=1", "--converge"]);
    // Nor is one with several: what is worth its size is inlined already.
    command.args(["--flexible-inline-max-function-size=0", "--always-inline-max-function-size=1"]);
    command.arg("--reorder-functions-by-name");
    // The stack ends in the lowest kilobyte: nothing is ever found there by an address that wraps around.
    command.arg("--low-memory-unused");
    command.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    command.args(WASM_FEATURES).arg(named).arg("-o").arg(to);
    shell::run(&mut command)
}

/// TypeScript to JavaScript, with plain tsc.
fn package() -> Result<()> {
    let dist = npm::js().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    // npm packs only files inside its folder, and follows no links.
    for file in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(shell::root().join(file), npm::js().join(file))
            .with_context(|| format!("cannot copy {file}"))?;
    }
    shell::run(npm::tool(&npm::js(), "tsc").args(["--project", "tsconfig.json"]))
}

fn report(modules: &[Built]) -> Result<()> {
    println!("\n{:<8} {:>11} {:>11} {:>11}   (1 KB = 1024 bytes)", "door", "raw", "gzip", "limit");
    let mut over = Vec::new();
    for (door, path) in modules {
        let size = wasm::size(path)?;
        let file = path.strip_prefix(shell::root()).unwrap_or(path).display();
        println!(
            "{:<8} {:>11} {:>11} {:>11}   {file}",
            door.name,
            kb(size.raw),
            kb(size.gzip),
            kb(door.limit)
        );
        if size.gzip > door.limit {
            over.push(door.name);
        }
    }
    ensure!(over.is_empty(), "over the limit after gzip: {}", over.join(", "));
    Ok(())
}

/// Bytes as kilobytes of 1024, one decimal, rounded up.
fn kb(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{} KB", tenths / 10, tenths % 10)
}
