//! A child process that never outlives the test, however the test ends.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Runs `"$@"` in the group of this shell. When standard input ends, kills it, waits until it is gone (its port with it),
/// and kills what it left of the group. The kernel closes that pipe even when the test process is killed outright, where
/// no destructor runs. The shell lets go of standard output, so that its end tells that the program ended.
const WATCH: &str = r#"exec 3<&0; "$@" </dev/null 3<&- & exec >/dev/null 2>&1; cat <&3; kill -s KILL "$!"; wait "$!"; kill -s KILL -- "-$$""#;

/// A process with everything that it started; all of it is killed when this is dropped or when the test process ends.
#[derive(Debug)]
pub(crate) struct Watched {
    shell: Child,
}

impl Watched {
    /// Starts `program` and hands each line of its standard output to `ready` until that finds what it waits for.
    ///
    /// # Errors
    /// Says in a sentence that the process could not be started, or ended before it was ready.
    pub(crate) fn start<T>(
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        environment: &[(&str, &OsStr)],
        mut ready: impl FnMut(&str) -> Option<T>,
    ) -> Result<(Self, T), String> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", WATCH, "watch"])
            .arg(program)
            .args(args)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
        let output = shell.stdout.take();
        let watched = Self { shell };
        let Some(output) = output else {
            return Err("no standard output".into());
        };
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        while let Some(Ok(line)) = lines.next() {
            if let Some(found) = ready(&line) {
                // Keeps reading, or the child would one day block on a full pipe.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok((watched, found));
            }
            said.push_str(&line);
            said.push('\n');
        }
        Err(format!(
            "{} ended before it was ready:\n{said}",
            program.display()
        ))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Killed by its own signal; nothing to tell if it was gone already.
        let _ = self.shell.wait();
    }
}

/// The program named by the environment variable `variable`, else the first of `names` that there is, absolute or on
/// `PATH`.
#[expect(
    clippy::disallowed_methods,
    reason = "where the tools of a test are is said by the environment of the test run, not by the product's settings"
)]
pub(crate) fn find_program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(PathBuf::from(path)).filter(|file| file.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a process is there and alive; a dead one that nobody has asked about yet is a zombie.
    fn alive(pid: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')')
            .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    }

    #[tokio::test]
    async fn what_the_program_started_ends_with_it() {
        let start = "sleep 1000 & echo children; echo $$ $!; wait";
        let pids = |line: &str| -> Option<Vec<u32>> {
            line.split(' ')
                .map(str::parse)
                .collect::<Result<_, _>>()
                .ok()
        };
        let (watched, pids) =
            Watched::start(Path::new("/bin/sh"), ["-c", start], &[], pids).unwrap();
        assert!(pids.len() == 2 && pids.iter().all(|pid| alive(*pid)));
        drop(watched);
        let gone = async || {
            if pids.iter().any(|pid| alive(*pid)) {
                Err(())
            } else {
                Ok(())
            }
        };
        assert_eq!(
            crate::patience::until(gone).await,
            Ok(()),
            "{pids:?} are still there"
        );
    }

    #[test]
    fn a_program_that_gives_up_is_reported_with_what_it_said() {
        let why = Watched::start(Path::new("/bin/sh"), ["-c", "echo no luck"], &[], |_| {
            None::<()>
        });
        assert!(
            why.unwrap_err()
                .ends_with("ended before it was ready:\nno luck\n")
        );
    }
}
