//! Trails of many events.

use serde_json::{Value, json};
use wasmtime::Val;

use crate::{Counted, assert_linear};

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
