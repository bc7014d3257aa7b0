//! Open files: each SQLite commune in use holds a handful, and the usual limit of 1,024 is reached with 200 communes.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that one SQLite commune holds while it is used: 500 communes were seen to hold 2,500.
const BY_COMMUNE: u64 = 5;
/// Files of everything else: the registry, connections of browsers, mails, the log.
const BESIDE: u64 = 500;

/// Raises the limit of this process to the most that the system lets it have; gives the limit that holds now, nothing
/// when there is none.
pub(crate) fn raise() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it was");
            current
        }
    }
}

/// Files that so many SQLite communes may need at the same time.
pub(crate) fn needed(communes: usize) -> u64 {
    BESIDE + BY_COMMUNE * communes as u64
}

/// The limit when it is too low for so many SQLite communes.
pub(crate) fn too_low(limit: Option<u64>, communes: usize) -> Option<u64> {
    limit.filter(|limit| *limit < needed(communes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_to_the_most_that_is_allowed() {
        let limit = raise();
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current, now.maximum);
        assert_eq!(limit, now.maximum);
    }

    #[test]
    fn two_hundred_communes_do_not_fit_under_the_usual_limit() {
        assert_eq!(too_low(Some(1024), 20), None);
        assert_eq!(too_low(Some(1024), 200), Some(1024));
        assert_eq!(too_low(Some(4096), 500), None);
        assert_eq!(too_low(None, 100_000), None);
    }
}
