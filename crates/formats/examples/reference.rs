//! Prints the reference of the settings file: `cargo run -p preau-formats --example reference > docs/REGLES.md`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let page = preau_formats::settings::reference::markdown();
    io::stdout().write_all(page.as_bytes())
}
