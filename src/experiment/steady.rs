//! The steady state of a run, where the question makes sense: with arrivals that come by themselves
//! the number of live namespaces settles, if it does, and what came before that is warm-up. A run
//! whose creators call in a loop is terminating: it is a whole experiment, with nothing to cut off.

use crate::models::outcome::Outcome;
use crate::stats::LEVEL;
use crate::stats::batch::{BatchMeans, batch_means, batch_quantile};
use crate::stats::convert::float;
use crate::stats::paired::Estimate;
use crate::stats::warmup::{WarmUp, mser5};

/// Percentiles that are told.
pub const PERCENTS: [u32; 3] = [50, 90, 99];

/// What can be said of a run's steady state.
#[derive(Clone, PartialEq, Debug)]
pub enum Steady {
    /// A terminating run has none.
    NotApplicable,
    /// The series is too short to say.
    TooShort,
    /// The warm-up does not end within the first half of the series.
    NotReached,
    /// There is one.
    Reached(Box<SteadyState>),
}

/// The number of live namespaces after the warm-up, while namespaces still arrive.
#[derive(Clone, PartialEq, Debug)]
pub struct SteadyState {
    /// Length of the warm-up, from the start of the workload \[ns\].
    pub warm_up_ns: u64,
    /// The mean, by batch means.
    pub mean: BatchMeans,
    /// The [`PERCENTS`], each with an interval from those of the batches; `None` where a batch is too
    /// small for one ([`needed`](crate::stats::batch::needed)).
    pub percentiles: [Option<Estimate>; PERCENTS.len()],
}

/// Looks at a run's series of live namespaces up to the last creation.
pub fn steady(outcome: &Outcome) -> Steady {
    if !outcome.arrivals_are_open {
        return Steady::NotApplicable;
    }
    let end = outcome.loop_ns.unwrap_or(u64::MAX);
    let rows = outcome.series.iter().take_while(|row| row.t_ns <= end);
    let live: Vec<f64> = rows.map(|row| float(row.live)).collect();
    let cut = mser5(&live);
    let after = match cut {
        WarmUp::TooShort => return Steady::TooShort,
        WarmUp::NotReached => return Steady::NotReached,
        WarmUp::Ends(after) => after,
    };
    let Some((rest, mean)) = cut
        .steady(&live)
        .and_then(|rest| Some((rest, batch_means(rest, LEVEL)?)))
    else {
        return Steady::TooShort;
    };
    let percentile = |percent: u32| {
        let p = f64::from(percent) / 100.0;
        batch_quantile(rest, mean.batches, p, LEVEL)
    };
    Steady::Reached(Box::new(SteadyState {
        warm_up_ns: outcome.series.get(after).map_or(0, |row| row.t_ns),
        mean,
        percentiles: PERCENTS.map(percentile),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Scenario;
    use crate::models::params::{Arrivals, Params};
    use crate::models::simulate;
    use crate::sim::Span;

    fn of(change: impl Fn(&mut Params)) -> Steady {
        let mut params = Scenario::builtin("report-6cpu").expect("builtin").params;
        params.arrivals = Arrivals::Poisson;
        params.rate = 20_000;
        params.container_life = Span::from_ms(500);
        params.calls = 600;
        params.sample = Span::from_ms(10);
        change(&mut params);
        steady(&simulate(&params))
    }

    #[test]
    fn a_steady_stream_has_one_with_a_warm_up() {
        let Steady::Reached(found) = of(|_| ()) else {
            panic!("thirty seconds of twenty a second settle");
        };
        // Little: 20 a second that live for 0.5 s and what it takes to free them (some 0.1 s).
        assert!((9.0..16.0).contains(&found.mean.mean), "{found:?}");
        assert!(found.mean.interval.holds(found.mean.mean));
        assert!(found.warm_up_ns < 15_000_000_000, "{found:?}");
        let [median, p90, p99] = found.percentiles;
        let [median, p90] = [median, p90].map(|p| p.expect("long enough").value);
        assert!(median <= p90 && p99.is_none(), "{found:?}");
        // A batch of a thousand has ten values beyond its 99th percentile.
        let Steady::Reached(long) = of(|p| p.calls = 8_000) else {
            panic!("four hundred seconds settle too");
        };
        let [_, p90, p99] = long.percentiles.map(|p| p.expect("long enough"));
        assert!(p90.value <= p99.value && p99.interval.is_some(), "{long:?}");
    }

    #[test]
    fn what_has_none_says_so() {
        assert_eq!(of(|p| p.arrivals = Arrivals::Loop), Steady::NotApplicable);
        assert_eq!(of(|p| p.calls = 5), Steady::TooShort);
        // Namespaces that outlive the run pile up through all of it.
        let grows = of(|p| p.container_life = Span::from_ms(100_000));
        assert_eq!(grows, Steady::NotReached);
    }
}
