//! Many runs on some threads: results as they finish or in order, memory independent of how many.
//!
//! Workers take the next task from one iterator as soon as they are free, and none is taken more
//! than [`WINDOW`] tasks ahead of the oldest one whose result has not been taken, so that a slow
//! reader slows the workers, and whoever puts results in order ([`Reorder`]) holds at most so many.
//! Standard threads, not `rayon`: the window and the batches of finished results are the whole of
//! it, and a work-stealing pool offers neither.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Tasks that may be started ahead of the oldest one whose result has not been taken.
pub const WINDOW: u64 = 4096;

/// How often the sink hears that nothing finished.
const TICK: Duration = Duration::from_secs(1);

/// What the workers share.
struct Shared<I> {
    state: Mutex<State<I>>,
    /// Signalled when the window moves, or all is to stop.
    moved: Condvar,
}

struct State<I> {
    tasks: I,
    /// Number of the next task.
    next: u64,
    /// Whether the result of each task from the oldest open one on has been taken.
    finished: VecDeque<bool>,
    stop: bool,
}

impl<I: Iterator> Shared<I> {
    fn lock(&self) -> MutexGuard<'_, State<I>> {
        // A panic inside the iterator has been seen by the thread that panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(u64, I::Item)> {
        let mut state = self.lock();
        while !state.stop && state.finished.len() as u64 >= WINDOW {
            state = self
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.stop {
            return None;
        }
        let Some(task) = state.tasks.next() else {
            state.stop = true;
            return None;
        };
        let number = state.next;
        state.next += 1;
        state.finished.push_back(false);
        Some((number, task))
    }

    /// Marks tasks whose results the sink has taken, so that a slow sink slows the workers.
    fn finish(&self, numbers: &[u64]) {
        let mut state = self.lock();
        let oldest = state.next - state.finished.len() as u64;
        for number in numbers {
            let at = usize::try_from(number - oldest).expect("the window is small");
            state.finished[at] = true;
        }
        while state.finished.front() == Some(&true) {
            state.finished.pop_front();
        }
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stop = true;
        self.moved.notify_all();
    }
}

/// Stops all when its thread panics, so that the panic is seen at once.
struct StopOnPanic<'s, I: Iterator>(&'s Shared<I>);

impl<I: Iterator> Drop for StopOnPanic<'_, I> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

/// Does `work` on every task with `jobs` threads. `sink` runs on the calling thread and gets what
/// has finished since it last returned, in the order of finishing, each with its task's number; and
/// nothing once a second while nothing finishes. When it breaks, no further task is started.
///
/// # Panics
/// If `work` does.
pub fn execute<T: Send, R: Send>(
    jobs: NonZeroUsize,
    tasks: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut sink: impl FnMut(Vec<(u64, R)>) -> ControlFlow<()>,
) {
    let shared = Shared {
        state: Mutex::new(State {
            tasks,
            next: 0,
            finished: VecDeque::new(),
            stop: false,
        }),
        moved: Condvar::new(),
    };
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..jobs.get() {
            let (sender, shared, work) = (sender.clone(), &shared, &work);
            scope.spawn(move || worker(shared, work, &sender));
        }
        drop(sender);
        while let Some(batch) = batch(&receiver) {
            let numbers: Vec<u64> = batch.iter().map(|(number, _)| *number).collect();
            if sink(batch).is_break() {
                shared.stop();
                break;
            }
            shared.finish(&numbers);
        }
    });
}

fn worker<I: Iterator, R>(
    shared: &Shared<I>,
    work: &impl Fn(I::Item) -> R,
    sender: &Sender<(u64, R)>,
) {
    let _guard = StopOnPanic(shared);
    while let Some((number, task)) = shared.take() {
        if sender.send((number, work(task))).is_err() {
            return;
        }
    }
}

/// All that has finished, at least one unless a tick passed; `None` when no worker is left.
fn batch<R>(receiver: &Receiver<R>) -> Option<Vec<R>> {
    match receiver.recv_timeout(TICK) {
        Ok(first) => Some(std::iter::once(first).chain(receiver.try_iter()).collect()),
        Err(RecvTimeoutError::Timeout) => Some(Vec::new()),
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// Does `work` on every task with `jobs` threads; the results in the tasks' order.
///
/// # Panics
/// If `work` does.
pub fn map<T: Send, R: Send>(
    jobs: NonZeroUsize,
    tasks: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let mut reorder = Reorder::default();
    let mut results = Vec::new();
    execute(jobs, tasks, work, |batch| {
        for (number, result) in batch {
            reorder.push(number, result);
        }
        results.extend(std::iter::from_fn(|| reorder.pop()));
        ControlFlow::Continue(())
    });
    results
}

/// Puts numbered things in order; holds those whose predecessors are missing.
#[derive(Debug)]
pub struct Reorder<R> {
    next: u64,
    early: BTreeMap<u64, R>,
}

impl<R> Default for Reorder<R> {
    fn default() -> Self {
        Self {
            next: 0,
            early: BTreeMap::new(),
        }
    }
}

impl<R> Reorder<R> {
    /// Takes in what has this number; a number that was there is ignored.
    pub fn push(&mut self, number: u64, thing: R) {
        if number >= self.next {
            self.early.entry(number).or_insert(thing);
        }
    }

    /// The next in order, if it is there.
    pub fn pop(&mut self) -> Option<R> {
        let thing = self.early.remove(&self.next)?;
        self.next += 1;
        Some(thing)
    }

    /// The number that [`Reorder::pop`] waits for.
    pub fn awaited(&self) -> u64 {
        self.next
    }

    /// How many are held.
    pub fn held(&self) -> usize {
        self.early.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn jobs(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).expect("not zero")
    }

    #[test]
    fn the_order_is_that_of_the_tasks() {
        for n in [1, 2, 7] {
            let spin = |task: u64| (0..task * 7_919 % 2_000).fold(task, |a, b| a ^ (a << 1) ^ b);
            let expected: Vec<u64> = (0..10_000).map(spin).collect();
            assert_eq!(map(jobs(n), 0..10_000, spin), expected, "{n} threads");
        }
    }

    #[test]
    fn nobody_runs_ahead_of_the_window() {
        // The first task ends only a while after the window is full behind it.
        let started = AtomicU64::new(0);
        let work = |task: u64| {
            started.fetch_add(1, Ordering::SeqCst);
            while task == 0 && started.load(Ordering::SeqCst) < WINDOW {
                thread::yield_now();
            }
            if task == 0 {
                thread::sleep(Duration::from_millis(20));
                return started.load(Ordering::SeqCst);
            }
            0
        };
        let seen = map(jobs(3), 0..3 * WINDOW, work)[0];
        assert_eq!(seen, WINDOW);
    }

    #[test]
    fn a_sink_that_breaks_stops_the_rest() {
        let mut seen = 0;
        execute(
            jobs(2),
            0..u64::MAX,
            |task| task,
            |batch| {
                seen += batch.len();
                ControlFlow::Break(())
            },
        );
        assert!(seen > 0);
    }

    #[test]
    fn a_panic_in_the_work_is_seen() {
        let run = || {
            map(jobs(2), 0..u64::MAX, |task| {
                assert!(task < 100, "a broken model");
            })
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
