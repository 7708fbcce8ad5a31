//! Works queued and running. Functions are known by their index.

use super::limits::{
    MAX_CPUS, MAX_DETAILED, MAX_FUNCTIONS, MAX_NAME, MAX_OPEN, MAX_QUEUES, OTHERS, interval, name,
};
use super::names::Names;
use super::payload::Place;
use super::report::{CleanupCall, CpuPlateau, FunctionReport, QueueDepth, Report};
use super::table::Table;

/// Works queued and running.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// Numbers of the functions by their name.
    index: Names,
    functions: Vec<FunctionReport>,
    others: FunctionReport,
    /// Queued and not started, by the work's address.
    queued: Table<Queued>,
    /// What each worker runs, by process.
    running: Table<Running>,
    plateaus: Vec<Plateau>,
    /// Numbers of the queues by their name or address.
    names: Names,
    depths: Table<Depth>,
}

/// A queue's number, times 2^32, and the CPU, 2^32 - 1 for none.
type Spot = u64;

/// A work that has not started.
#[derive(Debug)]
struct Queued {
    since_ns: u64,
    place: Option<Spot>,
    active: bool,
}

/// A work that runs.
#[derive(Debug)]
struct Running {
    function: Function,
    place: Option<Spot>,
    start_ns: u64,
    cpu: u32,
    barrier_ns: u64,
    barriers: u64,
}

/// Works running on a CPU now, the most at once, for how long, and since when if it stands there.
#[derive(Debug, Default)]
struct Plateau {
    now: u64,
    most: u64,
    at_most_ns: u64,
    since_ns: u64,
}

/// Works of a queue on a CPU: activated, waiting, and the most of each at once.
#[derive(Debug, Default)]
struct Depth {
    active: u64,
    max_active: u64,
    inactive: u64,
    max_inactive: u64,
}

/// A function: its index, or none for those beyond the limit; and whether it is `cleanup_net`.
#[derive(Debug, Clone, Copy)]
struct Function {
    at: Option<usize>,
    cleanup: bool,
}

/// A work that has just left its queue.
pub(super) struct Started {
    function: Function,
    place: Option<Spot>,
}

impl Works {
    fn function(&mut self, name: &[u8], report: &mut Report) -> Function {
        let cleanup = name == b"cleanup_net";
        if let Some(at) = self.index.find(name) {
            return Function {
                at: Some(at),
                cleanup,
            };
        }
        let at = self.functions.len();
        if at >= MAX_FUNCTIONS || name.len() > MAX_NAME {
            report.over_limit += 1;
            return Function { at: None, cleanup };
        }
        self.index.add(name);
        self.functions.push(FunctionReport::default());
        Function {
            at: Some(at),
            cleanup,
        }
    }

    /// Counters of a function.
    fn counters(&mut self, function: Function) -> &mut FunctionReport {
        match function.at {
            Some(at) => &mut self.functions[at],
            None => &mut self.others,
        }
    }

    /// Where a work waits; none beyond the limits.
    fn spot(&mut self, place: Option<Place<'_>>, report: &mut Report) -> Option<Spot> {
        let Place { queue, cpu } = place?;
        let number = match self.names.find(queue) {
            None if self.names.len() < MAX_QUEUES && queue.len() <= MAX_NAME => {
                Some(self.names.add(queue))
            }
            found => found,
        };
        let spot = number.map(|number| (number as u64) << 32 | u64::from(cpu.unwrap_or(u32::MAX)));
        let fits = |&spot: &Spot| self.depths.len() < MAX_QUEUES || self.depths.contains(spot);
        if spot.as_ref().is_some_and(fits) {
            return spot;
        }
        report.over_limit += 1;
        None
    }

    pub(super) fn queue(
        &mut self,
        (work, place): (Option<u64>, Option<Place<'_>>),
        function: &[u8],
        ns: u64,
        report: &mut Report,
    ) {
        let function = self.function(function, report);
        self.counters(function).queued += 1;
        let Some(work) = work else { return };
        if self.queued.len() >= MAX_OPEN && !self.queued.contains(work) {
            report.over_limit += 1;
            return;
        }
        let place = self.spot(place, report);
        if let Some(place) = place {
            if !self.depths.contains(place) {
                self.depths.insert(place, Depth::default());
            }
            if let Some(depth) = self.depths.get_mut(place) {
                depth.inactive += 1;
                depth.max_inactive = depth.max_inactive.max(depth.inactive);
            }
        }
        let queued = Queued {
            since_ns: ns,
            place,
            active: false,
        };
        // A work is pending once at a time: one that is queued again has started unseen.
        if let Some(stale) = self.queued.insert(work, queued) {
            self.drop_from_queue(&stale);
        }
    }

    /// A queued work no longer counts where it stood.
    fn drop_from_queue(&mut self, stale: &Queued) {
        if let Some(depth) = stale.place.and_then(|place| self.depths.get_mut(place)) {
            let count = if stale.active {
                &mut depth.active
            } else {
                &mut depth.inactive
            };
            *count = count.saturating_sub(1);
        }
    }

    /// `max_active` lets a work go on to its pool.
    pub(super) fn activate(&mut self, work: Option<u64>) {
        let Some(queued) = work.and_then(|work| self.queued.get_mut(work)) else {
            return;
        };
        if queued.active {
            return;
        }
        queued.active = true;
        if let Some(depth) = queued.place.and_then(|place| self.depths.get_mut(place)) {
            depth.inactive = depth.inactive.saturating_sub(1);
            depth.active += 1;
            depth.max_active = depth.max_active.max(depth.active);
        }
    }

    /// Works executing at once now.
    pub(super) fn executing(&self) -> u64 {
        self.running.len() as u64
    }

    /// A work leaves its queue.
    pub(super) fn start(
        &mut self,
        work: Option<u64>,
        function: &[u8],
        ns: u64,
        report: &mut Report,
    ) -> Started {
        let function = self.function(function, report);
        self.counters(function).executed += 1;
        // Where the recording has no activations, a work is active from its start.
        self.activate(work);
        let queued = work.and_then(|work| self.queued.remove(work));
        if let Some(queued) = &queued
            && let Some(waited) = interval(queued.since_ns, ns, &mut report.negative_intervals)
        {
            match function.at {
                Some(at) if at < MAX_DETAILED => self.functions[at].wait_ns.record(waited),
                _ => report.workqueue.shared_wait_ns.record(waited),
            }
        }
        Started {
            function,
            place: queued.and_then(|queued| queued.place),
        }
    }

    /// A worker takes a work up; if it has one already, that one's end was not seen.
    pub(super) fn run(
        &mut self,
        (pid, cpu): (u32, u32),
        started: &Started,
        ns: u64,
        report: &mut Report,
    ) {
        if self.running.len() >= MAX_OPEN && !self.running.contains(pid.into()) {
            report.over_limit += 1;
            return;
        }
        let running = Running {
            function: started.function,
            place: started.place,
            start_ns: ns,
            cpu,
            barrier_ns: 0,
            barriers: 0,
        };
        if let Some(stale) = self.running.insert(pid.into(), running) {
            self.leave(&stale, ns);
        }
        let cpu = cpu as usize;
        if cpu < MAX_CPUS {
            if self.plateaus.len() <= cpu {
                self.plateaus.resize_with(cpu + 1, Plateau::default);
            }
            self.plateaus[cpu].rise(ns);
        }
        let all = self.executing();
        report.workqueue.max_executing = report.workqueue.max_executing.max(all);
    }

    pub(super) fn end(&mut self, pid: u32, ns: u64, report: &mut Report) {
        let Some(work) = self.running.remove(pid.into()) else {
            return;
        };
        self.leave(&work, ns);
        let Some(duration_ns) = interval(work.start_ns, ns, &mut report.negative_intervals) else {
            return;
        };
        match work.function.at {
            Some(at) if at < MAX_DETAILED => self.functions[at].run_ns.record(duration_ns),
            _ => report.workqueue.shared_run_ns.record(duration_ns),
        }
        if !work.function.cleanup {
            return;
        }
        if report.cleanup_net.len() < MAX_OPEN {
            report.cleanup_net.push(CleanupCall {
                start_ns: work.start_ns,
                duration_ns,
                barrier_ns: Some(work.barrier_ns),
                barriers: Some(work.barriers),
            });
        } else {
            report.over_limit += 1;
        }
    }

    /// A work runs no longer.
    fn leave(&mut self, work: &Running, ns: u64) {
        if let Some(plateau) = self.plateaus.get_mut(work.cpu as usize) {
            plateau.fall(ns);
        }
        if let Some(depth) = work.place.and_then(|place| self.depths.get_mut(place)) {
            depth.active = depth.active.saturating_sub(1);
        }
    }

    /// The work that `pid` runs spent `elapsed_ns` in a barrier.
    pub(super) fn barrier_done(&mut self, pid: u32, elapsed_ns: u64) {
        if let Some(running) = self.running.get_mut(pid.into()) {
            running.barrier_ns = running.barrier_ns.saturating_add(elapsed_ns);
            running.barriers += 1;
        }
    }

    /// Drops what is open; how much that was.
    pub(super) fn forget(&mut self) -> u64 {
        let open = self.queued.len() + self.running.len();
        self.queued.clear();
        self.running.clear();
        for plateau in &mut self.plateaus {
            plateau.now = 0;
        }
        self.depths
            .each(|depth| (depth.active, depth.inactive) = (0, 0));
        open as u64
    }

    pub(super) fn finish(self, last_ns: u64, report: &mut Report) {
        let out = &mut report.workqueue;
        for (bytes, function) in self.index.into_list().iter().zip(self.functions) {
            // Two names that are not UTF-8 can read the same: they are added up.
            let slot = out.functions.entry(name(bytes)).or_default();
            slot.queued += function.queued;
            slot.executed += function.executed;
            slot.wait_ns.merge(&function.wait_ns);
            slot.run_ns.merge(&function.run_ns);
        }
        if self.others.queued + self.others.executed > 0 {
            out.functions.insert(OTHERS.to_owned(), self.others);
        }
        for (cpu, mut plateau) in (0_u32..).zip(self.plateaus) {
            plateau.fall(last_ns);
            if plateau.most > 0 {
                out.plateaus.push(CpuPlateau {
                    cpu,
                    max_executing: plateau.most,
                    at_most_ns: plateau.at_most_ns,
                });
            }
        }
        let names = self.names.into_list();
        for (spot, depth) in self.depths.into_sorted() {
            let cpu = u32::try_from(spot & u64::from(u32::MAX)).expect("it was one");
            out.queues.push(QueueDepth {
                workqueue: name(&names[usize::try_from(spot >> 32).expect("it was one")]),
                cpu: (cpu != u32::MAX).then_some(cpu),
                max_active: depth.max_active,
                max_inactive: depth.max_inactive,
            });
        }
    }
}

impl Plateau {
    /// One work more.
    fn rise(&mut self, ns: u64) {
        self.now += 1;
        if self.now > self.most {
            self.most = self.now;
            self.at_most_ns = 0;
        }
        if self.now == self.most {
            self.since_ns = ns;
        }
    }

    /// One work less.
    fn fall(&mut self, ns: u64) {
        if self.now > 0 && self.now == self.most {
            let stood = ns.saturating_sub(self.since_ns);
            self.at_most_ns = self.at_most_ns.saturating_add(stood);
        }
        self.now = self.now.saturating_sub(1);
    }
}
