//! What a browser fetches to show a page for the first time, read from the page itself.

use std::collections::VecDeque;

use anyhow::{Result, ensure};

use preau_bench::client::{BROWSER, Client};

/// A first view.
pub(crate) struct FirstView {
    /// Requests with their compressed size in bytes, in the order in which they are found.
    pub(crate) requests: Vec<(String, usize)>,
    /// Bytes of the answers' heads.
    pub(crate) heads: usize,
    /// The page before compression, in bytes.
    pub(crate) page: usize,
}

/// Fetches a page and all that it needs.
pub(crate) async fn fetch(client: &mut Client, path: &str) -> Result<FirstView> {
    let mut view = FirstView {
        requests: Vec::new(),
        heads: 0,
        page: 0,
    };
    let mut queue = VecDeque::from([path.to_owned()]);
    while let Some(path) = queue.pop_front() {
        if view.requests.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let answer = client.get(&path, BROWSER).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        view.heads += answer.head.len();
        view.requests.push((path, answer.body.len()));
        match answer
            .field("content-type")
            .unwrap_or_default()
            .split(';')
            .next()
        {
            Some("text/html") => {
                let text = answer.text()?;
                view.page = text.len();
                queue.extend(of_page(&text));
            }
            Some("text/css") => queue.extend(of_sheet(&answer.text()?)),
            Some("text/javascript") => queue.extend(of_module(&answer.text()?)),
            _ => {}
        }
    }
    Ok(view)
}

/// Style sheets, icons, scripts, images of a page. Without an icon the browser asks for `/favicon.ico`.
fn of_page(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut icon = false;
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.split_whitespace().next().unwrap_or_default();
        let rel = attribute(tag, "rel").unwrap_or_default();
        icon |= name == "link" && rel.contains("icon");
        let fetched = match name {
            "link" => ["stylesheet", "icon", "preload", "modulepreload", "manifest"]
                .iter()
                .any(|kind| rel.split(' ').any(|word| word == *kind))
                .then(|| attribute(tag, "href"))
                .flatten(),
            "script" | "img" | "source" | "iframe" => attribute(tag, "src"),
            _ => None,
        };
        found.extend(fetched);
    }
    if !icon {
        found.push("/favicon.ico".to_owned());
    }
    found.retain(|address| address.starts_with('/'));
    found
}

/// Everything that a sheet may load: fonts and images, needed by this page or not.
fn of_sheet(css: &str) -> Vec<String> {
    css.split("url(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|address| address.trim_matches(['"', '\'']).to_owned())
        .filter(|address| address.starts_with('/'))
        .collect()
}

/// Modules that a module imports before it runs.
fn of_module(js: &str) -> Vec<String> {
    js.lines()
        .filter(|line| line.starts_with("import "))
        .filter_map(|line| line.split(['"', '\'']).nth(1))
        .filter(|address| address.starts_with('/'))
        .map(ToOwned::to_owned)
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(at..)?.split('"').next()?;
    Some(value.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_s_list_is_read_from_the_page() {
        let html = r#"<head><link rel="stylesheet" href="/a.css"><link rel="icon" href="/i.svg">
            <link rel="canonical" href="/x"><script type="module" src="/a.js"></script></head>
            <img src="data:image/png;base64,AA" alt=""><img alt="" src="/logo.png">"#;
        assert_eq!(of_page(html), ["/a.css", "/i.svg", "/a.js", "/logo.png"]);
        assert_eq!(of_page("<p>"), ["/favicon.ico"]);
        assert_eq!(
            of_sheet("a{b:url(\"/f.woff2\")}c{d:url(data:x)}"),
            ["/f.woff2"]
        );
    }
}
