//! `rcusim plot`: pictures of a sweep's rows.

use super::exit::Done;
use super::typed::quoted;
use super::{output, picture};
use crate::plot::sweep::{Choice, Group, Kind, chart, groups, shown};
use crate::plot::table::Table;
use crate::stats::LEVEL;
use crate::stats::convert::whole;
use crate::stats::distribution::describe;
use clap::{Args, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Bad rows that are named one by one.
const NAMED: usize = 5;
/// Longest bar.
const BAR: f64 = 30.0;
/// Most values of a key that tells series apart by itself.
const COLORS: usize = 6;
/// Most lines of a series as text; more samples are put together.
const LINES: usize = 40;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum KindArg {
    /// Means with intervals, joined
    Lines,
    /// The mean as a colour over --x and --by
    Heat,
    /// Every run as a dot, medians joined
    Hockey,
    /// The share of runs up to each value
    Ecdf,
    /// A panel for each value of --by
    Multiples,
}

#[derive(Args, Debug)]
pub(super) struct PlotArgs {
    /// Rows of a sweep, CSV or JSON lines, or of a series (`run --series`); - is stdin
    file: PathBuf,
    /// What is drawn
    #[arg(long, value_enum, default_value_t = KindArg::Lines)]
    kind: KindArg,
    /// Column to the right [default: the first swept key that varies]
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        help = "Column that is measured; several of one unit with commas between them [default: peak_drop_bytes, of a series drop_bytes]"
    )]
    y: Vec<String>,
    #[arg(
        long,
        value_name = "COLUMN",
        help = "Column that tells series, panels or rows of a heat map apart [default, of lines, hockey and ecdf: the next swept key, if it has no more than 6 values]"
    )]
    by: Option<String>,
    /// Logarithmic x
    #[arg(long)]
    logx: bool,
    /// Logarithmic y, of lines, hockey sticks and multiples
    #[arg(long)]
    logy: bool,
    /// Draw into a file, SVG or PNG by its name; may be repeated; without it, text
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

/// `rcusim plot`.
pub(super) fn run(args: &PlotArgs) -> Result<Done, String> {
    args.output
        .iter()
        .try_for_each(|path| picture::check(path))?;
    let shown = args.file.display();
    let text = read(&args.file).map_err(|why| format!("cannot read {shown}: {why}"))?;
    let table = Table::read(&text).map_err(|why| format!("{shown}: {why}"))?;
    for (line, why) in table.bad.iter().take(NAMED) {
        output::stderr(&format!("warning: {shown}:{line}: {why}; left out\n"));
    }
    if table.bad.len() > NAMED {
        let more = table.bad.len() - NAMED;
        output::stderr(&format!("warning: {shown}: {more} more rows left out\n"));
    }
    let (table, choice) = choice(args, table)?;
    if args.output.is_empty() {
        let mut groups = groups(&table, &choice).map_err(|why| format!("{shown}: {why}"))?;
        let together = if choice.is_series {
            thinned(&mut groups)
        } else {
            1
        };
        output::stdout(&told(&groups, &choice, together))?;
        return Ok(Done::Ran);
    }
    let drawn = chart(&table, &choice).map_err(|why| format!("{shown}: {why}"))?;
    for path in &args.output {
        picture::write(path, &drawn)?;
    }
    Ok(Done::Ran)
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The value that all rows of a column share, if there is one.
fn shared<'t>(table: &'t Table, column: &str) -> Option<&'t str> {
    let at = table.column(column).ok()?;
    let first = table.rows.first()?[at].as_str();
    table
        .rows
        .iter()
        .all(|row| row[at] == first)
        .then_some(first)
}

/// The first key that varies over the rows; columns of keys have a dot.
fn first_swept(table: &Table) -> Result<String, String> {
    let mut keys = table.columns.iter().filter(|column| column.contains('.'));
    let found = keys.find(|column| shared(table, column).is_none());
    found
        .cloned()
        .ok_or_else(|| "this kind needs --x COLUMN: no swept key varies over the rows".to_owned())
}

/// The key that tells series apart where nobody says which: the first that varies at one place of x, if
/// there are no more values than colours.
fn told_apart(table: &Table, kind: Kind, x: &str) -> Option<String> {
    if !matches!(kind, Kind::Lines | Kind::Hockey | Kind::Ecdf) {
        return None;
    }
    let place = table.column(x).ok();
    let varies = |column: &&String| {
        let at = table.column(column).ok();
        let mut seen = BTreeMap::new();
        let mut values = BTreeSet::new();
        let mut differs = false;
        for row in &table.rows {
            let (Some(at), place) = (at, place.map_or("", |place| row[place].as_str())) else {
                return false;
            };
            values.insert(row[at].as_str());
            differs |= *seen.entry(place).or_insert(row[at].as_str()) != row[at].as_str();
        }
        differs && values.len() <= COLORS
    };
    let keys = table.columns.iter().filter(|column| column.contains('.'));
    keys.filter(|column| *column != x).find(varies).cloned()
}

/// The columns to measure, one of them if there are several: they stand under one another then, told
/// apart by `by`.
fn measured(args: &PlotArgs, table: Table) -> Result<(Table, String, Option<String>), String> {
    let default = if table.is_series() {
        "drop_bytes"
    } else {
        "peak_drop_bytes"
    };
    let asked = match &args.y[..] {
        [] => vec![default.to_owned()],
        asked => asked.to_vec(),
    };
    let columns = asked.iter().map(|name| table.column(name.trim()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let by = args.by.as_ref().map(|by| table.column(by)).transpose()?;
    if let [only] = columns[..] {
        let name = |at: usize| table.columns[at].clone();
        let (y, by) = (name(only), by.map(name));
        return Ok((table, y, by));
    }
    if by.is_some() || matches!(args.kind, KindArg::Heat | KindArg::Ecdf) {
        return Err("several --y are for lines, hockey and multiples, without --by".to_owned());
    }
    let stacked = table.stacked(&columns)?;
    let y = stacked.columns.last().cloned().unwrap_or_default();
    Ok((stacked, y, Some("measure".to_owned())))
}

fn choice(args: &PlotArgs, table: Table) -> Result<(Table, Choice), String> {
    let kind = match args.kind {
        KindArg::Lines => Kind::Lines,
        KindArg::Heat => Kind::Heat,
        KindArg::Hockey => Kind::Hockey,
        KindArg::Ecdf => Kind::Ecdf,
        KindArg::Multiples => Kind::Multiples,
    };
    let is_series = table.is_series();
    let (table, y, by) = measured(args, table)?;
    if matches!(kind, Kind::Heat | Kind::Multiples) && by.is_none() {
        return Err(
            "a heat map and small multiples need --by COLUMN, another swept key than --x"
                .to_owned(),
        );
    }
    if args.logy && matches!(kind, Kind::Heat | Kind::Ecdf) {
        return Err("--logy is for lines, hockey and multiples".to_owned());
    }
    let x = match (&args.x, kind) {
        (_, Kind::Ecdf) => String::new(),
        (Some(x), _) => table.columns[table.column(x)?].clone(),
        (None, _) if is_series => "t_ns".to_owned(),
        (None, _) => first_swept(&table)?,
    };
    let what = if is_series { "series" } else { "sweep" };
    let scenario = shared(&table, "scenario").unwrap_or(what);
    let measure = if args.y.len() > 1 {
        args.y.join(", ")
    } else {
        y.clone()
    };
    let title = match kind {
        Kind::Ecdf => format!("{scenario}: distribution of {measure}"),
        _ => format!("{scenario}: {measure} over {x}"),
    };
    let by = by.or_else(|| told_apart(&table, kind, &x));
    // Columns of keys have a dot; one that varies and is not drawn is mixed.
    let mixed = table.columns.iter().filter(|column| {
        let drawn = **column == x || Some(*column) == by.as_ref();
        column.contains('.') && !drawn && shared(&table, column).is_none()
    });
    let choice = Choice {
        kind,
        mixed: mixed.cloned().collect(),
        by,
        caption: caption(args, &table, is_series),
        x,
        y,
        log_x: args.logx,
        log_y: args.logy,
        is_series,
        title,
    };
    Ok((table, choice))
}

/// The command that draws the same, and what the rows say of themselves.
fn caption(args: &PlotArgs, table: &Table, is_series: bool) -> String {
    if is_series {
        return command(args);
    }
    let seed = shared(table, "seed").map_or_else(String::new, |seed| format!(", seed {seed}"));
    let version = match table.column("version") {
        Ok(_) => shared(table, "version").unwrap_or("of several versions"),
        Err(_) => "of a version that they do not say",
    };
    format!("{}   (rows: rcusim {version}{seed})", command(args))
}

/// The command that draws the same.
fn command(args: &PlotArgs) -> String {
    let kind = args.kind.to_possible_value();
    let kind = kind.as_ref().map_or("lines", |value| value.get_name());
    let mut words = vec![format!(
        "rcusim plot {} --kind {kind}",
        quoted(&args.file.to_string_lossy())
    )];
    words.extend(
        args.x
            .iter()
            .filter(|x| !x.is_empty())
            .map(|x| format!("--x {x}")),
    );
    words.extend((!args.y.is_empty()).then(|| format!("--y {}", args.y.join(","))));
    words.extend(args.by.iter().map(|by| format!("--by {by}")));
    words.extend(args.logx.then(|| "--logx".to_owned()));
    words.extend(args.logy.then(|| "--logy".to_owned()));
    words.join(" ")
}

/// Puts neighbouring samples of a series together, so that it fits on a page: the first time, and the
/// largest value. How many each time.
fn thinned(groups: &mut Vec<Group>) -> usize {
    let mut of_each = BTreeMap::new();
    for group in groups.iter() {
        *of_each.entry(group.by.as_str()).or_insert(0) += 1;
    }
    let longest: usize = of_each.into_values().max().unwrap_or(0);
    let together = longest.div_ceil(LINES).max(1);
    let mut thin: Vec<Group> = Vec::new();
    let mut taken = 0;
    for group in groups.drain(..) {
        match thin.last_mut() {
            Some(last) if last.by == group.by && taken % together != 0 => {
                let most = last.values.iter().chain(&group.values).copied();
                last.values = vec![most.fold(f64::NEG_INFINITY, f64::max)];
            }
            Some(last) if last.by != group.by => {
                taken = 0;
                thin.push(group);
            }
            _ => thin.push(group),
        }
        taken += 1;
    }
    *groups = thin;
    together
}

/// A line for each group: its mean and interval, its ends and distribution, and a bar.
fn told(groups: &[Group], choice: &Choice, together: usize) -> String {
    let most = groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .fold(0.0, f64::max);
    let value = |v: f64| shown(&choice.y, v);
    // Nothing can be said of a distribution of one.
    let single = groups.iter().all(|group| group.values.len() == 1);
    let mut out = format!("{}\n", choice.title);
    if together > 1 {
        writeln!(out, "the largest of every {together} samples").expect("a string takes all");
    }
    if !choice.mixed.is_empty() {
        let keys = choice.mixed.join(", ");
        writeln!(
            out,
            "MIXED over {keys}: runs that differ in it are taken together"
        )
        .expect("a string takes all");
    }
    for group in groups {
        let Some(d) = describe(&group.values, LEVEL) else {
            continue;
        };
        let interval = d.interval.map_or_else(String::new, |i| {
            format!(" ({} to {})", value(i.low), value(i.high))
        });
        let bar = if most > 0.0 {
            d.five[2] / most * BAR
        } else {
            0.0
        };
        let x = group.x.parse();
        let x = x.map_or_else(|_| group.x.clone(), |x| shown(&choice.x, x));
        let bar = "█".repeat(whole(bar.round()));
        if single {
            writeln!(
                out,
                "{:<14} {x:>14}  {bar:<30} {}",
                group.by,
                value(d.five[2])
            )
        } else {
            writeln!(
                out,
                "{:<14} {x:>14}  n {:<3} {bar:<30} mean {}{interval}, median {}, {} [{}] {}",
                group.by,
                d.moments.n,
                value(d.moments.mean),
                value(d.five[2]),
                value(d.five[0]),
                d.picture(),
                value(d.five[4])
            )
        }
        .expect("a string takes all that is written");
    }
    writeln!(out, "\n{}", choice.caption).expect("a string takes all that is written");
    out
}
