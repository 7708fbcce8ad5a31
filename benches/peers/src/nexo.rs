//! nexosim: one model whose inputs schedule each other, on one thread.

use crate::lock::{ACQUISITIONS, THREADS};
use crate::measure::ns_each;
use crate::table::Round;
use crate::waits::Waits;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

const HOLD: Duration = Duration::from_millis(1);

#[derive(Serialize, Deserialize)]
struct Lock {
    rng: Xoshiro256PlusPlus,
    held: bool,
    line: VecDeque<(u32, MonotonicTime)>,
    waits: Waits,
    /// Mean waits of all batches -- output port.
    means: Output<Vec<f64>>,
}

#[Model]
impl Lock {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for thread in 0..THREADS {
            self.thinks(thread, cx);
        }
    }

    fn thinks(&mut self, thread: u32, cx: &Context<Self>) {
        let mean = 100.0 * HOLD.as_nanos() as f64;
        let think = Exp::new(1.0 / mean).expect("a mean above zero");
        // An event must lie in the future.
        let think = (think.sample(&mut self.rng) as u64).max(1);
        let after = Duration::from_nanos(think);
        cx.schedule_event(after, schedulable!(Self::wants), thread)
            .expect("it lies in the future");
    }

    #[nexosim(schedulable)]
    async fn wants(&mut self, thread: u32, cx: &Context<Self>) {
        let now = cx.time();
        if self.held {
            self.line.push_back((thread, now));
        } else {
            self.acquires(thread, now, cx).await;
        }
    }

    #[nexosim(schedulable)]
    async fn releases(&mut self, thread: u32, cx: &Context<Self>) {
        self.thinks(thread, cx);
        self.held = false;
        if let Some((next, since)) = self.line.pop_front() {
            self.acquires(next, since, cx).await;
        }
    }

    async fn acquires(&mut self, thread: u32, since: MonotonicTime, cx: &Context<Self>) {
        self.held = true;
        let wait = cx.time().duration_since(since);
        self.waits
            .add(wait.as_nanos() as f64 / HOLD.as_nanos() as f64);
        if self.waits.is_done() {
            // The lock is kept; what is left to think is thought, and the run is over.
            self.means.send(self.waits.means().to_vec()).await;
            return;
        }
        cx.schedule_event(HOLD, schedulable!(Self::releases), thread)
            .expect("it lies in the future");
    }
}

pub(crate) fn run(seed: u64) -> Round {
    let mut lock = Lock {
        rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        held: false,
        line: VecDeque::new(),
        waits: Waits::new(),
        means: Output::default(),
    };
    let (sink, mut means) = event_slot(SinkState::Enabled);
    lock.means.connect_sink(sink);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(lock, Mailbox::new(), "lock")
        .init(MonotonicTime::EPOCH)
        .expect("one model without inputs");
    let each = ns_each(ACQUISITIONS, || {
        simulation.run().expect("it runs to its end")
    });
    (each, means.try_read().expect("it has ended"))
}
