//! `cargo xtask crash`: the gateway is killed at random moments under load, again and again on the same data, and at the
//! end nothing that it ever acknowledged may be missing.
//!
//! A kill ends the process, not the machine: it proves that what was answered had reached the operating system, and
//! that every half-done piece of work is found and finished after a start.

mod book;
mod http;
mod load;
mod page;
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
use load::Load;
use random::Random;
use receiver::Receiver;
use shop::Shop;

/// How often to kill, and where chance begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Options {
    rounds: u64,
    seed: u64,
}

/// The least and the most time under load before a kill, in milliseconds.
const LIVES: (u64, u64) = (30, 600);
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
}

impl Run {
    fn new(binary: PathBuf, folder: &Path, options: Options) -> Result<Self> {
        Ok(Self {
            binary,
            data: folder.join("data"),
            log: folder.join("gateway.log"),
            listen: demo::free_address()?,
            options,
            receiver: Receiver::start()?,
            book: Arc::default(),
        })
    }

    fn start(&self) -> Result<(Demo, Shop)> {
        let demo = Demo::start(&self.binary, &self.listen, &self.data, &self.log)?;
        let shop = self.shop(&demo.ready)?;
        Ok((demo, shop))
    }

    fn shop(&self, ready: &Value) -> Result<Shop> {
        let projects = ready["projects"].as_array().context("the ready line has no projects")?;
        let rbs = projects.iter().find(|project| project["protocol"] == "rbs").context("no project for rbs")?;
        let text =
            |name: &str| rbs["credentials"][name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        let (user, password) = (text("userName")?, text("password")?);
        Ok(Shop { gateway: self.listen.parse()?, user, password, callback: self.receiver.url() })
    }

    fn all_rounds(&self) -> Result<()> {
        let mut random = Random::new(self.options.seed);
        let started = Instant::now();
        for round in 0..self.options.rounds {
            // Refusals end halfway, so that their repeats fall into the test and not behind it.
            self.receiver.refuse_one_in(if round * 2 < self.options.rounds { REFUSE_ONE_IN } else { 0 });
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
        let (demo, shop) = self.start()?;
        let load = Load::start(&shop, &self.book, self.options.seed, round);
        // The one sleep that is the test itself: how long this gateway may live.
        std::thread::sleep(life);
        load.expect_breakage();
        demo.kill();
        load.join();
        Ok(())
    }

    fn verify(&self) -> Result<()> {
        let (demo, shop) = self.start()?;
        verify::wait_for_answers(&self.binary, &self.data)?;
        let states = verify::settle(&shop, &self.book, &self.receiver)?;
        verify::wait_for_deliveries(&self.binary, &self.data)?;
        let received = self.receiver.received();
        verify::compare(&self.book, &states, &received);
        let audit = verify::audit(&self.binary, &self.data);
        demo.kill();
        self.report(&states, received.values().map(Vec::len).sum());
        let complaints = self.book.complaints();
        ensure!(complaints.is_empty(), "{} complaints:\n  {}", complaints.len(), complaints.join("\n  "));
        audit
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
