//! The kernel's mutex alone under Poisson load: callers that lock, hold it for a time and unlock,
//! where a woken waiter runs at once. However barging and hand-off order them, the mutex is held
//! whenever anybody wants it, so the mean wait is that of M/M/1 or M/D/1.

use super::line::Check;
use super::queues::{SERVICE, compare, in_services};
use crate::experiment::queues::{Service, theory};
use crate::models::mutex::{Mutex, Waiter};
use crate::sim::dist::exponential;
use crate::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};
use crate::stats::convert::{count, float};

/// Callers of one run; the first fifth is left out of the mean.
const CALLERS: u32 = 2_000;
/// Callers come twice as seldom as they could be served.
const GAP: Span = Span::from_ns(SERVICE.as_ns() * 2);

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let exponential = (
        "M/M/1",
        Service::Exponential(SERVICE),
        theory::wait_mmc(1, 0.5),
    );
    let fixed = ("M/D/1", Service::Fixed(SERVICE), theory::wait_md1(0.5));
    let mut lines = Vec::new();
    for (name, service, expected) in [exponential, fixed] {
        for (design, fair) in [("mutex", false), ("fair mutex", true)] {
            lines.push(compare(
                &format!("{design} alone, {name}, load 0.5: mean wait"),
                expected,
                move |seed| mean_wait(fair, service, seed, true),
            ));
        }
    }
    lines
}

#[derive(Clone, Copy)]
enum Ev {
    Arrival,
    Unlock(Waiter),
}

impl Event for Ev {
    fn class(&self) -> u8 {
        0
    }
    fn fingerprint(&self) -> u64 {
        match self {
            Self::Arrival => 0,
            Self::Unlock(waiter) => 1 + u64::from(*waiter),
        }
    }
}

struct Callers {
    mutex: Mutex,
    service: Service,
    arrivals: Rng,
    services: Rng,
    began: Vec<Instant>,
    waits: Vec<(Waiter, Span)>,
    /// Whether an unlock wakes the first waiter; only a test says no.
    wakes: bool,
}

impl Callers {
    fn hold(&mut self, me: Waiter, ctx: &mut Context<Ev>) {
        let wait = ctx.now() - self.began[me as usize];
        self.waits.push((me, wait));
        let takes = match self.service {
            Service::Fixed(takes) => takes,
            Service::Exponential(mean) => exponential(&mut self.services, mean),
        };
        ctx.after(takes, Ev::Unlock(me));
    }
}

impl Model for Callers {
    type Event = Ev;
    type Record = ();

    fn handle(&mut self, event: Ev, ctx: &mut Context<Ev>) {
        match event {
            Ev::Arrival => {
                let me = Waiter::try_from(self.began.len()).expect("few callers");
                self.began.push(ctx.now());
                if me + 1 < CALLERS {
                    ctx.after(exponential(&mut self.arrivals, GAP), Ev::Arrival);
                }
                if self.mutex.try_lock(me) {
                    self.hold(me, ctx);
                } else {
                    self.mutex.join_line(me);
                }
            }
            Ev::Unlock(me) => {
                let woken = self.mutex.unlock(me).waiter.filter(|_| self.wakes);
                if let Some(waiter) = woken
                    && self.mutex.retry(waiter)
                {
                    self.hold(waiter, ctx);
                }
            }
        }
    }

    fn is_done(&self) -> bool {
        false
    }
}

/// Mean wait of those who got it, without the first fifth \[service times\].
fn mean_wait(fair: bool, service: Service, seed: u64, wakes: bool) -> f64 {
    let callers = Callers {
        mutex: Mutex::new(fair),
        service,
        arrivals: Rng::new(Seed(seed), 1),
        services: Rng::new(Seed(seed), 2),
        began: Vec::new(),
        waits: Vec::new(),
        wakes,
    };
    let mut simulation = Simulation::new(callers, |callers: &mut Callers, ctx| {
        ctx.after(exponential(&mut callers.arrivals, GAP), Ev::Arrival);
    });
    simulation.run(Limits::default());
    let waits = &simulation.model.waits;
    let late = waits.iter().filter(|(me, _)| *me >= CALLERS / 5);
    let sum: f64 = late.clone().map(|(_, wait)| float(wait.as_ns())).sum();
    in_services(sum / count(late.count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutex_that_wakes_nobody_is_missed() {
        for service in [Service::Exponential(SERVICE), Service::Fixed(SERVICE)] {
            let broken = compare("no wake-up", theory::wait_mmc(1, 0.5), |seed| {
                mean_wait(false, service, seed, false)
            });
            assert!(!broken.passes(), "{broken:?}");
        }
    }

    #[test]
    fn all_pass_on_the_whole_mutex() {
        for check in table() {
            assert!(check.passes(), "{check:?}");
        }
    }
}
