//! Waiting for what another process does: looked at again and again, up to a limit.

use std::time::Duration;

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(25);
/// How many looks before giving up; with [`PAUSE`] ten seconds, plus what the looks themselves take.
const LOOKS: u32 = 400;

/// Calls `look` until it succeeds, and gives its last reason when it never does.
pub(crate) async fn until<T, E>(mut look: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    for _ in 1..LOOKS {
        if let Ok(found) = look().await {
            return Ok(found);
        }
        pause().await;
    }
    look().await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the other side is a process that has no way to call us; tests themselves wait by calling this"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
