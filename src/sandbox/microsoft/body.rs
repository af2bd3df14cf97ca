//! Bodies: kept as they were written, shown as HTML unless text is preferred.

use serde_json::{Value, json};

/// Characters in `bodyPreview`.
const PREVIEW: usize = 255;

/// A body as it is answered.
pub(super) fn shown(body: &Value, text: bool) -> Value {
    let content = body["content"].as_str().unwrap_or_default();
    let html = is_html(body);
    let content = match (html, text) {
        (true, true) => strip(content),
        (false, true) => content.to_owned(),
        (true, false) if content.contains("<html") => content.to_owned(),
        (true, false) => wrap(content),
        (false, false) => wrap(&escape(content)),
    };
    json!({ "contentType": if text { "text" } else { "html" }, "content": content })
}

/// The beginning of a body, as text.
pub(super) fn preview(body: &Value) -> String {
    let text = shown(body, true);
    let text = text["content"].as_str().unwrap_or_default();
    text.chars().take(PREVIEW).collect()
}

fn is_html(body: &Value) -> bool {
    let kind = body["contentType"].as_str().unwrap_or_default();
    kind.eq_ignore_ascii_case("html")
}

fn wrap(content: &str) -> String {
    format!(
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>{content}</body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>\n")
}

fn strip(html: &str) -> String {
    let broken = html.replace("<br>", "\n").replace("</p>", "\n");
    let mut text = String::new();
    let mut inside = false;
    for letter in broken.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .trim()
        .to_owned()
}
