//! A model of your own on the engine alone: one server, Poisson arrivals, exponential service.
//! The mean time in the system must agree with theory: `1 / (mu - lambda)`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use rcusim::sim::dist::exponential;
use rcusim::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};
use std::collections::VecDeque;

#[derive(Clone, Copy)]
enum Ev {
    Arrival,
    Departure,
}

impl Event for Ev {
    fn class(&self) -> u8 {
        0
    }
    fn fingerprint(&self) -> u64 {
        u64::from(matches!(self, Self::Departure))
    }
}

struct Server {
    arrivals: Rng,
    services: Rng,
    queue: VecDeque<Instant>,
    served: u64,
    total: Span,
}

const CUSTOMERS: u64 = 400_000;
/// Mean time between arrivals; service takes half of it on average, so the server is half busy.
const GAP: Span = Span::from_us(100);

impl Model for Server {
    type Event = Ev;
    type Record = ();

    fn handle(&mut self, event: Ev, ctx: &mut Context<Ev>) {
        match event {
            Ev::Arrival => {
                self.queue.push_back(ctx.now());
                if self.queue.len() == 1 {
                    ctx.after(exponential(&mut self.services, GAP / 2), Ev::Departure);
                }
                ctx.after(exponential(&mut self.arrivals, GAP), Ev::Arrival);
            }
            Ev::Departure => {
                let arrived = self.queue.pop_front().expect("a departure ends a service");
                self.total += ctx.now() - arrived;
                self.served += 1;
                if !self.queue.is_empty() {
                    ctx.after(exponential(&mut self.services, GAP / 2), Ev::Departure);
                }
            }
        }
    }

    fn is_done(&self) -> bool {
        self.served == CUSTOMERS
    }
}

fn main() {
    let server = Server {
        arrivals: Rng::new(Seed(1), 1),
        services: Rng::new(Seed(1), 2),
        queue: VecDeque::new(),
        served: 0,
        total: Span::ZERO,
    };
    let mut simulation = Simulation::new(server, |_, ctx| {
        ctx.after(GAP, Ev::Arrival);
    });
    simulation.run(Limits::default());
    let mean = simulation.model.total / CUSTOMERS;
    println!("{CUSTOMERS} customers, mean time in the system: simulated {mean}, theory 100 us");
    // Theory: 1 / (1/50 us - 1/100 us) = 100 us; the standard error of 400,000 customers is 0.4 us.
    let off = mean.as_ns().abs_diff(100_000);
    assert!(off < 1_600, "mean time in system {mean}, theory 100 us");
}
