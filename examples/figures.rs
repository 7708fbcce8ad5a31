//! Draws every figure again: `cargo run --release --example figures [DIRECTORY]`.
//!
//! Writes `plots/*.svg`, `plots/*.png`, `plots/data/*.csv` and `plots/README.md`; the recordings are
//! read from `tests/data/recordings`.

use rcusim::calibrate::series::{Row, Series};
use rcusim::experiment::scenario::Scenario;
use rcusim::models::outcome::{Outcome, Sample};
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::models::simulate;
use rcusim::models::spent::Spent;
use rcusim::plot::{self, Convoy, Mark, Picture, Recording};
use rcusim::sim::Span;
use rcusim::stats::digits::with_separators;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

type Done = Result<(), Box<dyn Error>>;

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

/// Why nobody may leave the barrier out.
const UNSAFE: &str = "callbacks of fragments still point to their fqdir (`inet_frag_destroy_rcu()` in net/ipv4/inet_fragment.c \
                      reads `q->fqdir`), and without the barrier a real kernel would use it after it was freed.";

/// The inputs of a builtin scenario.
fn params(name: &str) -> Result<Params, Box<dyn Error>> {
    let scenario = Scenario::builtin(name).ok_or_else(|| format!("no scenario {name}"))?;
    Ok(scenario.params)
}

/// A run under another policy.
fn run(base: &Params, policy: DestroyPolicy) -> Outcome {
    simulate(&Params {
        policy,
        ..base.clone()
    })
}

/// The command that makes the data of one run, as a document shows it.
fn shown_run(scenario: &str, policy: &str, seed: u64) -> String {
    let file = format!("target/{scenario}_{policy}.csv");
    format!(
        "```console\n$ rcusim run {scenario} --policy {policy} --seed {seed} --series {file}\n```"
    )
}

/// The same for the numbers that are in no series.
fn shown_json(scenario: &str, policy: &str, seed: u64) -> String {
    format!("```console\n$ rcusim run {scenario} --policy {policy} --seed {seed} --json\n```")
}

/// Where the figures go, and what has been drawn.
struct Plots {
    root: PathBuf,
    readme: String,
}

impl Plots {
    /// Writes a file and says so.
    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> Done {
        let path = self.root.join(name);
        fs::write(&path, contents)?;
        writeln!(io::stdout(), "{}", path.display())?;
        Ok(())
    }

    fn picture(&mut self, name: &str, about: &str, picture: &Picture) -> Done {
        self.file(&format!("{name}.svg"), &picture.svg)?;
        self.file(&format!("{name}.png"), &picture.png)?;
        write!(
            self.readme,
            "\n## {name}\n\n![{name}]({name}.png)\n\n{about}\n"
        )?;
        Ok(())
    }

    fn data(&mut self, name: &str, text: &str) -> Done {
        self.file(&format!("data/{name}.csv"), text)?;
        write!(
            self.readme,
            "\nData: [`data/{name}.csv`](data/{name}.csv)\n"
        )?;
        Ok(())
    }

    fn memory(
        &mut self,
        scenario: &str,
        name: &str,
        (said, marks): (&str, impl Fn(f64) -> Vec<Mark>),
    ) -> Result<Vec<Outcome>, Box<dyn Error>> {
        let base = params(scenario)?;
        let policies = DestroyPolicy::ALL.iter().copied();
        let outcomes: Vec<Outcome> = policies.map(|policy| run(&base, policy)).collect();
        let title = format!(
            "{} CPUs, {},{:03} namespaces in a loop: memory by destroy policy{said}",
            base.cpus,
            base.calls / 1_000,
            base.calls % 1_000
        );
        let names: Vec<&str> = DestroyPolicy::ALL.iter().map(|p| p.name()).collect();
        let about = format!(
            "Scenario `{scenario}`, seed {}, policies {}. Each curve has its largest drop too, which may lie between two rows \
             (`memory.peak_drop_bytes` of `run --json`). `no-barrier` is a what-if and no remedy: {UNSAFE} How far seeds differ: docs/validation.md, R2 and R5. One of the curves:\n\n{}",
            base.seed,
            names.join(", "),
            shown_run(scenario, names[0], base.seed)
        );
        let runs: Vec<(&str, &Outcome)> = names.into_iter().zip(&outcomes).collect();
        let shown = until_recovered(&outcomes);
        let marks: Vec<Mark> = marks(f64::from(shown));
        let picture = plot::memory(&title, &runs, &marks, shown)?;
        self.picture(name, &about, &picture)?;
        let mut csv = "policy,t_s,created,live,waiting,blocked,drop_mb\n".to_string();
        for (policy, outcome) in &runs {
            for s in outcome.series_to_end().filter(|s| is_drawn(s, outcome)) {
                let (ms, mb) = (s.t_ns / 1_000_000, s.drop_bytes / 1_000_000);
                writeln!(
                    csv,
                    "{policy},{}.{:03},{},{},{},{},{mb}",
                    ms / 1_000,
                    ms % 1_000,
                    s.created,
                    s.live,
                    s.waiting,
                    s.blocked
                )?;
            }
        }
        self.data(name, &csv)?;
        Ok(outcomes)
    }

    fn waits(&mut self, before: &Outcome, after: &Outcome) -> Done {
        let runs = [
            ("before: per-call", before, 16),
            ("after: batch-free", after, 6),
        ];
        let bars = runs.map(|(name, run, most)| (name, run.cleanup_net.as_slice(), most));
        let title = "40 CPUs: what each cleanup_net() call spends its time on";
        let rtnl = bars.iter().flat_map(|(_, calls, _)| *calls);
        let rtnl = rtnl.map(|call| call.rtnl_ns).max().unwrap_or(0);
        let about = format!(
            "Scenario `report-40cpu`, seed 1, policies per-call and batch-free: one bar for each `cleanup_net()` call, in order; of many the longest. \
             Satisfied, and still asleep: a barrier that covers the call has ended, and the mutex was not handed to it yet. \
             Waits for rtnl, {} us at most, are drawn with grace periods. \
             The numbers of the first (`cleanup_net` in its output, with `split`):\n\n{}",
            rtnl / 1_000,
            shown_json("report-40cpu", "per-call", 1)
        );
        self.picture("cleanup_net_waits", &about, &plot::waits(title, &bars)?)?;
        let mut csv =
            "run,start_ms,batch,duration_ms,barrier_ms,behind_barrier_ms,though_satisfied_ms,gp_ms,rtnl_ms,finished\n".to_string();
        for (name, calls, _) in bars {
            for c in calls {
                let [start, all, barrier, gp, rtnl] =
                    [c.start_ns, c.duration_ns, c.barrier_ns, c.gp_ns, c.rtnl_ns]
                        .map(|ns| ns / 1_000_000);
                let [behind, satisfied] = [Spent::MutexUnsatisfied, Spent::MutexSatisfied]
                    .map(|spent| c.split.get(spent) / 1_000_000);
                writeln!(
                    csv,
                    "{name},{start},{},{all},{barrier},{behind},{satisfied},{gp},{rtnl},{}",
                    c.batch, c.finished
                )?;
            }
        }
        self.data("cleanup_net_waits", &csv)
    }

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

    fn recorded(&mut self, recordings: &Path) -> Done {
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

/// Whole 20 s up to when everything is freed under every policy.
fn until_recovered(outcomes: &[Outcome]) -> u32 {
    let settled = outcomes.iter().filter_map(|outcome| outcome.settled_ns);
    let seconds = settled.max().unwrap_or(0).div_ceil(20_000_000_000) * 20;
    u32::try_from(seconds).unwrap_or(u32::MAX).max(20)
}

/// Rows of the committed data: every second, and the end.
fn is_drawn(row: &Sample, outcome: &Outcome) -> bool {
    row.t_ns.is_multiple_of(1_000_000_000) || *row == outcome.end
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

/// What the report says: 120 MB a second for two minutes up to 15 GB; with the change 0.4 GB.
fn reported(until: f64) -> Vec<Mark> {
    vec![
        Mark {
            label: "reported: 120 MB/s to 15 GB".to_string(),
            from: (0.0, 0.0),
            to: (125.0, 15.0),
        },
        Mark {
            label: "reported, patched: 0.4 GB".to_string(),
            from: (0.0, 0.4),
            to: (until, 0.4),
        },
    ]
}

fn main() -> Done {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::args()
        .nth(1)
        .map_or_else(|| home.join("plots"), PathBuf::from);
    fs::create_dir_all(root.join("data"))?;
    let readme =
        "# Figures\n\nAll made by `cargo run --release --example figures`, which also writes this page; do not edit.\n".to_string();
    let mut plots = Plots { root, readme };
    let runs = plots.memory("report-40cpu", "memory_40cpu", ("", reported))?;
    let find = |wanted| {
        DestroyPolicy::ALL
            .iter()
            .position(|&policy| policy == wanted)
            .map(|i| &runs[i])
    };
    if let (Some(before), Some(after)) =
        (find(DestroyPolicy::PerCall), find(DestroyPolicy::BatchFree))
    {
        plots.waits(before, after)?;
    }
    plots.memory(
        "report-6cpu",
        "memory_6cpu",
        (" (reported: not reproduced)", |_| Vec::new()),
    )?;
    plots.recorded(&home.join("tests/data/recordings"))?;
    plots.file("README.md", &plots.readme)
}
