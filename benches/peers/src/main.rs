//! A first-come-first-served lock under 200 threads, on our engine and on others, in one run.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml            five rounds
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- 9       nine rounds
//! ```
//!
//! SimPy is looked for in the Python named by `PYTHON`, or `python3`; `requirements.txt` beside
//! this crate's manifest says which.
//!
//! Every engine runs 1,000,000 acquisitions a round, in its own idiom and with its own generator;
//! rounds are interleaved and a figure is the median of the rounds' user CPU time. The program
//! fails if a mean wait lies more than three standard errors from the theory's 99, if an engine is
//! missing, or if ours is not twice as fast as the fastest peer and nine times as fast as nexosim.

mod bare;
#[expect(dead_code, reason = "our own bench uses more of it")]
#[path = "../../engine/lock.rs"]
mod lock;
#[expect(dead_code, reason = "our own bench uses more of it")]
#[path = "../../engine/measure.rs"]
mod measure;
mod nexo;
mod odem;
mod ours;
mod simco;
mod simpy;
mod table;
mod waits;

use std::process::ExitCode;
use table::{Contender, Kind};

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).map_or(Ok(5), |n| n.parse());
    let Ok(rounds @ 1..) = rounds else {
        eprintln!("usage: rcusim-peers [ROUNDS]");
        return ExitCode::from(2);
    };
    let mut contenders = vec![
        Contender::new("rcusim", "here", Kind::Ours, ours::run),
        Contender::new(
            "bare BinaryHeap, replaced in place",
            "std",
            Kind::Bare,
            bare::replaced,
        ),
        Contender::new(
            "bare BinaryHeap, popped and pushed",
            "std",
            Kind::Bare,
            bare::popped,
        ),
        Contender::new(
            "odem-rs, processes at a Facility",
            "0.4.0",
            Kind::Peer,
            odem::run,
        ),
        Contender::new("simcore, callbacks", "0.1.0", Kind::Peer, simco::run),
        Contender::new("nexosim, one model", "1.0.0", Kind::Nexosim, nexo::run),
    ];
    let simpy = simpy::version();
    match &simpy {
        Ok(version) => {
            contenders.push(Contender::new(
                "SimPy, processes",
                version,
                Kind::Peer,
                simpy::run,
            ));
        }
        Err(why) => println!("SimPy is missing: {why}"),
    }
    let passed = table::measure(contenders, rounds);
    if passed && simpy.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
