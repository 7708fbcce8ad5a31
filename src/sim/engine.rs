//! The loop: take the next event, tell the model, until there is a reason to stop.

use super::digest::Digest;
use super::queue::{EventKey, EventQueue};
use super::time::{Instant, Span};

/// What a model's events must say of themselves.
pub trait Event: Copy {
    /// Order among events of one instant: the lower class first.
    fn class(&self) -> u8;
    /// What goes into the digest: kind and subject in 64 bits.
    fn fingerprint(&self) -> u64;
}

/// A state machine driven by events.
pub trait Model {
    /// The model's one event type.
    type Event: Event;
    /// What the model tells a listener; `()` if it tells nothing.
    type Record;

    /// Does what the event calls for.
    fn handle(&mut self, event: Self::Event, ctx: &mut Context<Self::Event, Self::Record>);

    /// True once the model has nothing left to show; the run then ends as [`Ended::Done`].
    fn is_done(&self) -> bool;
}

/// Hears every record with the time it was made at.
pub type Listener<R> = Box<dyn FnMut(Instant, R)>;

/// What a handler may do to the world.
pub struct Context<E, R = ()> {
    now: Instant,
    queue: EventQueue<E>,
    listener: Option<Listener<R>>,
}

impl<E: Event, R> Context<E, R> {
    /// The time of the event being handled.
    #[inline]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Schedules `event` after `delay`.
    #[inline]
    pub fn after(&mut self, delay: Span, event: E) -> EventKey {
        self.at(self.now + delay, event)
    }

    /// Schedules `event` at a point in time.
    ///
    /// # Panics
    /// If that point has passed.
    #[inline]
    pub fn at(&mut self, at: Instant, event: E) -> EventKey {
        self.queue.push(at, event.class(), event)
    }

    /// Cancels a scheduled event; false if it is too late.
    pub fn cancel(&mut self, key: EventKey) -> bool {
        self.queue.cancel(key)
    }

    /// Whether anybody listens, for loops that do nothing but tell.
    #[inline]
    pub fn is_listened_to(&self) -> bool {
        self.listener.is_some()
    }

    /// Tells the listener, if there is one. `make` runs only then, so a record that nobody hears
    /// costs one branch. What happens in the model must not depend on it.
    #[inline]
    pub fn trace(&mut self, make: impl FnOnce() -> R) {
        if let Some(listener) = &mut self.listener {
            listener(self.now, make());
        }
    }
}

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
    /// The model said that it was done.
    Done,
    /// No event was left.
    Quiescent,
    /// The next event lay beyond the horizon.
    Horizon,
    /// The event budget was used up.
    Budget,
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
        Self::with_listener(model, None, start)
    }

    /// A simulation whose listener, if there is one, hears what `start` does already.
    pub fn with_listener(
        mut model: M,
        listener: Option<Listener<M::Record>>,
        start: impl FnOnce(&mut M, &mut Context<M::Event, M::Record>),
    ) -> Self {
        let mut ctx = Context {
            now: Instant::ZERO,
            queue: EventQueue::new(),
            listener,
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

    /// Runs until something ends it. Can be called again with wider limits.
    ///
    /// # Panics
    /// If an event lies in the past, which [`EventQueue`] excludes.
    pub fn run(&mut self, limits: Limits) -> Ended {
        while !self.model.is_done() {
            if self.events >= limits.events {
                return Ended::Budget;
            }
            let Some((at, event)) = self.ctx.queue.pop() else {
                return Ended::Quiescent;
            };
            if at > limits.horizon {
                self.ctx.queue.push(at, event.class(), event);
                self.ctx.now = limits.horizon;
                return Ended::Horizon;
            }
            assert!(at >= self.ctx.now, "time does not run backwards");
            self.ctx.now = at;
            self.events += 1;
            self.digest.absorb(at.as_ns(), event.fingerprint());
            self.model.handle(event, &mut self.ctx);
        }
        Ended::Done
    }

    /// Handles one event, unless there is none up to `horizon` or the model is done; says which it
    /// was and when.
    pub fn step(&mut self, horizon: Instant) -> Option<(Instant, M::Event)> {
        if self.model.is_done() {
            return None;
        }
        let (at, event) = self.ctx.queue.pop()?;
        if at > horizon {
            self.ctx.queue.push(at, event.class(), event);
            return None;
        }
        self.ctx.now = at;
        self.events += 1;
        self.digest.absorb(at.as_ns(), event.fingerprint());
        self.model.handle(event, &mut self.ctx);
        Some((at, event))
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
