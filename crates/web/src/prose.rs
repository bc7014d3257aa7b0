//! Agents' Markdown on a page.

use preau_app::markdown;

use crate::call::Call;

/// HTML of a text, its largest heading as `<hN>`. A link to `/contact` leads below the commune's address.
pub(crate) fn html(call: &Call, text: &str, top: u8) -> String {
    let html = markdown::to_html(text, top);
    if call.base.is_empty() || !html.contains("href=\"/") {
        return html;
    }
    let mut parts = html.split("href=\"/");
    let mut out = parts.next().unwrap_or_default().to_owned();
    let own = format!("{}/", call.base.trim_start_matches('/'));
    for part in parts {
        out.push_str("href=\"");
        if !part.starts_with(&own) && !part.starts_with('/') {
            out.push_str(&call.base);
        }
        out.push('/');
        out.push_str(part);
    }
    out
}
