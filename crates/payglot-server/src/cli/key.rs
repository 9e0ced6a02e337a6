//! `payglot key`.

use super::{Where, output};
use crate::flows::resign;
use crate::secrets::Secret;
use crate::startup;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use payglot_store::GatewayKey;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Shows and changes the key that signs callbacks for all Paysera projects. Works beside a running server.
#[derive(Debug, Args)]
#[command(
    after_help = "To change the key: `payglot key prepare`, give shops that keep a copy the certificate of /download/next.key, then \
                  `payglot key switch`."
)]
pub(super) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The keys and their certificates, newest first.
    Show {
        #[command(flatten)]
        place: Where,
    },
    /// Make the next key and publish its certificate under /download/next.key. It does not sign yet.
    Prepare {
        #[command(flatten)]
        place: Where,
    },
    /// Let the prepared key sign, publish its certificate under /download/public.key, and sign what waits to be sent anew.
    Switch {
        #[command(flatten)]
        place: Where,
    },
    /// Take in a key with its certificate, from another installation: as the first one, or prepared as the next.
    Import {
        #[command(flatten)]
        place: Where,
        /// The private key: PKCS#8 in PEM.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Its certificate in PEM.
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
    },
}

impl Key {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (Action::Show { place }
        | Action::Prepare { place }
        | Action::Switch { place }
        | Action::Import { place, .. }) = &self.action;
        let gateway = startup::for_command(place.load()?)?;
        let now = gateway.clock.now();
        match &self.action {
            Action::Show { place } => show(place, &gateway.keys.all().await?),
            Action::Prepare { place } => show(place, &[gateway.keys.prepare(now).await?]),
            Action::Switch { place } => {
                let key = gateway.keys.switch(now).await?;
                let signed = resign::waiting(&gateway).await?;
                if place.json {
                    output::line(&json!({ "key": key.n, "signed_anew": signed }));
                } else {
                    output::text(&format!("key {} signs now; {signed} waiting callbacks were signed anew", key.n));
                }
            }
            Action::Import { place, key, certificate } => {
                let read = |path: &PathBuf| {
                    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
                };
                gateway.keys.import(&Secret::new(read(key)?), &read(certificate)?, now).await?;
                show(place, &gateway.keys.all().await?[..1]);
            }
        }
        gateway.store.close().await;
        Ok(())
    }
}

fn show(place: &Where, keys: &[GatewayKey]) {
    if place.json {
        let row = |key: &GatewayKey| {
            json!({
                "key": key.n, "created_at": key.created_at.0, "signs_from": key.used_from.map(|at| at.0),
                "certificate": key.certificate,
            })
        };
        return output::line(&Value::Array(keys.iter().map(row).collect()));
    }
    if keys.is_empty() {
        return output::text("There is no key yet; the first one is made when it is first needed.");
    }
    for key in keys {
        let since = key
            .used_from
            .map_or("prepared, does not sign yet".to_owned(), |at| format!("signs since {}", output::time(at)));
        output::text(&format!(
            "key {} made {}, {since}\n{}",
            key.n,
            output::time(key.created_at),
            key.certificate.trim_end()
        ));
    }
}
