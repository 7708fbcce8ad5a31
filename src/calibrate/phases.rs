//! What `cleanup_net()` costs, from its phases over batches of different sizes, and what it is made of.
//!
//! Its work is what is left of a call without its barriers, its first grace period and the waits before the last fqdirs.
//! A line through work against namespaces has at zero what does not grow with the batch, expedited grace periods among it, and
//! as its slope the cost of a namespace without the half of its rest that lies before the last fqdirs. What is done before
//! the first grace period shows in how long after the call's start that begins.

use super::estimate::{Estimate, FEWEST, Found, line};
use super::expedited::{Once, expedited};
use super::numbers::{float, length, median, quantile, sorted};
use crate::analyze::{CleanupPhases, Samples};
use crate::experiment::keys::defaults;
use crate::experiment::rounded::counted;

/// What the phases are read with.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// fqdirs of one namespace.
    pub fqdirs: u64,
    /// Possible CPUs.
    pub possible: u64,
    /// Buckets of the conntrack table, 0 without.
    pub buckets: u64,
    /// Waking an idle CPU, and the longest hand-over to another task (ns), if both are known.
    pub hand_over_ns: Option<[f64; 2]>,
    /// The share of a CPU's time that noise threads may have taken meanwhile.
    pub noise: f64,
}

/// If three quarters of the waits for the very next grace period lie within some stretch of this share of one, they are no
/// draws by chance, which would fill three quarters of it.
const IN_STEP: f64 = 0.25;
/// From this many buckets on, the scan stands out of the rest of a namespace.
const SCAN_STANDS_OUT: u64 = 16_384;

/// One call: namespaces, and nanoseconds of each part.
struct Parts {
    namespaces: f64,
    /// All work.
    work: f64,
    /// Both device parts together, if there are two of them.
    devices: Option<f64>,
    /// One fqdir queued.
    fqdir: Option<f64>,
    /// From the second-last pass over the fqdirs to the last.
    gap: f64,
    /// The first grace period.
    first: f64,
    /// One expedited grace period.
    expedited: Option<Once>,
}

/// The parts of `cleanup_net()`.
pub fn phases(trace: &Samples, shape: Shape) -> Vec<Found> {
    let calls = trace.cleanup.iter();
    let parts: Vec<Parts> = calls.filter_map(|call| parts(call, shape)).collect();
    let once: Vec<Once> = parts.iter().filter_map(|p| p.expedited).collect();
    let mut found = vec![expedited(&once, shape.hand_over_ns), waits(&parts, trace)];
    found.extend(costs(&parts, trace, shape));
    found
}

fn parts(call: &CleanupPhases, shape: Shape) -> Option<Parts> {
    let fqdirs = usize::try_from(shape.fqdirs.max(1)).ok()?;
    let n = call.fqdirs_ns.len() / fqdirs;
    if n == 0 || !call.fqdirs_ns.len().is_multiple_of(fqdirs) || call.barriers_ns.is_empty() {
        return None;
    }
    let span = |from: u64, to: u64| float(to.saturating_sub(from));
    let first_barrier = call.barriers_ns[0].0;
    let before = call.asked_ns().find(|&at| at < first_barrier);
    let first = span(call.start_ns, before.unwrap_or(first_barrier));
    let barriers: f64 = call
        .barriers_ns
        .iter()
        .map(|&(from, to)| span(from, to))
        .sum();
    let last_pass = (fqdirs - 1) * n;
    let gap = if fqdirs > 1 {
        span(call.fqdirs_ns[last_pass - 1], call.fqdirs_ns[last_pass])
    } else {
        0.0
    };
    let fqdir = (n >= 20).then(|| {
        let pass = &call.fqdirs_ns[..n];
        span(pass[0], pass[n - 1]) / (length(n) - 1.0)
    });
    let whole = span(call.start_ns, call.end_ns);
    Some(Parts {
        namespaces: length(n),
        work: whole - barriers - first - gap,
        devices: devices(call),
        fqdir,
        gap,
        first,
        expedited: Once::of(call, first_barrier),
    })
}

/// In front of each of the first two barriers: from the second-last expedited grace period to the last, less one of them.
fn devices(call: &CleanupPhases) -> Option<f64> {
    let mut sum = 0.0;
    let mut from = call.start_ns;
    for &(begin, end) in call.barriers_ns.get(..2)? {
        let asked = call.asked_ns().filter(|at| (from..begin).contains(at));
        let asked: Vec<u64> = asked.collect();
        let [a, b, c] = *asked.as_slice() else {
            return None;
        };
        sum += float(c - b) - float(b - a);
        from = end;
    }
    Some(sum)
}

/// Waits between the last passes, in units of the first wait, which is one grace period.
fn waits(parts: &[Parts], trace: &Samples) -> Found {
    let key = "netns.extra_gp_waits";
    let small = || parts.iter().filter(|p| p.namespaces <= 400.0);
    let first = median(small().map(|p| p.first));
    let points: Vec<(f64, f64)> = small().map(|p| (p.namespaces, p.gap)).collect();
    let grace = median(trace.grace.iter().map(|&(start, end)| float(end - start)));
    let enough = points.len() >= FEWEST;
    let (Some(first), Some(line), Some(grace), true) = (first, line(&points), grace, enough) else {
        let n = points.len();
        return Err((
            key,
            format!("{n} calls of cleanup_net() to tell from, {FEWEST} needed"),
        ));
    };
    let at_zero = line.intercept.map(|ns| ns.max(0.0) / first.max(grace));
    let waits = at_zero.map(|w| (w + 0.5).floor());
    let how = "what the last fqdirs wait for, in first grace periods of a batch; ctnetlink's synchronize_rcu() is among them";
    let value = waits[1].clamp(0.0, 4.0);
    Ok(Estimate::new(
        key,
        [waits[0], value, waits[2].max(value)],
        line.n,
        how,
    ))
}

/// The scan of the conntrack table: how the wait before the last fqdirs grows with the batch, less the half of the rest of a
/// namespace that lies there too. Where `half` is not known all of the growth may be the scan's, or none.
fn scan(parts: &[Parts], shape: Shape, half: Option<[f64; 3]>) -> Option<Found> {
    let key = "costs.conntrack_bucket";
    if shape.buckets == 0 {
        return None;
    }
    if shape.buckets < SCAN_STANDS_OUT {
        return Some(Err((
            key,
            format!(
                "{} buckets are scanned too fast to stand out",
                shape.buckets
            ),
        )));
    }
    let points: Vec<(f64, f64)> = parts.iter().map(|p| (p.namespaces, p.gap)).collect();
    let Some(line) = line(&points) else {
        return Some(Err((
            key,
            format!(
                "{} of cleanup_net() to tell from",
                counted(parts.len() as u64, "call")
            ),
        )));
    };
    let [low, mid, high] = line.slope;
    let [least, likely, most] = half.unwrap_or([0.0, 0.0, f64::INFINITY]);
    let each = [low - most, mid - likely, high - least];
    let each = each.map(|ns| ns.max(0.0) / float(shape.buckets));
    let how = "growth of the wait before the last fqdirs for each namespace and bucket, less half of a namespace's rest";
    Some(Ok(Estimate::new(key, each, line.n, how)))
}

fn costs(parts: &[Parts], trace: &Samples, shape: Shape) -> Vec<Found> {
    let keys = [
        "costs.cleanup_batch",
        "costs.cleanup_device",
        "costs.cleanup_fqdir",
        "costs.cleanup_rest",
        "costs.cleanup_per_cpu",
    ];
    let points: Vec<(f64, f64)> = parts.iter().map(|p| (p.namespaces, p.work)).collect();
    let Some(work) = line(&points) else {
        let why = format!(
            "{} of cleanup_net() to tell from, 4 of different sizes needed",
            counted(parts.len() as u64, "call")
        );
        let untold = keys.map(|key| Err((key, why.clone()))).into_iter();
        return untold.chain(scan(parts, shape, None)).collect();
    };
    let fixed = fixed(parts, trace, work.intercept);
    let devices: Vec<(f64, f64)> = parts
        .iter()
        .filter_map(|p| Some((p.namespaces, p.devices?)))
        .collect();
    let device = line(&devices).map(|line| {
        let [low, mid, high] = line.slope.map(|v| v.max(0.0) / 2.0);
        // Noise threads that took the CPU in between made all of it as much longer.
        let each = [low * (1.0 - shape.noise), mid, high];
        Estimate::new(
            keys[1],
            each,
            line.n,
            "growth of the device parts for each namespace, one of two",
        )
    });
    let passes = sorted(parts.iter().filter_map(|p| p.fqdir));
    let fqdir = (passes.len() >= 3).then(|| {
        let at = |share| quantile(&passes, share).unwrap_or(0.0);
        Estimate::new(
            keys[2],
            [at(0.0), at(0.5), at(1.0)],
            passes.len(),
            "one fqdir queued in the first pass",
        )
    });
    let (Some(device), Some(fqdir)) = (device, fqdir) else {
        let why = "too few batches of 20 namespaces and more".to_owned();
        let rest = keys[1..].iter().map(|&key| Err((key, why.clone())));
        let scan = scan(parts, shape, None);
        return std::iter::once(fixed).chain(rest).chain(scan).collect();
    };
    let known = 2.0 * device.value + float(shape.fqdirs) * fqdir.value;
    let slack = 2.0 * (device.high - device.low) + float(shape.fqdirs) * (fqdir.high - fqdir.low);
    let [low, mid, high] = work.slope;
    let half = [low - known - slack, mid - known, high - known + slack];
    let half = half.map(|half| half.max(0.0));
    // The other half lies before the last fqdirs, among waits.
    let rest = half.map(|half| 2.0 * half);
    let mut found = vec![fixed, Ok(device), Ok(fqdir)];
    found.extend(split(rest, work.n, shape).map(Ok));
    found.extend(scan(parts, shape, Some(half)));
    found
}

/// What a batch costs whatever its size: before its first grace period, and after it what is left of the line's height
/// without the expedited ones.
fn fixed(parts: &[Parts], trace: &Samples, intercept: [f64; 3]) -> Found {
    let key = "costs.cleanup_batch";
    let before = sorted(trace.cleanup.iter().filter_map(|c| before(c, trace)));
    let grace = median(trace.grace.iter().map(|&(start, end)| float(end - start)));
    let (Some(&shortest), Some(grace)) = (before.first(), grace) else {
        return Err((key, "no grace period that a batch began with".to_owned()));
    };
    let [most, likely] = waited(&before, grace);
    let calls = trace.cleanup.iter();
    let count = median(calls.map(|call| length(call.expedited.len()))).unwrap_or(0.0);
    let each = sorted(parts.iter().filter_map(|p| Some(p.expedited?.whole)));
    let expedited = count * quantile(&each, 0.25).unwrap_or(0.0);
    let [low, mid, high] = intercept.map(|height| (height - expedited).max(0.0));
    let ends = [
        (shortest - most).max(0.0) + low,
        (shortest - likely).max(0.0) + mid,
        shortest + high,
    ];
    let how = "start of a batch to its first grace period, and work after it that does not grow with the batch";
    Ok(Estimate::new(key, ends, before.len(), how))
}

/// What of the shortest was a wait for the grace period to begin: at most (95 %), and in the middle.
///
/// Where one follows the other, the first that can be waited for begins up to one later, and the luckiest of n draws met it
/// so soon; with one draw the wait is anything up to a whole one.
fn waited(before: &[f64], grace: f64) -> [f64; 2] {
    let shortest = before.first().copied().unwrap_or(0.0);
    let next = before.partition_point(|wait| *wait < shortest + grace);
    let draws = draws(&before[..next], grace).unwrap_or(before.len());
    let n = length(draws);
    let most = if draws == 1 {
        grace
    } else {
        grace * (1.0 - libm::pow(0.05, 1.0 / n))
    };
    let most = most.min(shortest);
    [most, (grace / (n + 1.0)).min(most / 2.0)]
}

/// How many draws the waits for the very next grace period (sorted) are, if not as many as there are calls: where nearly all
/// waited alike they began in step with grace periods (with ticks, under preemptible RCU), and are one draw together; each of
/// the others is one of its own.
fn draws(next: &[f64], grace: f64) -> Option<usize> {
    let alike =
        |(i, from): (usize, &f64)| next.partition_point(|wait| *wait < from + IN_STEP * grace) - i;
    let alike = next.iter().enumerate().map(alike).max()?;
    (alike * 4 >= next.len() * 3).then_some(next.len() - alike + 1)
}

/// From the start of a call to that of the grace period that it waits for first.
fn before(call: &CleanupPhases, trace: &Samples) -> Option<f64> {
    let first_barrier = call.barriers_ns.first()?.0;
    let until = call.asked_ns().next().unwrap_or(first_barrier);
    let ended = trace.grace.iter().rev().find(|(_, end)| *end <= until)?;
    (ended.0 >= call.start_ns).then(|| float(ended.0 - call.start_ns))
}

/// The rest of a namespace, split between CPUs and none as the defaults are. One CPU count cannot tell, so either may have all.
fn split(rest: [f64; 3], n: usize, shape: Shape) -> [Estimate; 2] {
    let default = defaults().costs;
    let base = float(default.cleanup_rest.as_ns());
    let each = float(default.cleanup_per_cpu.as_ns());
    let whole = base + each * float(shape.possible);
    let how = "rest of a namespace, split over CPUs as the defaults are";
    let possible = float(shape.possible.max(1));
    [
        ("costs.cleanup_rest", base / whole, 1.0),
        ("costs.cleanup_per_cpu", each / whole, 1.0 / possible),
    ]
    .map(|(key, part, all)| Estimate::new(key, [0.0, rest[1] * part, rest[2] * all], n, how))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_namespaces_rest_is_not_the_scans() {
        // 35 ns for each of 65,536 buckets, and 424 us of the rest of a namespace on either side of the last fqdirs.
        let (device, fqdir, half, scan) = (40e3, 5e3, 424e3, 35.0 * 65_536.0);
        let parts: Vec<Parts> = (1..=8)
            .map(|i| {
                let n = 25.0 * f64::from(i);
                Parts {
                    namespaces: n,
                    work: n * (2.0 * device + 3.0 * fqdir + half) + 2e6,
                    devices: Some(2.0 * device * n),
                    fqdir: Some(fqdir),
                    gap: n * (half + scan) + 8e6,
                    first: 8e6,
                    expedited: None,
                }
            })
            .collect();
        let shape = Shape {
            fqdirs: 3,
            possible: 64,
            buckets: 65_536,
            hand_over_ns: None,
            noise: 0.1,
        };
        let told = costs(&parts, &Samples::default(), shape);
        let of = |key: &str| told.iter().flatten().find(|e| e.key == key).expect("told");
        let each = of("costs.conntrack_bucket").value;
        assert!((each - 35.0).abs() < 0.1, "{each}");
        // A tenth of the CPU may have been noise's.
        let device = of("costs.cleanup_device");
        assert!(
            (device.value - 40e3).abs() < 1.0 && device.low < 36_001.0,
            "{device:?}"
        );
    }

    #[test]
    fn calls_in_step_with_grace_periods_are_no_luckier_than_one() {
        // The work takes 2, a grace period 8.
        let by_chance: Vec<f64> = (0..40).map(|i| 2.1 + 0.2 * f64::from(i)).collect();
        let [most, likely] = waited(&by_chance, 8.0);
        assert!(likely < 0.2 && most < 0.6, "{most} {likely}");
        let mut in_step: Vec<f64> = (0..40).map(|i| 3.4 + 0.01 * f64::from(i)).collect();
        // Some miss it, and wait for the one after.
        in_step.extend([11.5; 9]);
        let [most, likely] = waited(&in_step, 8.0).map(f64::to_bits);
        assert_eq!([most, likely], [3.4, 1.7].map(f64::to_bits));
        // One that began out of step, after a work of 7, is no proof that the others were lucky.
        let mut straggler = vec![9.07];
        straggler.extend([11.97; 14]);
        let [most, likely] = waited(&straggler, 8.0);
        assert!(
            most > 2.07 && likely > 1.0 && likely < most,
            "{most} {likely}"
        );
        let long: Vec<f64> = (0..40).map(|i| 11.3 + 0.01 * f64::from(i)).collect();
        let [most, likely] = waited(&long, 8.0).map(f64::to_bits);
        assert_eq!([most, likely], [8.0, 4.0].map(f64::to_bits));
    }
}
