//! A request that is not served: told to the payer in a sentence, and to the shop's developer with everything the shop sent.

use super::Frame;
use askama::Template;

/// Why no payment begins.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/refused.html")]
pub struct RefusedPage {
    /// What stands around it. Without merchant and order while nobody has proved whose request it is.
    pub frame: Frame,
    /// The protocol's code, which developers look up.
    pub code: String,
    /// What it means, in the page's language.
    pub meaning: String,
    /// The shop's number of the order, if the shop has proved itself.
    pub order: Option<String>,
    /// The shop's own page for payers who do not pay, if it may be offered.
    pub return_href: Option<String>,
    /// For the developer, in test projects only.
    pub developer: Option<RefusedDetails>,
}

/// How a shop makes its signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignatureKind {
    /// MD5 of the text, which ends with the password.
    #[default]
    Md5,
    /// HMAC-SHA512 of the text with the secret key, as base64.
    HmacSha512,
}

impl SignatureKind {
    fn text_id(self) -> &'static str {
        match self {
            Self::Md5 => "refused-signed",
            Self::HmacSha512 => "refused-signed-hmac",
        }
    }
}

/// What helps the developer of a shop.
#[derive(Debug, Clone, Default)]
pub struct RefusedDetails {
    /// The parameter that is wrong, or nothing.
    pub parameter: String,
    /// How the signature is made.
    pub covers: SignatureKind,
    /// The text that must be signed, where it holds the password with a word in its place.
    pub signed: String,
    /// The signature that came.
    pub sign: String,
    /// The request as it was read.
    pub fields: Vec<(String, String)>,
}

impl RefusedPage {
    fn title(&self) -> String {
        self.frame.titled(&self.frame.t("refused-title"))
    }
}
