//! LIF-01: the table of states and commands stands as the naive model gives it.
//! `PORTCULLIS_WRITE=1` writes it anew.

use portcullis_tests::table::{document, written};
use portcullis_tests::vectors::{folder, load};

#[test]
fn lif_01_the_table_of_states_is_what_the_model_says() {
    let path = folder().join("life/states.json");
    let (fixtures, _) = load();
    let expected = written(&document(&fixtures));
    if std::env::var_os("PORTCULLIS_WRITE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == expected, "run this test with PORTCULLIS_WRITE=1");
}
