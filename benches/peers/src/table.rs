//! Rounds, medians, standard errors, and whether it is as it should be.

use crate::measure::Figure;

/// The theory's mean wait: a cycle of 200 holds less a think of 100 and a hold of 1.
const THEORY: f64 = 99.0;

/// What a round gives: nanoseconds an acquisition, and the mean wait of each batch.
pub(crate) type Round = (f64, Vec<f64>);

/// What a contender is to be compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    /// No engine: a heap and a loop.
    Bare,
    Peer,
    Nexosim,
}

/// An engine with its version and a round's function of the seed.
pub(crate) struct Contender {
    name: &'static str,
    version: String,
    kind: Kind,
    run: fn(u64) -> Round,
    times: Vec<f64>,
    batches: Vec<f64>,
}

impl Contender {
    pub(crate) fn new(
        name: &'static str,
        version: &str,
        kind: Kind,
        run: fn(u64) -> Round,
    ) -> Self {
        let version = version.to_owned();
        Self {
            name,
            version,
            kind,
            run,
            times: Vec::new(),
            batches: Vec::new(),
        }
    }

    fn round(&mut self, seed: u64) {
        let (time, batches) = (self.run)(seed);
        assert_eq!(
            batches.len(),
            100,
            "{}: a run has a hundred batches",
            self.name
        );
        self.times.push(time);
        // The first batch begins with the lock free and everybody thinking.
        self.batches.extend(&batches[1..]);
    }

    /// The mean wait and its standard error, from the means of batches.
    fn wait(&self) -> (f64, f64) {
        let n = self.batches.len() as f64;
        let mean = self.batches.iter().sum::<f64>() / n;
        let squares = self.batches.iter().map(|b| (b - mean).powi(2)).sum::<f64>();
        (mean, (squares / (n - 1.0) / n).sqrt())
    }
}

/// Runs all, prints the table, and says whether theory and speed are met.
pub(crate) fn measure(mut contenders: Vec<Contender>, rounds: u64) -> bool {
    for seed in 1..=rounds {
        for contender in &mut contenders {
            contender.round(seed);
        }
    }
    println!(
        "FIFO lock, 200 threads, 1,000,000 acquisitions; user time, median of {rounds} rounds"
    );
    let figures: Vec<Figure> = contenders
        .iter()
        .map(|c| Figure::of(c.times.clone()))
        .collect();
    let mut passed = true;
    for (contender, figure) in contenders.iter().zip(&figures) {
        let (mean, error) = contender.wait();
        let off = (mean - THEORY) / error;
        let fits = off.abs() <= 3.0;
        passed &= fits;
        println!(
            "  {:36} {:7} {:7.3} M/s [{:.3}-{:.3}] ours is {:6.2} x  wait {mean:.3} +- {error:.3} ({off:+.1} s.e.) {}",
            contender.name,
            contender.version,
            1e3 / figure.median,
            1e3 / figure.most,
            1e3 / figure.least,
            figure.median / figures[0].median,
            if fits { "PASS" } else { "FAIL" },
        );
    }
    let times_as_fast = |wanted: fn(Kind) -> bool| {
        let chosen = contenders
            .iter()
            .zip(&figures)
            .filter(|(c, _)| wanted(c.kind));
        chosen
            .map(|(_, f)| f.median / figures[0].median)
            .fold(f64::INFINITY, f64::min)
    };
    let fastest = times_as_fast(|kind| matches!(kind, Kind::Peer | Kind::Nexosim));
    let nexosim = times_as_fast(|kind| kind == Kind::Nexosim);
    for (what, ratio, least) in [
        ("the fastest peer", fastest, 2.0),
        ("nexosim", nexosim, 9.0),
    ] {
        let met = ratio >= least;
        passed &= met;
        let word = if met { "PASS" } else { "FAIL" };
        println!("  ours over {what}: {ratio:.2}, wanted {least}: {word}");
    }
    passed
}
