//! CST: cost grows linearly with size.
//!
//! Work is counted in instructions of the module (wasmtime's fuel), which are
//! the same on every machine: twice the input may take 2.2 times the work.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first thing that is not as it should be, and says what it saw"
)]

mod records;
mod trails;

use std::sync::LazyLock;

use serde_json::Value;
use wasmtime::{Config, Engine, Instance, Module, OptLevel, Store, TypedFunc, Val};

/// The module, compiled once; every measurement has its own instance.
static MODULE: LazyLock<Module> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../host-wasmtime/module/portcullis.wasm");
    let bytes = std::fs::read(path).expect("the module: run `cargo xtask build` first");
    let mut config = Config::new();
    config.consume_fuel(true).cranelift_opt_level(OptLevel::None);
    Module::new(&Engine::new(&config).unwrap(), bytes).unwrap()
});

/// The module, and what its exports cost.
struct Counted {
    store: Store<()>,
    instance: Instance,
}

impl Counted {
    fn new() -> Counted {
        let mut store = Store::new(MODULE.engine(), ());
        store.set_fuel(u64::MAX).unwrap();
        let instance = Instance::new(&mut store, &MODULE, &[]).unwrap();
        Counted { store, instance }
    }

    fn function<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(&mut self, name: &str) -> TypedFunc<P, R> {
        self.instance.get_typed_func(&mut self.store, name).unwrap()
    }

    /// Calls an export with a document in the input: what it returns, and how many instructions it took.
    fn call(&mut self, export: &str, document: &[u8], arguments: &[Val]) -> (u32, u64) {
        let place = self.function::<u32, u32>("input").call(&mut self.store, document.len() as u32).unwrap();
        let memory = self.instance.get_memory(&mut self.store, "memory").unwrap();
        memory.write(&mut self.store, place as usize, document).unwrap();
        let function = self.instance.get_func(&mut self.store, export).unwrap();
        let mut results = [Val::I32(0)];
        let before = self.store.get_fuel().unwrap();
        function.call(&mut self.store, arguments, &mut results).unwrap();
        let work = before - self.store.get_fuel().unwrap();
        (results[0].unwrap_i32() as u32, work)
    }

    /// Writes an attempt into the window: method, target and authorization.
    fn attempt(&mut self, fields: [&str; 3]) {
        let place = self.function::<(), u32>("window").call(&mut self.store, ()).unwrap();
        let length = |field: usize| fields.get(field).map_or(-1, |text| text.len() as i32).to_le_bytes();
        let bytes = [(0..8).flat_map(length).collect(), fields.concat().into_bytes()].concat();
        let memory = self.instance.get_memory(&mut self.store, "memory").unwrap();
        memory.write(&mut self.store, place as usize, &bytes).unwrap();
    }

    /// The result of the last call.
    fn result(&mut self) -> Value {
        let packed = self.function::<(), u64>("result").call(&mut self.store, ()).unwrap();
        let (place, length) = ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize);
        let memory = self.instance.get_memory(&mut self.store, "memory").unwrap();
        serde_json::from_slice(&memory.data(&self.store)[place..place + length]).unwrap()
    }
}

/// Doubles the size step by step and checks that the work grows at most 2.2 times.
fn assert_linear(what: &str, sizes: &[usize], work: impl Fn(usize) -> u64) {
    let counted: Vec<(usize, u64)> = sizes.iter().map(|size| (*size, work(*size))).collect();
    for pair in counted.windows(2) {
        let ((small, less), (large, more)) = (pair[0], pair[1]);
        let factor = more as f64 / less as f64;
        println!("{what}: {small} -> {large}: {less} -> {more} instructions, {factor:.2} times");
        assert_eq!(large, 2 * small, "{what}: sizes double");
        assert!(factor <= 2.2, "{what}: {large} costs {factor:.2} times what {small} costs");
    }
}
