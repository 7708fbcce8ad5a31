//! Who destroys tables that hold fragments, under each destroy policy: `cargo run --release --example destroy > docs/destroy.md`.
//!
//! The scenario is `ddos-frags`, then the same with empty tables; a cell is the range over three seeds.

use rcusim::experiment::execute;
use rcusim::experiment::scenario::Scenario;
use rcusim::experiment::{Verdict, judge};
use rcusim::models::caches::Cache;
use rcusim::models::outcome::{Outcome, Sample};
use rcusim::models::params::{DestroyPolicy, Params};
use rcusim::models::simulate;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;

const SCENARIO: &str = "ddos-frags";
/// Seeds of every cell.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=3;
const MS: u64 = 1_000_000;
const MB: u64 = 1_000_000;

/// Its head, what is measured, and the unit it is shown in.
type Column = (&'static str, fn(&Outcome) -> u64, u64);

/// What is asked of each policy.
#[rustfmt::skip]
const COLUMNS: [Column; 9] = [
    ("CPUs at once", |o| o.destruction.cpus_peak, 1),
    ("any CPU destroys, ms", |o| o.destruction.busy_ns, MS),
    ("works take, ms", |o| o.destruction.work_ns, MS),
    ("longest until destroyed, ms", |o| o.destruction.longest_ns, MS),
    ("tables waiting, most", |o| most(o, |s| s.fqdirs_not_started + s.fqdirs_destroying), 1),
    ("fqdirs, most", |o| most(o, |s| s.fqdirs), 1),
    ("namespaces alive, most", |o| o.live_peak, 1),
    ("fragments, most MB", |o| most(o, fragment_bytes), MB),
    ("freed after the loop, ms", |o| after_the_loop(o), MS),
];

fn most(outcome: &Outcome, of: impl Fn(&Sample) -> u64) -> u64 {
    outcome.series.iter().map(of).max().unwrap_or(0)
}

fn fragment_bytes(sample: &Sample) -> u64 {
    let of = |cache: Cache| sample.by_cache[cache as usize];
    of(Cache::FragQueue) + of(Cache::FragSkb)
}

fn after_the_loop(outcome: &Outcome) -> u64 {
    let ends = outcome.settled_ns.zip(outcome.loop_ns);
    let (settled, looped) = ends.expect("every policy frees all in the end");
    settled - looped
}

/// The ends of the range over the seeds, or the one value.
fn cell((_, measure, unit): Column, outcomes: &[Outcome]) -> String {
    let mut values: Vec<_> = outcomes.iter().map(|o| measure(o) / unit).collect();
    values.sort_unstable();
    let (low, high) = (values[0], values[values.len() - 1]);
    if low == high {
        return low.to_string();
    }
    format!("{low} to {high}")
}

/// Every policy with every seed.
fn runs(sets: &[(&str, &str)]) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let mut scenario = Scenario::builtin(SCENARIO).ok_or("an embedded scenario")?;
    for (key, value) in sets {
        scenario.set(key, value)?;
    }
    let with = |policy, seed| Params {
        policy,
        seed,
        ..scenario.params.clone()
    };
    let policies = DestroyPolicy::ALL.iter();
    let tasks: Vec<_> = policies
        .flat_map(|&policy| SEEDS.map(move |seed| (policy, seed)))
        .map(|(policy, seed)| with(policy, seed))
        .collect();
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let simulated = execute::map(jobs, tasks.into_iter(), |params| simulate(&params));
    Ok(simulated)
}

fn table(found: &[Outcome]) -> Result<String, std::fmt::Error> {
    let heads = COLUMNS.map(|(head, ..)| head).join(" | ");
    let mut text = format!(
        "| policy | {heads} |\n|---|{}\n",
        "---|".repeat(COLUMNS.len())
    );
    let rows = DestroyPolicy::ALL.iter().zip(found.chunks(SEEDS.count()));
    for (policy, outcomes) in rows {
        let cells = COLUMNS.map(|column| cell(column, outcomes)).join(" | ");
        writeln!(text, "| `{}` | {cells} |", policy.name())?;
    }
    Ok(text)
}

/// What is said above the table of empty ones.
const EMPTY: &str = "empty tables";

/// The tables: what is said above each, and what it sets.
const TABLES: [(&str, &[(&str, &str)]); 3] = [
    ("as declared: 4,096 fragments a table, 200 ns each", &[]),
    (
        "1 us a fragment, the upper end of its range",
        &[("costs.fragment", "1us")],
    ),
    (EMPTY, &[("netns.fragments", "0")]),
];

const HEAD: &str = "\
# Who destroys tables that hold fragments

Written by `cargo run --release --example destroy > docs/destroy.md`. What the review of the patch's second version was about: tables
filled to `high_thresh` when their namespaces die. Scenario `ddos-frags`: 10,000 namespaces with two tables each in a loop of 24 to 25 s, 40 CPUs; a
cell is the range over seeds 1 to 3. One run:

```console
$ rcusim run ddos-frags --policy batch-all
```

- *CPUs at once*: most works that destroyed tables at one moment.
- *any CPU destroys*: time during which there was one. *works take*: the same summed over the works,
  also while they are preempted.
- *longest until destroyed*: from `fqdir_exit()` to the end of the work's destroy part. *tables waiting*: not yet destroyed.
- *freed after the loop*: from the last creation to the last free.

What the tables show (of the first one the example fails if it is not so): `batch-all` never has two CPUs at it, and full tables wait longest for it of all policies that
do not call a barrier for each; `batch-free`, `batch-free-dedicated` and `batch-free-delayed` share the work among several. `cleanup_net()` queues every table on the CPU where it runs, so several CPUs take part only because it moves. Bounding the
destroyers to one work a CPU (`batch-free`) costs little against an unbounded queue (`batch-free-dedicated`): over seeds 1 to 12 the fragments held
overlap (774 to 1,398 and 942 to 1,267 MB), and over seeds 1 to 40 the means are a fifteenth apart (1,149 and 1,079 MB): a work that only destroys
does not block, so a pool runs one at a time anyway. `batch-all` is UNSTABLE: one CPU cannot keep up with the loop, at 1 us a fragment less still (second table).
`per-call` is UNSTABLE too and holds more fragments than any although it may use as many CPUs: its tables stand unstarted behind works that wait in
`rcu_barrier()`. With full tables at 200 ns it falls behind later than with empty ones: each table posts 4,096 callbacks, so some CPU
nearly always has more than 20,000, everybody who holds a grace period up is pressed at once (`qovld`), and barriers are short. So calls of `cleanup_net()` last
below a second, with batches that grow slowly, for 7 to 8 s (seeds 1 to 3; with empty tables 2 s), and only then one takes seconds. The other four policies are STABLE. Empty
tables are so soon destroyed, all 20,000 in 0.2 s of CPU time, that more than two CPUs are never at it under any policy, and two seldom.

`no-barrier` is a what-if and no remedy: callbacks of fragments still point to their fqdir (`inet_frag_destroy_rcu()` in net/ipv4/inet_fragment.c reads `q->fqdir`),
which is what the barrier is there for; without it a real kernel would use the fqdir after it was freed.
";

/// What the text above the tables says of full ones.
fn hold_to_what_is_said(found: &[Outcome]) {
    let seeds = SEEDS.count();
    let of = |policy: DestroyPolicy, measure: fn(&Outcome) -> u64| {
        let at = DestroyPolicy::ALL.iter().position(|p| *p == policy);
        let first = at.expect("every policy has a row") * seeds;
        let mut values: Vec<_> = found[first..first + seeds].iter().map(measure).collect();
        values.sort_unstable();
        (values[0], values[seeds - 1])
    };
    for (policy, outcomes) in DestroyPolicy::ALL.iter().zip(found.chunks(seeds)) {
        let grows = matches!(policy, DestroyPolicy::PerCall | DestroyPolicy::BatchAll);
        let said = if grows {
            Verdict::Unstable
        } else {
            Verdict::Stable
        };
        let as_said = |o: &Outcome| judge(o).verdict == said;
        assert!(outcomes.iter().all(as_said), "{}", policy.name());
    }
    let cpus = |policy| of(policy, |o| o.destruction.cpus_peak);
    let longest = |policy| of(policy, |o| o.destruction.longest_ns);
    assert_eq!(cpus(DestroyPolicy::BatchAll), (1, 1));
    for policy in [
        DestroyPolicy::BatchFreeDedicated,
        DestroyPolicy::BatchFree,
        DestroyPolicy::BatchFreeDelayed,
    ] {
        assert!(cpus(policy).0 > 1, "{}: one CPU", policy.name());
        let (all, others) = (longest(DestroyPolicy::BatchAll), longest(policy));
        assert!(all.0 > others.1, "{}: tables wait longer", policy.name());
        let held = |policy| of(policy, |o| most(o, fragment_bytes));
        let (per_call, others) = (held(DestroyPolicy::PerCall), held(policy));
        assert!(per_call.0 > others.1, "{}: fewer fragments", policy.name());
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = HEAD.to_owned();
    for (what, sets) in TABLES {
        let found = runs(sets)?;
        if sets.is_empty() {
            hold_to_what_is_said(&found);
        }
        if what == EMPTY {
            let few = |o: &Outcome| o.destruction.cpus_peak <= 2;
            assert!(found.iter().all(few), "empty tables need three CPUs");
        }
        write!(text, "\n## {what}\n\n{}", table(&found)?)?;
    }
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
