//! Costs of single steps, from the intervals of a trace.

use super::estimate::{Estimate, FEWEST, HALF_TICK_NS, line};
use super::numbers::{float, length, quantile, sorted};
use crate::analyze::Samples;
use std::collections::BTreeMap;

/// What was found, or the key and why not.
pub type Found = Result<Estimate, (&'static str, String)>;

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
    let creation = creation(trace, step.as_ref().ok(), switch.as_ref().ok());
    let wake = idle_wake(trace, switch.as_ref().ok());
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
    found
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
            "start of an fqdir work to its Begin",
        );
    }
    let runs = trace.run_ns.get("fqdir_work_fn");
    median(
        key,
        runs.map_or(&[][..], Vec::as_slice),
        "run of a batched fqdir work",
    )
}

/// A worker goes to sleep (its own step and a switch), and the next one first creates another.
fn creation(trace: &Samples, step: Option<&Estimate>, switch: Option<&Estimate>) -> Found {
    let key = "costs.worker_creation";
    let how =
        "Begin of a worker that sleeps to the start of a new one, less the step and two switches";
    let whole = median(key, &trace.worker_creation_ns, how)?;
    let (Some(step), Some(switch)) = (step, switch) else {
        return Err((
            key,
            "the step and the switch in it are not known".to_owned(),
        ));
    };
    let slack = (step.high - step.low) / 2.0 + (switch.high - switch.low);
    Ok(whole.less(step.value + 2.0 * switch.value, slack))
}

/// The 10th percentile: later ones waited for something else too.
fn idle_wake(trace: &Samples, switch: Option<&Estimate>) -> Found {
    let key = "costs.idle_wake";
    let values = sorted(trace.remote_wake_ns.iter().map(|&ns| float(ns)));
    if values.len() < 2 * FEWEST {
        let why = format!(
            "LastCB to Inc2 on another CPU: {} seen, {} needed",
            values.len(),
            2 * FEWEST
        );
        return Err((key, why));
    }
    let at = |share| quantile(&values, share).unwrap_or(0.0);
    let ends = [at(0.0) - HALF_TICK_NS, at(0.1), at(0.25) + HALF_TICK_NS];
    let how = "LastCB to Inc2 on another CPU, 10th percentile, less a switch";
    let whole = Estimate::new(key, ends, values.len(), how);
    let switch = switch.map_or(0.0, |switch| switch.value);
    Ok(whole.less(switch, HALF_TICK_NS))
}

/// The batched free work, for each fqdir.
fn fqdir_free(trace: &Samples) -> Found {
    let key = "costs.fqdir_free";
    let each: Vec<f64> = trace
        .batch_free
        .iter()
        .filter(|(fqdirs, _)| *fqdirs >= 20)
        .map(|&(fqdirs, ns)| float(ns) / float(fqdirs))
        .collect();
    let n = each.len();
    let each = sorted(each);
    if n < 5 {
        return Err((
            key,
            format!("batched free works of 20 fqdirs and more: {n} seen, 5 needed"),
        ));
    }
    let at = |share| quantile(&each, share).unwrap_or(0.0);
    let ends = [at(0.1), at(0.5), at(0.9)];
    Ok(Estimate::new(
        key,
        ends,
        n,
        "end of the batched barrier to the end of its work, for each fqdir",
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
