//! Scenarios: the embedded ones, what `show` prints, errors with their place.

use rcusim::experiment::{Expectation, KEYS, Provenance, Scenario};
use rcusim::models::params::{Arrivals, DestroyPolicy, Preemption};

fn error(text: &str) -> String {
    Scenario::parse("test.toml", text)
        .expect_err("a wrong scenario is refused")
        .to_string()
}

#[test]
fn every_builtin_is_valid_and_says_what_it_is() {
    for name in Scenario::builtin_names() {
        let scenario = Scenario::builtin(name).expect("a listed name is there");
        assert!(!scenario.about.is_empty(), "{name} says nothing");
        scenario
            .validate()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn what_show_prints_is_the_same_scenario() {
    for name in Scenario::builtin_names() {
        let scenario = Scenario::builtin(name).expect("a listed name is there");
        let again = Scenario::parse(name, &scenario.to_toml())
            .unwrap_or_else(|error| panic!("what show prints is wrong: {error}"));
        assert_eq!(again.params, scenario.params, "{name}");
        for key in KEYS {
            assert_eq!(
                again.provenance(key),
                scenario.provenance(key),
                "{name} {}",
                key.path
            );
        }
    }
}

#[test]
fn machines_of_the_report_differ_in_cpus_and_memory_only() {
    let large = Scenario::builtin("report-40cpu").expect("builtin");
    let small = Scenario::builtin("report-6cpu").expect("builtin");
    let differ: Vec<_> = KEYS
        .iter()
        .filter(|key| (key.get)(&large.params) != (key.get)(&small.params))
        .map(|key| key.path)
        .collect();
    assert_eq!(differ, ["machine.cpus", "machine.memory"]);
}

#[test]
fn the_convoy_costs_nothing() {
    let convoy = Scenario::builtin("convoy").expect("builtin").params;
    for key in KEYS.iter().filter(|key| key.path.starts_with("costs.")) {
        assert_eq!((key.get)(&convoy), 0, "{}", key.path);
    }
    assert_eq!(convoy.arrivals, Arrivals::Convoy);
    assert_eq!(convoy.preempt, Preemption::None);
    assert!(convoy.callbacks_always);
}

#[test]
fn values_carry_their_provenance() {
    let text = "extends = \"report-6cpu\"\n[machine]\nhz = 1000\n\
                [costs]\nipi = { value = \"4us\", provenance = \"measured\", source = \"me\" }\n";
    let scenario = Scenario::parse("test.toml", text).expect("valid");
    let key = |path: &str| KEYS.iter().find(|key| key.path == path).expect("a key");
    assert_eq!(scenario.params.cpus, 6);
    assert_eq!(scenario.params.costs.ipi.as_ns(), 4_000);
    assert_eq!(
        scenario.provenance(key("costs.ipi")),
        (Provenance::Measured, "me")
    );
    assert_eq!(
        scenario.provenance(key("machine.cpus")).0,
        Provenance::Reported
    );
    // What whoever runs it gave without saying where it is from is theirs, and nobody's assumption.
    assert_eq!(
        scenario.provenance(key("machine.hz")),
        (Provenance::Given, "set in test.toml")
    );
    let shown = scenario.to_toml();
    let hz = "hz = { value = 1000, provenance = \"given\", source = \"set in test.toml\" }";
    assert!(shown.contains(hz), "{shown}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "extends = \"report-6cpy\"\n[machine]\ncpus = 0\nhz = \"20ms\"\n[workload]\ncals = 3\nrate = -4\n\
                [expect]\nverdict = [\"STABLE\", \"<\"]\ncreatedd = 3\n[kernle]\npolicy = \"per-call\"\n";
    let errors = Scenario::parse_all("test.toml", text).expect_err("nothing is right");
    let lines: Vec<usize> = errors
        .iter()
        .filter_map(|e| Some(e.place.as_ref()?.line))
        .collect();
    assert_eq!(lines, [1, 3, 4, 6, 7, 9, 10, 11], "{errors:?}");
    // Each rule that values break together, too.
    let text = "[machine]\ncpus = 6\npossible_cpus = 2\n[workload]\nburst = 7\n";
    let errors = Scenario::parse_all("test.toml", text).expect_err("two rules are broken");
    assert_eq!(errors.len(), 2, "{errors:?}");
    let broken = Scenario::parse_all("test.toml", "[machine]\ncpus = = 6\n[workload\n");
    assert!(broken.expect_err("it is no TOML").len() >= 2);
}

#[test]
fn a_unique_last_part_names_a_key() {
    let text = "cpus = 6\nhz = { value = 1000, provenance = \"measured\" }\n";
    let mut scenario = Scenario::parse("test.toml", text).expect("valid");
    scenario.set("policy", "batch-free").expect("kernel.policy");
    scenario
        .set("kernel.max_active", "9")
        .expect("the full path");
    assert_eq!(scenario.params.cpus, 6);
    assert_eq!(scenario.params.hz, 1_000);
    assert_eq!(scenario.params.policy, DestroyPolicy::BatchFree);
    let error = scenario
        .set("rate", "1/s")
        .expect_err("two keys")
        .to_string();
    assert!(
        error.contains("workload.rate") && error.contains("background.rate"),
        "{error}"
    );
}

const EXPECTING: &str = "extends = \"report-6cpu\"\n[expect]\nverdict = \"STABLE\"\n\
    memory.peak_drop_bytes = [\">1MB\", \"< 2GB\"]\nnamespaces.created = 50000\n\
    \"cleanup_net[].finished\" = true\nloop_ns = \"!=null\"\n";

#[test]
fn a_scenario_says_what_it_expects() {
    let scenario = Scenario::parse("test.toml", EXPECTING).expect("valid");
    let mut texts: Vec<_> = scenario.expect.iter().map(Expectation::text).collect();
    texts.sort_unstable();
    let expected = [
        "cleanup_net[].finished=true",
        "loop_ns!=null",
        "memory.peak_drop_bytes< 2GB",
        "memory.peak_drop_bytes>1MB",
        "namespaces.created=50000",
        "verdict=STABLE",
    ];
    assert_eq!(texts, expected);
    let again = Scenario::parse("test.toml", &scenario.to_toml()).expect("what show prints");
    assert_eq!(again.expect, scenario.expect);
}

/// A wrong scenario, where the message points, and a part of the message.
const WRONG: &[[&str; 3]] = &[
    [
        "[machine]\ncpus = 0\n",
        "2:8",
        "machine.cpus takes 1 to 4096",
    ],
    ["[machine]\n  cpus = -1\n", "2:10", "negative"],
    ["[machine]\nmemory = \"3s\"\n", "2:10", "wrong unit `s`"],
    ["[background]\nrate = nan\n", "2:8", "not a rate"],
    ["[costs]\nipi = 5\n", "2:7", "no unit"],
    ["[machin]\ncpus = 1\n", "1:2", "did you mean `machine`?"],
    [
        "[costs]\nipy = \"1us\"\n",
        "2:1",
        "did you mean `costs.ipi`?",
    ],
    [
        "extends = \"report\"\n",
        "1:11",
        "names no builtin scenario",
    ],
    ["[machine]\ncpus = { valu = 3 }\n", "2:8", "without `value`"],
    [
        "[machine]\ncpus = { value = 3, provenance = \"dream\" }\n",
        "2:34",
        "dream",
    ],
    ["[machine]\ncpus = [3]\n", "2:8", "array is not a value"],
    ["[machine]\ncpus = 3\ncpus = 4\n", "3:1", "duplicate"],
    ["[machine\n", "1:9", "unclosed table"],
    [
        "[machine]\npossible_cpus = 2\n",
        "2:17",
        "machine.cpus = 40",
    ],
    [
        "[workload]\narrivals = \"poisson\"\n",
        "2:12",
        "workload.rate = 0",
    ],
    [
        "rate = \"3/s\"\n",
        "1:1",
        "`workload.rate` or `background.rate`",
    ],
    [
        "cpus = 3\n[machine]\ncpus = 4\n",
        "3:1",
        "`machine.cpus` is set twice",
    ],
    [
        "[workload]\ncreators = 9\ncalls = 3\n",
        "3:9",
        "workload.creators = 9",
    ],
];

#[test]
fn errors_point_at_the_place() {
    for [text, place, message] in WRONG {
        let error = error(text);
        assert!(
            error.starts_with(&format!("test.toml:{place}: ")),
            "{text}\n{error}"
        );
        assert!(error.contains(message), "{text}\n{error}");
        assert!(
            error.lines().last().is_some_and(|line| line.ends_with('^')),
            "{error}"
        );
    }
}

#[test]
fn no_text_makes_the_reader_panic() {
    for text in [
        "",
        "\u{feff}",
        "é = 1",
        "[machine]\ncpus = \"é",
        "= 3",
        "\0",
        "a.b.c.d = {}",
    ] {
        drop(Scenario::parse("test.toml", text));
    }
}
