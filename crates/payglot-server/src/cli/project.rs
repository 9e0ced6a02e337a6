//! `payglot project`.

use super::{Where, output};
use crate::clock::Clock;
use crate::flows::project::{self, Draft};
use crate::projects::ProjectSettings;
use crate::secrets::Secret;
use crate::startup;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use payglot_store::{Project as Stored, Store as _};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

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
        /// The protocol it speaks: rbs, paysera, monetix.
        #[arg(long)]
        protocol: String,
        /// The name the protocol calls the merchant by (rbs: userName, by default the name and `-api`; paysera: projectid, monetix: project_id,
        /// by default the next free number).
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
        /// Which secret: password, callback, or token and callback_rsa (which a project has only once it is given one).
        kind: String,
        /// The new secret; generated if left out.
        #[arg(long, allow_hyphen_values = true)]
        value: Option<String>,
        /// Read the new secret from a file, such as a private key in PEM; `-` is the standard input.
        #[arg(long, value_name = "FILE", conflicts_with = "value")]
        value_file: Option<PathBuf>,
        /// For how many hours the old one stays valid.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// Print the public key that the project's callbacks are verified with (callback_signature=asymmetric).
    PublicKey {
        #[command(flatten)]
        place: Where,
        /// The project's name.
        name: String,
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
                let mut wanted = ProjectSettings::of_protocol(&protocol);
                for (key, value) in &settings {
                    wanted = wanted.with(key, value)?;
                }
                let secrets = secret.into_iter().map(|(kind, value)| (kind, Secret::new(value))).collect();
                let config = place.load()?;
                let store = startup::open_store(&config, None)?;
                let login = match login {
                    Some(login) => login,
                    None => project::free_login(store.as_ref(), &protocol, &name).await?,
                };
                let draft = Draft { protocol, name, login, settings: wanted, secrets };
                let (created, secrets) =
                    project::create(store.as_ref(), &startup::master_key(&config)?, draft, now).await?;
                show_created(&place, &created, &secrets)?;
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
            Action::RotateSecret { place, name, kind, value, value_file, overlap_hours } => {
                let config = place.load()?;
                let store = startup::open_store(&config, None)?;
                let key = startup::master_key(&config)?;
                let overlap_ms = i64::from(overlap_hours) * 3_600_000;
                let value = match value_file {
                    Some(path) => Some(read_secret(&path)?),
                    None => value.map(Secret::new),
                };
                let secret = project::rotate_secret(store.as_ref(), &key, &name, &kind, value, overlap_ms, now).await?;
                show_rotated(&place, &name, &kind, &secret, overlap_hours)?;
            }
            Action::PublicKey { place, name } => {
                let config = place.load()?;
                let store = startup::open_store(&config, None)?;
                let pem = project::public_key(store.as_ref(), &startup::master_key(&config)?, &name).await?;
                if place.json {
                    output::line(&json!({ "project": name, "public_key": pem }));
                } else {
                    output::text(pem.trim_end());
                }
            }
        }
        Ok(())
    }
}

/// A secret's text out of a file; an editor's last line feed is not part of it.
fn read_secret(path: &Path) -> anyhow::Result<Secret> {
    let read =
        if path.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = read.with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn show_rotated(place: &Where, name: &str, kind: &str, secret: &Secret, overlap_hours: u32) -> anyhow::Result<()> {
    let shown = project::shown(kind, secret)?;
    if kind == project::CALLBACK_RSA {
        // The private half is never shown; the old one signs nothing any more, so it has no time to run out.
        if place.json {
            output::line(&json!({ "project": name, "kind": kind, "public_key": shown }));
        } else {
            output::text(&format!("{}\nThe next callback is signed with this key's private half.", shown.trim_end()));
        }
    } else if place.json {
        output::line(&json!({ "project": name, "kind": kind, "secret": shown }));
    } else {
        output::text(&format!("{kind} {shown}\nThe old one stays valid for {overlap_hours} h."));
    }
    Ok(())
}

fn show_created(place: &Where, created: &Stored, secrets: &[(String, Secret)]) -> anyhow::Result<()> {
    let shown = secrets.iter().map(|(kind, secret)| Ok((kind.as_str(), project::shown(kind, secret)?)));
    let shown: Vec<(&str, String)> = shown.collect::<anyhow::Result<_>>()?;
    if place.json {
        let secrets: serde_json::Map<String, Value> =
            shown.into_iter().map(|(kind, text)| (kind.to_owned(), Value::from(text))).collect();
        output::line(
            &json!({ "name": created.name, "protocol": created.protocol, "login": created.login, "secrets": secrets }),
        );
        return Ok(());
    }
    output::text(&format!("project {} ({}), login {}", created.name, created.protocol, created.login));
    for (kind, text) in shown {
        output::text(&format!("{kind:<9} {}", text.trim_end()));
    }
    output::text("The secrets are shown this once; `payglot project rotate-secret` makes new ones.");
    Ok(())
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
