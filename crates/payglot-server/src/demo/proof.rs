//! How a message was signed or checked, step by step, so that it can be shown.

/// The check of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// Who signed it, for the heading.
    pub(super) by: Signer,
    /// What was done and what came out of it.
    pub(super) steps: Vec<(&'static str, String)>,
    pub(super) proven: bool,
    /// The verdict in words.
    pub(super) verdict: String,
}

/// Who signed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    /// The shop did, and shows how.
    Shop,
    /// The gateway says that it did, and the shop checks it.
    Gateway,
}

impl Proof {
    /// How the shop signed what it sends.
    pub(super) fn signed(steps: Vec<(&'static str, String)>, verdict: &str) -> Self {
        Self { by: Signer::Shop, steps, proven: true, verdict: verdict.to_owned() }
    }

    /// What the gateway sent, found genuine.
    pub(super) fn genuine(steps: Vec<(&'static str, String)>, verdict: &str) -> Self {
        Self { by: Signer::Gateway, steps, proven: true, verdict: verdict.to_owned() }
    }

    /// What anybody could have sent.
    pub(super) fn doubtful(steps: Vec<(&'static str, String)>, verdict: String) -> Self {
        Self { by: Signer::Gateway, steps, proven: false, verdict }
    }

    /// The heading above the steps.
    pub(super) fn heading(&self) -> &'static str {
        match self.by {
            Signer::Shop => "How the shop signs it",
            Signer::Gateway => "Did the gateway really send this?",
        }
    }

    /// The result in a word.
    pub(super) fn result(&self) -> &'static str {
        match (self.proven, self.by) {
            (false, _) => "No match.",
            (true, Signer::Shop) => "Signed.",
            (true, Signer::Gateway) => "Match.",
        }
    }
}
