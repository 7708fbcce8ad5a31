//! The report for people.

use super::backlog;
use super::caches::caches;
use super::notes::{idle_kworkers, notes};
use super::{Run, bytes, count, counted, drop_rate, lifetime, mean, percentile, steady, time};
use crate::experiment::rows::ended;
use crate::experiment::{Finding, Scenario, judge};
use crate::models::outcome::{BarrierCounts, Outcome, Sample};
use crate::models::params::{BarrierDesign, Params};
use crate::models::spent::Spent;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// Sleepers of a deadlock that a report names.
const MAX_WAITS: usize = 12;

/// `cleanup_net()` calls listed unless all are asked for; of more, the longest.
pub const CALLS: usize = 16;
/// What a `cleanup_net()` call spends its time on, in columns that add up to the whole.
const CALL_PARTS: [(&str, &[Spent]); 7] = [
    ("busy", &[Spent::MutexUnsatisfied]),
    ("satisfied", &[Spent::MutexSatisfied]),
    ("own", &[Spent::BarrierGracePeriod, Spent::Invocation]),
    ("grace", &[Spent::GracePeriod, Spent::Expedited]),
    ("rtnl", &[Spent::Rtnl]),
    ("no CPU", &[Spent::Runnable]),
    ("runs", &[Spent::Running]),
];

/// The report of one run with what came of what was expected of it; `command` reproduces it. Of the `cleanup_net()`
/// calls it lists the `most` longest.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn run(run: &Run, findings: &[Finding], command: &str, most: usize) -> String {
    let mut out = String::new();
    write(&mut out, run, findings, command, most).expect("a string takes all that is written");
    out
}

fn write(
    out: &mut String,
    run: &Run,
    findings: &[Finding],
    command: &str,
    most: usize,
) -> std::fmt::Result {
    let (p, o) = (&run.scenario.params, &run.outcome);
    let judgement = judge(o);
    writeln!(out, "{}", headline(run))?;
    if let Some(extends) = &run.scenario.extends {
        writeln!(out, "  extends   {extends}")?;
    }
    if let Some(machine) = &run.scenario.machine {
        writeln!(out, "  machine   {machine}")?;
    }
    writeln!(
        out,
        "  verdict   {}: {}",
        judgement.verdict.name(),
        judgement.reason
    )?;
    for note in notes(p, o) {
        writeln!(out, "  note      {note}")?;
    }
    memory(out, p, o)?;
    namespaces(out, p, o)?;
    tables(out, o)?;
    cleanup(out, o, most)?;
    barriers(out, p, o)?;
    lifetime::table(out, p, o)?;
    let mut gps = o.grace_period_ns.clone();
    gps.sort_unstable();
    let periods = counted(gps.len() as u64, "grace period");
    let [least, mean] = [gps.first().copied(), mean(&gps)].map(time);
    let [p50, p90, p99] = [50, 90, 99].map(|part| time(percentile(&gps, part)));
    writeln!(
        out,
        "  grace     {periods}: least {least}, mean {mean}, p50 {p50}, p90 {p90}, p99 {p99}",
    )?;
    kworkers(out, o)?;
    out.push_str(&backlog::lines(o));
    let steady = steady::words(o, &" ".repeat(12));
    writeln!(out, "  steady    {steady}")?;
    for (index, finding) in findings.iter().enumerate() {
        let head = if index == 0 { "expect" } else { "" };
        writeln!(out, "  {head:<10}{}", expectation(finding))?;
    }
    for wait in o.waits.iter().take(MAX_WAITS) {
        writeln!(out, "  deadlock  {wait}")?;
    }
    if o.waits.len() > MAX_WAITS {
        let more = count((o.waits.len() - MAX_WAITS) as u64);
        writeln!(out, "  deadlock  and {more} more")?;
    }
    writeln!(
        out,
        "  again     {command}   (rcusim {}, digest {:016x}, {} events, ended: {})",
        env!("CARGO_PKG_VERSION"),
        o.digest,
        count(o.events),
        ended(o.ended),
    )
}

fn kworkers(out: &mut String, o: &Outcome) -> std::fmt::Result {
    writeln!(
        out,
        "  kworkers  {} blocked at most; {}",
        count(o.kworkers_blocked_peak),
        match o.system_wq_wait_max_ns {
            0 => "no kfree_rcu work waited in system_wq".to_owned(),
            ns => format!(
                "longest wait of a kfree_rcu work in system_wq {}",
                time(Some(ns))
            ),
        }
    )
}

/// What came of an expectation, on one line.
pub fn expectation(finding: &Finding) -> String {
    let met = if finding.met { "met    " } else { "NOT MET" };
    format!("{met}  {}: {}", finding.expected, finding.found)
}

fn headline(run: &Run) -> String {
    let p = &run.scenario.params;
    format!(
        "{}: {}, HZ={}, preempt {}, kernel {}, policy {}, barrier {}, {}{}, seed {}",
        run.scenario.name,
        counted(p.cpus, "CPU"),
        p.hz,
        p.preempt.name(),
        p.version.name(),
        p.policy.name(),
        p.barrier.name(),
        counted(p.calls, "call"),
        outside(&run.scenario),
        p.seed,
    )
}

/// How namespaces come from outside, if they do.
fn outside(scenario: &Scenario) -> String {
    let p = &scenario.params;
    if !p.arrivals.is_open() {
        return String::new();
    }
    format!(
        " ({}, {}) by {}, lives of {} on average",
        p.arrivals.name(),
        scenario.written("workload.rate"),
        counted(p.creators, "creator"),
        scenario.written("workload.container_life"),
    )
}

fn memory(out: &mut String, p: &Params, o: &Outcome) -> std::fmt::Result {
    if o.peak_drop_bytes == 0 {
        return writeln!(out, "  memory    never falls");
    }
    // Arrivals from outside have no loop in which memory falls steadily.
    let rate = drop_rate(o).filter(|_| !p.arrivals.is_open());
    let when = match (o.peak_drop_ns, rate) {
        (0, _) => "at the start".to_owned(),
        (ns, None) => format!("in the first {}", time(Some(ns))),
        (ns, Some(rate)) => format!("in the first {} ({} a second)", time(Some(ns)), bytes(rate)),
    };
    let drop = bytes(o.peak_drop_bytes);
    writeln!(out, "  memory    falls by {drop} {when}")?;
    caches(out, o)?;
    let part = if o.arrivals_are_open {
        in_use(p, o)
    } else {
        recovery(o)
    };
    writeln!(
        out,
        "            {part}{} still gone at the end{}",
        bytes(o.end_drop_bytes),
        idle_kworkers(o)
    )?;
    if let Some(at) = o.out_of_memory_ns {
        writeln!(
            out,
            "            OUT OF MEMORY ({}) after {}; what was asked for last and did not fit counts in the fall",
            bytes(p.memory),
            time(Some(at))
        )?;
    }
    Ok(())
}

/// What containers used of the largest drop, by the last row of the series before it: no backlog, and given back as they end.
fn in_use(p: &Params, o: &Outcome) -> String {
    let row = o.series.iter().rfind(|row| row.t_ns <= o.peak_drop_ns);
    match row.map_or(0, |row| row.in_use) {
        0 => String::new(),
        used => format!(
            "some {} of it in containers' use then ({}), ",
            bytes(used * p.namespace_bytes()),
            counted(used, "namespace")
        ),
    }
}

/// When memory is back.
fn recovery(o: &Outcome) -> String {
    let told = [(5, "half of it back after"), (9, "nine tenths after")].into_iter();
    told.filter_map(|(tenths, words)| Some(format!("{words} {}, ", time(Some(back(o, tenths)?)))))
        .collect()
}

/// From when on so many tenths of the largest drop are back for good, by the rows of the series; nothing if they never are.
fn back(o: &Outcome, tenths: u64) -> Option<u64> {
    let most = o.peak_drop_bytes - o.peak_drop_bytes / 10 * tenths;
    let rows: Vec<&Sample> = o.series_to_end().collect();
    let last = rows.iter().rposition(|row| row.drop_bytes > most)?;
    rows.get(last + 1).map(|row| row.t_ns)
}

/// Who destroyed fragment tables; nothing where nobody did.
fn tables(out: &mut String, o: &Outcome) -> std::fmt::Result {
    let d = &o.destruction;
    if d.tables == 0 {
        return Ok(());
    }
    let across = if d.cpus_peak == 1 {
        "1 CPU at a time, busy for".to_owned()
    } else {
        format!(
            "up to {} CPUs at once, one or more of them busy for",
            count(d.cpus_peak)
        )
    };
    writeln!(
        out,
        "  tables    {} destroyed by {across} {}, the works together for {}; the longest {} after its hand-over",
        count(d.tables),
        time(Some(d.busy_ns)),
        time(Some(d.work_ns)),
        time(Some(d.longest_ns)),
    )
}

fn namespaces(out: &mut String, p: &Params, o: &Outcome) -> std::fmt::Result {
    if !p.arrivals.are_namespaces() {
        let end = time(o.settled_ns);
        let none = "none asked for; all barriers ended after";
        return writeln!(out, "  netns     {none} {end}");
    }
    let used = match o.in_use_at_loop_end {
        0 => String::new(),
        used => format!(" ({} of them in containers' use)", count(used)),
    };
    // A run that was cut short has not come to the later ones.
    let live = |live| format!(", {} live when the loop ended{used}", count(live));
    let times = [("; loop", o.loop_ns), (", all freed after", o.settled_ns)].into_iter();
    let times = times.filter_map(|(what, ns)| ns.map(|ns| format!("{what} {}", time(Some(ns)))));
    writeln!(
        out,
        "  netns     {} created, {} live at most{}{}",
        count(o.created),
        count(o.live_peak),
        o.live_at_loop_end.map_or_else(String::new, live),
        times.collect::<String>(),
    )
}

fn cleanup(out: &mut String, o: &Outcome, most: usize) -> std::fmt::Result {
    let calls = &o.cleanup_net;
    let called = counted(calls.len() as u64, "call");
    let longest = calls.iter().map(|call| call.duration_ns).max();
    let longest = longest.map_or_else(String::new, |ns| {
        format!(", the longest {}", time(Some(ns)))
    });
    writeln!(out, "  cleanup   {called} of cleanup_net(){longest}")?;
    if calls.is_empty() {
        return Ok(());
    }
    let heads = CALL_PARTS.map(|(head, _)| format!(" {head:>10}"));
    writeln!(
        out,
        "            {:>10} {:>8} {:>10}{}",
        "start",
        "batch",
        "took",
        heads.concat()
    )?;
    let mut durations: Vec<u64> = calls.iter().map(|call| call.duration_ns).collect();
    durations.sort_unstable_by_key(|&ns| Reverse(ns));
    let least = durations.get(most - 1).copied().unwrap_or(0);
    let listed: Vec<_> = calls
        .iter()
        .filter(|call| call.duration_ns >= least)
        .take(most)
        .collect();
    for call in &listed {
        let parts = CALL_PARTS.map(|(_, on)| {
            let spent = on.iter().map(|&spent| call.split.get(spent)).sum::<u128>();
            format!(" {:>10}", time(u64::try_from(spent).ok()))
        });
        writeln!(
            out,
            "            {:>10} {:>8} {:>10}{}{}",
            time(Some(call.start_ns)),
            count(call.batch),
            time(Some(call.duration_ns)),
            parts.concat(),
            if call.finished { "" } else { "  unfinished" },
        )?;
    }
    if calls.len() > listed.len() {
        writeln!(
            out,
            "            and {} (--all lists them)",
            counted((calls.len() - listed.len()) as u64, "shorter one")
        )?;
    }
    writeln!(
        out,
        "            busy, satisfied: asleep behind a running barrier, after one that would do; own: its own barrier's \
         grace period and callbacks;\n            grace: grace periods it asked for; no CPU: others ran; runs: on a CPU"
    )
}

fn barriers(out: &mut String, p: &Params, o: &Outcome) -> std::fmt::Result {
    let b = &o.barriers;
    // A barrier that queued no CPU takes no time worth a percentile.
    let lasting = o.barrier_ns.iter().copied().filter(|&ns| ns > 0);
    let mut lengths: Vec<u64> = lasting.collect();
    lengths.sort_unstable();
    writeln!(
        out,
        "  barriers  {} calls: {} left by early exit, {} full, of which {} trivial (no CPU had callbacks); the others p50 {}, p99 {}",
        count(b.calls),
        count(b.early_exits),
        count(b.full),
        count(b.full_trivial),
        time(percentile(&lengths, 50)),
        time(percentile(&lengths, 99)),
    )?;
    writeln!(out, "            {}", waits(p.barrier, b))
}

/// How callers got to their barriers and how long they slept, in the words of the design: not each has a mutex, or thieves.
fn waits(design: BarrierDesign, b: &BarrierCounts) -> String {
    let free = count(b.full.saturating_sub(b.steals + b.handoffs));
    let [waited, stole] = [b.handoffs, b.steals].map(count);
    let [satisfied, before] =
        [b.slept_though_satisfied_ns, b.slept_unsatisfied_ns].map(|ns| time(Some(ns)));
    let through = match b.slept_though_satisfied {
        0 => "none of them through another barrier".to_owned(),
        callers => format!("{} of them through another barrier", count(callers)),
    };
    match design {
        BarrierDesign::WaitQueue => format!(
            "no mutex: all callers together slept {before} in the wait queue behind barriers, {satisfied} after one that would do"
        ),
        BarrierDesign::FairMutex => format!(
            "of the full ones {waited} waited for the mutex, {free} found it free; all callers together slept \
             {satisfied} though satisfied ({through}), {before} before"
        ),
        BarrierDesign::NoSharing => format!(
            "of the full ones {stole} stole the mutex, {waited} waited for it, {free} found it free; all callers together \
             slept {satisfied} after another's barrier that would have done ({through}), {before} before"
        ),
        BarrierDesign::Mutex => format!(
            "of the full ones {stole} stole the mutex, {waited} waited for it, {free} found it free; all callers together \
             slept {satisfied} though satisfied ({through}), {before} before"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::params::DestroyPolicy;
    use crate::models::simulate;

    /// Whatever a call spends its time on has a column.
    #[test]
    fn the_columns_of_a_call_add_up_to_the_whole() {
        for policy in DestroyPolicy::ALL {
            for design in BarrierDesign::ALL {
                let mut params = Scenario::builtin("recorded-2cpu").expect("embedded").params;
                (params.policy, params.barrier, params.calls) = (*policy, *design, 300);
                for call in simulate(&params).cleanup_net {
                    let parts = CALL_PARTS.iter().flat_map(|(_, on)| *on);
                    let sum: u128 = parts.map(|&spent| call.split.get(spent)).sum();
                    assert_eq!(sum, u128::from(call.duration_ns), "{policy:?} {design:?}");
                }
            }
        }
    }
}
