//! What `rcusim check` prints holds; one test for each group, so that they run side by side.

use rcusim::experiment::check::GROUPS;

fn group(name: &str) {
    let (_, checks) = GROUPS
        .iter()
        .find(|(group, _)| *group == name)
        .expect("a group of the table");
    let failed: Vec<String> = checks()
        .iter()
        .filter(|check| !check.passes())
        .map(|check| format!("{check:?}"))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn sequence() {
    group("sequence");
}

#[test]
fn convoy() {
    group("convoy");
}

#[test]
fn oracle() {
    group("oracle");
}

#[test]
fn repeat() {
    group("repeat");
}

#[test]
fn little() {
    group("little");
}

#[test]
fn mutex() {
    group("mutex");
}

#[test]
fn batch() {
    group("batch");
}

#[test]
fn queues() {
    group("queues");
}

#[test]
fn coverage() {
    group("coverage");
}

#[test]
fn last_half() {
    group("last half");
}

#[test]
fn stability() {
    group("stability");
}

#[test]
fn every_group_has_a_test() {
    let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
    let tested = [
        "sequence",
        "convoy",
        "oracle",
        "repeat",
        "little",
        "mutex",
        "batch",
        "queues",
        "coverage",
        "last half",
        "stability",
    ];
    assert_eq!(names, tested);
}
