//! A bar in the terminal for long work.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar with a word before it.
pub(crate) fn bar(word: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_prefix(word.to_owned());
    bar
}
