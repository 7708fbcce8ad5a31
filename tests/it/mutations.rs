//! The checks notice when a mechanism is switched off; each test names those that must fail.

use rcusim::experiment::check::kernel_checks;
use rcusim::models::params::Broken;

/// Names of the checks that fail on a machine without this mechanism.
fn failing(broken: Option<Broken>) -> Vec<String> {
    let checks = kernel_checks(broken);
    let failed = checks.iter().filter(|check| !check.passes());
    failed.map(|check| check.name.clone()).collect()
}

fn fails(broken: Broken, part: &str) {
    let failed = failing(Some(broken));
    assert!(
        failed.iter().any(|name| name.contains(part)),
        "{broken:?}: no check with {part:?} failed, but {failed:?}"
    );
}

#[test]
fn all_pass_on_the_whole_machine() {
    assert_eq!(failing(None), Vec::<String>::new());
}

#[test]
fn sharing_is_missed() {
    fails(Broken::Sharing, "convoy, mutex, max_active 256, 512 works");
    fails(
        Broken::Sharing,
        "convoy, fair mutex, max_active 256, 512 works",
    );
}

#[test]
fn stealing_is_missed() {
    fails(Broken::Stealing, "convoy, mutex, max_active 256, 512 works");
}

#[test]
fn hand_off_is_missed() {
    fails(Broken::HandOff, "convoy, mutex, max_active 256, 512 works");
}

#[test]
fn max_active_is_missed() {
    fails(
        Broken::MaxActive,
        "convoy, mutex, max_active 256, 512 works",
    );
}

#[test]
fn the_order_of_grace_periods_is_missed() {
    fails(Broken::GpOrder, "safety oracle");
}

#[test]
fn entraining_is_missed() {
    fails(Broken::Entrain, "safety oracle");
    fails(
        Broken::Entrain,
        "convoy, mutex, max_active 256, 512 works: takes 260 ticks",
    );
}
