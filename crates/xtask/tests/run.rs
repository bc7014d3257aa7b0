//! Other programs are run so that their failure is ours and their figures are counted.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::Command;

use xtask::run;
use xtask::tally::Tally;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// Runs a script quietly: what it prints would else be counted by the run that this test is in.
fn counted(script: &str, tally: &mut Tally) -> (bool, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let good = run::tallied_into(&mut shell(script), tally, &mut out, &mut err).unwrap();
    out.append(&mut err);
    (good, String::from_utf8(out).unwrap())
}

#[test]
fn figures_are_counted_from_both_outputs_and_over_several_runs() {
    let mut tally = Tally::default();
    let nextest = "     Summary [   0.1s] 3 tests run: 2 passed, 1 failed, 0 skipped";
    let cargo = "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
    let (good, seen) = counted(&format!("echo '{nextest}' >&2; exit 100"), &mut tally);
    assert!(!good);
    assert_eq!(seen.trim_end(), nextest, "the closing line stays visible");
    let (good, seen) = counted(&format!("echo '{cargo}'"), &mut tally);
    assert!(good);
    assert_eq!(seen.trim_end(), cargo);
    assert_eq!(tally.to_string(), "6 passed, 1 failed");
}

#[test]
fn a_failure_names_the_command_and_its_complaint() {
    let error = run::output(&mut shell("echo 'no space left' >&2; exit 3")).unwrap_err();
    let said = format!("{error:#}");
    assert!(
        said.contains("sh -c") && said.contains("no space left"),
        "{said}"
    );
    let error = run::shown(&mut Command::new("surely-no-such-program")).unwrap_err();
    assert!(format!("{error:#}").contains("cannot start surely-no-such-program"));
}
