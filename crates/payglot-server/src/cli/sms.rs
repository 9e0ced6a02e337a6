//! `payglot sms`.

use super::{Where, output};
use crate::flows::message::{self, Conversation, Reply, Sent};
use crate::flows::project;
use crate::gateway::Gateway;
use crate::startup;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use payglot_core::PaymentId;
use serde_json::json;
use std::time::{Duration, Instant};

/// Plays the telephones of premium text messages (Paysera): sends them and shows what comes back.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: payglot sms receive --project books --keyword TEA --from '+370 612 34567' --text 'with honey'"
)]
pub(super) struct Sms {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Receive a message as from a telephone: it is paid for, and a running server tells the shop.
    Receive(Receive),
    /// Show a message and what came back.
    Show {
        #[command(flatten)]
        place: Where,
        /// The id of its payment.
        id: PaymentId,
    },
}

#[derive(Debug, Args)]
struct Receive {
    #[command(flatten)]
    place: Where,
    /// Whose keyword it is.
    #[arg(long, value_name = "NAME")]
    project: String,
    /// The keyword (`paysera.keywords` of the project).
    #[arg(long)]
    keyword: String,
    /// The sender's number.
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    from: String,
    /// What follows the keyword.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    text: String,
    /// A test: no money moves.
    #[arg(long)]
    test: bool,
    /// The message's id, to send the same one again; a fresh one if left out.
    #[arg(long, value_name = "ID")]
    id: Option<PaymentId>,
    /// For how many seconds to wait for the shop's answer.
    #[arg(long, default_value_t = 5)]
    wait: u64,
}

impl Sms {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Receive(receive) => receive.run().await,
            Action::Show { place, id } => {
                let gateway = startup::for_command(place.load()?)?;
                let told = answered(&gateway, id, Duration::ZERO).await?;
                gateway.store.close().await;
                show(&place, id, &told);
                Ok(())
            }
        }
    }
}

impl Receive {
    async fn run(self) -> anyhow::Result<()> {
        let Self { place, project, keyword, from, text, test, id, wait } = self;
        let gateway = startup::for_command(place.load()?)?;
        let known = project::find(gateway.store.as_ref(), &project).await?;
        let project = gateway.projects.by_id(known.id).await?;
        let id = id.unwrap_or_else(|| gateway.clock.payment_id());
        let taken = message::receive(&gateway, &project, Sent { id, keyword, from, text, test }).await?;
        let told = answered(&gateway, taken.payment.id, Duration::from_secs(wait)).await?;
        gateway.store.close().await;
        show(&place, taken.payment.id, &told);
        Ok(())
    }
}

/// The conversation, once the shop has answered or the time is over. A running server reaches the shop.
async fn answered(gateway: &Gateway, id: PaymentId, wait: Duration) -> anyhow::Result<Conversation> {
    let began = Instant::now();
    loop {
        let known = message::conversation(gateway, id).await?.context("this payment is not one of a message")?;
        if known.reply != Reply::Waiting || began.elapsed() >= wait {
            return Ok(known);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn show(place: &Where, id: PaymentId, told: &Conversation) {
    let (word, text) = match &told.reply {
        Reply::Waiting => ("waiting", None),
        Reply::Nothing => ("nothing", None),
        Reply::Text(text) => ("text", Some(text)),
        Reply::Later => ("later", None),
        Reply::Push(text) => ("push", Some(text)),
        Reply::GivenUp => ("given_up", None),
    };
    let Conversation { number, from, to, text: sms, price, .. } = told;
    if place.json {
        return output::line(&json!({
            "payment": id.to_string(), "id": number, "from": from, "to": to, "sms": sms, "price": price, "reply": word, "text": text,
        }));
    }
    output::text(&format!("payment {id}\nmessage {number} from {from} to {to}, {price}: {sms}"));
    output::text(&match text {
        Some(text) => format!("answer  {text}"),
        None => format!("answer  ({word})"),
    });
}
