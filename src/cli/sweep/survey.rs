//! What is in a file of runs, without holding them: which are there, which lines are damaged.

use super::lines::{Entry, Scanner};
use super::ranges::Ranges;
use crate::experiment::execute::{Reorder, WINDOW};
use crate::experiment::rows::Row;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

/// So many damaged lines are named.
const NAMED: usize = 10;

/// A file of runs, looked through once.
#[derive(Debug, Default)]
pub(in crate::cli) struct Survey {
    /// Its first line, if that is sound.
    pub(in crate::cli) header: Option<Value>,
    /// What the sums of its lines start from.
    pub(super) seed: u32,
    /// The runs that are there.
    pub(in crate::cli) done: Ranges,
    /// What the last line says how many there are.
    pub(super) sealed: Option<u64>,
    /// Offset after the last whole line.
    pub(super) end: u64,
    /// The first damaged lines, and how many in all.
    damaged: (Vec<u64>, u64),
    /// Whether the file ends within a line.
    torn: bool,
    /// Runs that stand far behind their place, and where: a damaged line's run, done again later.
    late: BTreeMap<u64, u64>,
}

impl Survey {
    /// Of a file with nothing but its header.
    pub(super) fn fresh(header: Value, seed: u32, end: u64) -> Self {
        Self {
            header: Some(header),
            seed,
            end,
            ..Self::default()
        }
    }

    /// Looks through `file` from its beginning.
    pub(in crate::cli) fn of(mut file: &File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut scanner = Scanner::new(BufReader::new(file));
        let mut survey = Self::default();
        let mut highest = 0;
        while let Some(line) = scanner.next()? {
            if !line.whole {
                survey.torn = true;
                break;
            }
            survey.end = line.end;
            match line.entry {
                Entry::Header(header) => survey.header = Some(header),
                Entry::End(rows) => survey.sealed = Some(rows),
                Entry::Damaged => survey.damage(line.number),
                Entry::Rows(number, _) => {
                    if survey.done.insert(number) && number + WINDOW < highest {
                        survey.late.insert(number, line.start);
                    }
                    highest = highest.max(number);
                }
            }
            if survey.header.is_none() {
                break;
            }
        }
        survey.seed = scanner.seed().unwrap_or(0);
        Ok(survey)
    }

    fn damage(&mut self, number: u64) {
        if self.damaged.0.len() < NAMED {
            self.damaged.0.push(number);
        }
        self.damaged.1 += 1;
    }

    /// What is wrong with the lines after the first, in words.
    pub(in crate::cli) fn complaint(&self) -> Option<String> {
        let (named, count) = &self.damaged;
        let mut parts = Vec::new();
        if *count > 0 {
            let list: Vec<_> = named.iter().map(u64::to_string).collect();
            let more = if *count > NAMED as u64 { ", ..." } else { "" };
            let lines = if *count == 1 { "line" } else { "lines" };
            parts.push(format!(
                "{count} damaged ({lines} {}{more})",
                list.join(", ")
            ));
        }
        if self.torn {
            parts.push("the last line is cut off".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Takes a task's rows; breaks when it wants no more.
pub(in crate::cli) type Each<'e> = dyn FnMut(&[Row]) -> io::Result<ControlFlow<()>> + 'e;

/// Hands out the tasks of a file that was looked through, in order, holding few; says how many there
/// were, up to the first that is missing.
pub(in crate::cli) fn in_order(
    path: &Path,
    survey: &Survey,
    each: &mut Each<'_>,
) -> io::Result<u64> {
    let mut scanner = Scanner::new(BufReader::new(File::open(path)?));
    let mut aside = File::open(path)?;
    let mut reorder = Reorder::default();
    while let Some(line) = scanner.next()? {
        let Entry::Rows(number, rows) = line.entry else {
            continue;
        };
        if survey.late.get(&number) != Some(&line.start) {
            reorder.push(number, rows);
        }
        loop {
            let next = match survey.late.get(&reorder.awaited()) {
                Some(&start) => {
                    let rows = rows_at(&mut aside, start, survey.seed)?;
                    reorder.push(reorder.awaited(), rows);
                    reorder.pop()
                }
                None => reorder.pop(),
            };
            let Some(rows) = next else { break };
            if each(&rows)?.is_break() {
                return Ok(reorder.awaited());
            }
        }
    }
    Ok(reorder.awaited())
}

fn rows_at(file: &mut File, start: u64, seed: u32) -> io::Result<Vec<Row>> {
    file.seek(SeekFrom::Start(start))?;
    let line = Scanner::after_header(BufReader::new(file), seed).next()?;
    match line.map(|line| line.entry) {
        Some(Entry::Rows(_, rows)) => Ok(rows),
        _ => Err(io::Error::other("the file changed while it was read")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;
    use crate::experiment::Verdict;
    use crate::experiment::metrics::METRICS;
    use crate::sim::Ended;
    use proptest::prelude::*;
    use serde_json::json;
    use std::io::Write as _;

    fn row(point: u64) -> Row {
        Row {
            point,
            replicate: 0,
            seed: point * 7,
            digest: point << 40,
            verdict: Verdict::CannotTell,
            ended: Ended::Done,
            metrics: vec![point.checked_sub(1); METRICS.len()],
        }
    }

    /// A file with these lines, each a run's number.
    fn file(runs: impl Iterator<Item = u64>) -> Vec<u8> {
        let (mut text, seed) = lines::header(&json!({ "sweep": 1 }));
        text.extend(runs.map(|number| lines::rows(seed, number, &[row(number)])));
        text.into_bytes()
    }

    /// What is handed out of a file with these bytes, in order.
    fn read(name: &str, bytes: &[u8]) -> (Survey, Vec<Row>) {
        let name = format!("rcusim-survey-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut out = File::create(&path).expect("the temporary folder is writable");
        out.write_all(bytes).expect("there is room");
        let survey = File::open(&path)
            .and_then(|file| Survey::of(&file))
            .expect("readable");
        let mut rows = Vec::new();
        let handed_out = in_order(&path, &survey, &mut |some| {
            rows.extend_from_slice(some);
            Ok(ControlFlow::Continue(()))
        });
        assert_eq!(handed_out.expect("readable"), rows.len() as u64);
        std::fs::remove_file(&path).expect("it was there");
        (survey, rows)
    }

    #[test]
    fn a_run_that_stands_far_behind_its_place_is_fetched() {
        let late = [0, 5, 7_000];
        let order = (0..20_000)
            .filter(|number| !late.contains(number))
            .chain(late);
        let (survey, rows) = read("late", &file(order));
        assert_eq!(survey.late.len(), 3);
        assert_eq!(survey.done.count(), 20_000);
        assert!(
            rows.iter()
                .zip(0..)
                .all(|(found, number)| *found == row(number))
        );
        assert_eq!(rows.len(), 20_000);
    }

    #[test]
    fn a_task_has_its_rows_on_one_line() {
        let (mut text, seed) = lines::header(&json!({ "sweep": 1 }));
        text += &lines::rows(seed, 1, &[row(7), row(8)]);
        text += &lines::rows(seed, 0, &[row(4), row(5), row(6)]);
        let name = format!("rcusim-survey-tasks-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).expect("the temporary folder is writable");
        let survey = File::open(&path).and_then(|file| Survey::of(&file));
        let mut found = Vec::new();
        let tasks = in_order(&path, &survey.expect("readable"), &mut |rows| {
            found.push(rows.iter().map(|row| row.point).collect::<Vec<_>>());
            Ok(ControlFlow::Continue(()))
        });
        std::fs::remove_file(&path).expect("it was there");
        assert_eq!(tasks.expect("readable"), 2);
        assert_eq!(found, [vec![4, 5, 6], vec![7, 8]]);
    }

    #[test]
    fn a_line_of_another_sweep_is_not_taken_for_one_of_this() {
        let (_, other) = lines::header(&json!({ "sweep": 2 }));
        let mut bytes = file(0..3);
        bytes.extend(lines::rows(other, 3, &[row(3)]).bytes());
        let (survey, rows) = read("other", &bytes);
        assert_eq!((rows.len(), survey.end), (3, bytes.len() as u64));
        assert_eq!(survey.complaint().as_deref(), Some("1 damaged (line 5)"));
    }

    #[test]
    fn a_check_sum_in_capitals_is_a_changed_line() {
        let sound = String::from_utf8(file(0..8)).expect("text");
        let (header, lines) = sound.split_once('\n').expect("a header");
        let with_letters = |line: &&str| line[..8].contains(|c: char| c.is_ascii_lowercase());
        let line = lines.lines().find(with_letters).expect("hexadecimal");
        let changed = line.replacen(&line[..8], &line[..8].to_uppercase(), 1);
        let text = format!("{header}\n{}", lines.replacen(line, &changed, 1));
        let (survey, _) = read("capitals", text.as_bytes());
        assert_eq!(survey.done.count(), 7);
        assert!(survey.complaint().is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// In any order, with any bytes changed and cut off anywhere, the sound lines are all that counts.
        #[test]
        fn only_sound_lines_count(
            order in Just((0..40_u64).collect::<Vec<_>>()).prop_shuffle(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let sound = file(order.iter().copied());
            let first = sound.iter().position(|&byte| byte == b'\n').expect("a header") + 1;
            let mut bytes = sound.clone();
            for (at, byte) in changes {
                let at = first + at.index(bytes.len() - first);
                bytes[at] = byte;
            }
            bytes.truncate(first + cut.index(bytes.len() - first + 1));
            let (survey, rows) = read("damage", &bytes);
            let whole: Vec<&[u8]> = sound[first..].split_inclusive(|&byte| byte == b'\n').collect();
            let there: Vec<&[u8]> = bytes[first..].split_inclusive(|&byte| byte == b'\n').collect();
            let kept = |number: &u64| {
                let at = order.iter().position(|n| n == number).expect("every number");
                there.contains(&whole[at])
            };
            let expected: Vec<u64> = (0..40).filter(kept).collect();
            let found: Vec<u64> = (0..40).filter(|&number| survey.done.contains(number)).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert!(rows.iter().zip(0..).all(|(found, number)| *found == row(number)));
            prop_assert_eq!(rows.len() as u64, survey.done.first_missing());
            prop_assert_eq!(survey.complaint().is_some(), there != whole[..there.len().min(40)] );
        }
    }
}
