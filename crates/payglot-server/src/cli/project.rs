//! `payglot project`.

use super::{Where, output};
use crate::clock::Clock;
use crate::flows::project::{self, Draft};
use crate::projects::ProjectSettings;
use crate::secrets::Secret;
use crate::startup;
use clap::{Args, Subcommand};
use payglot_store::{Project as Stored, Store as _};
use serde_json::{Value, json};

/// Creates, changes and shows projects: all that a merchant would set in the vendor's cabinet.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot project set books callback_url=https://books.example/callback attempts=5")]
pub(super) struct Project {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create one; prints its secrets, once.
    Create {
        #[command(flatten)]
        place: Where,
        /// A unique name.
        name: String,
        /// The protocol it speaks: rbs.
        #[arg(long)]
        protocol: String,
        /// The name the protocol calls the merchant by (rbs: userName); by default the name and `-api`.
        #[arg(long)]
        login: Option<String>,
        /// A secret of your own instead of a generated one, such as `password=...`.
        #[arg(long, value_name = "KIND=VALUE", value_parser = pair)]
        secret: Vec<(String, String)>,
        /// Settings, such as `callback_url=https://books.example/callback`.
        #[arg(value_name = "KEY=VALUE", value_parser = pair)]
        settings: Vec<(String, String)>,
    },
    /// Change settings.
    Set {
        #[command(flatten)]
        place: Where,
        /// The project's name.
        name: String,
        /// Settings; `enabled=false` switches the project off.
        #[arg(value_name = "KEY=VALUE", value_parser = pair, required = true)]
        settings: Vec<(String, String)>,
    },
    /// Show one with all its settings. Secrets are not shown.
    Show {
        #[command(flatten)]
        place: Where,
        /// The project's name.
        name: String,
    },
    /// List all.
    List {
        #[command(flatten)]
        place: Where,
    },
    /// Give it a new secret; the old one stays valid for a while.
    RotateSecret {
        #[command(flatten)]
        place: Where,
        /// The project's name.
        name: String,
        /// Which secret: password, callback, or token (which a project has only once it is given one).
        kind: String,
        /// The new secret; generated if left out.
        #[arg(long)]
        value: Option<String>,
        /// For how many hours the old one stays valid.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as key=value")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl Project {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let now = Clock::System.now();
        match self.action {
            Action::Create { place, name, protocol, login, secret, settings } => {
                let mut wanted = ProjectSettings::default();
                for (key, value) in &settings {
                    wanted = wanted.with(key, value)?;
                }
                let login = login.unwrap_or_else(|| format!("{name}-api"));
                let secrets = secret.into_iter().map(|(kind, value)| (kind, Secret::new(value))).collect();
                let config = place.load()?;
                let store = startup::open_store(&config, None)?;
                let draft = Draft { protocol, name, login, settings: wanted, secrets };
                let (created, secrets) =
                    project::create(store.as_ref(), &startup::master_key(&config)?, draft, now).await?;
                show_created(&place, &created, &secrets);
            }
            Action::Set { place, name, settings } => {
                let store = startup::open_store(&place.load()?, None)?;
                show(&place, &project::set(store.as_ref(), &name, &settings).await?)?;
            }
            Action::Show { place, name } => {
                let store = startup::open_store(&place.load()?, None)?;
                show(&place, &project::find(store.as_ref(), &name).await?)?;
            }
            Action::List { place } => {
                let store = startup::open_store(&place.load()?, None)?;
                list(&place, &store.projects().await?);
            }
            Action::RotateSecret { place, name, kind, value, overlap_hours } => {
                let config = place.load()?;
                let store = startup::open_store(&config, None)?;
                let key = startup::master_key(&config)?;
                let overlap_ms = i64::from(overlap_hours) * 3_600_000;
                let value = value.map(Secret::new);
                let secret = project::rotate_secret(store.as_ref(), &key, &name, &kind, value, overlap_ms, now).await?;
                if place.json {
                    output::line(&json!({ "project": name, "kind": kind, "secret": secret.expose() }));
                } else {
                    output::text(&format!(
                        "{kind} {}\nThe old one stays valid for {overlap_hours} h.",
                        secret.expose()
                    ));
                }
            }
        }
        Ok(())
    }
}

fn show_created(place: &Where, project: &Stored, secrets: &[(String, Secret)]) {
    if place.json {
        let secrets: serde_json::Map<String, Value> =
            secrets.iter().map(|(kind, secret)| (kind.clone(), Value::from(secret.expose()))).collect();
        output::line(
            &json!({ "name": project.name, "protocol": project.protocol, "login": project.login, "secrets": secrets }),
        );
        return;
    }
    output::text(&format!("project {} ({}), login {}", project.name, project.protocol, project.login));
    for (kind, secret) in secrets {
        output::text(&format!("{kind:<9} {}", secret.expose()));
    }
    output::text("The secrets are shown this once; `payglot project rotate-secret` makes new ones.");
}

fn show(place: &Where, project: &Stored) -> anyhow::Result<()> {
    let settings: Value = serde_json::to_value(ProjectSettings::from_json(&project.settings)?)?;
    if place.json {
        output::line(&json!({
            "name": project.name, "protocol": project.protocol, "login": project.login, "enabled": project.enabled,
            "settings": settings,
        }));
        return Ok(());
    }
    output::text(&format!("project {} ({}), login {}", project.name, project.protocol, project.login));
    output::text(&format!("enabled = {}", project.enabled));
    for (key, value) in settings.as_object().into_iter().flatten() {
        output::text(&format!("{key} = {value}"));
    }
    Ok(())
}

fn list(place: &Where, projects: &[Stored]) {
    if place.json {
        let rows = projects.iter().map(|known| {
            json!({ "name": known.name, "protocol": known.protocol, "login": known.login, "enabled": known.enabled })
        });
        return output::line(&rows.collect());
    }
    for known in projects {
        let off = if known.enabled { "" } else { " (switched off)" };
        output::text(&format!("{:<24} {:<10} {}{off}", known.name, known.protocol, known.login));
    }
}
