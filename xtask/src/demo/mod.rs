//! `cargo xtask demo`: one policy, an edge worker and a native service, real requests.

use anyhow::{Result, bail};

pub(crate) fn run(_args: &[String]) -> Result<()> {
    bail!("the demo is not built yet")
}
