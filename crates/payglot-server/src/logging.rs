//! Structured logs on standard error; standard output belongs to what a command prints.

use crate::config::Config;
use std::io::{IsTerminal as _, stderr};
use tracing_subscriber::EnvFilter;

/// Libraries that at finer levels would print what crosses the wire, and that is passwords and card numbers.
const QUIET: &[&str] = &["axum", "hyper", "hyper_util", "h2", "reqwest", "rustls", "tower", "tower_http"];

/// Begins to log as the settings say. If somebody in this process already did, nothing changes.
pub fn init(config: &Config) -> anyhow::Result<()> {
    let filter = filter(&config.log)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let begun = if config.log_format == "json" {
        builder.json().flatten_event(true).with_span_list(false).try_init()
    } else {
        builder.with_ansi(stderr().is_terminal()).with_target(false).try_init()
    };
    // The only failure is that there is one already.
    drop(begun);
    Ok(())
}

fn filter(directives: &str) -> anyhow::Result<EnvFilter> {
    let mut filter = EnvFilter::try_new(directives)
        .map_err(|error| anyhow::anyhow!("the log setting {directives:?} does not fit: {error}"))?;
    for library in QUIET {
        filter = filter.add_directive(format!("{library}=warn").parse()?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_never_tell_what_crosses_the_wire() {
        let text = filter("trace,hyper=trace").expect("fits").to_string();
        assert!(text.contains("hyper=warn") && !text.contains("hyper=trace"), "{text}");
        assert!(filter("info,payglot_server::worker=debug").is_ok());
        assert!(filter("a=loud").expect_err("refused").to_string().contains("a=loud"));
    }
}
