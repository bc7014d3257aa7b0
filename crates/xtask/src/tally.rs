//! How many tests passed and failed, read from the closing lines of the test runners, so that one
//! line at the end says it for the whole check.

/// Tests counted over several runs of a test runner.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed, flaky and slow ones included.
    pub passed: u64,
    /// Tests that failed, timed out or could not be started.
    pub failed: u64,
}

impl Tally {
    /// Adds another run's count.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Adds what a line says when it is the closing line of nextest
    /// (`Summary [0.1s] 3 tests run: 2 passed (1 slow), 1 failed, 4 skipped`) or of `cargo test`
    /// (`test result: ok. 2 passed; 1 failed; …`); any other line adds nothing.
    pub fn read_line(&mut self, line: &str) {
        let line = without_colours(line);
        // nextest indents its own closing line, and also what a failed test printed, in which
        // stands a closing line of `cargo test`: that one is not to be counted again.
        let figures = if line.trim_start().starts_with("Summary [") {
            line.split_once(" run: ").map(|(_, figures)| figures)
        } else {
            line.strip_prefix("test result: ")
                .and_then(|rest| rest.split_once(". "))
                .map(|(_, figures)| figures)
        };
        for figure in figures.into_iter().flat_map(|all| all.split([',', ';'])) {
            let mut words = figure.split_whitespace();
            let Some(count) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed" | "timed" | "exec") => self.failed += count,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The line as it would be without a terminal's colour codes (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &str) -> Tally {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.read_line(line));
        tally
    }

    #[test]
    fn closing_lines_of_both_runners_add_up() {
        let lines = "\
        PASS [   0.004s] xtask command_line::tests::steps\n\
     Summary [   1.204s] 5/9 tests run: 2 passed (1 slow, 1 leaky), 1 failed, 1 timed out, 1 exec failed, 4 skipped\n\
     Summary [   0.004s] 1 test run: 1 passed, 0 skipped\n\
test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s\n\
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(count(lines).to_string(), "11 passed, 5 failed");
    }

    #[test]
    fn colours_do_not_hide_a_figure() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.004s] \u{1b}[1m3\u{1b}[0m tests run: \
                    \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped";
        assert_eq!(count(line).passed, 3);
    }

    #[test]
    fn a_failure_shown_by_nextest_counts_once() {
        let lines = "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured\n     \
             Summary [   0.004s] 1 test run: 0 passed, 1 failed, 0 skipped";
        assert_eq!(count(lines).to_string(), "0 passed, 1 failed");
    }

    #[test]
    fn a_test_that_prints_figures_is_not_counted() {
        assert_eq!(
            count("3 passed, 4 failed\nSummary of run: 3 passed"),
            Tally::default()
        );
    }
}
