//! odem-rs: a process for each thread, and the library's own first-come-first-served facility.

use crate::lock::{ACQUISITIONS, THREADS};
use crate::measure::user_s;
use crate::table::Round;
use crate::waits::Waits;
use odem_rs::prelude::*;
use odem_rs::rand_distr::{Distribution, Exp};
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::task::Waker;

#[derive(Config)]
struct Shared {
    rng_stream: RngStream,
    lock: Facility,
    waits: RefCell<Waits>,
    over: Cell<Option<Waker>>,
}

struct Thread;

impl Behavior<Shared> for Thread {
    type Output = ();

    async fn actions(&self, sim: &Sim<Shared>) {
        let shared = sim.global();
        let mut rng = shared.rng_stream.next_rng();
        let think = Exp::new(0.01).expect("a mean above zero");
        loop {
            sim.advance(think.sample(&mut rng)).await;
            let since = sim.now();
            let held = shared.lock.seize().await;
            let mut waits = shared.waits.borrow_mut();
            waits.add(sim.now() - since);
            if waits.is_done() {
                shared.over.take().expect("the run is awaited").wake();
                return;
            }
            drop(waits);
            sim.advance(1.0).await;
            held.release();
        }
    }
}

pub(crate) fn run(seed: u64) -> Round {
    let simulator = Simulator::new(Shared {
        rng_stream: RngStream::from_seed(seed),
        lock: Facility::new(),
        waits: RefCell::new(Waits::new()),
        over: Cell::new(None),
    });
    let mut seconds = 0.0;
    let ran = simulator.run(async |sim: &Sim<Shared>| {
        let threads = pin!(Pool::with_capacity(THREADS as usize).with(Agent::new));
        for _ in 0..THREADS {
            threads.activate(sim, Thread);
        }
        sim.global().over.set(Some(waker().await));
        let before = user_s();
        sleep().await;
        seconds = user_s() - before;
    });
    ran.expect("threads do not lock each other out");
    let shared = simulator.into_inner();
    (
        seconds * 1e9 / ACQUISITIONS as f64,
        shared.waits.into_inner().means().to_vec(),
    )
}
