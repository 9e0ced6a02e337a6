//! The sandbox's telephone, from which premium messages are sent.

use super::{Frame, MethodIcon};
use askama::Template;

/// A keyword that can be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordOffer {
    /// The keyword.
    pub name: String,
    /// Whose it is.
    pub shop: String,
    /// What a message costs.
    pub price: String,
    /// The short number.
    pub to: String,
}

/// What was wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageError {
    /// It begins with no keyword that somebody has.
    Keyword,
    /// That is no number of a telephone.
    Number,
    /// It is too long.
    TooLong,
    /// It could not be charged now.
    NotCharged,
}

impl MessageError {
    fn text_id(self) -> &'static str {
        match self {
            Self::Keyword => "telephone-keyword-wrong",
            Self::Number => "errand-phone-wrong",
            Self::TooLong => "telephone-too-long",
            Self::NotCharged => "telephone-not-charged",
        }
    }

    /// Is it about the number, and not about the text?
    fn is_of_number(self) -> bool {
        match self {
            Self::Number => true,
            Self::Keyword | Self::TooLong | Self::NotCharged => false,
        }
    }
}

/// The telephone with a message to write.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/telephone.html")]
pub struct TelephonePage {
    /// What stands around.
    pub frame: Frame,
    /// Where the message is posted to, as `from`, `text` and `id`.
    pub action: String,
    /// The id of the message: the form sent twice is one message.
    pub id: String,
    /// What can be tried; empty: nothing.
    pub offers: Vec<KeywordOffer>,
    /// The telephone's number.
    pub from: String,
    /// The text.
    pub text: String,
    /// What was wrong before.
    pub error: Option<MessageError>,
}

impl TelephonePage {
    fn title(&self) -> String {
        let title = self.frame.t("telephone-title");
        if self.error.is_some() { format!("{}: {title}", self.frame.t("error-prefix")) } else { title }
    }

    fn number_error(&self) -> Option<String> {
        self.error.filter(|error| error.is_of_number()).map(|error| self.frame.t(error.text_id()))
    }

    fn text_error(&self) -> Option<String> {
        self.error.filter(|error| !error.is_of_number()).map(|error| self.frame.t(error.text_id()))
    }
}

/// What came back to the telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelephoneReply {
    /// Nothing yet: the shop is being reached.
    Waiting,
    /// The shop took it and answers nothing.
    Nothing,
    /// A text.
    Text(String),
    /// The shop will answer later.
    Later,
    /// A link, as the shop wrote it.
    Push(String),
    /// The shop could not be reached.
    GivenUp,
}

/// A message and what came back.
#[derive(Debug, Clone, Template)]
#[template(path = "checkout/templates/conversation.html")]
pub struct ConversationPage {
    /// What stands around.
    pub frame: Frame,
    /// The short number.
    pub to: String,
    /// The text that was sent.
    pub text: String,
    /// What it cost.
    pub price: String,
    /// The shop's name.
    pub shop: String,
    /// What came back.
    pub reply: TelephoneReply,
    /// Where the next message is written.
    pub another: String,
}

impl ConversationPage {
    fn title(&self) -> String {
        self.frame.t("telephone-sent-title")
    }

    fn sent(&self) -> String {
        self.frame.fill2("telephone-sent", ("to", &self.to), ("price", &self.price))
    }

    /// May something still come?
    fn is_open(&self) -> bool {
        match self.reply {
            TelephoneReply::Waiting | TelephoneReply::Later => true,
            TelephoneReply::Nothing | TelephoneReply::Text(_) | TelephoneReply::Push(_) | TelephoneReply::GivenUp => {
                false
            }
        }
    }

    /// The text that came, if one did.
    fn received(&self) -> Option<&str> {
        match &self.reply {
            TelephoneReply::Text(text) | TelephoneReply::Push(text) => Some(text),
            TelephoneReply::Waiting | TelephoneReply::Nothing | TelephoneReply::Later | TelephoneReply::GivenUp => None,
        }
    }

    fn state_id(&self) -> &'static str {
        match self.reply {
            TelephoneReply::Waiting => "telephone-waiting",
            TelephoneReply::Nothing => "telephone-nothing",
            TelephoneReply::Text(_) => "telephone-text",
            TelephoneReply::Later => "telephone-later",
            TelephoneReply::Push(_) => "telephone-push",
            TelephoneReply::GivenUp => "telephone-given-up",
        }
    }
}
