//! User CPU time, medians, rows.

use nix::sys::resource::{UsageWho, getrusage};

/// User CPU time of this process \[s\].
pub(crate) fn user_s() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process can ask for its own usage");
    let time = usage.user_time();
    time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6
}

/// Nanoseconds of user time for each of `things` that `phase` does.
pub(crate) fn ns_each(things: u64, phase: impl FnOnce()) -> f64 {
    let before = user_s();
    phase();
    (user_s() - before) * 1e9 / things as f64
}

/// Something to measure: its name, and a function that measures nanoseconds a thing.
pub(crate) type Contender<'a> = (&'a str, Box<dyn FnMut() -> f64 + 'a>);

/// Nanoseconds for each thing done: median, least, most.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Figure {
    pub(crate) fn of(mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        Self {
            median: rounds[rounds.len() / 2],
            least: rounds[0],
            most: rounds[rounds.len() - 1],
        }
    }
}

/// Measures every contender `rounds` times, one after the other in each round, and prints a row
/// for each: rate, range, and how many times the rate of the first it is.
pub(crate) fn table(title: &str, rounds: usize, contenders: &mut [Contender<'_>]) -> Vec<Figure> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((_, measure), times) in contenders.iter_mut().zip(&mut times) {
            times.push(measure());
        }
    }
    println!("{title}");
    let figures: Vec<Figure> = times.into_iter().map(Figure::of).collect();
    for ((name, _), figure) in contenders.iter().zip(&figures) {
        println!(
            "  {name:44} {:7.2} M/s [{:.2}-{:.2}] {:7.1} ns {:6.2} x",
            1e3 / figure.median,
            1e3 / figure.most,
            1e3 / figure.least,
            figure.median,
            figures[0].median / figure.median,
        );
    }
    figures
}
