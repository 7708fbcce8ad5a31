//! Costs of single steps, from the intervals of a trace.

use super::estimate::{Estimate, FEWEST, Found, HALF_TICK_NS, line};
use super::flavour::preemptible;
use super::numbers::{float, length, quantile, sorted};
use crate::analyze::Samples;
use std::collections::BTreeMap;

/// Every step that a trace can tell.
pub fn steps(trace: &Samples) -> Vec<Found> {
    let step = median(
        "costs.barrier_step",
        &trace.barrier_step_ns,
        "Begin to Inc1 with nobody waiting",
    );
    let switch = median(
        "costs.context_switch",
        &trace.switch_ns,
        "end of a worker's work to the next worker's EarlyExit on that CPU",
    );
    let wake = idle_wake(trace);
    let creation = creation(trace, [step.as_ref(), switch.as_ref(), wake.as_ref()]);
    let mut found = vec![step, switch, creation, wake];
    found.push(table(trace));
    found.push(median(
        "costs.ipi",
        &trace.ipi_ns,
        "OnlineQ to IRQ on another CPU",
    ));
    found.push(median(
        "costs.gp_init",
        &trace.gp_init_ns,
        "start of a grace period to its first wait",
    ));
    found.push(median(
        "costs.gp_cleanup",
        &trace.gp_cleanup_ns,
        "the thread's last burst of a grace period, to its end",
    ));
    found.push(fqdir_free(trace));
    for (key, function) in [
        ("costs.kfree_work", "kfree_rcu_work"),
        ("costs.pcpu_balance", "pcpu_balance_workfn"),
        ("costs.conntrack_gc", "gc_worker"),
        ("costs.rhash_resize", "rht_deferred_worker"),
    ] {
        let runs = trace.run_ns.get(function).map_or(&[][..], Vec::as_slice);
        found.push(median(key, runs, &format!("run of a {function}")));
    }
    found.extend(callbacks(trace));
    found.push(cache_hot(trace));
    found
}

/// Whether a task that has just run is taken by another CPU. Where the kernel takes it for cache-hot it stays half a
/// millisecond; a few shorter gaps are no proof, as it may have slept and been woken elsewhere.
fn cache_hot(trace: &Samples) -> Found {
    const HOT_NS: u64 = 480_000;
    const FEW: usize = 3;
    let key = "machine.cache_hot";
    if preemptible(trace) == Some(true) {
        let why = "with preemptible RCU a task sleeps and is woken elsewhere as soon as it would be moved";
        return Err((key, why.to_owned()));
    }
    let soon: Vec<u64> = trace
        .creator_moves_ns
        .iter()
        .copied()
        .filter(|&ns| ns < HOT_NS)
        .collect();
    let how = "moves of a task that creates namespaces, in less than 0.48 ms from the last event on one CPU to the first on another";
    match soon.iter().min() {
        Some(&least) if soon.len() >= FEW => Ok(Estimate {
            key,
            value: 0.0,
            low: 0.0,
            high: float(least),
            n: soon.len(),
            how: how.to_owned(),
            recording: String::new(),
        }),
        _ => Err((key, format!("{how}: {} seen, {FEW} needed", soon.len()))),
    }
}

fn median(key: &'static str, ns: &[u64], how: &str) -> Found {
    Estimate::median(key, ns, how).map_err(|why| (key, why))
}

/// Both kinds of fqdir work destroy a table: per call up to `Begin`, batched up to their end.
fn table(trace: &Samples) -> Found {
    let key = "costs.table_destroy";
    if trace.table_destroy_ns.len() >= FEWEST {
        return median(
            key,
            &trace.table_destroy_ns,
            "start of an fqdir work to its Begin, if the tables were empty",
        );
    }
    let runs = trace.run_ns.get("fqdir_work_fn");
    median(
        key,
        runs.map_or(&[][..], Vec::as_slice),
        "run of a batched fqdir work, if the tables were empty",
    )
}

/// A worker goes to sleep (its own step and a switch), the next one creates another and is woken, on an idle CPU as a rule;
/// on a busy one that is a switch instead.
fn creation(trace: &Samples, known: [Result<&Estimate, &(&'static str, String)>; 3]) -> Found {
    let key = "costs.worker_creation";
    let how = "Begin of a worker that sleeps to the start of a new one, less the step, a switch and a wake-up";
    let whole = low_quantile(key, &trace.worker_creation_ns, [0.1, 0.5], how)?;
    let [Ok(step), Ok(switch), Ok(wake)] = known else {
        return Err((
            key,
            "the step, the switch and the wake-up in it are not all known".to_owned(),
        ));
    };
    let width = |e: &Estimate| e.high - e.low;
    let slack = width(step) / 2.0 + width(switch) + width(wake) / 2.0;
    let busy = (wake.value - switch.value).max(0.0);
    let alone = whole.less(step.value + switch.value + wake.value, slack);
    Ok(Estimate {
        high: alone.high + busy,
        ..alone
    })
}

/// Under preemptible RCU a task that is woken takes a busy CPU at once, which costs a switch: the quickest are no wake-ups of
/// an idle CPU, and the middle one is taken.
pub(super) fn idle_wake(trace: &Samples) -> Found {
    let [share, high] = match preemptible(trace) {
        Some(true) => [0.5, 0.75],
        _ => [0.1, 0.25],
    };
    let how = "LastCB to Inc2 on another CPU";
    low_quantile("costs.idle_wake", &trace.remote_wake_ns, [share, high], how)
}

/// A low percentile of intervals in which later ones waited for something else too; between the shortest and the one at
/// `high` of them.
fn low_quantile(key: &'static str, ns: &[u64], [share, high]: [f64; 2], how: &str) -> Found {
    let how = format!("{how}, {:.0}th percentile", share * 100.0);
    let values = sorted(ns.iter().map(|&ns| float(ns)));
    let (n, needed) = (values.len(), 2 * FEWEST);
    if n < needed {
        return Err((key, format!("{how}: {n} seen, {needed} needed")));
    }
    let at = |share| quantile(&values, share).unwrap_or(0.0);
    let ends = [at(0.0) - HALF_TICK_NS, at(share), at(high) + HALF_TICK_NS];
    Ok(Estimate::new(key, ends, n, &how))
}

/// The batched free work: how it grows with the fqdirs that it frees.
fn fqdir_free(trace: &Samples) -> Found {
    let key = "costs.fqdir_free";
    let how = "end of the batched barrier to the end of its work, growth for each fqdir";
    let works = trace.batch_free.iter().filter(|(fqdirs, _)| *fqdirs >= 20);
    let points: Vec<(f64, f64)> = works.map(|&(n, ns)| (float(n), float(ns))).collect();
    let line = line(&points);
    let Some(line) = line.filter(|_| points.len() >= 5) else {
        let n = points.len();
        return Err((
            key,
            format!("batched free works of 20 fqdirs and more: {n} seen, 5 needed"),
        ));
    };
    let most = points.iter().map(|p| p.0).fold(20.0, f64::max);
    let [low, mid, high] = line.slope;
    let tick = 2.0 * HALF_TICK_NS / most;
    Ok(Estimate::new(
        key,
        [low - tick, mid.max(0.0), high + tick],
        line.n,
        how,
    ))
}

/// Length of a batch against what it invoked: medians of equal sizes, so that one interrupted batch does not count.
fn callbacks(trace: &Samples) -> [Found; 2] {
    let mut sizes: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for batch in trace
        .batches
        .iter()
        .filter(|b| (1..=200).contains(&b.invoked))
    {
        sizes
            .entry(batch.invoked)
            .or_default()
            .push(float(batch.length_ns));
    }
    let points: Vec<(f64, f64)> = sizes
        .iter()
        .filter(|(_, lengths)| lengths.len() >= 5)
        .filter_map(|(&size, lengths)| {
            Some((
                float(size),
                quantile(&sorted(lengths.iter().copied()), 0.5)?,
            ))
        })
        .collect();
    let how = "length of a batch against the callbacks it invoked";
    let keys = ["costs.batch", "costs.callback"];
    let Some(line) = line(&points) else {
        return keys.map(|key| {
            Err((
                key,
                format!("{how}: batches of {} sizes seen", points.len()),
            ))
        });
    };
    let [low, mid, high] = line.intercept;
    let batch = [low - HALF_TICK_NS, mid.max(0.0), high + HALF_TICK_NS];
    let largest = points.last().map_or(1.0, |point| point.0);
    let [low, mid, high] = line.slope;
    let tick = HALF_TICK_NS / largest;
    let callback = [low - tick, mid.max(0.0), high + tick];
    let n = trace.batches.len();
    debug_assert!(length(n) >= length(line.n), "sizes are of batches");
    [
        Ok(Estimate::new(keys[0], batch, n, how)),
        Ok(Estimate::new(keys[1], callback, n, how)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::samples;
    use std::fmt::Write as _;

    /// A creator that is switched out and goes on elsewhere so many microseconds later.
    fn moved_after(us: &[u64]) -> Found {
        let (mut text, mut at) = (String::new(), 1_000_000);
        for (cpu, gap) in std::iter::once(&0).chain(us).enumerate() {
            at += gap;
            let cpu = cpu % 2;
            let (s, rest) = (at / 1_000_000, at % 1_000_000);
            writeln!(
                text,
                "  a-5 [00{cpu}] d... {s}.{rest:06}: workqueue_queue_work: work struct=1 function=cleanup_net workqueue=2 req_cpu=64 cpu=0"
            )
            .expect("a string takes all");
        }
        cache_hot(&samples(text.as_bytes()).expect("a text can be read"))
    }

    #[test]
    fn where_the_woken_take_busy_cpus_the_quickest_are_switches() {
        let wake = |flavour: &str| {
            let short = std::iter::repeat_n(5_000, 15);
            let trace = Samples {
                flavours: vec![flavour.to_owned()],
                remote_wake_ns: short.chain(std::iter::repeat_n(30_000, 25)).collect(),
                ..Samples::default()
            };
            let told = idle_wake(&trace).expect("forty are enough");
            [told.low, told.value, told.high].map(f64::to_bits)
        };
        let full = [4_500.0, 30_000.0, 30_500.0].map(f64::to_bits);
        assert_eq!(wake("rcu_preempt"), full);
        assert_eq!(wake("rcu_sched")[1], 5_000_f64.to_bits());
    }

    #[test]
    fn a_caller_that_waited_for_a_barrier_tells_no_step() {
        let (mut text, mut at) = (String::new(), 1_000_000);
        let mut line = |pid: u32, after: u64, word: &str| {
            at += after;
            let (s, us) = (at / 1_000_000, at % 1_000_000);
            writeln!(
                text,
                "  kworker-{pid} [000] ..... {s}.{us:06}: rcu_barrier: rcu_sched {word} cpu -1 remaining 0 # 9"
            )
            .expect("a string takes all");
        };
        // The second calls while the first's barrier runs, and takes the mutex after it.
        for (pid, after, word) in [
            (1, 90, "Begin"),
            (1, 3, "Inc1"),
            (2, 90, "Begin"),
            (1, 9_000, "Inc2"),
            (2, 5, "Inc1"),
            (2, 9_000, "Inc2"),
        ] {
            line(pid, after, word);
        }
        let read = samples(text.as_bytes()).expect("a text can be read");
        assert_eq!((read.full.len(), read.barrier_step_ns), (2, vec![3_000]));
    }

    #[test]
    fn what_moves_at_once_is_not_hot() {
        let told = moved_after(&[300, 190, 5_000, 430]).expect("three moves are enough");
        assert_eq!((told.n, told.value, told.high), (3, 0.0, 190_000.0));
        let preemptible = Samples {
            flavours: vec!["rcu_preempt".to_owned()],
            creator_moves_ns: vec![190_000; 9],
            ..Samples::default()
        };
        assert!(cache_hot(&preemptible).is_err());
        let (_, why) = moved_after(&[300, 190, 5_000, 600]).expect_err("two are not");
        assert!(why.ends_with("2 seen, 3 needed"), "{why}");
    }
}
