//! The crate that sets our engine beside others is not built here; this keeps its promises legible.

use std::fs;

fn read(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The version that a manifest's line asks for.
fn asked<'a>(manifest: &'a str, name: &str) -> &'a str {
    let line = manifest
        .lines()
        .find(|line| line.starts_with(&format!("{name} = ")))
        .unwrap_or_else(|| panic!("benches/peers names {name}"));
    let mut quoted = line.split('"').skip(1).step_by(2);
    quoted.next().expect("a version is quoted")
}

#[test]
fn each_peer_is_pinned_and_shown_with_its_version() {
    let manifest = read("benches/peers/Cargo.toml");
    let lock = read("benches/peers/Cargo.lock");
    let program = read("benches/peers/src/main.rs");
    let documented = read("docs/performance.md");
    for name in ["nexosim", "odem-rs", "simcore"] {
        let version = asked(&manifest, name)
            .strip_prefix('=')
            .unwrap_or_else(|| panic!("{name} is pinned to one version"));
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
        assert!(lock.contains(&entry), "{name}: the lock file agrees");
        let shown = format!("\"{version}\"");
        assert!(
            program.contains(&shown),
            "{name}: the table shows {version}"
        );
        let row = format!("{name} {version}");
        assert!(documented.contains(&row), "docs/performance.md: {row}");
    }
    let simpy = read("benches/peers/requirements.txt");
    let version = simpy
        .trim()
        .strip_prefix("simpy==")
        .expect("one pinned line");
    assert!(documented.contains(&format!("SimPy {version}")));
}

#[test]
fn the_peers_stay_out_of_the_package_and_in_the_document() {
    let manifest = read("benches/peers/Cargo.toml");
    assert!(manifest.contains("\n[workspace]"), "a workspace of its own");
    let own = read("Cargo.toml");
    for name in ["nexosim", "odem-rs", "simcore"] {
        assert!(!own.contains(name), "the program knows nothing of {name}");
    }
    let command = "cargo run --release --manifest-path benches/peers/Cargo.toml";
    assert!(read("docs/performance.md").contains(command));
    assert!(read("docs/dependencies.md").contains("benches/peers"));
}
