//! What a process costs, as the kernel tells it.

use anyhow::{Context, Result};

/// Threads and resident memory of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Process {
    /// How many threads.
    pub threads: f64,
    /// Resident memory in MB of a million bytes.
    pub megabytes: f64,
}

impl Process {
    /// This process, now.
    pub fn this() -> Result<Self> {
        Self::read("self")
    }

    /// The process of this number, now.
    pub fn of(id: u32) -> Result<Self> {
        Self::read(&id.to_string())
    }

    /// The larger of each.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            threads: self.threads.max(other.threads),
            megabytes: self.megabytes.max(other.megabytes),
        }
    }

    fn read(id: &str) -> Result<Self> {
        let file = format!("/proc/{id}/status");
        let status =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        parse(&status).with_context(|| format!("{file} does not say what a process costs"))
    }
}

/// Microseconds of processor that this process used so far, all threads together. What other programs take from the
/// cores does not count in it, so it says more than the clock on a busy machine. The kernel counts it in hundredths of
/// a second.
pub fn processor_time() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("cannot read /proc/self/stat")?;
    ticks(&stat)
        .map(|ticks| ticks * 10_000.0)
        .context("/proc/self/stat without times")
}

/// User and system time. The program's name, which may hold anything, ends with the last bracket.
fn ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11);
    let user: f64 = times.next()?.parse().ok()?;
    let system: f64 = times.next()?.parse().ok()?;
    Some(user + system)
}

fn parse(status: &str) -> Option<Process> {
    let number = |key: &str| -> Option<f64> {
        let rest = status.lines().find_map(|line| line.strip_prefix(key))?;
        rest.trim_start_matches(':')
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    };
    Some(Process {
        threads: number("Threads")?,
        // The kernel counts in units of 1024 bytes and writes kB.
        megabytes: number("VmRSS")? * 1024.0 / 1e6,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_lines_are_read() {
        let status = "Name:\tpreau\nVmRSS:\t   31250 kB\nThreads:\t7\n";
        let process = Process {
            threads: 7.0,
            megabytes: 32.0,
        };
        assert_eq!(parse(status), Some(process));
        assert_eq!(parse("Name:\tpreau\n"), None);
        let stat = "42 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";
        assert_eq!(ticks(stat), Some(200.0));
    }
}
