//! `rcusim map`: the failing region over two axes.

use super::exit::Done;
use super::output;
use super::picture;
use super::probe::{Ground, ProbeArgs, effort, point_object, settled};
use super::simulate::Lots;
use super::typed::quoted;
use crate::experiment::region::{Region, map};
use crate::experiment::search::{Class, Explorer, Place, Tried};
use crate::plot;
use crate::stats::convert::count;
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Most places over both axes.
const MOST: u64 = 100_000;

#[derive(Args, Debug)]
pub(super) struct MapArgs {
    #[command(flatten)]
    probe: ProbeArgs,
    /// The two axes: -P KEY=VALUES -P KEY=VALUES; the first goes to the right, the second up. VALUES are VALUE,VALUE,... or
    /// FIRST..LAST:STEP, where STEP is `+20` (linear), `*2` (geometric) or `log6` (six values), of counts alone `+1` without one
    #[arg(short = 'P', value_name = "KEY=VALUES", required = true)]
    axes: Vec<String>,
    /// Draw it into a file, SVG or PNG by its name; may be repeated
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// `rcusim map`.
pub(super) fn run(args: &MapArgs) -> Result<Done, String> {
    output::check_stdout()?;
    let ground = Ground::new(&args.probe, &args.axes)?;
    let [x, y] = &ground.axes[..] else {
        return Err(format!("map takes two -P axes, not {}", ground.axes.len()));
    };
    if x.key.path == y.key.path {
        return Err(format!("both axes are {}", x.key.path));
    }
    let size = [x.len(), y.len()];
    if size[0].saturating_mul(size[1]) > MOST {
        return Err(format!(
            "{} x {} places are more than {MOST}; take fewer values",
            size[0], size[1]
        ));
    }
    let read = args.probe.scenario.read();
    let mut files = args.output.iter();
    files.try_for_each(|path| picture::check(path, &read))?;
    ground.check_ends()?;
    let reps = args.probe.reps as usize;
    let places = usize::try_from(size[0] * size[1]).unwrap_or(usize::MAX);
    let mut lots = Lots::at_most(places.saturating_mul(reps));
    let mut explorer = Explorer::new(reps, |asked: &[_]| ground.probe(&mut lots, asked));
    let found = map(&mut explorer, size);
    let region = found.map_err(|why| settled(&explorer.tried, &why))?;
    let tried = explorer.tried;
    let chart = chart(args, &ground, &region, &tried);
    let drawn = if args.output.is_empty() {
        None
    } else {
        Some(plot::region(&chart).map_err(|error| error.to_string())?)
    };
    for path in &args.output {
        if let Some(drawn) = &drawn {
            picture::write(path, drawn)?;
        }
    }
    output::stdout(&if args.json {
        object(&ground, &region, &tried)
    } else {
        text(&ground, &region, &tried)
    })?;
    Ok(Done::Ran)
}

fn object(ground: &Ground, region: &Region, tried: &BTreeMap<Place, Tried>) -> String {
    let axis = |axis: usize| {
        let values = (0..region.size[axis]).map(|at| ground.value(axis, at));
        json!({ "key": ground.axes[axis].key.path, "values": values.collect::<Vec<_>>() })
    };
    let rows = (0..region.size[1]).flat_map(|y| (0..region.size[0]).map(move |x| [x, y]));
    let inferred = rows.clone().filter(|place| !tried.contains_key(place));
    let inferred = inferred.filter_map(|place| Some((place, region.inferred(place)?)));
    let inferred = inferred.map(|([x, y], class)| json!({ "x": x, "y": y, "class": class.name() }));
    let points = rows.filter_map(|place| {
        let point = tried.get(&place)?;
        let mut object = point_object(point, ground.seen(place));
        object["x"] = json!(place[0]);
        object["y"] = json!(place[1]);
        Some(object)
    });
    let mut object = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "x": axis(0),
        "y": axis(1),
        "failing": ground.failing(),
        "points": points.collect::<Vec<_>>(),
        "inferred": inferred.collect::<Vec<_>>(),
    });
    for (name, runs) in ground.all_seen().counts() {
        object[name] = json!(runs);
    }
    format!("{object:#}\n")
}

/// What is drawn of a place: tried, with its share of failing runs, or inferred.
fn chart(
    args: &MapArgs,
    ground: &Ground,
    region: &Region,
    tried: &BTreeMap<Place, Tried>,
) -> plot::RegionChart {
    let cell = |place: Place| match tried.get(&place) {
        Some(t) => {
            let share = count(t.score.failed) / count(t.runs);
            plot::RegionCell {
                share: Some(share),
                fails: side(t.class),
                unclear: t.class == Class::Unclear,
                text: format!("{:.0} %", 100.0 * share),
            }
        }
        None => plot::RegionCell {
            share: None,
            fails: region.inferred(place).and_then(side),
            unclear: false,
            text: String::new(),
        },
    };
    let row = |y| (0..region.size[0]).map(|x| cell([x, y])).collect();
    plot::RegionChart {
        title: format!(
            "{}: share of runs {}",
            args.probe.scenario.name(),
            ground.failing()
        ),
        x: ground.named(0),
        y: ground.named(1),
        cells: (0..region.size[1]).map(row).collect(),
        legend: [("no run fails", 0.0), ("half", 0.5), ("every run", 1.0)]
            .map(|(text, level)| (text.to_owned(), level))
            .to_vec(),
        inferred: true,
        caption: format!(
            "rcusim map {} -P {} -P {} {}   (rcusim {})",
            args.probe.scenario.typed().words(),
            quoted(&args.axes[0]),
            quoted(&args.axes[1]),
            args.probe.words(),
            env!("CARGO_PKG_VERSION")
        ),
    }
}

fn side(class: Class) -> Option<bool> {
    match class {
        Class::Passes => Some(false),
        Class::Fails => Some(true),
        Class::Unclear => None,
    }
}

/// What the sign `s` means, if there is one.
fn saturated(ground: &Ground, tried: &BTreeMap<Place, Tried>) -> String {
    let mut places = tried.keys().map(|place| ground.seen(*place));
    if !places.any(|seen| seen.is_saturated()) {
        return String::new();
    }
    format!(
        "s not, but the creators could not keep up and made {} at most, so that what was asked for was not tried\n",
        ground.all_seen().made()
    )
}

/// A row for each value of the second axis, the largest on top.
fn text(ground: &Ground, region: &Region, tried: &BTreeMap<Place, Tried>) -> String {
    let mark = |place: Place| match (tried.get(&place), region.inferred(place)) {
        (Some(t), _) => match t.class {
            Class::Fails => '#',
            Class::Passes if ground.seen(place).is_saturated() => 's',
            Class::Passes => 'o',
            Class::Unclear => '?',
        },
        (None, Some(Class::Fails)) => '+',
        (None, Some(Class::Passes)) => '.',
        (None, _) => ' ',
    };
    let ((across, values), (up, rows)) = (ground.named(0), ground.named(1));
    let mut out = format!(
        "{up} up, {across} to the right ({} to {})\n",
        values[0],
        values[values.len() - 1]
    );
    for y in (0..region.size[1]).rev() {
        let row: String = (0..region.size[0]).map(|x| mark([x, y])).collect();
        let value = usize::try_from(y).map_or("", |y| rows[y].as_str());
        writeln!(out, "{value:>12} {row}").expect("a string");
    }
    let runs: usize = tried.values().map(|t| t.runs).sum();
    let places = region.size[0] * region.size[1];
    writeln!(
        out,
        "# {failing}, o not, ? unclear; + and . the same, not run but inside a cell whose corners agree\n{saturated}\
         {}. An island inside a coarse cell is not seen.",
        effort(tried.len(), places, runs, ground.reps),
        failing = ground.failing(),
        saturated = saturated(ground, tried)
    )
    .expect("a string");
    out + &ground.notes()
}
