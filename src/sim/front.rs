//! The few events that go next, in a row: the first of all at its end, so that taking it costs nothing.
//!
//! A new event moves past those that go before it. Nearly always these are few: what a handler
//! schedules mostly comes at once or lies beyond what is near.

/// An event and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<E> {
    /// When it is due \[ns\].
    pub(super) at: u64,
    /// Its order among the events of that instant: class, then sequence.
    pub(super) rank: u64,
    pub(super) event: E,
}

impl<E> Entry<E> {
    /// Time, class and sequence as one number.
    #[inline]
    pub(super) fn order(&self) -> u128 {
        order(self.at, self.rank)
    }
}

#[inline]
fn order(at: u64, rank: u64) -> u128 {
    (u128::from(at) << 64) | u128::from(rank)
}

/// Entries from the last to the first.
#[derive(Debug)]
pub(super) struct Front<E>(Vec<Entry<E>>);

impl<E: Copy> Front<E> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn entries(&self) -> &[Entry<E>] {
        &self.0
    }

    #[inline]
    pub(super) fn first(&self) -> Option<&Entry<E>> {
        self.0.last()
    }

    /// When the last of all is due; zero if there is none.
    #[inline]
    pub(super) fn last_at(&self) -> u64 {
        self.0.first().map_or(0, |last| last.at)
    }

    #[inline]
    pub(super) fn drop_first(&mut self) {
        self.0.pop();
    }

    /// Adds an event, handed on in pieces, which stay in registers.
    #[inline]
    pub(super) fn push(&mut self, at: u64, rank: u64, event: E) {
        if self.0.len() == self.0.capacity() {
            return self.push_with_more_room(at, rank, event);
        }
        let order = order(at, rank);
        let goes_first = self.first().is_none_or(|first| first.order() > order);
        self.0.push(Entry { at, rank, event });
        if !goes_first {
            self.sink(at, rank, event);
        }
    }

    /// Moves the event at the end past those that go before it.
    #[inline]
    fn sink(&mut self, at: u64, rank: u64, event: E) {
        let order = order(at, rank);
        let Some((mut hole, mut rest)) = self.0.split_last_mut() else {
            return;
        };
        while let Some((before, others)) = rest.split_last_mut() {
            let Entry { at, rank, event } = *before;
            if self::order(at, rank) > order {
                break;
            }
            *hole = Entry { at, rank, event };
            (hole, rest) = (before, others);
        }
        *hole = Entry { at, rank, event };
    }

    /// Out of the way, so that what happens nearly always needs no stack.
    #[cold]
    #[inline(never)]
    fn push_with_more_room(&mut self, at: u64, rank: u64, event: E) {
        self.0.reserve(1);
        self.push(at, rank, event);
    }

    /// Turns the row round, so that the first is put into buckets first: they hand out last what came first. To be cleared next,
    /// as a row it is not in order.
    pub(super) fn turn_round(&mut self) {
        self.0.reverse();
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn retain(&mut self, alive: impl FnMut(&Entry<E>) -> bool) {
        self.0.retain(alive);
    }

    /// Gives away those later than `edge`.
    pub(super) fn drain_after(
        &mut self,
        edge: u64,
    ) -> impl DoubleEndedIterator<Item = Entry<E>> + '_ {
        let late = self.0.partition_point(|entry| entry.at > edge);
        self.0.drain(..late)
    }
}
