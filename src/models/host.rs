//! A host with fewer cores than the machine has CPUs: the machine is virtual, and its busy CPUs share the cores.
//!
//! While more CPUs are busy than the host has cores, the work of each takes longer in proportion (processor sharing);
//! time goes on for timers, ticks and the scheduler, as it does in a guest. `machine.host_cpus` is 0 for a real machine.
//! Left out: the host's time slices, in which a virtual CPU stands still for milliseconds and answers no interrupt
//! (`costs.ipi_stall` has that measured), the host's other load, and softirq passes on an idle CPU.

use super::state::machine::{Ctx, Machine};
use crate::sim::Span;

impl<const HEARD: bool> Machine<HEARD> {
    /// How long `work` takes at the cores' present share.
    pub(crate) fn stretched(&self, work: Span) -> Span {
        match self.p.host_cpus {
            0 => work,
            cores => work * self.host_share / cores,
        }
    }

    /// How much work a stretch of that length holds.
    pub(crate) fn unstretched(&self, length: Span) -> Span {
        match self.p.host_cpus {
            0 => length,
            cores => length * cores / self.host_share,
        }
    }

    /// A CPU has become busy or idle: what the others still have to do now takes longer or less long.
    pub(crate) fn share_host(&mut self, ctx: &mut Ctx) {
        if self.p.host_cpus > 0 {
            self.share_cores(self.p.host_cpus, ctx);
        }
    }

    #[cold]
    fn share_cores(&mut self, cores: u64, ctx: &mut Ctx) {
        let busy = self.cpus.iter().filter(|c| c.current.is_some()).count() as u64;
        let before = self.host_share;
        self.host_share = busy.max(cores);
        if self.host_share == before {
            return;
        }
        for cpu in 0..self.cpus.len() {
            let end = self.cpus[cpu].segment_end;
            if self.cpus[cpu].current.is_some() && end > ctx.now() {
                let left = (end - ctx.now()) * self.host_share / before;
                self.run_for(cpu, left, ctx);
            }
        }
    }
}
