//! What is measured, one function a scene.

use crate::gateway::{Gateway, command, database_bytes};
use crate::load::{Outcome, Plan, as_f64, drive};
use crate::orders::{Announced, fill};
use crate::paysera::{self, AtBank};
use crate::receiver::{Receiver, hanging};
use crate::shop::{Asking, Full, Paying, Registering, STEPS, order};
use crate::table::Table;
use crate::{Options, machine};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Clients at the same time: one, and then ever more.
const CLIENTS: [usize; 4] = [1, 16, 64, 256];
/// Shops that answer, and shops that never do.
const SHOPS: usize = 32;
const HANGING_SHOPS: usize = 1000;
/// Notifications that wait when the gateway starts.
const BACKLOG: usize = 15_000;
/// Orders that status calls ask about.
const ASKED_ABOUT: usize = 2000;

/// Where and how to measure.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) binary: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) table: Table,
}

impl Bench {
    fn plan(&self) -> Plan {
        Plan { seconds: self.options.seconds, pace: None }
    }

    /// A folder that no gateway has used.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn start(&self, name: &str) -> Result<Gateway> {
        Gateway::start(&self.binary, &self.fresh(name)?)
    }

    /// A folder with a project and paid orders; the ids of some.
    async fn filled(&self, name: &str, count: usize, announced: Announced) -> Result<(PathBuf, Vec<String>)> {
        let folder = self.fresh(name)?;
        Gateway::start(&self.binary, &folder)?.stop()?;
        let ids = fill(&folder, count, announced).await?;
        Ok((folder, ids))
    }

    /// The machine's own rates.
    pub(crate) async fn machine(&mut self) -> Result<()> {
        self.table.section("The machine itself");
        let seconds = self.options.seconds / 3.0;
        let folder = self.fresh("machine")?;
        let runs = thrice(|| machine::synced_appends(&folder, seconds))?;
        self.table.figure("appends of 70 bytes, each synced (`fdatasync`)", "/s", "-", &runs);
        for rows in [1, 32] {
            let runs = thrice(|| {
                let folder = self.fresh("machine")?;
                machine::commits(&folder, rows, seconds)
            })?;
            self.table.figure(&format!("durable SQLite commits of {rows} rows"), "/s", "-", &runs);
        }
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(machine::bare_http(64, seconds).await?);
        }
        self.table.figure("200-byte answers of a bare axum server, 64 clients", "/s", "-", &runs);
        Ok(())
    }

    /// Full card payments: by number of clients, the best thrice with each step's time, and at half that load.
    pub(crate) async fn payments(&mut self) -> Result<()> {
        self.table.section("Full card payments (register, page, card, captured, callback acknowledged, status)");
        let mut best = (0.0, CLIENTS[0]);
        for clients in CLIENTS {
            let (outcome, gateway) = self.pay("payments", clients, self.plan()).await?;
            self.table.figure(&format!("{clients} clients, one run"), "payments/s", "-", &[outcome.rate]);
            if outcome.rate > best.0 {
                best = (outcome.rate, clients);
            }
            gateway.stop()?;
        }
        let (mut outcomes, mut memory, mut bytes, mut audits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..3 {
            let (outcome, gateway) = self.pay("payments", best.1, self.plan()).await?;
            memory.push(gateway.memory("VmHWM")?);
            let (took, _) = gateway.command(&["audit"])?;
            audits.push(took.as_secs_f64() * 1e6 / f64_of(outcome.turns));
            let data = gateway.data.clone();
            gateway.stop()?;
            let sent = as_f64(order(&Receiver::start().await?.url(0)).len());
            bytes.push(f64_of(database_bytes(&data)) / f64_of(outcome.turns) - sent);
            outcomes.push(outcome);
        }
        let rates: Vec<f64> = outcomes.iter().map(|outcome| outcome.rate).collect();
        let name = format!("**saturated, {} clients**", best.1);
        self.table.figure(&name, "payments/s", "3,000", &rates);
        let cpu: Vec<f64> = outcomes.iter().map(|outcome| outcome.cpu_micros).collect();
        self.table.figure("processor time of the gateway per payment", "µs", "-", &cpu);
        self.steps("saturated", &STEPS, &outcomes, "-");
        self.table.figure("memory, the most under this load", "MB", "150", &memory);
        self.table.figure("disk per payment beyond what the shop sent", "bytes", "2,048", &bytes);
        self.table.figure("audit of all of them (clean), per payment", "µs", "-", &audits);
        let half = median(&rates) / 2.0;
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let plan = Plan { pace: Some(half), ..self.plan() };
            let (outcome, gateway) = self.pay("payments", 64, plan).await?;
            gateway.stop()?;
            outcomes.push(outcome);
        }
        let rates: Vec<f64> = outcomes.iter().map(|outcome| outcome.rate).collect();
        self.table.figure("half of that load", "payments/s", "-", &rates);
        self.steps("half load", &STEPS, &outcomes, "p99 50 ms");
        Ok(())
    }

    /// The same payments, with every callback signed with RSA and SHA-512.
    pub(crate) async fn rsa(&mut self) -> Result<()> {
        self.table.section("Full card payments, callbacks signed with RSA of 2048 bits, 64 clients");
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let gateway = self.start("rsa")?;
            gateway.command(&["project", "rotate-secret", "books-and-tea", "callback_rsa"])?;
            gateway.command(&["project", "set", "books-and-tea", "callback_signature=asymmetric"])?;
            let (outcome, gateway) = self.pay_at(gateway, 64, self.plan()).await?;
            gateway.stop()?;
            outcomes.push(outcome);
        }
        let of = |what: fn(&Outcome) -> f64| outcomes.iter().map(what).collect::<Vec<f64>>();
        self.table.figure("**saturated**", "payments/s", "-", &of(|outcome| outcome.rate));
        let cpu = of(|outcome| outcome.cpu_micros);
        self.table.figure("processor time of the gateway per payment", "µs", "-", &cpu);
        self.steps("saturated", &STEPS, &outcomes, "-");
        Ok(())
    }

    /// Payments at the sandbox's bank over Paysera, beside what a thread of this machine can sign.
    pub(crate) async fn paysera(&mut self) -> Result<()> {
        self.table.section(
            "Full Paysera bank payments (`/pay/`, bank, captured, callback acknowledged, way back), 64 clients",
        );
        let seconds = self.options.seconds / 3.0;
        let runs = thrice(|| paysera::pairs_of_signatures(seconds))?;
        self.table.figure(
            "the machine: pairs of RSA signatures (2048 bits, SHA-1 and SHA-256), one thread",
            "/s",
            "-",
            &runs,
        );
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let gateway = self.start("paysera")?;
            let receiver = Receiver::start().await?;
            let clients = AtBank::several(gateway.address, &receiver, 64, SHOPS).await?;
            outcomes.push(drive(clients, self.plan(), Some(&gateway)).await?);
            gateway.stop()?;
        }
        let of = |what: fn(&Outcome) -> f64| outcomes.iter().map(what).collect::<Vec<f64>>();
        self.table.figure("**saturated**", "payments/s", "-", &of(|outcome| outcome.rate));
        let cpu = of(|outcome| outcome.cpu_micros);
        self.table.figure("processor time of the gateway per payment", "µs", "-", &cpu);
        self.steps("saturated", &paysera::STEPS, &outcomes, "-");
        Ok(())
    }

    /// Payments in one call. Each is announced while the next ones run; the first figure counts from the first call to the last callback.
    pub(crate) async fn instant(&mut self) -> Result<()> {
        self.table.section("Payments in one call (`instantPayment.do`, captured, callback acknowledged), 64 clients");
        let (mut outcomes, mut rates) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let gateway = self.start("instant")?;
            let receiver = Receiver::start().await?;
            let mut all = Vec::new();
            for client in 0..64 {
                all.push(Paying::new(gateway.address, &receiver, client % SHOPS).await?);
            }
            let began = Instant::now();
            let outcome = drive(all, self.plan(), Some(&gateway)).await?;
            let last = wait_for(&receiver, outcome.turns).await?;
            rates.push(f64_of(outcome.turns) / last.duration_since(began).as_secs_f64());
            gateway.stop()?;
            outcomes.push(outcome);
        }
        self.table.figure("**payments in one call, callbacks included**", "/s", "6,000", &rates);
        self.rates("payments in one call", "-", &outcomes);
        Ok(())
    }

    async fn pay(&self, name: &str, clients: usize, plan: Plan) -> Result<(Outcome, Gateway)> {
        self.pay_at(self.start(name)?, clients, plan).await
    }

    async fn pay_at(&self, gateway: Gateway, clients: usize, plan: Plan) -> Result<(Outcome, Gateway)> {
        let receiver = Receiver::start().await?;
        let mut all = Vec::new();
        for client in 0..clients {
            all.push(Full::new(gateway.address, &receiver, client % SHOPS).await?);
        }
        let outcome = drive(all, plan, Some(&gateway)).await?;
        Ok((outcome, gateway))
    }

    fn steps(&mut self, load: &str, names: &[&str], outcomes: &[Outcome], goal: &str) {
        for (step, name) in names.iter().enumerate() {
            for (permille, word) in [(500, "p50"), (990, "p99")] {
                let runs: Vec<f64> = outcomes.iter().map(|outcome| outcome.notes.permille(step, permille)).collect();
                let goal = if permille == 990 { goal } else { "-" };
                self.table.figure(&format!("{load}: {name}, {word}"), "ms", goal, &runs);
            }
        }
    }

    /// Registrations and status calls, each alone.
    pub(crate) async fn calls(&mut self) -> Result<()> {
        self.table.section("Single calls, 64 clients");
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let gateway = self.start("registrations")?;
            let mut all = Vec::new();
            for _ in 0..64 {
                all.push(Registering::new(gateway.address).await?);
            }
            outcomes.push(drive(all, self.plan(), Some(&gateway)).await?);
            gateway.stop()?;
        }
        self.rates("registrations", "-", &outcomes);
        let nowhere = Announced::Acknowledged(Arc::new(vec!["https://shop.example/callback".to_owned()]));
        let (data, ids) = self.filled("statuses", ASKED_ABOUT, nowhere).await?;
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let gateway = Gateway::start(&self.binary, &data)?;
            let all = Asking::several(gateway.address, 64, &ids).await?;
            outcomes.push(drive(all, self.plan(), Some(&gateway)).await?);
            gateway.stop()?;
        }
        self.rates("status calls of paid orders", "15,000", &outcomes);
        Ok(())
    }

    fn rates(&mut self, name: &str, goal: &str, outcomes: &[Outcome]) {
        let rates: Vec<f64> = outcomes.iter().map(|outcome| outcome.rate).collect();
        self.table.figure(&format!("**{name}**"), "/s", goal, &rates);
        let tail: Vec<f64> = outcomes.iter().map(|outcome| outcome.notes.permille(0, 990)).collect();
        self.table.figure(&format!("{name}, p99"), "ms", "-", &tail);
        let cpu: Vec<f64> = outcomes.iter().map(|outcome| outcome.cpu_micros).collect();
        self.table.figure(&format!("{name}, processor time of the gateway"), "µs", "-", &cpu);
    }

    /// A backlog of notifications, delivered after a start; alone, and beside shops that hang.
    pub(crate) async fn deliveries(&mut self) -> Result<()> {
        self.table.section(&format!("A backlog of {BACKLOG} notifications to {SHOPS} shops, attempts recorded"));
        for dead in [0, HANGING_SHOPS] {
            let mut runs = Vec::new();
            for _ in 0..3 {
                runs.push(self.deliver(dead).await?);
            }
            let beside = if dead > 0 { format!(" beside {dead} shops that hang, one each") } else { String::new() };
            self.table.figure(&format!("**deliveries**{beside}"), "/s", "3,000", &runs);
        }
        Ok(())
    }

    async fn deliver(&self, dead: usize) -> Result<f64> {
        let receiver = Receiver::start().await?;
        let live = Arc::new((0..SHOPS).map(|shop| receiver.url(shop)).collect());
        let (data, _) = self.filled("deliveries", BACKLOG, Announced::Waits(live)).await?;
        if dead > 0 {
            let port = hanging().await?;
            let address = |shop| format!("http://127.2.{}.{}:{port}/callback", shop / 250, shop % 250 + 1);
            // As many as there are shops: one for each.
            fill(&data, dead, Announced::Waits(Arc::new((0..dead).map(address).collect()))).await?;
        }
        let gateway = Gateway::start(&self.binary, &data)?;
        let first = wait_for(&receiver, 1).await?;
        let before = receiver.came();
        let last = wait_for(&receiver, u64::try_from(BACKLOG)?).await?;
        let rate = (f64_of(receiver.came()) - f64_of(before)) / last.duration_since(first).as_secs_f64();
        if dead == 0 {
            gateway.stop()?;
        }
        Ok(rate)
    }

    /// Starting, idle memory, listing and auditing, with nothing and with many orders.
    pub(crate) async fn size(&mut self) -> Result<()> {
        let count = self.options.orders;
        self.table.section("Size");
        let (mut ready, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let gateway = self.start("empty")?;
            ready.push(gateway.ready_in.as_secs_f64() * 1000.0);
            tokio::time::sleep(Duration::from_millis(300)).await;
            memory.push(gateway.memory("VmRSS")?);
        }
        self.table.figure("ready, new database", "ms", "-", &ready);
        self.table.figure("memory, idle", "MB", "40", &memory);
        let nowhere = Announced::Acknowledged(Arc::new(vec!["https://shop.example/callback".to_owned()]));
        let (data, _) = self.filled("many", count, nowhere).await?;
        let (mut ready, mut lists) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let gateway = Gateway::start(&self.binary, &data)?;
            ready.push(gateway.ready_in.as_secs_f64() * 1000.0);
            lists.push(gateway.command(&["payment", "list", "--limit", "50"])?.0.as_secs_f64() * 1000.0);
            gateway.stop()?;
        }
        let words = format!("ready, {count} paid orders");
        self.table.figure(&words, "ms", "300 (at a million)", &ready);
        let words = format!("`payment list` of the newest 50 of {count}, the whole command");
        self.table.figure(&words, "ms", "20 (at ten million)", &lists);
        let (took, _) = command(&self.binary, &data, &["audit"])?;
        self.table.figure(&format!("`audit` of {count}"), "s", "-", &[took.as_secs_f64()]);
        let megabytes = f64_of(database_bytes(&data)) / 1e6;
        self.table.figure(&format!("database with {count} paid orders"), "MB", "-", &[megabytes]);
        Ok(())
    }
}

fn thrice(mut run: impl FnMut() -> Result<f64>) -> Result<Vec<f64>> {
    (0..3).map(|_| run()).collect()
}

fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// When so many notifications had come.
async fn wait_for(receiver: &Receiver, count: u64) -> Result<Instant> {
    let began = Instant::now();
    loop {
        let now = Instant::now();
        if receiver.came() >= count {
            return Ok(now);
        }
        let waited = now.duration_since(began);
        ensure!(waited < Duration::from_secs(90), "only {} of {count} notifications came", receiver.came());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn f64_of(count: u64) -> f64 {
    usize::try_from(count).map(as_f64).context("a count").unwrap_or(f64::NAN)
}
