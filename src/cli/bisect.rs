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
    /// The axis: KEY=FIRST..LAST[:STEP] or KEY=VALUE,VALUE,...
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
    output::stdout(&if args.json {
        object(&ground, &tried, edge)
    } else {
        text(&ground, &tried, edge)
    })?;
    Ok(Done::Ran)
}

fn text(ground: &Ground, tried: &[(u64, Tried)], edge: Edge) -> String {
    let mut out = String::new();
    for (at, point) in tried {
        let value = ground.value(0, *at);
        writeln!(
            out,
            "{:>12}  {}",
            value,
            told(point, ground.untold([*at, 0]), &ground.failing())
        )
        .expect("a string");
    }
    let runs: usize = tried.iter().map(|(_, point)| point.runs).sum();
    let len = ground.axes[0].len();
    writeln!(
        out,
        "\n{}\n{}. The chance that a point stands on the wrong side is 5 % at most.",
        conclusion(ground, edge),
        effort(tried.len(), len, runs, ground.reps)
    )
    .expect("a string");
    out + &ground.notes()
}

fn conclusion(ground: &Ground, edge: Edge) -> String {
    let key = ground.axes[0].key.path;
    let side = |class| match class {
        Class::Passes => "passes",
        Class::Fails => "fails",
        Class::Unclear => "is unclear",
    };
    match edge {
        Edge::None(_) if ground.nothing_was_told() => {
            "CANNOT TELL: no run of any point could be judged".to_owned()
        }
        Edge::None(class) => format!("no edge: every point that was tried {}", side(class)),
        Edge::NotMonotone => {
            "NOT MONOTONE: it changes more than once along the axis (see above)".to_owned()
        }
        Edge::CannotTell => "CANNOT TELL: the points are not clear enough; more --reps".to_owned(),
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

fn object(ground: &Ground, tried: &[(u64, Tried)], edge: Edge) -> String {
    let points = tried.iter().map(|(at, point)| {
        let mut object = point_object(point, ground.untold([*at, 0]));
        object["value"] = serde_json::json!(ground.value(0, *at));
        object
    });
    let (kind, sides) = match edge {
        Edge::None(_) if ground.nothing_was_told() => ("cannot tell", None),
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
        "points": points.collect::<Vec<_>>(),
    });
    for (name, runs) in ground.counts() {
        object[name] = serde_json::json!(runs);
    }
    format!("{object:#}\n")
}
