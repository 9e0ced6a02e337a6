//! The payer's ways back to the shop.

/// How it ended for the payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid.
    Success,
    /// Not paid, finally.
    Failure,
    /// Neither yet.
    Open,
}

impl Outcome {
    /// The word in names of parameters.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "fail",
            Self::Open => "return",
        }
    }
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// In the frame that the page is in.
    Iframe,
    /// In the window around it.
    ParentPage,
    /// In a new tab.
    BlankPage,
}

impl Frame {
    pub(super) fn read(word: Option<&str>, default: Self) -> Self {
        match word {
            Some("iframe") => Self::Iframe,
            Some("parent_page") => Self::ParentPage,
            Some("blank_page") => Self::BlankPage,
            Some(_) | None => default,
        }
    }
}

/// When it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// 0: never.
    Never,
    /// 1: on a page that fills its window.
    FullPage,
    /// 2: also inside a frame.
    Always,
}

impl Shown {
    pub(super) fn read(word: Option<&str>) -> Self {
        match word {
            Some("0") => Self::Never,
            Some("1") => Self::FullPage,
            Some(_) | None => Self::Always,
        }
    }
}

/// A way back. The address is opened as it is: the shop learns the result by callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// The address.
    pub url: String,
    /// When it is shown.
    pub shown: Shown,
    /// Where it leads.
    pub frame: Frame,
}
