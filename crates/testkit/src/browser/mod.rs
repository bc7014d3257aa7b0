//! A real Chromium, headless, driven through chromedriver as a person would: by what the screen says.
//!
//! Nothing outside this machine is reachable from it: a page that asks a third party for anything fails. Host names
//! under `.localhost` and `.test` lead to 127.0.0.1. Every verb waits, up to ten seconds, for the page to be ready for
//! it, and panics with what the page offers instead; the screen of that moment is kept in `target/screens/failures/`.

mod driver;
mod sight;
mod verbs;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use fantoccini::{Client, ClientBuilder};
use serde_json::{Map, Value, json};

pub use fantoccini::key::Key;

use self::driver::{Driver, Own};
pub use self::sight::Violation;

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JavaScript {
    /// They may.
    On,
    /// They may not, as for people who block them or whose network lost them.
    Off,
}

/// A browser window with a profile of its own. It is closed when this is dropped.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    session: String,
    javascript: JavaScript,
    width: AtomicU32,
    dark: AtomicBool,
    driver: Arc<Driver>,
}

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--force-device-scale-factor=1",
    "--lang=fr-FR",
    "--accept-lang=fr-FR,fr",
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, \
     EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
];

impl Browser {
    /// Opens a window of 1280 × 800.
    ///
    /// Panics with the Debian packages to install when Chromium or chromedriver is missing.
    pub async fn open(javascript: JavaScript) -> Self {
        let driver = Driver::shared();
        // Chromium now and then fails to start on a machine that is short of memory or time.
        let mut client = Self::connect(&driver).await;
        if client.is_err() {
            client = Self::connect(&driver).await;
        }
        let client = client.unwrap_or_else(|e| panic!("Chromium does not open: {e}"));
        // Closed by our destructor: fantoccini's own way needs a runtime, which a failed test no longer has.
        let session = async {
            client.persist().await?;
            client.session_id().await
        };
        let session = session
            .await
            .ok()
            .flatten()
            .unwrap_or_else(|| panic!("no WebDriver session"));
        let browser = Self {
            client,
            session,
            javascript,
            width: AtomicU32::new(0),
            dark: AtomicBool::new(false),
            driver,
        };
        browser.scripts(javascript == JavaScript::On).await;
        browser.dark_mode(false).await;
        browser.viewport(1280, 800).await;
        browser
    }

    async fn connect(driver: &Driver) -> Result<Client, fantoccini::error::NewSessionError> {
        let profile = format!("--user-data-dir={}", driver.new_profile().display());
        let flags: Vec<&str> = FLAGS.iter().copied().chain([profile.as_str()]).collect();
        let capabilities = json!({
            "browserName": "chrome",
            "timeouts": { "implicit": 0, "pageLoad": 30_000, "script": 30_000 },
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": driver.chromium,
                "args": flags,
                // No bubble about passwords over the page.
                "prefs": {
                    "credentials_enable_service": false,
                    "profile.password_manager_leak_detection": false,
                },
            },
        });
        let capabilities: Map<String, Value> = match capabilities {
            Value::Object(capabilities) => capabilities,
            _ => Map::new(),
        };
        ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
    }

    /// Lets pages run scripts, or not. Evaluations of ours work either way, save for promises.
    async fn scripts(&self, run: bool) {
        let disabled = json!({ "value": !run });
        self.cdp("Emulation.setScriptExecutionDisabled", disabled)
            .await;
    }

    /// Sends a command of the DevTools protocol, for what the verbs have no words for, and gives its result.
    pub async fn cdp(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        let sent = self
            .client
            .issue_cmd(Own {
                path: "goog/cdp/execute",
                body,
            })
            .await;
        sent.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Evaluates an expression in the page, whatever its content security policy, and gives its value as JSON. A promise
    /// is waited for, which needs scripts to be on.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let promises = self.javascript == JavaScript::On;
        self.evaluate_with(expression, promises).await
    }

    async fn evaluate_with(&self, expression: &str, promises: bool) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": promises });
        let mut answer = self.cdp("Runtime.evaluate", params).await;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let start: String = expression.chars().take(200).collect();
            panic!("« {start} » in the page: {thrown}");
        }
        answer["result"]["value"].take()
    }

    /// What the browser's console holds since it was last asked: errors of scripts, refusals of the content security
    /// policy, files that do not load.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self
            .client
            .issue_cmd(Own {
                path: "se/log",
                body: json!({ "type": "browser" }),
            })
            .await;
        let log = log.unwrap_or_else(|e| panic!("the console cannot be read: {e}"));
        let entries = log.as_array().into_iter().flatten();
        entries
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .filter_map(|entry| Some(entry["message"].as_str()?.to_owned()))
            .collect()
    }

    /// Fails with `why`, where the browser is, and a picture of it.
    async fn fail(&self, why: &str) -> ! {
        let title = self.client.title().await.unwrap_or_default();
        let url = self
            .client
            .current_url()
            .await
            .map(String::from)
            .unwrap_or_default();
        let name = format!("failures/{}", self.session.get(..8).unwrap_or("browser"));
        let picture = self.try_screenshot(&name).await;
        let picture = picture.map_or_else(|e| e, |path| path.display().to_string());
        panic!("{why}\non {url} (« {title} »)\nscreen: {picture}")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.end_session(&self.session);
    }
}
