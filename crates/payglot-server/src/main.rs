//! The `payglot` binary: reads the command and runs it.

fn main() -> anyhow::Result<()> {
    payglot_server::cli::run()
}
