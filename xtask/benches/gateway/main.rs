//! `cargo xtask bench`: how fast the gateway is, with the machine's own rates measured in the same run beside it.
//!
//! It is a bench target of `xtask` and not part of its program because it needs an optimised build and libraries that no other task
//! does. Nothing here is a test: a figure depends on the machine, and a busy neighbour must not make a build fail.

mod gateway;
mod http;
mod load;
mod machine;
mod orders;
mod paysera;
mod receiver;
mod scenes;
mod shop;
mod table;

use anyhow::{Context, Result, bail};
use scenes::Bench;
use std::path::{Path, PathBuf};
use table::Table;

/// What the command line asked for.
pub(crate) struct Options {
    /// Seconds of each run.
    seconds: f64,
    /// Only this scene.
    only: Option<String>,
    /// Orders for the scene `size`.
    orders: usize,
}

const SCENES: [&str; 8] = ["machine", "payments", "instant", "rsa", "paysera", "calls", "deliveries", "size"];

fn main() -> Result<()> {
    let options = options(std::env::args().skip(1))?;
    // One thread: the load generator shall leave the machine to the gateway.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no root")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("bench-data");
    std::fs::create_dir_all(&folder)?;
    let binary = target.join("release/payglot");
    let only = options.only.clone();
    let wanted = |scene: &str| only.as_deref().is_none_or(|only| only == scene);
    let mut bench = Bench { options, binary, folder: folder.clone(), table: Table::default() };
    if wanted("machine") {
        bench.machine().await?;
    }
    if wanted("payments") {
        bench.payments().await?;
    }
    if wanted("instant") {
        bench.instant().await?;
    }
    if wanted("rsa") {
        bench.rsa().await?;
    }
    if wanted("paysera") {
        bench.paysera().await?;
    }
    if wanted("calls") {
        bench.calls().await?;
    }
    if wanted("deliveries") {
        bench.deliveries().await?;
    }
    if wanted("size") {
        bench.size().await?;
    }
    println!("\n{}.\n\n{}", machine::describe(&folder), bench.table.text());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options { seconds: 3.0, only: None, orders: 100_000 };
    while let Some(word) = words.next() {
        // Cargo says this to every bench target.
        if word == "--bench" {
            continue;
        }
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seconds" => options.seconds = value.parse()?,
            "--orders" => options.orders = value.parse()?,
            "--only" if SCENES.contains(&value.as_str()) => options.only = Some(value),
            "--only" => bail!("there is no scene {value}; there are: {}", SCENES.join(", ")),
            _ => bail!("bench does not know {word}; it knows --seconds, --only and --orders"),
        }
    }
    Ok(options)
}
