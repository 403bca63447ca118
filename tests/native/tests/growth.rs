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

use std::sync::LazyLock;

use serde_json::{Value, json};
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

/// A trail of this many events that each change the name.
fn renamed(events: usize) -> Vec<Value> {
    (1..=events)
        .map(|n| {
            let changes = match n {
                1 => json!({ "name": { "after": "n1" } }),
                n => json!({ "name": { "before": format!("n{}", n - 1), "after": format!("n{n}") } }),
            };
            json!({ "v": 1, "token": "RybYCrI3Ogpje5sU", "sequence": n, "command": format!("c{n}"), "event": "edited", "changes": changes, "head": "sha256:00" })
        })
        .collect()
}

#[test]
fn cst_03_the_cost_of_a_trail_is_linear() {
    let ask = |export: &'static str, request: Value| {
        let mut module = Counted::new();
        let arguments: &[Val] = if export == "verify_trail" { &[Val::I32(0)] } else { &[] };
        let (answered, work) = module.call(export, request.to_string().as_bytes(), arguments);
        assert_eq!(answered, 1, "{export} answers: {}", module.result());
        work
    };
    let sizes = [160, 320, 640, 1280, 2560, 5120];
    assert_linear("replay, events", &sizes, |n| ask("replay", json!({ "events": renamed(n) })));
    assert_linear("verify, events", &sizes, |n| ask("verify_trail", json!({ "events": renamed(n) })));
    // What is no event before what is one.
    assert_linear("verify, malformed and then events", &sizes, |n| {
        let mut events = vec![json!({}); n / 2];
        events.extend(renamed(n / 2));
        ask("verify_trail", json!({ "events": events }))
    });
    let wide = |n: usize, sides: &[&str]| -> Value {
        let change: Value = sides.iter().map(|side| (side.to_string(), json!(7))).collect();
        let changes: Value = (0..n).map(|i| (format!("field{i}"), change.clone())).collect();
        json!({ "v": 1, "token": "t", "sequence": 1, "command": "c", "event": "edited", "changes": changes, "head": "sha256:00" })
    };
    let sizes = [200, 400, 800, 1600, 3200, 6400];
    for export in ["replay", "verify_trail"] {
        assert_linear(&format!("{export}, fields of one event"), &sizes, |n| {
            ask(export, json!({ "events": [wide(n, &["after"])] }))
        });
    }
    // Many fields, each changed by an event of its own.
    assert_linear("replay, as many fields as events", &sizes, |n| {
        let mut events = vec![wide(n, &["after"])];
        events.extend((0..n).map(
            |i| json!({ "sequence": i + 2, "changes": { format!("field{i}"): { "before": 7, "after": 8 } } }),
        ));
        ask("replay", json!({ "events": events }))
    });
    assert_linear("verify, fields of the record", &sizes, |n| {
        let record: Value = (0..n).map(|i| (format!("field{i}"), json!(i))).collect();
        ask("verify_trail", json!({ "events": renamed(1), "record": record }))
    });
}
