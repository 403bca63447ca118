//! A lock on what `cargo xtask build` makes, so that commands in one clone can run at once.

use std::fs::{self, File, TryLockError};

use anyhow::Result;

use super::shell;

/// While this is held, no other command writes or reads what was built.
pub(crate) fn for_writing() -> Result<File> {
    take(File::try_lock, File::lock)
}

/// While this is held, no other command writes what was built.
pub(crate) fn for_reading() -> Result<File> {
    take(File::try_lock_shared, File::lock_shared)
}

/// The lock is released when the file is dropped, or when the process ends.
fn take(
    attempt: fn(&File) -> Result<(), TryLockError>,
    wait: fn(&File) -> std::io::Result<()>,
) -> Result<File> {
    fs::create_dir_all(shell::target_dir())?;
    let file = File::create(shell::target_dir().join("xtask.lock"))?;
    if let Err(TryLockError::WouldBlock) = attempt(&file) {
        println!("waiting for another cargo xtask in this folder");
        wait(&file)?;
    }
    Ok(file)
}
