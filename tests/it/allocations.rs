//! The engine allocates nothing for an event once it has seen as many as are pending at a time.

use allocation_counter::measure;
use rcusim::sim::dist::exponential;
use rcusim::sim::{Context, Event, Instant, Limits, Model, Rng, Seed, Simulation, Span};

/// Every event schedules itself anew; every tenth also one that it cancels.
struct Hold {
    rng: Rng,
    handled: u64,
}

#[derive(Clone, Copy)]
struct Again(u32);

impl Event for Again {
    fn class(&self) -> u8 {
        0
    }
    fn fingerprint(&self) -> u64 {
        u64::from(self.0)
    }
}

impl Model for Hold {
    type Event = Again;
    type Record = ();

    fn handle(&mut self, event: Again, ctx: &mut Context<Again>) {
        self.handled += 1;
        let gap = exponential(&mut self.rng, Span::from_us(10));
        let key = ctx.after(gap, event);
        if self.handled.is_multiple_of(10) {
            assert!(ctx.cancel(key));
            ctx.after(gap, event);
        }
    }

    fn is_done(&self) -> bool {
        false
    }
}

/// Allocations in the last of so many events, after as many that warm up.
fn allocations(pending: u32, events: u64) -> u64 {
    let rng = Rng::new(Seed(1), 1);
    let mut hold = Simulation::new(Hold { rng, handled: 0 }, |_, ctx| {
        for i in 0..pending {
            ctx.after(Span::from_ns(u64::from(i)), Again(i));
        }
    });
    let mut run = |events| {
        hold.run(Limits {
            horizon: Instant::MAX,
            events,
        })
    };
    run(events);
    measure(|| {
        run(2 * events);
    })
    .count_total
}

#[test]
fn none_for_an_event_in_steady_state() {
    for pending in [1, 20, 64, 4_096] {
        let found = allocations(pending, 400_000);
        // Vectors that grow to a size not seen before double it, which is a handful of times at the very most.
        assert!(
            found <= 16,
            "{pending} pending: {found} allocations in 400,000 events"
        );
    }
}
