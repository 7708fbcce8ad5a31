//! Two small models on the whole engine: `ChaCha` streams, digest on, every event through the loop.

use crate::lock::{self, BATCHES};
use crate::measure::{ns_each, table as measured};
use rcusim::sim::dist::exponential;
use rcusim::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};
use std::collections::VecDeque;

/// One server, Poisson arrivals, exponential service, nine tenths busy.
struct Mm1 {
    arrivals: Rng,
    services: Rng,
    queue: VecDeque<Instant>,
    served: u64,
    total: Span,
}

#[derive(Clone, Copy)]
enum Customer {
    Arrives,
    Leaves,
}

impl Event for Customer {
    #[inline]
    fn class(&self) -> u8 {
        0
    }
    #[inline]
    fn fingerprint(&self) -> u64 {
        u64::from(matches!(self, Self::Leaves))
    }
}

const CUSTOMERS: u64 = 1_000_000;
const SERVICE: Span = Span::from_us(90);
const GAP: Span = Span::from_us(100);

impl Model for Mm1 {
    type Event = Customer;
    type Record = ();

    fn handle(&mut self, event: Customer, ctx: &mut Context<Customer>) {
        let begins = match event {
            Customer::Arrives => {
                ctx.after(exponential(&mut self.arrivals, GAP), Customer::Arrives);
                self.queue.push_back(ctx.now());
                self.queue.len() == 1
            }
            Customer::Leaves => {
                let arrived = self.queue.pop_front().expect("who leaves has arrived");
                self.total += ctx.now() - arrived;
                self.served += 1;
                !self.queue.is_empty()
            }
        };
        if begins {
            ctx.after(exponential(&mut self.services, SERVICE), Customer::Leaves);
        }
    }

    fn is_done(&self) -> bool {
        self.served == CUSTOMERS
    }
}

fn mm1(seed: u64) -> (f64, f64) {
    let model = Mm1 {
        arrivals: Rng::new(Seed(seed), 1),
        services: Rng::new(Seed(seed), 2),
        queue: VecDeque::new(),
        served: 0,
        total: Span::ZERO,
    };
    let mut simulation = Simulation::new(model, |_, ctx| {
        ctx.after(GAP, Customer::Arrives);
    });
    let each = ns_each(CUSTOMERS, || {
        simulation.run(Limits::default());
    });
    let mean = simulation.model.total.as_ns() as f64 / CUSTOMERS as f64;
    (each, mean / SERVICE.as_ns() as f64)
}

fn lock(seed: u64) -> (f64, f64) {
    let mut simulation = lock::simulation(seed);
    let each = ns_each(lock::ACQUISITIONS, || {
        simulation.run(Limits::default());
    });
    (each, simulation.model.mean_waits().sum::<f64>() / BATCHES)
}

/// Prints the table.
pub(crate) fn table() {
    let (mut mm1_seed, mut lock_seed) = (0, 0);
    let (mut times, mut waits) = (Vec::new(), Vec::new());
    measured(
        "\nModels on the engine (a customer and an acquisition are two events each)",
        7,
        &mut [
            (
                "M/M/1, 90 % busy: customers",
                Box::new(|| {
                    mm1_seed += 1;
                    let (each, mean) = mm1(mm1_seed);
                    times.push(mean);
                    each
                }),
            ),
            (
                "FIFO lock, 200 threads: acquisitions",
                Box::new(|| {
                    lock_seed += 1;
                    let (each, mean) = lock(lock_seed);
                    waits.push(mean);
                    each
                }),
            ),
        ],
    );
    // M/M/1: 1 / (1 - rho) services; the standard deviation of a run's mean is 0.19.
    println!("  M/M/1 mean time in the system, in services: {times:.2?} (theory 10)");
    println!("  lock, mean wait, in holds: {waits:.2?} (theory 200 - 100 - 1 = 99)");
}
