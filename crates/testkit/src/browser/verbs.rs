//! What a person does with a page.

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use serde_json::{Value, json};

use super::Browser;
use crate::patience;
use crate::words::plain;

/// Finds by words; see the file.
const FIND: &str = include_str!("find.js");

/// The key of an element's reference in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Types of input that browsers show in the reader's own order of day and month: typed by value, not by keys.
const BY_VALUE: &[&str] = &[
    "date",
    "time",
    "month",
    "week",
    "datetime-local",
    "color",
    "range",
];

const SET_VALUE: &str = "const [field, value] = arguments; field.focus(); field.value = value; \
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));";

const OPTION: &str = "const [list, wanted] = arguments; \
    const plain = (text) => text.replace(/\\u00ad/g, '').replace(/’/g, \"'\").replace(/\\s+/gu, ' ').trim(); \
    return [...list.options].find((option) => plain(option.text) === wanted) ?? [...list.options].map((o) => o.text);";

/// What is found: the thing, and the label that covers it, if one does.
struct Found {
    element: Element,
    label: Option<Element>,
}

impl Found {
    /// Clicks what is in front: the label that covers the thing, or the thing.
    async fn click(&self) -> Result<(), CmdError> {
        self.label.as_ref().unwrap_or(&self.element).click().await
    }
}

impl Browser {
    /// Opens a page and waits until it is loaded; a path starts from the page that is open.
    pub async fn visit(&self, url: &str) {
        if let Err(e) = self.client.goto(url).await {
            self.fail(&format!("{url} does not open: {e}")).await;
        }
    }

    /// Types into the field of that label, in place of what is there. Dates and times are given as `2026-11-19` and
    /// `10:00`.
    pub async fn fill(&self, label: &str, value: &str) {
        let script = self.client.clone();
        self.with("field", label, async |field| {
            let kind = field.element.attr("type").await?.unwrap_or_default();
            if BY_VALUE.contains(&kind.as_str()) {
                let arguments = vec![reference(&field.element), json!(value)];
                return script.execute(SET_VALUE, arguments).await.map(drop);
            }
            field.element.clear().await?;
            field.element.send_keys(value).await
        })
        .await;
    }

    /// Selects an option of the list of that label.
    pub async fn select(&self, label: &str, option: &str) {
        let script = self.client.clone();
        let wanted = plain(option);
        let missing = self
            .with("list", label, async |list| {
                let arguments = vec![reference(&list.element), json!(wanted)];
                let found = script.execute(OPTION, arguments).await?;
                match self.element(&found) {
                    Some(option) => option.click().await.map(|()| None),
                    None => Ok(Some(found)),
                }
            })
            .await;
        if let Some(options) = missing {
            self.fail(&format!(
                "no option « {option} » in « {label} », there are {options}"
            ))
            .await;
        }
    }

    /// Chooses the radio button of that label.
    pub async fn choose(&self, label: &str) {
        self.with("radio button", label, async |radio| radio.click().await)
            .await;
    }

    /// Ticks the box of that label, if it is not ticked.
    pub async fn check(&self, label: &str) {
        self.tick(label, true).await;
    }

    /// Unticks the box of that label, if it is ticked.
    pub async fn uncheck(&self, label: &str) {
        self.tick(label, false).await;
    }

    async fn tick(&self, label: &str, tick: bool) {
        self.with("box", label, async |the_box| {
            if the_box.element.is_selected().await? == tick {
                Ok(())
            } else {
                the_box.click().await
            }
        })
        .await;
    }

    /// Gives a file of that name and content to the field of that label.
    pub async fn attach(&self, label: &str, filename: &str, bytes: impl AsRef<[u8]>) {
        let folder = tempfile::tempdir_in(self.driver.folder());
        let path = folder.map(|folder| folder.keep().join(filename));
        let written = path.and_then(|path| std::fs::write(&path, bytes).map(|()| path));
        let path = written.unwrap_or_else(|e| panic!("« {filename} » cannot be written: {e}"));
        let path = path.display().to_string();
        self.with("file field", label, async |field| {
            field.element.send_keys(&path).await
        })
        .await;
    }

    /// Presses the button of that name.
    pub async fn press(&self, name: &str) {
        self.with("button", name, async |button| button.click().await)
            .await;
    }

    /// Follows the link of these words.
    pub async fn follow(&self, words: &str) {
        self.with("link", words, async |link| link.click().await)
            .await;
    }

    /// Types on the keyboard, into whatever has the focus; [`super::Key`] has the keys that are not letters
    /// (`&(Key::Tab + "")`).
    pub async fn type_keys(&self, keys: &str) {
        let typed = async { self.client.active_element().await?.send_keys(keys).await };
        if let Err(e) = typed.await {
            self.fail(&format!("nothing can be typed: {e}")).await;
        }
    }

    /// Expects the page to show this, now or soon.
    pub async fn sees(&self, words: &str) {
        let wanted = plain(words);
        let look = async || match self.text().await {
            text if plain(&text).contains(&wanted) => Ok(()),
            text => Err(text),
        };
        if let Err(text) = patience::until(look).await {
            self.fail(&format!(
                "« {words} » is not on the page, which says:\n{text}"
            ))
            .await;
        }
    }

    /// Expects the page not to show this, now or soon.
    pub async fn does_not_see(&self, words: &str) {
        let wanted = plain(words);
        let look = async || match self.text().await {
            text if plain(&text).contains(&wanted) => Err(text),
            _ => Ok(()),
        };
        if let Err(text) = patience::until(look).await {
            self.fail(&format!("« {words} » is on the page, which says:\n{text}"))
                .await;
        }
    }

    /// What the page shows, as a person would read it.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body?.innerText ?? ''", Vec::new())
            .await;
        text.ok()
            .and_then(|text| Some(text.as_str()?.to_owned()))
            .unwrap_or_default()
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        self.client
            .title()
            .await
            .unwrap_or_else(|e| panic!("the page has no title: {e}"))
    }

    /// The address of the page.
    pub async fn url(&self) -> url::Url {
        self.client
            .current_url()
            .await
            .unwrap_or_else(|e| panic!("the page has no address: {e}"))
    }

    /// The first-level heading of the page, empty without one.
    pub async fn heading(&self) -> String {
        self.words_of("document.querySelector('h1')?.innerText")
            .await
    }

    /// The words of what has the focus: its label or its text; empty when nothing has.
    pub async fn focused(&self) -> String {
        self.words_of(
            "((e) => e === document.body ? '' : e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText \
             || e.value)(document.activeElement)",
        )
        .await
    }

    async fn words_of(&self, expression: &str) -> String {
        plain(self.evaluate(expression).await.as_str().unwrap_or_default())
    }

    /// What stands in the field of that label.
    pub async fn value(&self, label: &str) -> String {
        self.with("anything", label, async |field| {
            field.element.prop("value").await
        })
        .await
        .unwrap_or_default()
    }

    /// Whether the box or radio button of that label is ticked.
    pub async fn is_checked(&self, label: &str) -> bool {
        self.with("anything", label, async |the_box| {
            the_box.element.is_selected().await
        })
        .await
    }

    /// The value of a cookie that this page's address gets.
    pub async fn cookie(&self, name: &str) -> Option<String> {
        let cookie = self.client.get_named_cookie(name).await.ok()?;
        Some(cookie.value().to_owned())
    }

    /// Forgets the cookies of this page's host.
    pub async fn forget_cookies(&self) {
        let forgotten = self.client.delete_all_cookies().await;
        forgotten.unwrap_or_else(|e| panic!("the cookies stay: {e}"));
    }

    /// Finds what is called `wanted` and does `act` with it; both again while the page is not ready for it.
    async fn with<T>(
        &self,
        what: &str,
        wanted: &str,
        act: impl AsyncFn(Found) -> Result<T, CmdError>,
    ) -> T {
        let attempt = async || {
            let found = self.find(what, wanted).await?;
            act(found)
                .await
                .map_err(|e| format!("the {what} « {wanted} »: {e}"))
        };
        match patience::until(attempt).await {
            Ok(done) => done,
            Err(why) => self.fail(&why).await,
        }
    }

    async fn find(&self, what: &str, wanted: &str) -> Result<Found, String> {
        let found = self
            .client
            .execute(FIND, vec![json!(what), json!(wanted)])
            .await;
        let found = found.map_err(|e| e.to_string())?;
        if let Some(element) = self.element(&found["found"]) {
            return Ok(Found {
                element,
                label: self.element(&found["label"]),
            });
        }
        if let Some(several) = found["several"].as_u64() {
            return Err(format!(
                "{several} of {what} « {wanted} »; say « group > {what} »"
            ));
        }
        Err(format!(
            "no {what} « {wanted} »; there are {}",
            found["names"]
        ))
    }

    fn element(&self, reference: &Value) -> Option<Element> {
        let id = reference.get(ELEMENT)?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), id.into()))
    }
}

fn reference(element: &Element) -> Value {
    json!({ ELEMENT: element.element_id().as_ref() })
}
