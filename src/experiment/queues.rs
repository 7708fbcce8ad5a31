//! Queues whose answers are known, on the same engine as everything else.
//!
//! One model: Poisson arrivals, `servers` servers, exponential or fixed service, and optionally a
//! server that takes all who wait at once, as `cleanup_net()` does. Textbooks say what must come
//! out; [`theory`] holds the formulas.

use crate::sim::dist::exponential;
use crate::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};
use std::collections::VecDeque;

/// How long a service takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// Exponentially distributed with this mean.
    Exponential(Span),
    /// Always this.
    Fixed(Span),
}

/// A queue and how it is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// Mean time between arrivals.
    pub gap: Span,
    /// Length of a service.
    pub service: Service,
    /// Number of servers.
    pub servers: u64,
    /// Whether a server takes all who wait at once.
    pub bulk: bool,
    /// How long a server that takes all waits after the first of them came; zero for not at all.
    pub delay: Span,
    /// Customers who are there at the start.
    pub initial: u64,
    /// Customers who arrive after the start; the run ends when the last is served, or when
    /// the last has arrived if it is watched at intervals.
    pub customers: u64,
    /// Distance of two looks at the number in the system; zero for none.
    pub every: Span,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Time of each customer in the queue, by start of service \[ns\].
    pub waits: Vec<u64>,
    /// Sum of the customers' times in the system \[ns\].
    pub sojourn_ns: u128,
    /// Integral of the number in the system over time \[ns\].
    pub area_ns: u128,
    /// Services begun.
    pub services: u64,
    /// Number in the system at each look.
    pub backlog: Vec<u64>,
    /// Length of the run \[ns\].
    pub length_ns: u64,
}

#[derive(Clone, Copy)]
enum Ev {
    Arrival,
    Departure(u64),
    /// The delay is over.
    Begin,
    Look,
}

impl Event for Ev {
    fn class(&self) -> u8 {
        0
    }
    fn fingerprint(&self) -> u64 {
        match self {
            Self::Arrival => 1,
            Self::Departure(n) => 3 + n,
            Self::Begin => 2,
            Self::Look => 0,
        }
    }
}

struct Shop {
    queue: Queue,
    arrivals: Rng,
    services: Rng,
    waiting: VecDeque<Instant>,
    arrived: u64,
    inside: u64,
    busy: u64,
    changed: Instant,
    seen: Seen,
}

impl Shop {
    fn count(&mut self, now: Instant, inside: u64) {
        let since = now.saturating_since(self.changed).as_ns();
        self.seen.area_ns += u128::from(since) * u128::from(self.inside);
        self.inside = inside;
        self.changed = now;
    }

    fn serve(&mut self, ctx: &mut Context<Ev>) {
        while self.busy < self.queue.servers && !self.waiting.is_empty() {
            let together = if self.queue.bulk {
                self.waiting.len()
            } else {
                1
            };
            let takes = match self.queue.service {
                Service::Fixed(takes) => takes,
                Service::Exponential(mean) => exponential(&mut self.services, mean),
            };
            let mut taken = 0;
            for arrived in self.waiting.drain(..together) {
                let wait = ctx.now() - arrived;
                self.seen.waits.push(wait.as_ns());
                self.seen.sojourn_ns += u128::from((wait + takes).as_ns());
                taken += 1;
            }
            self.busy += 1;
            self.seen.services += 1;
            ctx.after(takes, Ev::Departure(taken));
        }
    }
}

impl Model for Shop {
    type Event = Ev;
    type Record = ();

    fn handle(&mut self, event: Ev, ctx: &mut Context<Ev>) {
        match event {
            Ev::Arrival => {
                self.arrived += 1;
                self.count(ctx.now(), self.inside + 1);
                self.waiting.push_back(ctx.now());
                if self.arrived < self.queue.customers {
                    ctx.after(exponential(&mut self.arrivals, self.queue.gap), Ev::Arrival);
                }
                if self.queue.delay.is_zero() {
                    self.serve(ctx);
                } else if self.waiting.len() == 1 {
                    ctx.after(self.queue.delay, Ev::Begin);
                }
            }
            Ev::Departure(n) => {
                self.count(ctx.now(), self.inside - n);
                self.busy -= 1;
                if self.queue.delay.is_zero() {
                    self.serve(ctx);
                }
            }
            Ev::Begin => self.serve(ctx),
            Ev::Look => {
                self.seen.backlog.push(self.inside);
                ctx.after(self.queue.every, Ev::Look);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.arrived == self.queue.customers && (self.inside == 0 || !self.queue.every.is_zero())
    }
}

/// Runs a queue.
pub fn run(queue: &Queue, seed: u64) -> Seen {
    let shop = Shop {
        queue: *queue,
        arrivals: Rng::new(Seed(seed), 1),
        services: Rng::new(Seed(seed), 2),
        waiting: VecDeque::new(),
        arrived: 0,
        inside: 0,
        busy: 0,
        changed: Instant::ZERO,
        seen: Seen::default(),
    };
    let mut simulation = Simulation::new(shop, |shop: &mut Shop, ctx| {
        shop.inside = queue.initial;
        shop.waiting = (0..queue.initial).map(|_| Instant::ZERO).collect();
        shop.serve(ctx);
        ctx.after(exponential(&mut shop.arrivals, queue.gap), Ev::Arrival);
        if !queue.every.is_zero() {
            ctx.after(queue.every, Ev::Look);
        }
    });
    simulation.run(Limits::default());
    let now = simulation.now();
    let mut shop = simulation.model;
    let inside = shop.inside;
    shop.count(now, inside);
    shop.seen.length_ns = now.as_ns();
    shop.seen
}

/// What textbooks say (Gross and Harris; for the bulk queue see each function). `rho` is the load
/// of one server, times are in mean service times.
pub mod theory {
    /// Share of the customers of M/M/c who wait at all (Erlang's C).
    pub fn delayed_mmc(servers: u32, rho: f64) -> f64 {
        let c = f64::from(servers);
        let load = c * rho;
        let mut term = 1.0;
        let mut sum = 1.0;
        for k in 1..servers {
            term *= load / f64::from(k);
            sum += term;
        }
        term *= load / c;
        let all_busy = term / (1.0 - rho);
        all_busy / (sum + all_busy)
    }

    /// Mean wait in the queue of M/M/c: who waits does so for an exponential time.
    pub fn wait_mmc(servers: u32, rho: f64) -> f64 {
        delayed_mmc(servers, rho) / (f64::from(servers) * (1.0 - rho))
    }

    /// Mean square of the wait in the queue of M/M/c, first come first served.
    pub fn square_mmc(servers: u32, rho: f64) -> f64 {
        2.0 * wait_mmc(servers, rho) / (f64::from(servers) * (1.0 - rho))
    }

    /// Mean wait in the queue of M/D/1 (Pollaczek and Khinchine).
    pub fn wait_md1(rho: f64) -> f64 {
        rho / (2.0 * (1.0 - rho))
    }

    /// Mean square of the wait in the queue of M/D/1, first come first served (Takács, 1962).
    pub fn square_md1(rho: f64) -> f64 {
        let mean = wait_md1(rho);
        2.0 * mean * mean + rho / (3.0 * (1.0 - rho))
    }

    /// Mean number in the system of M/M/1.
    pub fn number_mm1(rho: f64) -> f64 {
        rho / (1.0 - rho)
    }

    /// Mean batch of a server that takes all who wait, for a fixed time in which `load` arrive on
    /// average: those who came during the last service, or one if none came.
    pub fn bulk_batch(load: f64) -> f64 {
        load + libm::exp(-load)
    }

    /// Mean wait in that queue: who arrives during a service waits for half of it on average; who
    /// finds the server idle does not wait.
    pub fn bulk_wait(load: f64) -> f64 {
        0.5 * load / bulk_batch(load)
    }

    /// Mean batch of a server that begins a fixed time after the first of the batch came and takes
    /// no time itself, if `load` arrive during that delay on average: the first, and those.
    pub fn delayed_batch(load: f64) -> f64 {
        1.0 + load
    }

    /// Mean wait there \[delays\]: the first waits for all of it, the others for half on average.
    pub fn delayed_wait(load: f64) -> f64 {
        (1.0 + 0.5 * load) / delayed_batch(load)
    }

    /// Mean wait of the first `customers` of an M/M/1 queue that starts empty, exactly: from the
    /// distribution of the number that each of them finds.
    pub fn first_waits_mm1(rho: f64, customers: usize) -> f64 {
        let arrives = rho / (1.0 + rho);
        let leaves = 1.0 - arrives;
        let mut finds = vec![1.0];
        let mut sum = 0.0;
        for _ in 0..customers {
            let mean = (0_u32..).zip(&finds).map(|(n, p)| f64::from(n) * p);
            sum += mean.sum::<f64>();
            // One more is there; before the next arrival, departures run a race that each wins
            // with probability `leaves`.
            let mut next = vec![0.0; finds.len() + 1];
            let mut carried = 0.0;
            for n in (0..finds.len()).rev() {
                carried = carried * leaves + finds[n];
                next[n + 1] = carried * arrives;
            }
            next[0] = 1.0 - next[1..].iter().sum::<f64>();
            finds = next;
        }
        sum / crate::stats::convert::count(customers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_agree_with_known_values() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 5e-3, "{a} for {b}");
        near(theory::wait_mmc(1, 0.9), 9.0);
        // Allen, Probability, Statistics and Queueing Theory: C(3, 2.4) = 0.6472.
        near(theory::delayed_mmc(3, 0.8), 0.6472);
        near(theory::wait_md1(0.8), 2.0);
        // A wait of M/M/1 is over 0 in `rho` of the cases, and then exponential with mean 1 / (1 - rho).
        near(theory::square_mmc(1, 0.9), 0.9 * 2.0 * 100.0);
        // Khinchine's integral for M/G/1 with a service of always 1, at 0.5: 1/2 + 1/3.
        near(theory::square_md1(0.5), 5.0 / 6.0);
        // Law, 5th ed., 9.4.1: the first 25 customers wait 2.12 mean gaps on average.
        near(theory::first_waits_mm1(0.9, 25) * 0.9, 2.1245);
    }

    #[test]
    fn little_holds_exactly_when_all_have_left() {
        let queue = Queue {
            gap: Span::from_us(10),
            service: Service::Exponential(Span::from_us(25)),
            servers: 3,
            bulk: false,
            delay: Span::ZERO,
            initial: 4,
            customers: 500,
            every: Span::ZERO,
        };
        let seen = run(&queue, 3);
        assert_eq!(seen.area_ns, seen.sojourn_ns);
        assert_eq!(seen.waits.len(), 504);
    }
}
