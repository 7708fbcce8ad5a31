//! The loop: take the next event, tell the model, until there is a reason to stop.

use super::digest::Digest;
use super::model::{Context, Event, Listener, Model};
use super::queue::{EventQueue, Ties};
use super::time::Instant;

/// Bounds of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Nothing after this point is handled.
    pub horizon: Instant,
    /// At most this many events are handled.
    pub events: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            horizon: Instant::MAX,
            events: u64::MAX,
        }
    }
}

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The model said that it was done. The run can go on once it says otherwise.
    Done,
    /// No event was left and nobody waited for one.
    Quiescent,
    /// No event was left, and somebody waited for one: nothing can happen any more.
    /// [`Model::blocked`] says who waits for whom.
    Deadlock,
    /// The next event lay beyond the horizon. The run can go on with a later one.
    Horizon,
    /// The event budget was used up. The run can go on with a larger one.
    Budget,
    /// Something ran out that the model cannot go on without, such as memory.
    Exhausted,
}

/// What can be chosen before a simulation starts.
pub struct Setup<R> {
    /// The order of events of one instant and class.
    pub ties: Ties,
    /// Who hears the model's records.
    pub listener: Option<Listener<R>>,
}

impl<R> Default for Setup<R> {
    fn default() -> Self {
        Self {
            ties: Ties::Fifo,
            listener: None,
        }
    }
}

/// A model with its clock and its pending events.
pub struct Simulation<M: Model> {
    /// The model, open to inspection between steps.
    pub model: M,
    ctx: Context<M::Event, M::Record>,
    digest: Digest,
    events: u64,
}

impl<M: Model> Simulation<M> {
    /// A simulation at time zero; `start` schedules the first events.
    pub fn new(model: M, start: impl FnOnce(&mut M, &mut Context<M::Event, M::Record>)) -> Self {
        Self::with_setup(model, Setup::default(), start)
    }

    /// The same, with choices; the listener hears what `start` does already.
    pub fn with_setup(
        mut model: M,
        setup: Setup<M::Record>,
        start: impl FnOnce(&mut M, &mut Context<M::Event, M::Record>),
    ) -> Self {
        let mut ctx = Context {
            now: Instant::ZERO,
            queue: EventQueue::new(setup.ties),
            listener: setup.listener,
        };
        start(&mut model, &mut ctx);
        Self {
            model,
            ctx,
            digest: Digest::default(),
            events: 0,
        }
    }

    /// Attaches the listener that hears the model's records from here on, in place of any other.
    pub fn listen(&mut self, listener: impl FnMut(Instant, M::Record) + 'static) {
        self.ctx.listener = Some(Box::new(listener));
    }

    /// Runs until something ends it. Can be called again with wider limits: a run in pieces is the
    /// same run.
    pub fn run(&mut self, limits: Limits) -> Ended {
        while !self.model.is_done() {
            if self.events >= limits.events {
                return Ended::Budget;
            }
            if !self.ctx.queue.is_due(limits.horizon) {
                return self.out_of_events(limits.horizon);
            }
            let (at, event) = self.ctx.queue.take();
            self.handle(at, event);
        }
        self.why_done()
    }

    #[cold]
    fn why_done(&self) -> Ended {
        if self.model.is_exhausted() {
            Ended::Exhausted
        } else {
            Ended::Done
        }
    }

    /// Handles one event, unless there is none up to `horizon` or the model is done; says which it
    /// was and when.
    pub fn step(&mut self, horizon: Instant) -> Option<(Instant, M::Event)> {
        if self.model.is_done() {
            return None;
        }
        let (at, event) = self.ctx.queue.pop_until(horizon)?;
        self.handle(at, event);
        Some((at, event))
    }

    #[inline]
    fn handle(&mut self, at: Instant, event: M::Event) {
        self.ctx.now = at;
        self.events += 1;
        self.digest.absorb(at.as_ns(), event.fingerprint());
        self.model.handle(event, &mut self.ctx);
    }

    #[cold]
    fn out_of_events(&mut self, horizon: Instant) -> Ended {
        if !self.ctx.queue.is_empty() {
            self.ctx.now = horizon;
            return Ended::Horizon;
        }
        if self.model.blocked().is_empty() {
            Ended::Quiescent
        } else {
            Ended::Deadlock
        }
    }

    /// The simulated time.
    pub fn now(&self) -> Instant {
        self.ctx.now
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The fingerprint of the events handled so far.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Span, Waits};
    use std::sync::mpsc;

    /// Philosophers at a table: each takes the fork on the left, then the one on the right.
    struct Table {
        forks: Vec<Option<usize>>,
        hungry: Vec<bool>,
        /// The last one takes the right fork first, which is the textbook's cure.
        cured: bool,
    }

    #[derive(Clone, Copy)]
    enum Ev {
        First(usize),
        Second(usize),
    }

    impl Event for Ev {
        fn class(&self) -> u8 {
            0
        }
        fn fingerprint(&self) -> u64 {
            match *self {
                Self::First(who) => 2 * who as u64,
                Self::Second(who) => 2 * who as u64 + 1,
            }
        }
    }

    impl Table {
        fn new(seats: usize, cured: bool) -> Self {
            Self {
                forks: vec![None; seats],
                hungry: vec![true; seats],
                cured,
            }
        }

        /// The forks of a seat in the order in which they are taken.
        fn forks(&self, who: usize) -> [usize; 2] {
            let seats = self.forks.len();
            let mut forks = [who, (who + 1) % seats];
            if self.cured && who + 1 == seats {
                forks.reverse();
            }
            forks
        }

        fn take(&mut self, fork: usize, who: usize) -> bool {
            let free = self.forks[fork].is_none() || self.forks[fork] == Some(who);
            if free {
                self.forks[fork] = Some(who);
            }
            free
        }

        fn eat(&mut self, who: usize, ctx: &mut Context<Ev, usize>) {
            ctx.trace(|| who);
            self.hungry[who] = false;
            for fork in self.forks(who) {
                self.forks[fork] = None;
            }
            for other in (0..self.hungry.len()).filter(|&other| self.hungry[other]) {
                ctx.after(Span::from_ns(1), Ev::First(other));
            }
        }
    }

    impl Model for Table {
        type Event = Ev;
        type Record = usize;

        fn handle(&mut self, event: Ev, ctx: &mut Context<Ev, usize>) {
            match event {
                Ev::First(who) if self.hungry[who] => {
                    if self.take(self.forks(who)[0], who) {
                        ctx.after(Span::from_ns(10), Ev::Second(who));
                    }
                }
                Ev::Second(who) if self.hungry[who] => {
                    if self.take(self.forks(who)[1], who) {
                        self.eat(who, ctx);
                    }
                }
                Ev::First(_) | Ev::Second(_) => {}
            }
        }

        fn is_done(&self) -> bool {
            false
        }

        fn blocked(&self) -> Vec<Waits> {
            let hungry = (0..self.hungry.len()).filter(|&who| self.hungry[who]);
            let waits = hungry.filter_map(|who| {
                let owner = self.forks[self.forks(who)[1]]?;
                Some(Waits {
                    who: format!("philosopher {who}"),
                    for_what: format!("philosopher {owner}"),
                })
            });
            waits.collect()
        }
    }

    fn table(cured: bool) -> Simulation<Table> {
        Simulation::new(Table::new(3, cured), |model, ctx| {
            for who in 0..model.hungry.len() {
                ctx.after(Span::from_ns(1), Ev::First(who));
            }
        })
    }

    #[test]
    fn a_deadlock_says_who_waits_for_whom() {
        let mut simulation = table(false);
        assert_eq!(simulation.run(Limits::default()), Ended::Deadlock);
        let waits: Vec<String> = simulation
            .model
            .blocked()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            waits,
            [
                "philosopher 0 waits for philosopher 1",
                "philosopher 1 waits for philosopher 2",
                "philosopher 2 waits for philosopher 0",
            ]
        );
        assert_eq!(table(true).run(Limits::default()), Ended::Quiescent);
    }

    #[test]
    fn a_run_in_pieces_is_the_same_run() {
        let mut whole = table(true);
        assert_eq!(whole.run(Limits::default()), Ended::Quiescent);
        let mut pieces = table(true);
        let mut limits = Limits {
            horizon: Instant::ZERO,
            events: 0,
        };
        let mut ends = Vec::new();
        while ends.last() != Some(&Ended::Quiescent) {
            ends.push(pieces.run(limits));
            match ends.last() {
                Some(Ended::Horizon) => limits.horizon += Span::from_ns(1),
                _ => limits.events += 1,
            }
        }
        assert!(ends.contains(&Ended::Horizon) && ends.contains(&Ended::Budget));
        assert_eq!(pieces.digest(), whole.digest());
        assert_eq!(pieces.events(), whole.events());
    }

    #[test]
    fn a_listener_hears_everything_and_changes_nothing() {
        let (teller, told) = mpsc::channel();
        let (mut heard, mut unheard) = (table(true), table(true));
        heard.listen(move |at, who| teller.send((at, who)).expect("somebody listens"));
        heard.run(Limits::default());
        unheard.run(Limits::default());
        assert_eq!(heard.digest(), unheard.digest());
        drop(heard);
        let mut eaters: Vec<usize> = told.into_iter().map(|(_, who)| who).collect();
        eaters.sort_unstable();
        assert_eq!(eaters, [0, 1, 2]);
    }
}
