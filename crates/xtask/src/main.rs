//! `cargo xtask`: see `cargo xtask help`.

use std::process::ExitCode;

use xtask::command_line::{self, Task};
use xtask::{assets, bench, postgres, run, test};

fn main() -> ExitCode {
    let task = match command_line::read(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(error) => {
            run::say(&format!("{error:#}\n\n{}", command_line::HELP));
            return ExitCode::from(2);
        }
    };
    let done = run::watch_interrupts().and_then(|()| match task {
        Task::Help => {
            run::say(command_line::HELP);
            Ok(())
        }
        Task::Test { steps, keep_going } => test::run(&steps, keep_going),
        Task::Postgres { durable, command } => postgres::task(durable, &command),
        Task::Assets => assets::rebuild(),
        Task::Bench { name, json } => bench::run(&name, json.as_deref()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("\nxtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
