//! The machine whose kernel was recorded: who waits for the barrier, and memory beside the recordings.

use super::{Done, Plots, params, run, shown_run};
use rcusim::calibrate::series::{Row, Series};
use rcusim::models::outcome::Outcome;
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::plot::{self, Convoy, Recording};
use rcusim::sim::Span;
use rcusim::stats::digits::with_separators;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Rows of a customer graph: per call, as many as begin until the first convoy has gone, and some.
const CALLS: usize = 1_400;
/// Seeds of the comparison with the recordings.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;

/// Where the recordings are, without and with the change.
const RECORDINGS: [(DestroyPolicy, [(&str, &str); 2]); 2] = [
    (
        DestroyPolicy::PerCall,
        [
            (
                "q1_hz250_510_percall_c2_hs512_fnoise2",
                "recorded, per-call, 1",
            ),
            (
                "q2_hz250_510_percall_c2_hs512_fnoise2",
                "recorded, per-call, 2",
            ),
        ],
    ),
    (
        DestroyPolicy::BatchFree,
        [
            (
                "q1_hz250_510_batched_c2_hs512_fnoise2",
                "recorded, batch-free, 1",
            ),
            (
                "q2_hz250_510_batched_c2_hs512_fnoise2",
                "recorded, batch-free, 2",
            ),
        ],
    ),
];

impl Plots {
    fn customers(
        &mut self,
        outcome: &Outcome,
        name: &str,
        policy: &str,
        (reading, convoy): (&str, Option<Convoy<'_>>),
    ) -> Done {
        let all = outcome.barriers.calls;
        let number = |n: u64| with_separators(&n.to_string());
        let (which, those) = match u64::try_from(CALLS)? {
            most if most < all => (
                "Before",
                format!("the first {} of {}", number(most), number(all)),
            ),
            _ => ("After", format!("all {}", number(all))),
        };
        let title = format!("{which} ({policy}): who waits in rcu_barrier(), {those} calls");
        let about = format!(
            "Scenario `recorded-2cpu`, seed {}, policy {policy}: `rcu_barrier()` calls, a row each, {CALLS} at most. {reading} The same calls as events:\n\n\
             ```console\n$ rcusim trace recorded-2cpu --policy {policy} --seed {} -o target/{name}.trace\n```",
            SEEDS.start(),
            SEEDS.start()
        );
        self.picture(
            name,
            &about,
            &plot::customers(&title, &outcome.calls, CALLS, convoy)?,
        )?;
        let mut calls = outcome.calls.clone();
        calls.sort_by_key(|c| (c.begin_ns, c.end_ns));
        let mut csv = "begin_us,satisfied_us,granted_us,end_us,early_exit\n".to_string();
        for c in calls.iter().take(CALLS) {
            let [begin, satisfied, granted, end] =
                [c.begin_ns, c.satisfied_ns, c.granted_ns, c.end_ns].map(|ns| ns / 1_000);
            writeln!(csv, "{begin},{satisfied},{granted},{end},{}", c.early_exit)?;
        }
        self.data(name, &csv)
    }

    pub(super) fn recorded(&mut self, recordings: &Path) -> Done {
        let base = Params {
            sample: Span::from_ms(100),
            ..params("recorded-2cpu")?
        };
        let mut sides = Vec::new();
        let mut csv = "policy,seed,t_ms,drop_kib\n".to_string();
        for (policy, names) in RECORDINGS {
            let real = names.map(|(file, label)| read(recordings, file, label));
            let real: Vec<Recording> = real.into_iter().collect::<Result<_, _>>()?;
            let runs: Vec<Outcome> = SEEDS
                .map(|seed| {
                    run(
                        &Params {
                            seed,
                            ..base.clone()
                        },
                        policy,
                    )
                })
                .collect();
            for (seed, outcome) in SEEDS.zip(&runs) {
                for s in outcome.series_to_end() {
                    let (t, kib) = (s.t_ns / 1_000_000, s.drop_bytes / 1_024);
                    writeln!(csv, "{},{seed},{t},{kib}", policy.name())?;
                }
            }
            sides.push((real, runs));
        }
        let [before, after] = sides.as_slice() else {
            return Err("two policies were recorded".into());
        };
        self.customers(
            &before.1[0],
            "customers_before",
            "per-call",
            (
                "Each fqdir calls, and `cleanup_net()`. Up to the first convoy everybody leaves early together. In it two leave with each barrier (its thief, and the first in the \
                 line), two begin instead (a thief, and one who joins the line: every second row), and the others wait until the line gets away, nearly all of the time \
                 satisfied: a barrier that covers them has ended, and the mutex does not come to them. Who runs a barrier is drawn thicker than a \
                 row, so that it is seen, and a wait two rows high.",
                Some(Convoy {
                    asleep: "the convoy: one barrier lets two go",
                    thieves: "thieves: begin, run a barrier, leave",
                }),
            ),
        )?;
        self.customers(
            &after.1[0],
            "customers_after",
            "batch-free",
            (
                "One call for many fqdirs, and `cleanup_net()`'s own: hardly anybody waits.",
                None,
            ),
        )?;
        let title = "Two CPUs, 4,000 namespaces in a loop: recorded and simulated";
        let picture = plot::recorded(title, &SEEDS, (&before.0, &before.1), (&after.0, &after.1))?;
        let about = format!(
            "Two recordings of each policy (`tests/data/recordings`) and scenario `recorded-2cpu` with seeds {} to {}, policies per-call and \
             batch-free. One of the simulated curves:\n\n{}",
            SEEDS.start(),
            SEEDS.end(),
            shown_run("recorded-2cpu", "batch-free", *SEEDS.start())
        );
        self.picture("recorded_2cpu", &about, &picture)?;
        self.data("recorded_2cpu", &csv)
    }
}

/// A recording's drop \[MiB\] over time \[s\].
fn read(folder: &Path, file: &str, label: &str) -> Result<Recording, Box<dyn Error>> {
    let text = fs::read_to_string(folder.join(format!("{file}.csv")))?;
    let series = Series::parse(&text)?;
    // As steps of 0.1: the kernel's counters are no finer than that in practice.
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    let row = |row: &Row| (tenths(row.t_s), tenths(series.drop_mib(row)));
    let points = series.rows.iter().map(row).collect();
    Ok(Recording {
        label: label.to_string(),
        points,
    })
}
