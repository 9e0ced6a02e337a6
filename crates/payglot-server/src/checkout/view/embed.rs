//! What a page tells the window around it, where a shop may show it in a frame.

/// The page's part in the conversation with a shop's window; `static/frame.js` speaks it. A page without one loads no such script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embed {
    /// What the page announces when it is shown, such as `epframe.payment.success`; most pages have nothing to announce.
    pub message: Option<String>,
    /// What goes with the message, a JSON text; empty if nothing does. Any window may hear it, so it holds nothing secret.
    pub data: String,
    /// Where the browser goes at once, without waiting for the payer.
    pub go: Option<Go>,
    /// Where the link back to the shop opens.
    pub back: GoMode,
}

impl Embed {
    /// What a page tells that could not show its payment.
    pub fn failed_loading() -> Self {
        Self {
            message: Some("epframe.fail_loading".to_owned()),
            data: r#"{"message":"Application error"}"#.to_owned(),
            ..Self::default()
        }
    }
}

/// A way out that the payer need not press. It is a link as well, for browsers without script and windows that do not listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Go {
    /// An `http` or `https` address.
    pub url: String,
    /// Where it opens.
    pub mode: GoMode,
}

/// Where an address opens that leads out of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GoMode {
    /// In the page's own place.
    Iframe,
    /// In the place of the shop's page around it.
    #[default]
    ParentPage,
    /// In a new tab, when the payer presses the link: browsers block tabs that nobody asked for.
    BlankPage,
}

impl GoMode {
    /// The mode's name in the script.
    pub(in crate::checkout) const fn word(self) -> &'static str {
        match self {
            Self::Iframe => "iframe",
            Self::ParentPage => "parent_page",
            Self::BlankPage => "blank_page",
        }
    }

    /// The value of `target` that makes a link do the same by itself.
    pub(in crate::checkout) const fn target(self) -> &'static str {
        match self {
            Self::Iframe => "_self",
            Self::ParentPage => "_parent",
            Self::BlankPage => "_blank",
        }
    }
}
