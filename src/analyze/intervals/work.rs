//! Works: what is queued, what runs, and what it took.

use super::state::{Last, Reader, Running};
use crate::analyze::bounded::keep;
use crate::analyze::cleanup::{EXPEDITED, OpenCleanup};
use crate::analyze::line::Event;

/// Functions whose run times are kept.
const MAX_FUNCTIONS: usize = 256;
/// A worker that starts this long after another went to sleep was waiting for something else (ns).
const CREATION_NS: u64 = 50_000_000;
/// Most expedited grace periods that were asked for and have not begun.
const MAX_EXPEDITED: usize = 4_096;
/// Most tasks whose moves are followed.
const MAX_CREATORS: usize = 4_096;

impl Reader {
    pub(super) fn queue(&mut self, work: Option<u64>, function: &[u8], event: &Event<'_>) {
        let name = String::from_utf8_lossy(function);
        if let Some(cleanup) = self.cleanup.get_mut(&event.pid) {
            cleanup.queued(&name, event.ns, &mut self.out.over_limit);
            if let Some(work) = work.filter(|_| name == EXPEDITED)
                && self.expedited.len() < MAX_EXPEDITED
            {
                self.expedited.insert(work, (event.pid, event.ns));
            }
        }
        if name == "cleanup_net" {
            self.out.first_put_ns.get_or_insert(event.ns);
            if self.creators.len() < MAX_CREATORS {
                let place = (event.cpu, event.ns);
                self.creators.entry(event.pid).or_insert(place);
            }
        }
        if let Some(count) = self.out.queued.get_mut(&*name) {
            *count += 1;
        } else if self.out.queued.len() < MAX_FUNCTIONS {
            self.out.queued.insert(name.into_owned(), 1);
        } else {
            self.out.over_limit += 1;
        }
    }

    pub(super) fn start(&mut self, work: Option<u64>, function: &[u8], event: &Event<'_>) {
        let (ns, pid) = (event.ns, event.pid);
        let function = String::from_utf8_lossy(function).into_owned();
        let new = self.workers.len() < 65_536 && self.workers.insert(pid);
        if let Some(&(before, at, Last::Begin)) = self.last.get(&event.cpu)
            && new
            && before != pid
            && function == "fqdir_work_fn"
            && ns.saturating_sub(at) < CREATION_NS
        {
            let took = ns.saturating_sub(at);
            keep(
                &mut self.out.worker_creation_ns,
                took,
                &mut self.out.over_limit,
            );
        }
        if function == "cleanup_net" {
            self.cleanup.insert(pid, OpenCleanup::new(ns));
        }
        let expedites = work
            .filter(|_| function == EXPEDITED)
            .and_then(|work| self.expedited.remove(&work));
        let free = function == "fqdir_free_fn";
        let fqdirs = if free {
            std::mem::take(&mut self.destroyed)
        } else {
            0
        };
        if self.running.len() < 65_536 {
            let running = Running {
                function,
                start_ns: ns,
                in_barrier: false,
                passed_ns: None,
                fqdirs,
                expedites,
            };
            self.running.insert(pid, running);
        }
    }

    pub(super) fn end(&mut self, event: &Event<'_>) {
        let over = &mut self.out.over_limit;
        if let Some(open) = self.cleanup.remove(&event.pid) {
            keep(&mut self.out.cleanup, open.close(event.ns), over);
        }
        let Some(work) = self.running.remove(&event.pid) else {
            return;
        };
        let took = event.ns.saturating_sub(work.start_ns);
        if let Some((pid, asked_ns)) = work.expedites
            && let Some(cleanup) = self.cleanup.get_mut(&pid)
        {
            cleanup.expedited(asked_ns, (work.start_ns, event.ns));
        }
        self.destroyed += u64::from(work.function == "fqdir_work_fn");
        if let Some(passed) = work.passed_ns
            && work.function == "fqdir_free_fn"
        {
            let freed = (work.fqdirs, event.ns.saturating_sub(passed));
            keep(&mut self.out.batch_free, freed, over);
        }
        if let Some(runs) = self.out.run_ns.get_mut(&work.function) {
            keep(runs, took, over);
        } else if self.out.run_ns.len() < MAX_FUNCTIONS {
            self.out.run_ns.insert(work.function, vec![took]);
        } else {
            *over += 1;
        }
    }
}
