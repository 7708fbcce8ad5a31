//! A heap with four children to a node: half as deep as a binary one, and the four lie together.
//!
//! The event travels with its order, so that moving an entry costs no second look-up. Its one
//! unusual verb is [`Heap::replace_first`]: the loop takes the first event and the handler nearly
//! always schedules another, which then sinks from the root in one pass instead of two.

/// Children of a node.
const ARITY: usize = 4;

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
        (u128::from(self.at) << 64) | u128::from(self.rank)
    }
}

/// Entries of which the first in order lies at the root.
#[derive(Debug)]
pub(super) struct Heap<E>(Vec<Entry<E>>);

impl<E: Copy> Heap<E> {
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
        self.0.first()
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry<E>) {
        self.0.push(entry);
        let mut hole = self.0.len() - 1;
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.0[parent].order() <= entry.order() {
                break;
            }
            self.0[hole] = self.0[parent];
            hole = parent;
        }
        self.0[hole] = entry;
    }

    /// Puts `entry` in the place of the first one.
    #[inline]
    pub(super) fn replace_first(&mut self, entry: Entry<E>) {
        self.sink(0, entry);
    }

    #[inline]
    pub(super) fn remove_first(&mut self) {
        if let Some(last) = self.0.pop()
            && !self.0.is_empty()
        {
            self.sink(0, last);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Lets a function rearrange, add and remove entries as it likes, then puts them in order.
    pub(super) fn rebuild(&mut self, change: impl FnOnce(&mut Vec<Entry<E>>)) {
        change(&mut self.0);
        for node in (0..self.0.len().div_ceil(ARITY)).rev() {
            self.sink(node, self.0[node]);
        }
    }

    /// Moves children up until `entry` fits into the hole.
    #[inline]
    fn sink(&mut self, mut hole: usize, entry: Entry<E>) {
        let heap = self.0.as_mut_slice();
        let order = entry.order();
        while let Some((child, least)) = least_child(heap, hole) {
            if order <= least {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = entry;
    }
}

/// The child of `node` that goes first, with its order.
#[inline]
fn least_child<E>(heap: &[Entry<E>], node: usize) -> Option<(usize, u128)> {
    let first = ARITY * node + 1;
    let children = heap.get(first..)?;
    if let Some(four) = children.first_chunk::<ARITY>() {
        // Two comparisons that do not wait for each other, then one: no branch to guess.
        let [a, b, c, d] = four.each_ref().map(Entry::order);
        let left = if b < a { (1, b) } else { (0, a) };
        let right = if d < c { (3, d) } else { (2, c) };
        let (nth, order) = if right.1 < left.1 { right } else { left };
        return Some((first + nth, order));
    }
    let (nth, order) = least_of_few(children)?;
    Some((first + nth, order))
}

/// The same for the one node that may have fewer children, kept out of the way of the others.
#[inline(never)]
fn least_of_few<E>(children: &[Entry<E>]) -> Option<(usize, u128)> {
    let orders = children.iter().map(Entry::order).enumerate();
    orders.min_by_key(|&(_, order)| order)
}
