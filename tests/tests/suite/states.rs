//! LIF-01: the committed table of states and commands equals the naive model's.
//! `PORTCULLIS_WRITE=1` rewrites it.

use portcullis_tests::table::{document, written};
use portcullis_tests::vectors::{folder, load};

#[test]
fn lif_01_the_table_of_states_equals_the_models() {
    let path = folder().join("life/states.json");
    let (fixtures, _) = load();
    let expected = written(&document(&fixtures));
    if std::env::var_os("PORTCULLIS_WRITE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == expected, "run this test with PORTCULLIS_WRITE=1");
}
