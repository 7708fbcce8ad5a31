//! `rcusim plot`: pictures of a sweep's rows.

use super::exit::Done;
use super::scenario_args::quoted;
use super::{output, picture};
use crate::plot::sweep::{Choice, Group, Kind, chart, groups, shown};
use crate::plot::table::Table;
use crate::stats::LEVEL;
use crate::stats::convert::whole;
use crate::stats::distribution::describe;
use clap::{Args, ValueEnum};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Bad rows that are named one by one.
const NAMED: usize = 5;
/// Longest bar.
const BAR: f64 = 30.0;

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
    /// Rows of a sweep, CSV or JSON lines; - is stdin
    file: PathBuf,
    /// What is drawn
    #[arg(long, value_enum, default_value_t = KindArg::Lines)]
    kind: KindArg,
    /// Column to the right [default: the first swept key that varies]
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    /// Column that is measured
    #[arg(long, value_name = "COLUMN", default_value = "peak_drop_bytes")]
    y: String,
    /// Column that tells series, panels or rows of a heat map apart
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Logarithmic x
    #[arg(long)]
    logx: bool,
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
    let choice = choice(args, &table)?;
    if args.output.is_empty() {
        let groups = groups(&table, &choice).map_err(|why| format!("{shown}: {why}"))?;
        output::stdout(&told(&groups, &choice))?;
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

fn choice(args: &PlotArgs, table: &Table) -> Result<Choice, String> {
    let kind = match args.kind {
        KindArg::Lines => Kind::Lines,
        KindArg::Heat => Kind::Heat,
        KindArg::Hockey => Kind::Hockey,
        KindArg::Ecdf => Kind::Ecdf,
        KindArg::Multiples => Kind::Multiples,
    };
    let resolve = |name: &String| table.column(name).map(|at| table.columns[at].clone());
    if matches!(kind, Kind::Heat | Kind::Multiples) && args.by.is_none() {
        return Err("this kind needs --by COLUMN".to_owned());
    }
    let x = match (&args.x, kind) {
        (_, Kind::Ecdf) => String::new(),
        (Some(x), _) => resolve(x)?,
        (None, _) => first_swept(table)?,
    };
    let y = resolve(&args.y)?;
    let scenario = shared(table, "scenario").unwrap_or("sweep");
    let title = match kind {
        Kind::Ecdf => format!("{scenario}: distribution of {y}"),
        _ => format!("{scenario}: {y} over {x}"),
    };
    let seed = shared(table, "seed").map_or_else(String::new, |seed| format!(", seed {seed}"));
    let version = match table.column("version") {
        Ok(_) => shared(table, "version").unwrap_or("of several versions"),
        Err(_) => "of a version that they do not say",
    };
    let by = args.by.as_ref().map(resolve).transpose()?;
    // Columns of keys have a dot; one that varies and is not drawn is mixed.
    let mixed = table.columns.iter().filter(|column| {
        let drawn = **column == x || Some(*column) == by.as_ref();
        column.contains('.') && !drawn && shared(table, column).is_none()
    });
    let mixed = mixed.cloned().collect();
    Ok(Choice {
        kind,
        mixed,
        by,
        caption: format!("{}   (rows: rcusim {version}{seed})", command(args)),
        x,
        y,
        log_x: args.logx,
        title,
    })
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
    words.push(format!("--y {}", args.y));
    words.extend(args.by.iter().map(|by| format!("--by {by}")));
    words.extend(args.logx.then(|| "--logx".to_owned()));
    words.join(" ")
}

/// A line for each group: its mean and interval, its ends and distribution, and a bar.
fn told(groups: &[Group], choice: &Choice) -> String {
    let most = groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .fold(0.0, f64::max);
    let value = |v: f64| shown(&choice.y, v);
    let mut out = format!("{}\n", choice.title);
    if !choice.mixed.is_empty() {
        writeln!(out, "MIXED over {}", choice.mixed.join(", ")).expect("a string takes all");
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
        writeln!(
            out,
            "{:<14} {:>14}  n {:<3} {:<30} mean {}{interval}, median {}, {} [{}] {}",
            group.by,
            group
                .x
                .parse()
                .map_or_else(|_| group.x.clone(), |x| shown(&choice.x, x)),
            d.moments.n,
            "█".repeat(whole(bar.round())),
            value(d.moments.mean),
            value(d.five[2]),
            value(d.five[0]),
            d.picture(),
            value(d.five[4])
        )
        .expect("a string takes all that is written");
    }
    writeln!(out, "\n{}", choice.caption).expect("a string takes all that is written");
    out
}
