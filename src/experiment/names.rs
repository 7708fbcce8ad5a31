//! The name that was meant: short for long, and near for wrong.

/// The dotted path that `text` names: exactly, or by its last part where that is unique. The
/// message calls the thing `what` and, with nothing near, ends with `hint`.
pub(crate) fn dotted<'a>(
    text: &str,
    paths: &[&'a str],
    what: &str,
    hint: &str,
) -> Result<&'a str, String> {
    if let Some(path) = paths.iter().find(|path| **path == text) {
        return Ok(path);
    }
    let named: Vec<_> = paths.iter().filter(|path| last(path) == text).collect();
    match named[..] {
        [path] => return Ok(path),
        [] => {}
        _ => {
            let several: Vec<_> = named.iter().map(|path| format!("`{path}`")).collect();
            return Err(format!(
                "`{text}` could be {}; write it in full, such as `{}`",
                several.join(" or "),
                named[0]
            ));
        }
    }
    let near = in_part(text, paths)
        .or_else(|| nearest(text, paths.iter().copied()))
        .or_else(|| {
            let near = nearest(last(text), paths.iter().map(|path| last(path)))?;
            paths.iter().copied().find(|path| last(path) == near)
        })
        .or_else(|| with_word(text, paths));
    Err(match near {
        Some(near) => format!("unknown {what} `{text}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{text}`; {hint}"),
    })
}

/// The only path that ends in the whole of a dotted `text` (`lifetime.dead.p99_ns` for `dead.p99_ns`), or the only one of the
/// section it names that has the rest as its first or last words (`workload.container_life` for `workload.life`).
fn in_part<'a>(text: &str, paths: &[&'a str]) -> Option<&'a str> {
    let (section, name) = text.rsplit_once('.')?;
    let only = |mut found: Vec<&'a str>| found.pop().filter(|_| found.is_empty());
    let behind = |path: &&str| path.strip_suffix(text).is_some_and(|r| r.ends_with('.'));
    let beside = |path: &&str| path.rsplit_once('.').is_some_and(|(own, _)| own == section);
    let paths = || paths.iter().copied();
    only(paths().filter(behind).collect())
        .or_else(|| with_word(name, &paths().filter(beside).collect::<Vec<_>>()))
}

/// The only path whose last part has `text` as its first or last words (`container_life` for `life`).
fn with_word<'a>(text: &str, paths: &[&'a str]) -> Option<&'a str> {
    let has = |path: &&&str| {
        let (before, behind) = (last(path).strip_suffix(text), last(path).strip_prefix(text));
        before.is_some_and(|rest| rest.ends_with('_'))
            || behind.is_some_and(|rest| rest.starts_with('_'))
    };
    let mut found = paths.iter().filter(has);
    found
        .next()
        .copied()
        .filter(|_| !text.is_empty() && found.next().is_none())
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The first candidate that goes on where `text` ends, behind a word of it (`peak_drop_bytes` for `peak_drop`), or the one that
/// is nearest to it, if it is near enough to have been meant.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = text.chars().count();
    let allowed = (length / 3).clamp(1, 4);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let longer = |candidate: &&str| {
        let rest = candidate.strip_prefix(text);
        !text.is_empty() && rest.is_some_and(|rest| rest.starts_with(['_', '-']))
    };
    if let Some(candidate) = candidates.iter().copied().find(longer) {
        return Some(candidate);
    }
    // Each character more or less is an edit: what is much longer or shorter needs no look, however long it is.
    let as_long = |candidate: &&str| candidate.chars().count().abs_diff(length) <= allowed;
    candidates
        .into_iter()
        .filter(as_long)
        .map(|candidate| (distance(text, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edits that lead from `a` to `b`: insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let edited = rows[i - 1][j].min(rows[i][j - 1]) + 1;
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swap = if swapped {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                replaced.min(edited).min(swap)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_last_part_is_enough() {
        let paths = ["machine.cpus", "workload.rate", "background.rate"];
        let find = |text| dotted(text, &paths, "key", "look it up");
        assert_eq!(find("machine.cpus"), Ok("machine.cpus"));
        assert_eq!(find("cpus"), Ok("machine.cpus"));
        let error = find("rate").expect_err("two keys end in rate");
        assert!(
            error.contains("`workload.rate` or `background.rate`"),
            "{error}"
        );
        let error = find("machine.cpu").expect_err("a misspelling");
        assert!(error.contains("did you mean `machine.cpus`?"), "{error}");
        let error = find("noise.cpu").expect_err("a misspelling elsewhere");
        assert!(error.contains("did you mean `machine.cpus`?"), "{error}");
        let paths = ["workload.container_life", "workload.calls"];
        let error = dotted("life", &paths, "key", "look it up").expect_err("a word alone");
        assert!(
            error.ends_with("did you mean `workload.container_life`?"),
            "{error}"
        );
        let error = dotted("workload.call", &paths, "key", "").expect_err("one letter short");
        assert!(error.ends_with("did you mean `workload.calls`?"), "{error}");
        let paths = [
            "workload.container_life",
            "workload.rate",
            "machine.life_time",
        ];
        let error = dotted("workload.life", &paths, "key", "").expect_err("a word of its section");
        assert!(
            error.ends_with("did you mean `workload.container_life`?"),
            "{error}"
        );
        let paths = ["lifetime.dead.p99_ns", "barrier_lengths.p99_ns"];
        let error = dotted("dead.p99_ns", &paths, "field", "").expect_err("an end");
        assert!(
            error.ends_with("did you mean `lifetime.dead.p99_ns`?"),
            "{error}"
        );
        assert!(find("zebra").expect_err("unknown").ends_with("look it up"));
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("cpu", ["cpus", "memory"]), Some("cpus"));
        assert_eq!(
            nearest("per_call", ["batch-free", "per-call"]),
            Some("per-call")
        );
        assert_eq!(nearest("zebra", ["cpus", "memory"]), None);
        let longer = ["drop_bytes", "peak_drop_bytes", "peak_drop_ns"];
        assert_eq!(nearest("peak_drop", longer), Some("peak_drop_bytes"));
        assert_eq!(nearest("peak_dr", longer), None, "within a word");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("cpsu", "cpus"), 1);
        assert_eq!(nearest("cpsu", ["memory", "cpus"]), Some("cpus"));
        // A table of all edits would have 50 billion places.
        let long = "k".repeat(10_000_000);
        assert_eq!(nearest(&long, ["cpus"; 1_000]), None);
    }
}
