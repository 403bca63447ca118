//! Checks the settings of a server before it is used.

use crate::store::StoreError;
use crate::store::redis::connection::ServerConnection;
use crate::store::redis::options::Durability;

const HINT: &str = "or say `Durability::Unchecked` if you know what it keeps";

/// The eviction policies for volatile keys, those with a time to live. The keys of this store have none.
const POLICIES: [&str; 5] = ["noeviction", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"];

/// Refuses a server that could lose confirmed writes.
pub(super) fn inspect(
    line: &mut ServerConnection,
    durability: Durability,
    replicas: Option<u32>,
) -> Result<(), StoreError> {
    let fsync: &[&str] = match durability {
        Durability::EveryWrite => &["always"],
        Durability::EverySecond => &["always", "everysec"],
        Durability::Unchecked => return Ok(()),
    };
    follows(line, replicas)?;
    for (name, good, otherwise) in [
        ("appendonly", &["yes"][..], "what it holds is lost when it ends"),
        ("appendfsync", fsync, "what it confirmed last is lost when its machine fails"),
        ("no-appendfsync-on-rewrite", &["no"], "nothing is safe while it rewrites its file"),
        ("maxmemory-policy", &POLICIES, "it throws records away when its memory is full"),
    ] {
        let Some(found) = setting(line, name)? else {
            let what = format!("the server does not say what its {name} is: allow CONFIG GET, {HINT}");
            return Err(StoreError::new(what));
        };
        if !good.contains(&found.as_str()) {
            let what =
                format!("the server has {name} {found}, so {otherwise}: set it to {}, {HINT}", good[0]);
            return Err(StoreError::new(what));
        }
    }
    Ok(())
}

/// Checks replication: a replica must not be written to, and one that takes over may lack the last writes.
fn follows(line: &mut ServerConnection, replicas: Option<u32>) -> Result<(), StoreError> {
    // A user without this permission has none for `CONFIG` either, which the other check reports.
    let Some(about) = line.asked(&["INFO", "replication"])? else { return Ok(()) };
    let about = about.text()?.unwrap_or_default();
    let field = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    if field("role") == Some("slave") {
        return Err(StoreError::new("the server is a replica: connect to the one that it follows"));
    }
    if replicas.is_none() && field("connected_slaves").is_some_and(|count| count != "0") {
        return Err(StoreError::new(
            "the server has replicas, and one that takes over may lack the last writes, a revocation among \
             them: set `replicas` to 1 or more to wait for as many, or to 0 if none ever takes over by itself",
        ));
    }
    Ok(())
}

fn setting(line: &mut ServerConnection, name: &str) -> Result<Option<String>, StoreError> {
    let Some(reply) = line.asked(&["CONFIG", "GET", name])? else { return Ok(None) };
    Ok(reply.texts()?.into_iter().nth(1))
}
