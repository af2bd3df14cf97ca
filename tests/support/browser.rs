//! A browser without a window: it shows pages, fills in forms, keeps cookies,
//! and follows no redirect unasked.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

/// The browser.
pub(crate) struct Browser {
    http: Client,
    /// By origin.
    cookies: BTreeMap<String, String>,
    /// A public address, and where a proxy passes it on to.
    proxy: Option<(String, String)>,
}

/// What it shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Shown {
    /// Where its link leads.
    pub(crate) fn way_on(&self) -> String {
        attribute(&self.text, "<a", "href").expect("a link")
    }
}

impl Browser {
    pub(crate) fn new() -> Self {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let http = Client::builder().no_gzip().redirect(Policy::none());
        Self {
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
            proxy: None,
        }
    }

    /// One for which a public address leads to a place on this machine.
    pub(crate) fn behind(public: &str, place: &str) -> Self {
        Self {
            proxy: Some((public.to_owned(), place.to_owned())),
            ..Self::new()
        }
    }

    /// Opens an address.
    pub(crate) async fn open(&mut self, url: &str) -> Shown {
        let request = self.http.get(self.place(url));
        self.show(url, request).await
    }

    /// Fills in the form of a page and sends it: what is hidden or ticked in it,
    /// and the given fields; `-name` unticks a value.
    pub(crate) async fn submit(&mut self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let action = attribute(&page.text, "<form", "action").expect("a form");
        let hidden = page.text.split("<input").skip(1);
        let hidden = hidden.filter(|input| {
            let tag = input.split('>').next().unwrap_or_default();
            tag.contains("type=\"hidden\"") || tag.ends_with(" checked")
        });
        let mut form: Vec<(String, String)> = hidden
            .map(|input| {
                let value = |name| attribute(input, "", name).unwrap_or_default();
                (value("name"), value("value"))
            })
            .collect();
        for (name, value) in fields {
            match name.strip_prefix('-') {
                Some(name) => form.retain(|(n, v)| (n.as_str(), v.as_str()) != (name, *value)),
                None => form.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        let request = self.http.post(self.place(&action)).form(&form);
        self.show(&action, request).await
    }

    /// Opens a provider's page, answers it, and follows the way back: what is
    /// shown there.
    pub(crate) async fn answer(&mut self, url: &str, fields: &[(&str, &str)]) -> Shown {
        let back = self.way_back(url, fields).await;
        self.open(&back).await
    }

    /// Opens a provider's page and answers it: the address that leads back.
    pub(crate) async fn way_back(&mut self, url: &str, fields: &[(&str, &str)]) -> String {
        let page = self.open(url).await;
        assert_eq!(page.status, 200, "{page:?}");
        let sent = self.submit(&page, fields).await;
        sent.location.unwrap_or_else(|| panic!("{}", sent.text))
    }

    async fn show(&mut self, url: &str, request: RequestBuilder) -> Shown {
        let origin = Url::parse(url).unwrap().origin().ascii_serialization();
        let request = match self.cookies.get(&origin) {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let header = |name| Some(answer.headers().get(name)?.to_str().unwrap().to_owned());
        if let Some(cookie) = header(SET_COOKIE) {
            let kept = cookie.split(';').next().unwrap().to_owned();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(&origin),
                false => self.cookies.insert(origin, kept),
            };
        }
        Shown {
            status: answer.status().as_u16(),
            location: header(LOCATION),
            text: answer.text().await.unwrap(),
        }
    }

    /// Where an address is on this machine.
    fn place(&self, url: &str) -> String {
        match &self.proxy {
            Some((public, place)) if url.starts_with(public) => url.replacen(public, place, 1),
            _ => url.to_owned(),
        }
    }
}

/// An attribute behind some words.
fn attribute(text: &str, behind: &str, name: &str) -> Option<String> {
    let (_, text) = text.split_once(behind)?;
    let (_, value) = text.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    Some(value.replace("&amp;", "&"))
}
