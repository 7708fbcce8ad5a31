//! Grace periods, and the tick that idle CPUs report from.

use super::state::Reader;
use crate::analyze::bounded::keep;
use crate::analyze::limits::keep_flavour;
use crate::analyze::line::Event;
use crate::analyze::samples::TICK_RATES;

/// A burst of the grace-period thread's events has gaps below this (ns).
const BURST_NS: u64 = 50_000;

impl Reader {
    pub(super) fn grace(&mut self, (flavour, seq, word): (&[u8], i64, &[u8]), event: &Event<'_>) {
        let (ns, pid) = (event.ns, event.pid);
        keep_flavour(&mut self.out.flavours, flavour);
        if pid == 0 {
            self.tick(ns);
        }
        if let Some((thread, first, last)) = &mut self.gp_burst
            && *thread == pid
        {
            if ns.saturating_sub(*last) > BURST_NS {
                *first = ns;
            }
            *last = ns;
        }
        let over = &mut self.out.over_limit;
        match word {
            b"start" => {
                self.gp = Some((seq, ns));
                self.gp_waits = false;
                if self.gp_burst.is_none_or(|burst| burst.0 != pid) {
                    self.gp_burst = Some((pid, ns, ns));
                }
            }
            b"fqswait" if !self.gp_waits => {
                self.gp_waits = true;
                if let Some((_, start)) = self.gp {
                    keep(&mut self.out.gp_init_ns, ns.saturating_sub(start), over);
                }
            }
            b"end" => {
                // Woken for its end alone, the thread does not say when it began with it.
                let burst = self.gp_burst.filter(|burst| burst.0 == pid && burst.1 < ns);
                if let Some((_, first, _)) = burst {
                    keep(&mut self.out.gp_cleanup_ns, ns.saturating_sub(first), over);
                }
                if let Some((_, start)) = self.gp.take_if(|open| open.0 == seq)
                    && start <= ns
                {
                    keep(&mut self.out.grace, (start, ns), over);
                }
            }
            _ => {}
        }
    }

    /// What an idle CPU reports, it reports from its tick.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a phase needs no more than 53 bits of nanoseconds"
    )]
    fn tick(&mut self, ns: u64) {
        for (rate, phase) in TICK_RATES.iter().zip(&mut self.out.tick_phase) {
            let period = 1_000_000_000 / u64::from(*rate);
            let angle = core::f64::consts::TAU * (ns % period) as f64 / period as f64;
            phase.0 += libm::cos(angle);
            phase.1 += libm::sin(angle);
            phase.2 += 1;
        }
    }
}
