//! `rcusim bisect`: where along one axis does it begin to fail?

use super::exit::Done;
use super::output;
use super::probe::{Ground, ProbeArgs, effort, point_object, settled, told};
use super::simulate::Lots;
use crate::experiment::edge::{Edge, bisect, most_places};
use crate::experiment::search::{Class, Explorer, Tried};
use clap::Args;
use std::fmt::Write as _;

#[derive(Args, Debug)]
pub(super) struct BisectArgs {
    #[command(flatten)]
    probe: ProbeArgs,
    /// The axis: KEY=VALUE,VALUE,... or KEY=FIRST..LAST:STEP, where STEP is `+20` (linear), `*2` (geometric) or `log6` (six
    /// values), of counts alone `+1` without one
    #[arg(short = 'P', value_name = "KEY=VALUES")]
    axis: String,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// `rcusim bisect`.
pub(super) fn run(args: &BisectArgs) -> Result<Done, String> {
    output::check_stdout()?;
    let ground = Ground::new(&args.probe, std::slice::from_ref(&args.axis))?;
    ground.check_ends()?;
    let len = ground.axes[0].len();
    let reps = args.probe.reps as usize;
    let mut lots = Lots::at_most(most_places(len).saturating_mul(reps));
    let mut explorer = Explorer::new(reps, |asked: &[_]| ground.probe(&mut lots, asked));
    let found = bisect(&mut explorer, len);
    let edge = found.map_err(|why| settled(&explorer.tried, &why))?;
    let tried: Vec<(u64, Tried)> = explorer.tried.iter().map(|(p, t)| (p[0], *t)).collect();
    let found = Found {
        edge,
        tried: &tried,
        level: explorer.level,
    };
    output::stdout(&if args.json {
        object(&ground, &found)
    } else {
        text(&ground, &found)
    })?;
    Ok(Done::Ran)
}

/// What came out.
struct Found<'t> {
    edge: Edge,
    tried: &'t [(u64, Tried)],
    /// Confidence of the points' intervals.
    level: f64,
}

impl Found<'_> {
    /// The points at which what was asked for was not tried, and the others, in the order of the axis.
    fn by_saturation(&self, ground: &Ground) -> [Vec<u64>; 2] {
        let places = self.tried.iter().map(|(at, _)| *at);
        let (saturated, kept_up) = places.partition(|at| ground.seen([*at, 0]).is_saturated());
        [saturated, kept_up]
    }

    /// Whether all points pass, and some of them only because the creators could not keep up.
    fn is_not_reached(&self, ground: &Ground) -> bool {
        let [saturated, _] = self.by_saturation(ground);
        self.edge == Edge::None(Class::Passes) && !saturated.is_empty()
    }
}

fn text(ground: &Ground, found: &Found<'_>) -> String {
    let tried = found.tried;
    let mut out = String::new();
    for (at, point) in tried {
        let value = ground.value(0, *at);
        writeln!(
            out,
            "{:>12}  {}",
            value,
            told(point, ground.seen([*at, 0]), &ground.failing())
        )
        .expect("a string");
    }
    let runs: usize = tried.iter().map(|(_, point)| point.runs).sum();
    let len = ground.axes[0].len();
    writeln!(
        out,
        "\n{}\n{}. The chance that a point stands on the wrong side is 5 % at most: in brackets Clopper and Pearson's \
         interval at {:.1} %.",
        conclusion(ground, found),
        effort(tried.len(), len, runs, ground.reps),
        100.0 * found.level
    )
    .expect("a string");
    out + &ground.notes()
}

/// Where all points pass, and at some of them the creators could not keep up: from where to where they could.
fn not_reached(ground: &Ground, found: &Found<'_>) -> String {
    let key = ground.axes[0].key.path;
    let [saturated, kept_up] = found.by_saturation(ground);
    let span = |places: &[u64]| match places {
        [] => String::new(),
        [only] => ground.value(0, *only),
        [first, .., last] => format!("{} to {}", ground.value(0, *first), ground.value(0, *last)),
    };
    let made = ground.all_seen().made();
    let beyond = format!(
        "at {} the creators could not keep up and made {made} at most, so that what was asked for was not tried; raise \
         workload.creators",
        span(&saturated)
    );
    if kept_up.is_empty() {
        return format!("CANNOT TELL: {key}: {beyond}");
    }
    format!(
        "no edge where the creators could keep up: {key} {} passes; {beyond}",
        span(&kept_up)
    )
}

fn conclusion(ground: &Ground, found: &Found<'_>) -> String {
    let key = ground.axes[0].key.path;
    let side = |class| match class {
        Class::Passes => "passes",
        Class::Fails => "fails",
        Class::Unclear => "is unclear",
    };
    match found.edge {
        Edge::None(_) if found.is_not_reached(ground) => not_reached(ground, found),
        Edge::None(class) => format!("no edge: every point that was tried {}", side(class)),
        Edge::NotMonotone => {
            "NOT MONOTONE: it changes more than once along the axis (see above)".to_owned()
        }
        Edge::CannotTell => {
            let why = match ground.all_seen().untold() {
                [_, true] => "no run of any point could be judged",
                [true, _] => "too many runs could not be judged",
                [false, _] => "the points are not clear enough; more --reps",
            };
            format!("CANNOT TELL: {why}")
        }
        Edge::Between { before, behind } => {
            let zone = if behind.0 - before.0 > 1 {
                "; between them neither is sure"
            } else {
                ""
            };
            format!(
                "edge: {key} {} {} and {} {}{zone}",
                ground.value(0, before.0),
                side(before.1),
                ground.value(0, behind.0),
                side(behind.1)
            )
        }
    }
}

fn object(ground: &Ground, found: &Found<'_>) -> String {
    let points = found.tried.iter().map(|(at, point)| {
        let mut object = point_object(point, ground.seen([*at, 0]));
        object["value"] = serde_json::json!(ground.value(0, *at));
        object
    });
    let (kind, sides) = match found.edge {
        Edge::None(_) if found.is_not_reached(ground) => ("not reached", None),
        Edge::None(_) => ("none", None),
        Edge::NotMonotone => ("not monotone", None),
        Edge::CannotTell => ("cannot tell", None),
        Edge::Between { before, behind } => (
            "edge",
            Some([before, behind].map(|(at, class)| {
                serde_json::json!({ "value": ground.value(0, at), "class": class.name() })
            })),
        ),
    };
    let mut object = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "key": ground.axes[0].key.path,
        "failing": ground.failing(),
        "result": kind,
        "edge": sides,
        "level": found.level,
        "points": points.collect::<Vec<_>>(),
    });
    for (name, runs) in ground.all_seen().counts() {
        object[name] = serde_json::json!(runs);
    }
    format!("{object:#}\n")
}
