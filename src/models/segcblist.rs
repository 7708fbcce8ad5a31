//! A CPU's list of callbacks in four segments. Kernel source: `kernel/rcu/rcu_segcblist.c`, v5.10.
//!
//! ```text
//!   head      ends[DONE]   ends[WAIT]   ends[NEXT_READY]   ends[NEXT]
//!    │  invoke   │  this GP   │   next GP     │  not yet tagged  │
//! ```
//!
//! Positions count callbacks since the run began, so that moving a segment's end is one assignment.
//! Equal neighbours are stored as one run. Left out: offloaded lists.

use super::seq::Seq;
use std::collections::VecDeque;

const DONE: usize = 0;
const WAIT: usize = 1;
const NEXT_READY: usize = 2;
const NEXT: usize = 3;

/// What a callback does when it is invoked: 8 bytes, which are handed on in a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callback {
    /// `rcu_barrier_callback` of barrier state 0 or 1.
    Barrier(u8),
    /// A callback of the background load or of a noise thread.
    Background,
    /// A piece of a dead namespace that holds no memory of its own in the model.
    Teardown,
    /// The inode of a dead namespace's socket.
    SockInode,
    /// Wakes a task that sleeps in `synchronize_rcu()`.
    Wake(u32),
    /// A batch of `kfree_rcu()` memory of so many namespaces.
    Kfree(u32),
    /// A fragment of a destroyed table.
    Fragment,
}

impl Callback {
    /// Whether its invocation can wake a task.
    fn may_wake(self) -> bool {
        matches!(self, Self::Barrier(_) | Self::Wake(_) | Self::Kfree(_))
    }
}

/// The list; what most events look at comes first.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub struct SegCbList {
    head: u64,
    ends: [u64; 4],
    tags: [Seq; 4],
    runs: VecDeque<(Callback, u64)>,
    /// Positions of the callbacks whose readiness somebody is told of: two barriers' heads and a wake-up.
    marks: [Option<u64>; 3],
}

impl SegCbList {
    /// Callbacks on the list.
    pub fn len(&self) -> u64 {
        self.ends[NEXT] - self.head
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Callbacks whose grace period is over.
    pub fn ready(&self) -> u64 {
        self.ends[DONE] - self.head
    }

    /// Ready callbacks up to the first one that may wake a task, that one included.
    pub fn ready_to_first_waker(&self) -> u64 {
        let mut count = 0;
        for (callback, n) in &self.runs {
            if count >= self.ready() {
                break;
            }
            if callback.may_wake() {
                count += 1;
                break;
            }
            count += n;
        }
        count.min(self.ready())
    }

    /// Whether some callbacks wait without a tag.
    pub fn has_untagged(&self) -> bool {
        self.ends[NEXT] != self.ends[NEXT_READY]
    }

    /// `rcu_segcblist_restempty(RCU_WAIT_TAIL)`: whether nothing waits beyond the first grace period.
    pub fn is_rest_empty(&self) -> bool {
        self.ends[NEXT] == self.ends[WAIT]
    }

    /// `call_rcu()`, `count` times.
    #[inline]
    pub fn enqueue(&mut self, callback: Callback, count: u64) {
        self.append(callback, count);
        self.ends[NEXT] += count;
    }

    /// Puts a barrier's head behind the youngest callback, into that callback's segment. False if
    /// the list is empty. If not `behind`, it goes in front of all of them, which no barrier may
    /// do (`Broken::Entrain`).
    pub fn entrain(&mut self, callback: Callback, behind: bool) -> bool {
        if self.is_empty() {
            return false;
        }
        if !behind {
            self.runs.push_front((callback, 1));
            self.ends = self.ends.map(|end| end + 1);
            return true;
        }
        let mut segment = NEXT;
        while segment > DONE && self.ends[segment] == self.ends[segment - 1] {
            segment -= 1;
        }
        self.append(callback, 1);
        for end in &mut self.ends[segment..] {
            *end += 1;
        }
        true
    }

    /// Marks the callback that was queued last; true if it is ready already, in which case nothing is marked.
    pub fn mark(&mut self, mark: u8) -> bool {
        self.marks[usize::from(mark)] = Some(self.ends[NEXT] - 1);
        self.mark_is_ready(mark)
    }

    /// Whether a marked callback has become ready; said once.
    pub fn mark_is_ready(&mut self, mark: u8) -> bool {
        let done = self.ends[DONE];
        self.marks[usize::from(mark)]
            .take_if(|at| *at < done)
            .is_some()
    }

    /// Moves the segments whose grace period has completed to DONE. True if that made callbacks ready.
    pub fn advance(&mut self, completed: Seq) -> bool {
        let [done, wait, tagged, _] = self.ends;
        if done == tagged || !completed.is_done(self.tags[WAIT]) {
            return false;
        }
        let all_tagged = completed.is_done(self.tags[NEXT_READY]);
        self.ends[DONE] = if all_tagged { tagged } else { wait };
        self.ends[WAIT] = tagged;
        self.tags[WAIT] = self.tags[NEXT_READY];
        self.check();
        true
    }

    /// Tags what can be tagged with the grace period `tag`, the last that was asked for or a later one. True if that grace period
    /// is needed for what had no tag.
    pub fn accelerate(&mut self, tag: Seq) -> bool {
        let [done, wait, tagged, all] = self.ends;
        let has_earlier = tagged != wait && self.tags[NEXT_READY] < tag;
        if all == tagged || has_earlier {
            return false;
        }
        if wait == done || self.tags[WAIT] >= tag {
            self.ends[WAIT] = all;
            self.tags[WAIT] = tag;
        }
        self.ends[NEXT_READY] = all;
        self.tags[NEXT_READY] = tag;
        self.check();
        true
    }

    /// Takes up to `limit` ready callbacks of one kind off the front.
    pub fn take(&mut self, limit: u64) -> Option<(Callback, u64)> {
        let limit = limit.min(self.ready());
        let (callback, count) = self.runs.front_mut()?;
        if limit == 0 {
            return None;
        }
        let taken = (*callback, limit.min(*count));
        *count -= taken.1;
        if *count == 0 {
            self.runs.pop_front();
        }
        self.head += taken.1;
        Some(taken)
    }

    #[inline]
    fn append(&mut self, callback: Callback, count: u64) {
        match self.runs.back_mut() {
            Some((last, n)) if *last == callback => *n += count,
            _ => self.runs.push_back((callback, count)),
        }
    }

    fn check(&self) {
        assert!(
            self.head <= self.ends[DONE],
            "what is done is not yet invoked"
        );
        let [done, wait, tagged, all] = self.ends;
        assert!(
            done <= wait && wait <= tagged && tagged <= all,
            "segments do not cross"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Callback, SegCbList, Seq};

    #[test]
    fn a_callback_waits_for_the_grace_period_it_was_tagged_with() {
        let mut list = SegCbList::default();
        list.enqueue(Callback::Background, 3);
        assert!(list.has_untagged());
        assert!(list.accelerate(Seq::from_raw(4)));
        list.advance(Seq::from_raw(1));
        assert_eq!(list.ready(), 0);
        list.advance(Seq::from_raw(4));
        assert_eq!(list.ready(), 3);
    }

    #[test]
    fn a_barrier_joins_the_youngest_callbacks_segment() {
        let mut list = SegCbList::default();
        assert!(
            !list.entrain(Callback::Barrier(0), true),
            "an empty list queues no barrier"
        );
        list.enqueue(Callback::Background, 1);
        list.accelerate(Seq::from_raw(4));
        assert!(list.entrain(Callback::Barrier(0), true));
        assert!(
            !list.has_untagged(),
            "the barrier asks for no grace period of its own"
        );
        list.advance(Seq::from_raw(4));
        assert_eq!(list.ready(), 2);
        assert_eq!(list.take(10), Some((Callback::Background, 1)));
        assert_eq!(list.take(10), Some((Callback::Barrier(0), 1)));
        assert_eq!(list.take(10), None);
    }

    #[test]
    fn a_mark_is_told_once_when_its_callback_becomes_ready() {
        let mut list = SegCbList::default();
        list.enqueue(Callback::Background, 2);
        assert!(!list.mark(1));
        list.accelerate(Seq::from_raw(4));
        list.advance(Seq::from_raw(1));
        assert!(!list.mark_is_ready(1));
        list.advance(Seq::from_raw(4));
        assert!(list.mark_is_ready(1));
        assert!(!list.mark_is_ready(1));
        list.entrain(Callback::Barrier(0), true);
        assert!(list.mark(0), "behind callbacks that are ready");
    }
}
