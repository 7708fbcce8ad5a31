//! What a model says of itself, and what it may do while it handles an event.

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

    /// True once the model has nothing left to show; the run then ends as [`Ended::Done`](super::Ended::Done).
    fn is_done(&self) -> bool;

    /// Of a model that is done: whether it is because something ran out that it cannot go on without. The run then ends
    /// as [`Ended::Exhausted`](super::Ended::Exhausted).
    fn is_exhausted(&self) -> bool {
        false
    }

    /// Who waits for something that only an event can bring. Asked once no event is left: if anyone
    /// waits then, it is for ever, and the run ends as [`Ended::Deadlock`](super::Ended::Deadlock).
    fn blocked(&self) -> Vec<Waits> {
        Vec::new()
    }
}

/// Somebody waits for somebody or something, in the model's own words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Waits {
    /// Who waits.
    pub who: String,
    /// For whom or what.
    pub for_what: String,
}

impl core::fmt::Display for Waits {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} waits for {}", self.who, self.for_what)
    }
}

/// Hears every record with the time it was made at.
pub type Listener<R> = Box<dyn FnMut(Instant, R)>;

/// What a handler may do to the world.
pub struct Context<E, R = ()> {
    pub(super) now: Instant,
    pub(super) queue: EventQueue<E>,
    pub(super) listener: Option<Listener<R>>,
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
        if self.is_listened_to() {
            self.tell(make());
        }
    }

    /// Out of the way of runs that nobody listens to.
    #[cold]
    #[inline(never)]
    fn tell(&mut self, record: R) {
        let now = self.now;
        let listener = self.listener.as_mut().expect("somebody listens");
        listener(now, record);
    }
}
