//! Barriers: who runs one, who waits, and what each of their steps took.

use super::state::{Last, Owner, Reader};
use crate::analyze::bounded::keep;
use crate::analyze::line::Event;
use crate::analyze::samples::FullBarrier;

impl Reader {
    pub(super) fn barrier(&mut self, word: &[u8], event: &Event<'_>) -> Last {
        let (ns, pid, cpu) = (event.ns, event.pid, event.cpu);
        if let Some(cleanup) = self.cleanup.get_mut(&pid) {
            cleanup.barrier(word, ns);
        }
        let over = &mut self.out.over_limit;
        match word {
            b"Begin" => {
                self.waiting.insert(pid, ns);
                if let Some(work) = self.running.get_mut(&pid)
                    && !work.in_barrier
                {
                    work.in_barrier = true;
                    if work.function == "fqdir_work_fn" {
                        let took = ns.saturating_sub(work.start_ns);
                        keep(&mut self.out.table_destroy_ns, took, over);
                    }
                }
                return Last::Begin;
            }
            b"EarlyExit" => {
                if let Some(work) = self.running.get_mut(&pid) {
                    work.passed_ns = Some(ns);
                }
                if let Some(begin) = self.waiting.remove(&pid) {
                    keep(&mut self.out.early, (begin, ns), over);
                }
                if let Some(&(before, at, Last::End)) = self.last.get(&cpu)
                    && before != pid
                {
                    keep(&mut self.out.switch_ns, ns.saturating_sub(at), over);
                }
            }
            b"Inc1" => self.inc1(event),
            b"OnlineQ" | b"OfflineNoCBQ" | b"OnlineNoCB" => {
                if let Some(owner) = &mut self.owner {
                    owner.full.queued += 1;
                    owner.asked = Some((ns, cpu));
                }
            }
            b"IRQ" => {
                let asked = self.owner.as_mut().and_then(|owner| owner.asked.take());
                if let Some((at, from)) = asked
                    && from != cpu
                {
                    keep(&mut self.out.ipi_ns, ns.saturating_sub(at), over);
                }
            }
            b"LastCB" => {
                if let Some(owner) = &mut self.owner {
                    owner.last = Some((ns, cpu));
                }
            }
            b"Inc2" => self.inc2(event),
            _ => {}
        }
        Last::Other
    }

    fn inc1(&mut self, event: &Event<'_>) {
        let begin_ns = self.waiting.remove(&event.pid);
        let contended = !self.waiting.is_empty();
        if let Some(begin) = begin_ns
            && !contended
            && begin >= self.barrier_end_ns
        {
            let took = event.ns.saturating_sub(begin);
            keep(
                &mut self.out.barrier_step_ns,
                took,
                &mut self.out.over_limit,
            );
        }
        self.owner = Some(Owner {
            pid: event.pid,
            full: FullBarrier {
                begin_ns,
                inc1_ns: event.ns,
                contended,
                ..FullBarrier::default()
            },
            asked: None,
            last: None,
        });
    }

    fn inc2(&mut self, event: &Event<'_>) {
        let (ns, pid, cpu) = (event.ns, event.pid, event.cpu);
        if let Some(work) = self.running.get_mut(&pid) {
            work.passed_ns = Some(ns);
        }
        let Some(owner) = self.owner.take_if(|owner| owner.pid == pid) else {
            return;
        };
        self.barrier_end_ns = ns;
        let over = &mut self.out.over_limit;
        if let Some((at, from)) = owner.last
            && from != cpu
        {
            keep(&mut self.out.remote_wake_ns, ns.saturating_sub(at), over);
        }
        let full = FullBarrier {
            inc2_ns: ns.max(owner.full.inc1_ns),
            ..owner.full
        };
        keep(&mut self.out.full, full, over);
    }
}
