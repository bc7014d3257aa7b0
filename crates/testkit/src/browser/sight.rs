//! What a person sees, and what someone who does not see is told: screens and axe.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::{Browser, JavaScript};

/// axe-core, which looks for what keeps people with disabilities out (MPL-2.0, see assets/README.md).
const AXE: &str = include_str!("../../assets/axe.min.js");

const RUN_AXE: &str = "axe.run(document, { resultTypes: ['violations'] }).then((result) => \
    result.violations.map(({ id, impact, help, helpUrl, nodes }) => \
    ({ id, impact, help, help_url: helpUrl, nodes: nodes.map((node) => node.html) })))";

/// The widths at which every page is looked at, with heights of devices that have them.
const SCREENS: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];

/// Where the screens go, from the workspace.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screens");

/// Something that keeps people out.
#[derive(Debug, Clone, Deserialize)]
pub struct Violation {
    /// The rule, such as `color-contrast`.
    pub id: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: Option<String>,
    /// The rule in a sentence.
    pub help: String,
    /// Where the rule is explained.
    pub help_url: String,
    /// The HTML of what breaks it.
    pub nodes: Vec<String>,
}

impl Browser {
    /// Makes the window that large, in CSS pixels; a narrow one behaves as a telephone's.
    pub async fn viewport(&self, width: u32, height: u32) {
        let mobile = width < 600;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        self.width.store(width, Ordering::Relaxed);
    }

    /// Prefers dark colours, or light ones. Motion is always unwelcome, so that screens hold still.
    pub async fn dark_mode(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.cdp("Emulation.setEmulatedMedia", features).await;
        self.dark.store(dark, Ordering::Relaxed);
    }

    /// Takes a picture of the whole page into `target/screens/{name}-{width}.png` (`-dark` added in dark mode).
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        self.try_screenshot(name)
            .await
            .unwrap_or_else(|why| panic!("no screen « {name} »: {why}"))
    }

    pub(super) async fn try_screenshot(&self, name: &str) -> Result<PathBuf, String> {
        let metrics = self.cdp("Page.getLayoutMetrics", json!({})).await;
        let size = &metrics["cssContentSize"];
        let clip =
            json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let params = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.cdp("Page.captureScreenshot", params).await;
        let png = STANDARD
            .decode(picture["data"].as_str().unwrap_or_default())
            .map_err(|e| e.to_string())?;
        let dark = if self.dark.load(Ordering::Relaxed) {
            "-dark"
        } else {
            ""
        };
        let width = self.width.load(Ordering::Relaxed);
        let path = Path::new(FOLDER).join(format!("{name}-{width}{dark}.png"));
        let write = || {
            std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
            std::fs::write(&path, png)?;
            path.canonicalize()
        };
        write().map_err(|e| format!("{}: {e}", path.display()))
    }

    /// What axe finds on the page, best practices included. With JavaScript off it looks at the page as it stands
    /// there without: axe itself runs, the page's scripts still do not.
    pub async fn axe(&self) -> Vec<Violation> {
        let off = self.javascript == JavaScript::Off;
        if off {
            self.scripts(true).await;
        }
        // Injected by the DevTools protocol, which no content security policy concerns.
        if self.evaluate_with("typeof axe", true).await != "object" {
            self.evaluate_with(&format!("{AXE};true"), true).await;
        }
        let found = self.evaluate_with(RUN_AXE, true).await;
        if off {
            self.scripts(false).await;
        }
        serde_json::from_value(found)
            .unwrap_or_else(|e| panic!("axe answers what it should not: {e}"))
    }

    /// Expects axe to find nothing.
    pub async fn expect_accessible(&self) {
        let faults = self.faults().await;
        if !faults.is_empty() {
            self.fail(&faults).await;
        }
    }

    /// Looks at the page at 360, 768 and 1280 pixels: a picture of each, and at each axe finds nothing and nothing
    /// stands out sideways. The window stays at 1280.
    pub async fn look(&self, name: &str) {
        let mut faults = String::new();
        for (width, height) in SCREENS {
            self.viewport(width, height).await;
            self.screenshot(name).await;
            faults.push_str(&self.faults().await);
            let whole = self
                .evaluate_with("document.scrollingElement.scrollWidth", false)
                .await;
            if whole.as_u64().is_some_and(|whole| whole > width.into()) {
                let _ = writeln!(
                    faults,
                    "at {width} px the page is {whole} px wide and scrolls sideways"
                );
            }
        }
        if !faults.is_empty() {
            self.fail(&faults).await;
        }
    }

    /// The violations as a list to read, empty without any.
    async fn faults(&self) -> String {
        let width = self.width.load(Ordering::Relaxed);
        let mut list = String::new();
        for violation in self.axe().await {
            let Violation {
                id,
                impact,
                help,
                help_url,
                nodes,
            } = violation;
            let impact = impact.unwrap_or_else(|| "unrated".into());
            let _ = writeln!(list, "at {width} px, {impact}: {help} [{id}] {help_url}");
            for node in nodes {
                let _ = writeln!(list, "    {node}");
            }
        }
        list
    }
}
