//! `cargo xtask crash`: the gateway is killed at random moments under load, again and again on the same data, and at the
//! end nothing that it ever acknowledged may be missing.
//!
//! A kill ends the process, not the machine: it proves that what was answered had reached the operating system, and
//! that every half-done piece of work is found and finished after a start.

mod book;
mod http;
mod load;
mod page;
mod paysera;
mod random;
mod receiver;
mod shop;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::demo::{self, Demo};
use book::Book;
use load::{Load, Shops};
use random::Random;
use receiver::{Receiver, md_order};
use shop::Shop;

/// How often to kill, and where chance begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Options {
    rounds: u64,
    seed: u64,
}

/// The least and the most time under load before a kill, in milliseconds.
const LIVES: (u64, u64) = (30, 600);
/// The demo's project for the shop that speaks Paysera.
const PAYSERA_PROJECT: &str = "books-and-tea-paysera";
/// One notification in so many is refused, so that repeats cross the kills.
const REFUSE_ONE_IN: u64 = 25;

/// Runs the test with the options of the command line.
pub(crate) fn perform(arguments: &[&str]) -> Result<()> {
    let options = options(arguments)?;
    let root = crate::root();
    let binary = demo::build(&root)?;
    let folder = crate::test::fresh_folder(&root, "crash")?;
    println!("crash: {} rounds, seed {} (repeat with --seed {})", options.rounds, options.seed, options.seed);
    let run = Run::new(binary, &folder, options)?;
    run.all_rounds()?;
    run.verify().with_context(|| format!("seed {}; data and log are in {}", options.seed, folder.display()))
}

fn options(arguments: &[&str]) -> Result<Options> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut options = Options { rounds: 50, seed: now };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let number =
            words.next().and_then(|value| value.parse().ok()).with_context(|| format!("{word} needs a number"))?;
        match *word {
            "--rounds" => options.rounds = number,
            "--seed" => options.seed = number,
            _ => bail!("crash does not know {word}; it knows --rounds and --seed"),
        }
    }
    Ok(options)
}

/// All that stays the same while gateways come and go.
struct Run {
    binary: PathBuf,
    data: PathBuf,
    log: PathBuf,
    listen: String,
    options: Options,
    receiver: Receiver,
    book: Arc<Book>,
    /// Where the callbacks of the shop that speaks Paysera go, and its orders. It refuses none: the repeat would come in an hour.
    paysera_receiver: Receiver,
    paysera_orders: Arc<paysera::Orders>,
}

impl Run {
    fn new(binary: PathBuf, folder: &Path, options: Options) -> Result<Self> {
        Ok(Self {
            binary,
            data: folder.join("data"),
            log: folder.join("gateway.log"),
            listen: demo::free_address()?,
            options,
            receiver: Receiver::start(md_order)?,
            book: Arc::default(),
            paysera_receiver: Receiver::start(paysera::order_of)?,
            paysera_orders: Arc::default(),
        })
    }

    fn start(&self) -> Result<(Demo, Shops)> {
        let demo = Demo::start(&self.binary, &self.listen, &self.data, &self.log)?;
        let shops = self.shops(&demo.ready)?;
        Ok((demo, shops))
    }

    fn shops(&self, ready: &Value) -> Result<Shops> {
        let projects = ready["projects"].as_array().context("the ready line has no projects")?;
        let text = |protocol: &str, name: &str| {
            let project = projects.iter().find(|project| project["protocol"] == protocol);
            let value = project.and_then(|project| project["credentials"][name].as_str());
            value.map(str::to_owned).with_context(|| format!("no {name} for {protocol}"))
        };
        let gateway = self.listen.parse()?;
        let (user, password) = (text("rbs", "userName")?, text("rbs", "password")?);
        let rbs = Shop { gateway, user, password, callback: self.receiver.url() };
        let (project, password) = (text("paysera", "projectid")?, text("paysera", "sign_password")?);
        let paysera = paysera::Shop { gateway, project, password, callback: self.paysera_receiver.url() };
        Ok(Shops { rbs, paysera, orders: Arc::clone(&self.paysera_orders) })
    }

    fn all_rounds(&self) -> Result<()> {
        let mut random = Random::new(self.options.seed);
        let started = Instant::now();
        for round in 0..self.options.rounds {
            // Refusals end halfway, so that their repeats fall into the test and not behind it.
            self.receiver.refuse_one_in(if round * 2 < self.options.rounds { REFUSE_ONE_IN } else { 0 });
            if round > 0 && round == self.options.rounds / 2 {
                paysera::accept_late(&self.binary, &self.data, PAYSERA_PROJECT)?;
            }
            let life = Duration::from_millis(LIVES.0 + random.below(LIVES.1 - LIVES.0));
            self.round(round, life).with_context(|| format!("round {round}"))?;
            if (round + 1) % 10 == 0 {
                let (orders, seconds) = (self.book.orders().len(), started.elapsed().as_secs());
                println!("crash: {} kills, {orders} orders, {seconds} s", round + 1);
            }
            ensure!(self.book.complaints().is_empty(), "in round {round}:\n  {}", self.book.complaints().join("\n  "));
        }
        Ok(())
    }

    fn round(&self, round: u64, life: Duration) -> Result<()> {
        let (demo, shops) = self.start()?;
        let load = Load::start(&shops, &self.book, self.options.seed, round);
        // The one sleep that is the test itself: how long this gateway may live.
        std::thread::sleep(life);
        load.expect_breakage();
        demo.kill();
        load.join();
        Ok(())
    }

    fn verify(&self) -> Result<()> {
        let (demo, shops) = self.start()?;
        shops.paysera.resume_all(&self.paysera_orders)?;
        verify::wait_for_answers(&self.binary, &self.data)?;
        let states = verify::settle(&shops.rbs, &self.book, &self.receiver)?;
        verify::wait_for_deliveries(&self.binary, &self.data)?;
        let received = self.receiver.received();
        verify::compare(&self.book, &states, &received);
        self.compare_paysera()?;
        let audit = verify::audit(&self.binary, &self.data);
        demo.kill();
        self.report(&states, received.values().map(Vec::len).sum());
        let complaints = self.book.complaints();
        ensure!(complaints.is_empty(), "{} complaints:\n  {}", complaints.len(), complaints.join("\n  "));
        audit
    }

    fn compare_paysera(&self) -> Result<()> {
        let payments = paysera::payments(&self.binary, &self.data, PAYSERA_PROJECT)?;
        let received = self.paysera_receiver.received();
        let paid = paysera::compare(&self.book, &self.paysera_orders, &payments, &received);
        let (orders, tabs) = (payments.len(), payments.values().map(Vec::len).sum::<usize>());
        println!("crash: Paysera: {orders} orders in {tabs} payments, {paid} paid");
        Ok(())
    }

    fn report(&self, states: &std::collections::HashMap<String, verify::Truth>, notifications: usize) {
        let count = |wanted: &[i64]| states.values().filter(|truth| wanted.contains(&truth.status)).count();
        println!(
            "crash: {} kills, {} orders: {} paid, {} held, {} reversed, {} refunded, {} declined, {} open; {notifications} notifications \
             arrived",
            self.options.rounds,
            states.len(),
            count(&[2]),
            count(&[1]),
            count(&[3]),
            count(&[4]),
            count(&[6]),
            count(&[0, 5, 7, -1]),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_numbers_with_names() {
        assert_eq!(options(&["--seed", "7", "--rounds", "3"]).expect("both"), Options { rounds: 3, seed: 7 });
        assert_eq!(options(&[]).expect("none").rounds, 50);
        assert!(options(&["--seed"]).is_err());
        assert!(options(&["--round", "3"]).is_err());
    }
}
