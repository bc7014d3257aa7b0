//! Running other programs: their output stays visible, their closing lines are counted, and an
//! interrupt reaches them, so that whoever started something ends it before this program does.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::tally::Tally;

/// What `cargo run` tells this program about its own package. Build scripts that look at these (ring's does) would run
/// again, and everything above them be compiled again, each time cargo is started from here and then by hand.
const OF_THIS_PACKAGE: [&str; 8] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// How long a program has to end by itself after Ctrl-C, which it received from the terminal too.
const GRACE: Duration = Duration::from_secs(3);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The program that runs in the foreground, by its process id.
static FOREGROUND: Mutex<Option<u32>> = Mutex::new(None);

/// Prints a line. A reader that went away (`| head`) is no error of ours.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// From here on Ctrl-C, SIGTERM and SIGHUP end the program in the foreground and let the caller
/// clean up, instead of ending this program on the spot.
pub fn watch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for signal in ["TERM", "KILL"] {
            pause(GRACE);
            let foreground = *FOREGROUND.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(process) = foreground {
                signal_process(process, signal);
            }
        }
    })
    .context("cannot listen to Ctrl-C")
}

/// Whether somebody asked this program to end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Waits until somebody asks this program to end.
pub fn wait_for_interrupt() {
    while !interrupted() {
        pause(Duration::from_millis(100));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an outside program gives no event to wait for; this is no product code and no test"
)]
fn pause(time: Duration) {
    thread::sleep(time);
}

/// Sends a signal (`"TERM"`, `"QUIT"` …); a process that is gone already is no error.
pub fn signal_process(process: u32, signal: &str) {
    let _ = Command::new("kill")
        .args([&format!("-{signal}"), "--", &process.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Runs a program with its output visible; an error when it does not succeed.
pub fn shown(command: &mut Command) -> Result<()> {
    if foreground(command)?.wait(command)? {
        return Ok(());
    }
    bail!("failed: {}", line_of(command))
}

/// Runs a program quietly and gives what it printed; an error brings its complaint along.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", line_of(command)))?;
    stop_if_interrupted()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    bail!(
        "failed: {}\n{}{}",
        line_of(command),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs a test runner: its output stays visible while its closing lines are added up.
/// Gives whether it succeeded.
pub fn tallied(command: &mut Command, tally: &mut Tally) -> Result<bool> {
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    tallied_into(command, tally, std::io::stdout(), std::io::stderr())
}

/// [`tallied`], with the places where the two outputs go.
pub fn tallied_into(
    command: &mut Command,
    tally: &mut Tally,
    stdout: impl Write + Send,
    stderr: impl Write + Send,
) -> Result<bool> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = foreground(command)?;
    let (out, err) = (running.child.stdout.take(), running.child.stderr.take());
    let counted = thread::scope(|scope| {
        let out = scope.spawn(|| out.map(|pipe| pass_on(pipe, stdout)));
        let err = scope.spawn(|| err.map(|pipe| pass_on(pipe, stderr)));
        [out.join(), err.join()]
    });
    for count in counted.into_iter().flatten().flatten() {
        tally.add(count);
    }
    running.wait(command)
}

/// Copies line by line, and counts.
fn pass_on(from: impl Read, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        tally.read_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    tally
}

/// A program in the foreground; forgotten as such when it has ended.
struct Foreground {
    child: Child,
}

fn foreground(command: &mut Command) -> Result<Foreground> {
    stop_if_interrupted()?;
    for name in OF_THIS_PACKAGE {
        command.env_remove(name);
    }
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {}", line_of(command)))?;
    *FOREGROUND.lock().unwrap_or_else(PoisonError::into_inner) = Some(child.id());
    Ok(Foreground { child })
}

impl Foreground {
    fn wait(mut self, command: &Command) -> Result<bool> {
        let status = self
            .child
            .wait()
            .with_context(|| format!("lost sight of {}", line_of(command)))?;
        stop_if_interrupted()?;
        Ok(status.success())
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        *FOREGROUND.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn stop_if_interrupted() -> Result<()> {
    if interrupted() {
        bail!("interrupted");
    }
    Ok(())
}

/// A command as one would type it, near enough for a message.
pub fn line_of(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
