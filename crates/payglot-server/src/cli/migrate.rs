//! `payglot migrate`.

use super::{Where, output};
use crate::startup;
use clap::Args;
use serde_json::json;

/// Brings the database to the schema of this version. `serve` does the same at its start; this is for those who want to do it apart.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot migrate --data /var/lib/payglot")]
pub(super) struct Migrate {
    #[command(flatten)]
    place: Where,
}

impl Migrate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = self.place.load()?;
        let pending = payglot_store::SqliteStore::pending(&config.database())?;
        startup::open_store(&config, None)?;
        if self.place.json {
            output::line(&json!({ "database": config.database(), "applied": pending }));
        } else if pending.is_empty() {
            output::text("the schema is current");
        } else {
            output::text(&format!("applied: {}", pending.join(", ")));
        }
        Ok(())
    }
}
