//! The `payglot` binary: reads the command and runs it.

/// Half of what a request costs beside the database is small allocations: see docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    payglot_server::cli::run()
}
