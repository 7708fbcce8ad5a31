//! The kernel's mutex alone under Poisson load: callers that lock, hold it for a time and unlock,
//! where a woken waiter runs at once. However barging and hand-off order them, the mutex is held
//! whenever anybody wants it, so the mean wait is that of M/M/1 or M/D/1; and as a waiter that is
//! woken runs at once, nobody overtakes, so that its mean square is too.

use super::line::Check;
use super::queues::{LONG, SERVICE, in_services, moments};
use crate::experiment::queues::{Service, theory};
use crate::models::mutex::{Mutex, Waiter};
use crate::sim::dist::exponential;
use crate::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};
use crate::stats::convert::float;

/// All lines.
pub(super) fn table() -> Vec<Check> {
    let mut lines = Vec::new();
    for (percent, callers) in LONG {
        let rho = float(percent) / 100.0;
        let exponential = (theory::wait_mmc(1, rho), theory::square_mmc(1, rho));
        let fixed = (theory::wait_md1(rho), theory::square_md1(rho));
        let services = [
            ("M/M/1", Service::Exponential(SERVICE), exponential),
            ("M/D/1", Service::Fixed(SERVICE), fixed),
        ];
        for (name, service, expected) in services {
            for (design, fair, seed) in [("mutex", false, 2), ("fair mutex", true, 3)] {
                let load = Load {
                    service,
                    gap: Span::from_ns(SERVICE.as_ns() * 100 / percent),
                    callers,
                };
                let waits = waits(fair, load, seed, true);
                let name = format!("{design} alone, {name}, load {rho}");
                lines.extend(moments(&name, expected, &waits));
            }
        }
    }
    lines
}

/// Who calls.
#[derive(Clone, Copy)]
struct Load {
    service: Service,
    /// Mean time between two callers.
    gap: Span,
    callers: u32,
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
    load: Load,
    arrivals: Rng,
    services: Rng,
    began: Vec<Instant>,
    /// Of those who got it, in the order in which they did \[service times\].
    waits: Vec<f64>,
    /// Whether an unlock wakes the first waiter; only a test says no.
    wakes: bool,
}

impl Callers {
    fn hold(&mut self, me: Waiter, ctx: &mut Context<Ev>) {
        let wait = ctx.now() - self.began[me as usize];
        self.waits.push(in_services(float(wait.as_ns())));
        let takes = match self.load.service {
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
                if me + 1 < self.load.callers {
                    ctx.after(exponential(&mut self.arrivals, self.load.gap), Ev::Arrival);
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

/// Waits of those who got it \[service times\].
fn waits(fair: bool, load: Load, seed: u64, wakes: bool) -> Vec<f64> {
    let callers = Callers {
        mutex: Mutex::new(fair),
        load,
        arrivals: Rng::new(Seed(seed), 1),
        services: Rng::new(Seed(seed), 2),
        began: Vec::new(),
        waits: Vec::new(),
        wakes,
    };
    let mut simulation = Simulation::new(callers, |callers: &mut Callers, ctx| {
        let first = exponential(&mut callers.arrivals, callers.load.gap);
        ctx.after(first, Ev::Arrival);
    });
    simulation.run(Limits::default());
    simulation.model.waits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutex_that_wakes_nobody_is_missed() {
        for service in [Service::Exponential(SERVICE), Service::Fixed(SERVICE)] {
            let load = Load {
                service,
                gap: SERVICE * 2,
                callers: 20_000,
            };
            let expected = (theory::wait_mmc(1, 0.5), theory::square_mmc(1, 0.5));
            let broken = moments("no wake-up", expected, &waits(false, load, 1, false));
            assert!(!broken.iter().any(Check::passes), "{broken:?}");
        }
    }

    #[test]
    fn waits_that_are_a_tenth_too_long_are_missed() {
        for (percent, callers) in LONG {
            let rho = float(percent) / 100.0;
            let load = Load {
                service: Service::Fixed(SERVICE),
                gap: Span::from_ns(SERVICE.as_ns() * 100 / percent),
                callers,
            };
            let longer: Vec<f64> = waits(true, load, 1, true).iter().map(|w| 1.1 * w).collect();
            let expected = (theory::wait_md1(rho), theory::square_md1(rho));
            let broken = moments("longer", expected, &longer);
            assert!(!broken.iter().any(Check::passes), "{broken:?}");
        }
    }
}
