//! What the verdict on a run is made of, and whether it is enough.

use crate::models::outcome::Outcome;
use crate::sim::Span;
use crate::stats::drift::{Changes, changes};
use crate::stats::last_half::{FEWEST, Rise};

/// Shortest loop, in the shortest times from put to freed. Below it what is merely on its way may be most of what was
/// created: of loops that keep up (`batch-free` and `no-barrier`, 2 to 40 CPUs, 100 to 6,400 calls, seeds 1 to 3) those
/// that ended with more than half alive lasted up to 14.6 of these.
const STAYS: u64 = 20;
/// A loop of this length is judged though nothing was freed any faster: to the kernel it is a stall (`CONFIG_RCU_CPU_STALL_TIMEOUT`).
const STALL_NS: u64 = 21_000_000_000;

/// What the verdict on one run or several is made of.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// Whether namespaces were asked for.
    pub(super) applies: bool,
    /// When memory ran out, if it did \[ns\].
    pub(super) out_of_memory_ns: Option<u64>,
    pub(super) created: u64,
    /// Namespaces that a container was still using as the loop ended or the run was cut off in it.
    in_use: u64,
    /// How long the loop lasted, or the run if it was cut off in the loop \[ns\].
    pub(super) loop_ns: u64,
    /// Whether the loop came to its end.
    pub(super) ended: bool,
    /// The shortest time from put to freed, if any was freed \[ns\].
    pub(super) stay_ns: Option<u64>,
    pub(super) changes: Changes,
    /// Whether more than half of what was created was alive and unused as the loop ended; nothing if it did not end.
    pub(super) collapsed: Option<bool>,
    /// Whether namespaces came from outside: not a run that ends, but a piece of one that goes on.
    pub(super) open: bool,
    pub(super) last_half: LastHalf,
}

/// What the last half of a loop says, or of what was run of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum LastHalf {
    /// The loop is so short that a batch is a large part of what was created, or nothing was created in that half.
    DoesNotApply,
    /// The series has too few rows in it.
    FewRows,
    /// How the backlog rose.
    Told(Rise),
}

impl Evidence {
    /// Of one run: the part of its series that lies within the loop.
    pub fn of(outcome: &Outcome) -> Self {
        let inside = |t: u64| outcome.loop_ns.is_none_or(|end| t <= end);
        let rows = outcome.series.iter().filter(|row| inside(row.t_ns));
        let (made, backlog): (Vec<u64>, Vec<u64>) =
            rows.map(|row| (row.created, outcome.backlog(row))).unzip();
        let loop_ns = outcome.loop_ns.unwrap_or(outcome.end.t_ns);
        Self {
            applies: outcome.has_namespaces,
            out_of_memory_ns: outcome.out_of_memory_ns,
            created: outcome.created,
            in_use: outcome
                .loop_ns
                .map_or(outcome.end.in_use, |_| outcome.in_use_at_loop_end),
            loop_ns,
            open: outcome.arrivals_are_open,
            ended: outcome.loop_ns.is_some(),
            stay_ns: (outcome.dead_ns.count() > 0).then(|| outcome.dead_ns.min()),
            changes: changes(&backlog, outcome.created),
            collapsed: outcome
                .live_at_loop_end
                .map(|live| live - outcome.in_use_at_loop_end > outcome.created / 2),
            last_half: last_half(loop_ns, &made, &backlog),
        }
    }

    /// Whether the horizon came before the last call.
    pub(super) fn is_cut_off(&self) -> bool {
        self.applies && !self.ended && self.out_of_memory_ns.is_none()
    }

    /// Why the loop is too short to be judged, if it is.
    pub(super) fn too_short(&self) -> Option<String> {
        self.too_few_lives()
            .or_else(|| self.too_short_to_be_stuck())
    }

    /// Containers live so long that hardly any has put its namespace. With lives at random a third of all is in use after
    /// three times the mean.
    fn too_few_lives(&self) -> Option<String> {
        let judged = self.collapsed != Some(true);
        (judged && self.in_use > self.created / 3).then(|| {
            format!(
                "{} of {} namespaces created were in a container's use to the end of the loop: it takes three times \
                 workload.container_life until they are put as fast as they are created (raise {})",
                self.in_use,
                self.created,
                cure(self.ended)
            )
        })
    }

    fn too_short_to_be_stuck(&self) -> Option<String> {
        if self.loop_ns >= STALL_NS {
            return None;
        }
        let took = Span::from_ns(self.loop_ns);
        let cure = cure(self.ended);
        let lasted = if self.ended {
            "the loop lasted"
        } else {
            "the run was cut off in the loop, after"
        };
        let Some(stay) = self.stay_ns else {
            return Some(format!(
                "no namespace was freed, and {lasted} {took}; so little can be short of time or stuck (raise {cure})"
            ));
        };
        (self.loop_ns < stay.saturating_mul(STAYS)).then(|| {
            format!(
                "{lasted} {took}, and no namespace was freed in less than {}: it takes {STAYS} times as long \
                 to tell a backlog from what is on its way (raise {cure})",
                Span::from_ns(stay)
            )
        })
    }
}

fn last_half(loop_ns: u64, made: &[u64], backlog: &[u64]) -> LastHalf {
    if loop_ns < STALL_NS {
        return LastHalf::DoesNotApply;
    }
    if backlog.len() < 4 * FEWEST {
        return LastHalf::FewRows;
    }
    let came = made[made.len() - 1] - made[made.len() / 2];
    Rise::of(backlog, came).map_or(LastHalf::DoesNotApply, LastHalf::Told)
}

/// Whether a run's loop is too short for a verdict, and for more than half alive at its end to mean
/// anything.
pub fn is_too_short(outcome: &Outcome) -> bool {
    Evidence::of(outcome).too_short().is_some()
}

/// What makes a loop longer, by whether it came to its end.
pub(super) const fn cure(ended: bool) -> &'static str {
    if ended {
        "workload.calls"
    } else {
        "run.horizon"
    }
}
