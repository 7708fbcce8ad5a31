//! Draws every figure again: `cargo run --release --example figures [DIRECTORY]`.
//!
//! Writes `plots/*.svg`, `plots/*.png`, `plots/data/*.csv` and `plots/README.md`; the recordings are
//! read from `tests/data/recordings`.

mod convoy;
mod recorded;

use rcusim::experiment::scenario::Scenario;
use rcusim::models::outcome::{Outcome, Sample};
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::models::simulate;
use rcusim::models::spent::Spent;
use rcusim::plot::{self, Mark, Memory, Picture};
use rcusim::stats::digits::with_separators;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

type Done = Result<(), Box<dyn Error>>;

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

/// A figure of memory under every policy.
struct MemoryFigure<'a> {
    scenario: &'a str,
    name: &'a str,
    /// Behind the title.
    said: &'a str,
    /// What the lines are.
    note: &'a str,
    /// The same in plots/README.md, of seeds.
    about: &'a str,
    /// Seeds beside the scenario's own, per call.
    other_seeds: Range<u64>,
    marks: fn(f64) -> Vec<Mark>,
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

    fn memory(&mut self, figure: &MemoryFigure<'_>) -> Result<Vec<Outcome>, Box<dyn Error>> {
        let base = params(figure.scenario)?;
        let with = |policy, seed| Params {
            policy,
            seed,
            ..base.clone()
        };
        let policies = DestroyPolicy::ALL.iter().copied();
        let outcomes: Vec<Outcome> = policies.map(|policy| run(&base, policy)).collect();
        let seeds = figure.other_seeds.clone();
        let others = seeds.map(|seed| (seed, simulate(&with(DestroyPolicy::PerCall, seed))));
        let others: Vec<(u64, Outcome)> = others.collect();
        let title = format!(
            "{} CPUs, {} namespaces in a loop: memory by destroy policy{}",
            base.cpus,
            with_separators(&base.calls.to_string()),
            figure.said
        );
        let names: Vec<&str> = DestroyPolicy::ALL.iter().map(|p| p.name()).collect();
        let about = format!(
            "Scenario `{}`, seed {}, policies {}.{} Each curve has its largest drop too, which may lie between two rows \
             (`memory.peak_drop_bytes` of `run --json`). `no-barrier` is a what-if and no remedy: {UNSAFE} How far seeds differ: docs/validation.md, R2 and R5. One of the curves:\n\n{}",
            figure.scenario,
            base.seed,
            names.join(", "),
            figure.about,
            shown_run(figure.scenario, names[0], base.seed)
        );
        let runs: Vec<(&str, &Outcome)> = names.into_iter().zip(&outcomes).collect();
        let per_call = DestroyPolicy::PerCall.name();
        let thin: Vec<_> = others.iter().map(|(_, run)| (per_call, run)).collect();
        let shown_s = until_recovered(outcomes.iter().chain(others.iter().map(|(_, run)| run)));
        let marks = (figure.marks)(f64::from(shown_s));
        let picture = plot::memory(&Memory {
            title: &title,
            note: figure.note,
            runs: &runs,
            others: &thin,
            marks: &marks,
            shown_s,
        })?;
        self.picture(figure.name, &about, &picture)?;
        let mut csv = "policy,seed,t_s,created,live,waiting,blocked,drop_mb\n".to_string();
        for (policy, outcome) in &runs {
            rows(&mut csv, policy, base.seed, outcome)?;
        }
        for (seed, outcome) in &others {
            rows(&mut csv, per_call, *seed, outcome)?;
        }
        self.data(figure.name, &csv)?;
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
}

/// Rows of a curve's data.
fn rows(csv: &mut String, policy: &str, seed: u64, outcome: &Outcome) -> std::fmt::Result {
    for s in outcome.series_to_end().filter(|s| is_drawn(s, outcome)) {
        let (ms, mb) = (s.t_ns / 1_000_000, s.drop_bytes / 1_000_000);
        writeln!(
            csv,
            "{policy},{seed},{}.{:03},{},{},{},{},{mb}",
            ms / 1_000,
            ms % 1_000,
            s.created,
            s.live,
            s.waiting,
            s.blocked
        )?;
    }
    Ok(())
}

/// Whole 10 s up to when everything is freed in every run.
fn until_recovered<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> u32 {
    let settled = outcomes.filter_map(|outcome| outcome.settled_ns);
    let seconds = settled.max().unwrap_or(0).div_ceil(10_000_000_000) * 10;
    u32::try_from(seconds).unwrap_or(u32::MAX).max(10)
}

/// Rows of the committed data: every second, and the end.
fn is_drawn(row: &Sample, outcome: &Outcome) -> bool {
    row.t_ns.is_multiple_of(1_000_000_000) || *row == outcome.end
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
    let runs = plots.memory(&MemoryFigure {
        scenario: "report-40cpu",
        name: "memory_40cpu",
        said: "",
        note: "one line for each destroy policy",
        about: "",
        other_seeds: 0..0,
        marks: reported,
    })?;
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
    plots.memory(&MemoryFigure {
        scenario: "report-6cpu",
        name: "memory_6cpu",
        said: " (reported: not reproduced)",
        note: "per-call: seed 1 thick, 2 to 5 thin; of 40 seeds eleven lose more than 3 GB",
        about: " Per-call also with seeds 2 to 5 (thin): of seeds 1 to 40 eleven lose more than 3 GB, the others 1.4 to 2.1.",
        other_seeds: 2..6,
        marks: |_| Vec::new(),
    })?;
    plots.convoy()?;
    plots.recorded(&home.join("tests/data/recordings"))?;
    plots.file("README.md", &plots.readme)
}
