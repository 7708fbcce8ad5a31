//! `rcusim plot`: pictures of a sweep's rows.

use super::exit::Done;
use super::plot_text::{thinned, told};
use super::typed::quoted;
use super::{output, picture};
use crate::experiment::metrics::Metric;
use crate::plot::sweep::{
    Choice, Kind, are_works, chart, cut_off, groups, without_value, words, words_of,
};
use crate::plot::table::{FILE, MEASURE, Table};
use clap::{Args, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Bad rows that are named one by one.
const NAMED: usize = 5;
/// Most values of a key that tells series apart by itself.
const COLORS: usize = 6;

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
    /// Rows of a sweep, CSV or JSON lines, or of a series (`run --series`); - is stdin; several are drawn in one picture
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
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
    /// The title [default: what is drawn]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Draw into a file, SVG or PNG by its name; may be repeated; without it, text
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

/// `rcusim plot`.
pub(super) fn run(args: &PlotArgs) -> Result<Done, String> {
    let inputs: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    let mut files = args.output.iter();
    files.try_for_each(|path| picture::check(path, &inputs))?;
    let shown = shown(args);
    let table = table(args)?;
    let cut_off = cut_off(&table);
    let (table, mut choice) = choice(args, table)?;
    choice.cut_off = cut_off;
    if let Some(told) = choice.cut_off_told() {
        output::stderr(&format!("note: {told}, whatever they would have come to\n"));
    }
    say_without(args, &table, &choice)?;
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

/// Says how many rows have no value to draw, and when a run has none.
fn say_without(args: &PlotArgs, table: &Table, choice: &Choice) -> Result<(), String> {
    let ([without, impossible], all) = (without_value(table, choice)?, table.rows.len());
    if impossible > 0 {
        output::stderr(&format!(
            "warning: {impossible} of {all} rows have a number in {} that it cannot have (not finite, or negative); left out\n",
            choice.y
        ));
    }
    // Of none at all an error tells.
    if without == 0 || without == all {
        return Ok(());
    }
    let measured = match &args.y[..] {
        [_, _, ..] => args.y.join(", "),
        _ => choice.y.clone(),
    };
    let why = Metric::find(&measured).and_then(|metric| metric.doc.split_once("; none "));
    let why = why.map_or_else(String::new, |(_, why)| format!(" (none {why})"));
    output::stderr(&format!(
        "note: {without} of {all} rows have no {measured}{why}; they are not drawn\n"
    ));
    Ok(())
}

/// The files' names, for messages.
fn shown(args: &PlotArgs) -> String {
    let names = args.files.iter().map(|file| file.display().to_string());
    names.collect::<Vec<_>>().join(", ")
}

/// The rows of all files, each with the name of its file if there are several.
fn table(args: &PlotArgs) -> Result<Table, String> {
    let mut tables = Vec::new();
    for file in &args.files {
        tables.push((label(args, file), rows(file)?));
    }
    if tables.len() > 1 {
        return Table::joined(tables);
    }
    Ok(tables.swap_remove(0).1)
}

/// What a file is called in a picture: by its name alone, if that tells it from the others.
fn label(args: &PlotArgs, file: &Path) -> String {
    let name = file.file_name();
    let same = args.files.iter().filter(|other| other.file_name() == name);
    let name = name.filter(|_| same.count() == 1);
    name.unwrap_or(file.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The rows of a file; what cannot be read of them is said and left out.
fn rows(file: &Path) -> Result<Table, String> {
    let shown = file.display();
    let text = read(file).map_err(|why| format!("cannot read {shown}: {why}"))?;
    let table = Table::read(&text).map_err(|why| format!("{shown}: {why}"))?;
    for (line, why) in table.bad.iter().take(NAMED) {
        output::stderr(&format!("warning: {shown}:{line}: {why}; left out\n"));
    }
    if table.bad.len() > NAMED {
        let more = table.bad.len() - NAMED;
        output::stderr(&format!("warning: {shown}: {more} more rows left out\n"));
    }
    Ok(table)
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
    // Several files are told apart before all else.
    let by = by.or_else(|| table.column(FILE).ok().filter(|_| args.files.len() > 1));
    if let [only] = columns[..] {
        let name = |at: usize| table.columns[at].clone();
        let (y, by) = (name(only), by.map(name));
        return Ok((table, y, by));
    }
    if by.is_some() || matches!(args.kind, KindArg::Heat | KindArg::Ecdf) {
        return Err(
            "several --y are for lines, hockey and multiples of one file, without --by".to_owned(),
        );
    }
    let stacked = table.stacked(&columns)?;
    let y = stacked.columns.last().cloned().unwrap_or_default();
    Ok((stacked, y, Some(MEASURE.to_owned())))
}

/// Refuses a kind that the rows or the other options do not suit.
fn suits(args: &PlotArgs, kind: Kind, is_series: bool, has_by: bool) -> Result<(), String> {
    if matches!(kind, Kind::Heat | Kind::Multiples) && !has_by {
        return Err(
            "a heat map and small multiples need --by COLUMN, another swept key than --x"
                .to_owned(),
        );
    }
    if args.logy && matches!(kind, Kind::Heat | Kind::Ecdf) {
        return Err("--logy is for lines, hockey and multiples".to_owned());
    }
    if is_series && matches!(kind, Kind::Hockey | Kind::Heat | Kind::Ecdf) {
        let kind = args.kind.to_possible_value();
        return Err(format!(
            "--kind {} is of many runs, and {} is the series of one over time; take --kind lines or multiples, or the \
             rows of `rcusim sweep --export-csv`",
            kind.as_ref().map_or("", |value| value.get_name()),
            shown(args)
        ));
    }
    Ok(())
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
    suits(args, kind, is_series, by.is_some())?;
    let x = match (&args.x, kind) {
        (_, Kind::Ecdf) => String::new(),
        (Some(x), _) => table.columns[table.column(x)?].clone(),
        (None, _) if is_series => "t_ns".to_owned(),
        (None, _) => first_swept(&table)?,
    };
    let x_words = words_of(&x, are_works(&table));
    let labels = args.files.iter().map(|file| label(args, file));
    let what = if is_series {
        labels.collect::<Vec<_>>().join(", ")
    } else {
        "sweep".to_owned()
    };
    let scenario = shared(&table, "scenario").unwrap_or(&what);
    let measure = match &args.y[..] {
        [_, _, ..] => {
            let all = args.y.iter().map(|y| words(y));
            all.collect::<Vec<_>>().join(", ")
        }
        _ => words(&y),
    };
    let title = match (&args.title, kind) {
        (Some(title), _) => title.clone(),
        (None, Kind::Ecdf) => format!("{scenario}: distribution of {measure}"),
        (None, _) => format!("{scenario}: {measure} over {x_words}"),
    };
    let by = by.or_else(|| told_apart(&table, kind, &x));
    // Columns of keys have a dot; one that varies and is not drawn is mixed, and so are files.
    let mixed = table.columns.iter().filter(|column| {
        let axes = [Some(&x), by.as_ref()];
        let drawn = axes
            .into_iter()
            .flatten()
            .any(|axis| is_drawn(column, axis));
        let key = column.contains('.') || *column == FILE;
        key && !drawn && shared(&table, column).is_none()
    });
    let choice = Choice {
        kind,
        mixed: mixed.cloned().collect(),
        cut_off: None,
        by,
        caption: caption(args, &table, is_series),
        x,
        x_words,
        y,
        log_x: args.logx,
        log_y: args.logy,
        is_series,
        title,
    };
    Ok((table, choice))
}

/// Whether a column is on an axis, maybe as the run's own, which is without the key's section: `seed` for `run.seed`.
fn is_drawn(column: &str, axis: &str) -> bool {
    column == axis || column.rsplit('.').next() == Some(axis)
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
    let mut words = vec!["rcusim plot".to_owned()];
    let files = args.files.iter();
    words.extend(files.map(|file| quoted(&file.to_string_lossy())));
    words.push(format!("--kind {kind}"));
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
    let title = args.title.iter();
    words.extend(title.map(|title| format!("--title {}", quoted(title))));
    words.join(" ")
}
