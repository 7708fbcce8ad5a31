//! A disk that is really full, and a real terminal.

use super::{command, folder, names, ran, rcusim, read, small, text};
use crate::support::said;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says why a test looked at nothing.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A small file system in memory, gone when the test ends.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one of so many KiB; none where we may not.
    fn new(at: &Path, kib: u32) -> Option<Self> {
        std::fs::create_dir_all(at).expect("the target folder is writable");
        let size = format!("size={kib}k");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "rcusim-test"])
            .arg(at);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            skipped("a tmpfs cannot be mounted here (that takes root)");
        }
        mounted.then(|| Self(at.to_owned()))
    }

    fn resize(&self, kib: u32) {
        let size = format!("remount,size={kib}k");
        let status = Command::new("mount")
            .args(["-o", &size])
            .arg(&self.0)
            .status();
        assert!(status.expect("it mounted before").success(), "{size}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

/// Fills the disk with the sweep, makes room and goes on; the names left before there was room.
fn filled(name: &str, kib: u32) -> Option<Vec<String>> {
    let folder = folder(name);
    ran(&folder, &small(&["--export-csv=whole.csv"]));
    let disk = Disk::new(&folder.join("disk"), kib)?;
    let resume = small(&["--resume", "--export-csv=a.csv", "--export-jsonl=a.jsonl"]);
    let output = rcusim(&disk.0, &resume);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("No space left on device"), "{stderr}");
    let left = names(&disk.0);
    assert!(!left.iter().any(|name| name.contains(".tmp")), "{left:?}");
    disk.resize(1_024);
    assert_eq!(
        text(&rcusim(&disk.0, &resume).stderr),
        "",
        "nothing is damaged"
    );
    assert_eq!(read(&disk.0, "a.csv"), read(&folder, "whole.csv"));
    assert!(!names(&disk.0).iter().any(|name| name.contains("journal")));
    Some(left)
}

#[test]
fn a_disk_that_is_full_while_it_runs_loses_nothing() {
    let Some(left) = filled("disk-journal", 8) else {
        return;
    };
    assert_eq!(left, ["a.csv.journal"], "what has finished is kept");
}

#[test]
fn a_disk_that_is_full_while_it_exports_loses_nothing() {
    let Some(left) = filled("disk-export", 48) else {
        return;
    };
    assert!(left.contains(&"a.csv.journal".to_owned()), "{left:?}");
    assert!(
        !left.contains(&"a.jsonl".to_owned()),
        "nothing half written: {left:?}"
    );
}

#[test]
fn a_part_on_a_full_disk_is_gone_on_with() {
    let folder = folder("disk-part");
    ran(&folder, &small(&["--shard=1/1", "--out=whole"]));
    let Some(disk) = Disk::new(&folder.join("disk"), 24) else {
        return;
    };
    let part = small(&["--resume", "--shard=1/1", "--out=parts"]);
    let output = rcusim(&disk.0, &part);
    assert!(text(&output.stderr).contains("No space left on device"));
    disk.resize(1_024);
    ran(&disk.0, &part);
    let name = "shard-1-of-1.rows";
    assert_eq!(
        read(&disk.0.join("parts"), name),
        read(&folder.join("whole"), name)
    );
}

#[test]
fn progress_is_shown_on_a_terminal_and_wiped() {
    let folder = folder("terminal");
    let long = [
        "sweep",
        "report-6cpu",
        "--set=calls=400",
        "-P",
        "seed=1..400",
        "--jobs=1",
        "--export-csv=a.csv",
    ];
    let typed = [&[env!("CARGO_BIN_EXE_rcusim")], &long[..]]
        .concat()
        .join(" ");
    // script(1) runs it on a pseudo-terminal of its own.
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &typed, "/dev/null"]);
    let Ok(output) = script.current_dir(&folder).output() else {
        skipped("there is no script(1)");
        return;
    };
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}");
    let last = shown.rsplit("sweep: ").next().expect("some text");
    assert!(last.contains("a second, "), "{shown}");
    assert!(shown.contains(" of 400 runs, "), "{shown}");
    assert!(
        last.contains(" left\r\u{1b}[Kreport-6cpu: 400 rows"),
        "{shown}"
    );
    let piped = command(&folder, &long).output().expect("the binary starts");
    assert_eq!(said(&piped.stderr), "", "whole lines in a pipe");
}
