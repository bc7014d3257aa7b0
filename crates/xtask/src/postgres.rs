//! A PostgreSQL cluster of one's own: in a temporary folder, on a free port of 127.0.0.1, with a
//! password that only this run knows. It ends with the value that holds it, also after a panic or
//! Ctrl-C; where `setpriv` exists the kernel ends it even when this program is killed.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::run;
use crate::tools::{self, Machine};

/// The variable that tells tests and benchmarks where the cluster is, as a `postgres://` address.
pub const VARIABLE: &str = "PREAU_TEST_POSTGRES";
/// How long a cluster may take to be ready. On two busy cores it takes about a second.
const PATIENCE: Duration = Duration::from_mins(1);
/// Another program may take the free port between the look and the start.
const ATTEMPTS: u32 = 3;
/// A socket's address, name included, has at most 107 bytes.
const LONGEST_SOCKET_FOLDER: usize = 80;

/// How far the cluster is to be trusted with a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// fsync on, as in production: for benchmarks.
    Full,
    /// fsync off: a test's data needs to outlive a killed client, not the machine.
    Fast,
}

/// A running cluster. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    url: String,
    // Declared last: removed after the server has ended.
    _folder: TempDir,
}

/// The user who owns the server; PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Cluster {
    /// Finds or installs PostgreSQL, then makes and starts a cluster.
    pub fn start(machine: &Machine, durability: Durability) -> Result<Self> {
        let bin = machine.provide(&tools::POSTGRES, Machine::find_postgres)?;
        let owner = if machine.root {
            Some(Owner::find()?)
        } else {
            None
        };
        let launcher = Launcher { machine, owner };
        let folder = folder(owner)?;
        let password = password()?;
        init(&launcher, &bin, folder.path(), owner, &password)?;
        let mut attempt = 1;
        let (server, port) = loop {
            match serve(&launcher, &bin, folder.path(), durability) {
                Ok(started) => break started,
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        };
        Ok(Self {
            server,
            url: format!("postgres://preau:{password}@127.0.0.1:{port}/postgres"),
            _folder: folder,
        })
    }

    /// `postgres://user:password@127.0.0.1:port/postgres`; the user may create databases and schemas.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // QUIT ends at once and frees the shared memory; nobody will read this data again.
        run::signal_process(self.server.id(), "QUIT");
        let _ = self.server.wait();
    }
}

/// `cargo xtask postgres`: runs a command beside a cluster, or keeps the cluster until Ctrl-C.
pub fn task(durable: bool, command: &[String]) -> Result<()> {
    let durability = if durable {
        Durability::Full
    } else {
        Durability::Fast
    };
    let cluster = Cluster::start(&Machine::this(), durability)?;
    let Some((program, arguments)) = command.split_first() else {
        run::say(&format!("{VARIABLE}={}\nCtrl-C ends it.", cluster.url()));
        run::wait_for_interrupt();
        return Ok(());
    };
    run::shown(
        Command::new(program)
            .args(arguments)
            .env(VARIABLE, cluster.url()),
    )
}

impl Owner {
    fn find() -> Result<Self> {
        let id = |kind: &str, name: &str| -> Result<u32> {
            Ok(run::output(Command::new("id").args([kind, name]))?
                .trim()
                .parse()?)
        };
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                Some(Self {
                    user: id("-u", name).ok()?,
                    group: id("-g", name).ok()?,
                })
            })
            .context(
                "PostgreSQL does not run as root, and there is neither a user postgres nor nobody",
            )
    }
}

/// Starts programs as the owner of the cluster.
struct Launcher<'a> {
    machine: &'a Machine,
    owner: Option<Owner>,
}

impl Launcher<'_> {
    fn command(&self, program: &Path) -> Result<Command> {
        let setpriv = self.machine.find(&["setpriv"]);
        if setpriv.is_none() && self.owner.is_some() {
            bail!(
                "setpriv is missing: root needs it to start PostgreSQL as another user (package util-linux)"
            );
        }
        let mut command = match setpriv {
            None => Command::new(program),
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.arg("--pdeathsig=QUIT");
                if let Some(Owner { user, group }) = self.owner {
                    command.args([
                        format!("--reuid={user}"),
                        format!("--regid={group}"),
                        "--clear-groups".into(),
                    ]);
                }
                command.arg("--").arg(program);
                command
            }
        };
        // English messages without a machine's own settings; "/" because the owner may not be
        // allowed to stand in the folder of whoever called.
        command
            .env("LC_ALL", "C")
            .env_remove("PGDATA")
            .env_remove("PGPORT")
            .current_dir("/");
        Ok(command)
    }
}

/// A folder that only the owner of the server can enter, with a path short enough for a socket.
fn folder(owner: Option<Owner>) -> Result<TempDir> {
    let wanted = std::env::temp_dir();
    let place = if wanted.as_os_str().len() > LONGEST_SOCKET_FOLDER {
        PathBuf::from("/tmp")
    } else {
        wanted
    };
    let folder = tempfile::Builder::new()
        .prefix("preau-postgres-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(&place)
        .with_context(|| format!("cannot make a folder in {}", place.display()))?;
    if let Some(Owner { user, group }) = owner {
        chown(folder.path(), Some(user), Some(group)).context("cannot give the folder away")?;
    }
    Ok(folder)
}

/// 128 bits of the system's chance, in hexadecimal: on a shared machine, whoever can talk to the
/// server as its first user can also run programs as its owner.
fn password() -> Result<String> {
    let mut chance = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut chance))
        .context("cannot read /dev/urandom")?;
    Ok(crate::hexadecimal(&chance))
}

fn init(
    launcher: &Launcher<'_>,
    bin: &Path,
    folder: &Path,
    owner: Option<Owner>,
    password: &str,
) -> Result<()> {
    let secret = folder.join("password");
    std::fs::write(&secret, password).context("cannot write the password file")?;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
    if let Some(Owner { user, group }) = owner {
        chown(&secret, Some(user), Some(group))?;
    }
    // A plain password over the loopback, checked against a hash: SCRAM costs a debug build of the
    // client 10 ms a connection. C.UTF-8 sorts by code point and knows the case of accented letters.
    run::output(
        launcher
            .command(&bin.join("initdb"))?
            .args(["--username=preau", "--auth=password", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync"])
            .arg(format!("--pwfile={}", secret.display()))
            .arg("--pgdata")
            .arg(folder.join("data")),
    )
    .context("initdb could not make the cluster")?;
    Ok(())
}

/// Starts the server and waits until it says that it is ready.
fn serve(
    launcher: &Launcher<'_>,
    bin: &Path,
    folder: &Path,
    durability: Durability,
) -> Result<(Child, u16)> {
    let port = free_port()?;
    let mut command = launcher.command(&bin.join("postgres"))?;
    command.arg("-D").arg(folder.join("data"));
    let mut set = |name: &str, value: &str| {
        command.args(["-c", &format!("{name}={value}")]);
    };
    set("listen_addresses", "127.0.0.1");
    set("port", &port.to_string());
    set("unix_socket_directories", &folder.to_string_lossy());
    set("max_connections", "200");
    set("logging_collector", "off");
    set("log_destination", "stderr");
    if durability == Durability::Fast {
        set("fsync", "off");
        set("full_page_writes", "off");
    }
    let mut server = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", run::line_of(&command)))?;
    let log = folder.join("log");
    let (said, ready) = mpsc::channel();
    if let Some(pipe) = server.stderr.take() {
        let log = log.clone();
        thread::spawn(move || follow(pipe, &log, &said));
    }
    if wait_until_ready(&ready) {
        return Ok((server, port));
    }
    run::signal_process(server.id(), "QUIT");
    let _ = server.wait();
    let log = std::fs::read_to_string(log).unwrap_or_default();
    bail!("PostgreSQL did not start:\n{log}")
}

/// Keeps the server's log in a file and says once that it is ready.
fn follow(pipe: ChildStderr, log: &Path, said: &Sender<()>) {
    let mut file = File::create(log).ok();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        if let Some(file) = &mut file {
            let _ = file.write_all(&line).and_then(|()| file.write_all(b"\n"));
        }
        if String::from_utf8_lossy(&line).contains("database system is ready to accept connections")
        {
            let _ = said.send(());
        }
    }
}

/// False when the server ended (its log closed) or took too long.
fn wait_until_ready(ready: &Receiver<()>) -> bool {
    ready.recv_timeout(PATIENCE).is_ok()
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
