//! The digests of every embedded scenario under every policy, whole runs. `cargo test` runs this in a debug build, `.ci/run`
//! in a release build too: both must find what the file says.

use rcusim::experiment::{Scenario, execute};
use rcusim::models::params::DestroyPolicy;
use rcusim::models::simulate;
use std::num::NonZeroUsize;
use std::path::Path;

#[test]
fn digests_are_pinned() {
    let policies = |name| DestroyPolicy::ALL.iter().map(move |&policy| (name, policy));
    let all = Scenario::builtin_names().flat_map(policies);
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let lines = execute::map(jobs, all, |(name, policy)| {
        let mut scenario = Scenario::builtin(name).expect("an embedded scenario is valid");
        scenario.params.policy = policy;
        let out = simulate(&scenario.params);
        let policy = policy.name();
        format!("{name} {policy} {:016x} {}\n", out.digest, out.events)
    });
    let found: String = lines.into_iter().collect();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, &found).expect("the golden file can be written");
    }
    let pinned = std::fs::read_to_string(golden).expect("the golden file is committed");
    assert_eq!(
        found, pinned,
        "value-breaking: run with BLESS=1 and say why in CHANGELOG.md"
    );
}
