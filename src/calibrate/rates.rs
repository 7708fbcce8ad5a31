//! What a recording says about the machine as a whole: creation, noise, memory, ticks, and how namespaces are made.

use super::estimate::{Estimate, Found};
use super::flavour::flavour;
use super::kernel::baseline;
use super::noise::{noise_share, posted, tick_ns};
use super::numbers::{float, length, median};
use super::recording::Recording;
use crate::analyze::Samples;
use crate::analyze::samples::TICK_RATES;
use crate::experiment::keys::defaults;
use crate::stats::{LEVEL, proportion};

/// A creation of the model lies up to 10 % around its mean: its 10th percentile is at 92 % of it.
const P10_OF_MEAN: f64 = 0.92;
/// A creator whose median is this close to its 10th percentile had its CPU to itself.
const UNDISTURBED: f64 = 1.2;
/// From this much memory a call on, nearly all of it is fresh (MiB).
const FRESH_MIB: f64 = 0.1;
/// What a MiB never used before takes at most (ns): 10 us a page, measured where the host of a virtual machine has to find it.
const FRESH_MOST_NS: f64 = 2_600_000.0;
/// IPIs later than so much of a tick waited for no short stretch without interrupts, and those later than this may have.
/// Where both say the same the late ones are spread evenly; the shape is assumed, so both count.
const SURELY_LATE: f64 = 0.25;
/// The lesser of the two.
const MAYBE_LATE: f64 = 1.0 / 16.0;
/// A phase is sharp if its resultant is longer than this.
const SHARP: f64 = 0.4;

/// Everything that is not a step or a phase.
pub fn rates(recording: &Recording) -> Vec<Found> {
    let posted = recording.trace.as_ref().map(|t| posted(recording, t));
    let work = posted.iter().flatten().find(|e| e.key == "noise.work");
    let mut found = creation(recording, noise_share(&recording.meta, work));
    found.push(fresh(recording));
    found.push(memory(recording));
    found.push(flavour(recording));
    if let Some(trace) = &recording.trace {
        found.push(fqdirs(recording, trace));
        found.push(device_barriers(trace));
        found.push(tick_rate(trace));
        found.extend(late_ipis(recording, trace));
    }
    found.extend(posted);
    found
}

/// One unshare with nobody in its way, and its part for each CPU as the recordings' slope has it. `noise` is the share of a CPU
/// that noise threads may take.
fn creation(recording: &Recording, noise: f64) -> Vec<Found> {
    let keys = ["costs.unshare", "costs.unshare_per_cpu"];
    let default = defaults().costs;
    let base = float(default.unshare.as_ns());
    let each = float(default.unshare_per_cpu.as_ns());
    let meta = &recording.meta;
    let possible = float(meta.possible());
    let Some((ends, how)) = whole_creation(recording, noise) else {
        return keys
            .map(|key| {
                Err((
                    key,
                    "neither a summary of unshare_us nor a series".to_owned(),
                ))
            })
            .to_vec();
    };
    let how = format!("{how}, split over CPUs as the recordings' slope has it");
    let whole = base + each * possible;
    let n = usize::try_from(meta.calls).unwrap_or(usize::MAX);
    [(keys[0], base / whole), (keys[1], each / whole)]
        .map(|(key, part)| Ok(Estimate::new(key, ends.map(|ns| ns * part), n, &how)))
        .to_vec()
}

/// From the summary's percentiles, or from the series' quickest windows, in which noise threads may have run all the time.
fn whole_creation(recording: &Recording, noise: f64) -> Option<([f64; 3], &'static str)> {
    let meta = &recording.meta;
    if let Some(p10) = meta.unshare_p10_us {
        let mid = p10 * 1_000.0 / P10_OF_MEAN;
        let high = meta
            .unshare_p50_us
            .map_or(mid, |p50| (p50 * 1_000.0).max(mid));
        return Some(([p10 * 1_000.0, mid, high], "10th percentile of a call"));
    }
    let rows = &recording.series.rows;
    let windows = rows.windows(2).filter(|w| w[1].done > w[0].done + 5);
    let windows: Vec<(f64, f64)> = windows
        .map(|w| ((w[1].t_s - w[0].t_s) * 1e9, float(w[1].done - w[0].done)))
        .collect();
    let each = super::numbers::sorted(windows.iter().map(|(ns, calls)| ns / calls));
    let at = |share| super::numbers::quantile(&each, share);
    // The calls of a window are counted whole: one of them may have begun before it.
    let most = windows.iter().map(|(ns, calls)| ns / (calls - 1.0));
    let most = median(most)?;
    let least = least_creation(recording, noise)?;
    (each.len() >= 8).then_some(())?;
    let how = "10th percentile of a call's time over the windows of the series, with what memory never used before takes longer";
    Some(([least, at(0.1)?, most], how))
}

/// What is left of a call in some window of the series if it held one call more than were counted, noise threads ran all the
/// time, and memory that was never lost before took as long as it may (ns).
fn least_creation(recording: &Recording, noise: f64) -> Option<f64> {
    let series = &recording.series;
    let (mut peak, mut least) = (0.0_f64, None);
    for w in series.rows.windows(2) {
        let lost = series.drop_mib(&w[1]);
        let calls = float(w[1].done.saturating_sub(w[0].done));
        if calls > 5.0 {
            let each = (w[1].t_s - w[0].t_s) * 1e9 / (calls + 1.0);
            let fresh = (lost - peak).max(0.0) / calls * FRESH_MOST_NS;
            let left = (each * (1.0 - noise) - fresh).max(0.0);
            least = Some(least.map_or(left, |least: f64| least.min(left)));
        }
        peak = peak.max(lost);
    }
    least
}

/// What a call takes longer while its memory was never used before.
fn fresh(recording: &Recording) -> Found {
    let key = "costs.fresh_mib";
    let meta = &recording.meta;
    let (Some(p10), Some(p50), Some(mean)) = (
        meta.unshare_p10_us,
        meta.unshare_p50_us,
        meta.unshare_mean_us,
    ) else {
        return Err((key, "no summary of unshare_us".to_owned()));
    };
    let peak = super::real::real(recording)
        .get("peak_drop_mib")
        .copied()
        .unwrap_or(0.0);
    let calls = float(meta.calls);
    if p50 > p10 * UNDISTURBED || peak < calls * FRESH_MIB {
        return Err((
            key,
            "the creator was disturbed, or used little fresh memory".to_owned(),
        ));
    }
    let each = (mean - p50).max(0.0) * 1_000.0 * calls / peak;
    let how = "mean of a call less its median, for the memory it took; the rest of a mean's tail is in it";
    Ok(Estimate::new(key, [each * 0.5, each, each * 1.25], 1, how))
}

/// Memory of a namespace, where nearly all were alive at once.
fn memory(recording: &Recording) -> Found {
    let key = "sizes.namespace";
    let why = "fewer than 1,000 namespaces, or less than four fifths of those created, were alive at the peak, or other programs took memory";
    let told = || {
        (!recording.meta.shares_memory()).then_some(())?;
        let series = &recording.series;
        let row = series.rows.iter().min_by_key(|row| row.available_kib)?;
        let live = float(row.netns?);
        (live >= 1_000.0 && live >= 0.8 * float(row.done)).then_some(())?;
        let default = baseline(recording.meta.release()).sizes;
        let workers = float(row.kworkers?.saturating_sub(series.first().kworkers?));
        let bytes = series.drop_mib(row) * 1_048_576.0 - workers * float(default.kworker);
        let meta = &recording.meta;
        let cpus = float(default.namespace_per_cpu) * float(meta.possible());
        let of = |live: f64| bytes / live - cpus;
        // What is gone may still hold all of its memory behind works that have not run, or none.
        let gone = (float(row.done) - live).max(0.0);
        let deferred = gone * float(default.deferred_permille) / 1_000.0;
        // SLUB counts whole slabs as active, and some are on their way out.
        let ends = [live + gone + 30.0, live + deferred, live - 240.0].map(of);
        Some([ends[0] * 0.97, ends[1], ends[2]])
    };
    let ends = told().ok_or_else(|| (key, why.to_owned()))?;
    Ok(Estimate::new(
        key,
        ends,
        1,
        "memory lost at the peak for each live namespace, and for what those that are gone leave to works, less kworkers and the CPUs' share",
    ))
}

fn fqdirs(recording: &Recording, trace: &Samples) -> Found {
    let key = "netns.fqdirs";
    let queued = trace.queued.get("fqdir_work_fn").copied().unwrap_or(0);
    let each = float(queued) / float(recording.meta.calls);
    let most = crate::experiment::Key::at(key).map_or(0.0, |key| float(key.max));
    if queued == 0 || each > most || (each - each.round()).abs() > 0.05 {
        if let Some(said) = recording.meta.fqdirs {
            let how = "users of fragment reassembly, as the recording says";
            return Ok(Estimate::new(key, [float(said); 3], 1, how));
        }
        return Err((
            key,
            format!("{queued} fqdir works for {} calls", recording.meta.calls),
        ));
    }
    let n = usize::try_from(queued).unwrap_or(usize::MAX);
    Ok(Estimate::new(
        key,
        [each.round(); 3],
        n,
        "fqdir works for each call",
    ))
}

fn device_barriers(trace: &Samples) -> Found {
    let key = "netns.device_barriers";
    if trace.full.is_empty() && trace.early.is_empty() {
        return Err((key, "no barrier in the trace".to_owned()));
    }
    let before = trace.cleanup.iter().filter_map(|call| {
        let first = *call.fqdirs_ns.first()?;
        Some(length(
            call.barriers_ns.iter().filter(|b| b.0 < first).count(),
        ))
    });
    let value =
        median(before).ok_or_else(|| (key, "no cleanup_net() call with fqdirs".to_owned()))?;
    Ok(Estimate::new(
        key,
        [value; 3],
        trace.cleanup.len(),
        "barriers of cleanup_net() before its fqdir works",
    ))
}

/// The lowest rate at which what idle CPUs report from their ticks keeps its phase.
fn tick_rate(trace: &Samples) -> Found {
    let key = "machine.hz";
    for (rate, &(cos, sin, n)) in TICK_RATES.iter().zip(&trace.tick_phase) {
        let sharp = libm::sqrt(cos * cos + sin * sin) / float(n.max(1));
        if n >= 50 && sharp > SHARP {
            let value = f64::from(*rate);
            let seen = usize::try_from(n).unwrap_or(usize::MAX);
            return Ok(Estimate::new(
                key,
                [value; 3],
                seen,
                "phase of what idle CPUs report",
            ));
        }
    }
    Err((key, "idle CPUs report at no steady phase".to_owned()))
}

/// IPIs that are late by up to a tick.
fn late_ipis(recording: &Recording, trace: &Samples) -> Vec<Found> {
    let keys = ["costs.ipi_stall_permille", "costs.ipi_stall"];
    let tick = tick_ns(&recording.meta);
    let n = trace.ipi_ns.len();
    if n < 50 {
        return keys
            .map(|key| Err((key, format!("IPIs to another CPU: {n} seen, 50 needed"))))
            .to_vec();
    }
    // Evenly spread over a tick, the part of it that lies beyond `least` has as large a part of the late ones.
    let beyond = |least: f64| {
        let late = trace.ipi_ns.iter().filter(|&&ns| float(ns) > tick * least);
        let late = late.count();
        let of = |share: f64| (share / (1.0 - least)).min(1.0) * 1_000.0;
        let interval = proportion::share(late, n, LEVEL);
        [interval.low, length(late) / length(n), interval.high].map(of)
    };
    let (sure, all) = (beyond(SURELY_LATE), beyond(MAYBE_LATE));
    let ends = [sure[0].min(all[0]), sure[1], sure[2].max(all[2])];
    let how = "IPIs to another CPU later than a quarter of a tick, if they are spread over a tick; the ends hold what those later than a sixteenth of it say too";
    let stall = if sure[1] > 0.0 { tick } else { 0.0 };
    vec![
        Ok(Estimate::new(keys[0], ends.map(f64::round), n, how)),
        Ok(Estimate::new(keys[1], [0.0, stall, tick], n, how)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::recording::Meta;
    use crate::calibrate::series::{Row, Series};

    #[test]
    fn a_window_may_hold_a_call_less_than_were_counted() {
        // 2.4 ms a call: 41 or 42 calls end in 100 ms, and nine of ten windows happen to have 42.
        let mut recording = losing(&[0; 12]);
        let rows = recording.series.rows.iter_mut();
        for (i, row) in (0..).zip(rows) {
            row.done = 42 * i - i / 10;
        }
        let ([low, _, high], _) = whole_creation(&recording, 0.0).expect("windows enough");
        assert!((low..high).contains(&2.4e6), "{low} {high}");
    }

    /// A series of 99 calls in each 100 ms, and memory lost by each row (MiB).
    fn losing(mib: &[u64]) -> Recording {
        let row = |(i, lost): (u64, &u64)| Row {
            t_s: float(i) / 10.0,
            done: 99 * i,
            available_kib: (1_000 - lost) * 1_024,
            ..Row::default()
        };
        Recording {
            meta: Meta::default(),
            series: Series {
                rows: (0..).zip(mib).map(row).collect(),
                skipped: 0,
            },
            trace: None,
            unreadable: None,
        }
    }

    #[test]
    fn a_shape_that_is_not_even_widens_the_share_of_late_ipis() {
        let told = |ns: &[u64]| {
            let trace = Samples {
                ipi_ns: ns.to_vec(),
                ..Samples::default()
            };
            let found = late_ipis(&losing(&[0, 0]), &trace);
            found[0].clone().expect("enough IPIs")
        };
        // 400 of 1,000 IPIs, evenly over 4 ms: 300 beyond a quarter of it.
        let mut ns: Vec<u64> = (1..=400).map(|i| i * 10_000).collect();
        ns.resize(1_000, 30_000);
        let even = told(&ns);
        assert!((even.value - 400.0).abs() < 1.0, "{even:?}");
        // The same, but most late ones late by less than a quarter.
        for late in &mut ns[..200] {
            *late = 500_000;
        }
        let bent = told(&ns);
        assert!(
            bent.value < 300.0 && bent.low < 270.0 && bent.high > 430.0,
            "{bent:?}"
        );
        assert!(even.high < 450.0 && even.low > 350.0, "{even:?}");
    }

    #[test]
    fn only_memory_never_lost_before_is_taken_off_a_creation() {
        let least = |mib: &[u64]| least_creation(&losing(mib), 0.0).expect("windows");
        // 1 ms a call; 11 MiB in 99 calls are a ninth of one in each.
        let (fresh, used) = (least(&[0, 11, 22, 33]), least(&[33, 22, 33, 22]));
        assert!((used - 1e6).abs() < 1.0, "{used}");
        assert!((fresh - (1e6 - FRESH_MOST_NS / 9.0)).abs() < 1.0, "{fresh}");
    }
}
