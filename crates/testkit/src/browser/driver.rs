//! The one chromedriver of a test process, and the commands that fantoccini has no words for.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::Value;
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::process::{Watched, find_program};

/// Shared by the browsers of this process, and ended with the last of them.
static SHARED: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

const PACKAGES: &str = "as root: apt-get install chromium chromium-driver \
    (or name them: PREAU_TEST_CHROMIUM, PREAU_TEST_CHROMEDRIVER)";

/// A running chromedriver, its browsers' profiles, and where Chromium is.
#[derive(Debug)]
pub(super) struct Driver {
    // First, because what it kills writes in the folder.
    _process: Watched,
    folder: TempDir,
    port: u16,
    pub(super) chromium: PathBuf,
    profiles: AtomicU32,
}

impl Driver {
    /// The driver of this process, started when there is none.
    pub(super) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = shared.upgrade() {
            return driver;
        }
        let driver = Self::start().unwrap_or_else(|why| panic!("the browser of the tests: {why}"));
        let driver = Arc::new(driver);
        *shared = Arc::downgrade(&driver);
        driver
    }

    fn start() -> Result<Self, String> {
        let find = |variable, names, what| {
            find_program(variable, names).ok_or_else(|| format!("there is no {what}; {PACKAGES}"))
        };
        let chromium = find(
            "PREAU_TEST_CHROMIUM",
            &["chromium", "chromium-browser"],
            "Chromium",
        )?;
        let driver = find("PREAU_TEST_CHROMEDRIVER", &["chromedriver"], "chromedriver")?;
        let folder = TempDir::new().map_err(|e| format!("no temporary folder: {e}"))?;
        // Chromium leaves files in the temporary folder when it is killed: they go with ours.
        let environment: [(&str, &OsStr); 1] = [("TMPDIR", folder.path().as_os_str())];
        let (process, port) = Watched::start(&driver, ["--port=0"], &environment, |line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse().ok()
        })?;
        Ok(Self {
            _process: process,
            folder,
            port,
            chromium,
            profiles: AtomicU32::new(0),
        })
    }

    /// Where WebDriver commands go.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// A folder for a new profile, that Chromium makes.
    pub(super) fn new_profile(&self) -> PathBuf {
        let number = self.profiles.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("profile-{number}"))
    }

    /// Where a test may put files for the browser to upload.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends a session and its Chromium. Not async, because destructors are not; failures are left to the end of the
    /// driver, which kills what remains.
    pub(super) fn end_session(&self, session: &str) {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else {
            return;
        };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let request = format!(
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        );
        if stream.write_all(request.as_bytes()).is_ok() {
            let _ = stream.read(&mut [0; 64]);
        }
    }
}

/// A command of chromedriver's own, posted to `session/{id}/{path}`.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) path: &'static str,
    pub(super) body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
