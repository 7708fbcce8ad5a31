//! `rcusim analyze` on files that are packed, cut, damaged, huge or no traces at all.

use crate::support::{folder, path_in, rcusim, refused, text};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A call of `rcu_barrier()` by each of `pids`.
fn calls(pids: std::ops::Range<u32>) -> Vec<u8> {
    let call = |pid| {
        format!(
            "  x-{pid} [000] ....  1.000001: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9\n"
        )
    };
    pids.map(call).collect::<String>().into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text).expect("a vector takes everything");
    out.finish().expect("a vector takes everything")
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

/// A frame that asks for a window of 2 to the power of `log` bytes and holds `text` as it is.
fn zstd_window(log: u8, text: &[u8]) -> Vec<u8> {
    let size = u32::try_from(text.len()).expect("a short text");
    let last_and_raw = size << 3 | 1;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3];
    frame.extend_from_slice(&last_and_raw.to_le_bytes()[..3]);
    frame.extend_from_slice(text);
    frame
}

fn report(path: &Path) -> Value {
    let out = rcusim(&["analyze", path.to_str().expect("UTF-8"), "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// Writes `bytes` to a file and says which.
fn file(name: &str, bytes: &[u8]) -> String {
    let path = folder(&format!("input-{name}")).join("trace");
    fs::write(&path, bytes).expect("the target folder is writable");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn every_member_and_every_frame_is_read() {
    let (a, b) = (calls(0..3_000), calls(3_000..5_000));
    let skipped = b"\x5a\x2a\x4d\x18\x05\0\0\0hello";
    let inputs: [(&str, Vec<u8>); 6] = [
        ("plain", [&a[..], &b].concat()),
        ("gzip", [gzip(&a), gzip(&b)].concat()),
        ("zstd", [zstd(&a), zstd(&b)].concat()),
        (
            "skip",
            [skipped, &zstd(&a)[..], skipped, &zstd(&b), skipped].concat(),
        ),
        ("nothing", [zstd(&a), zstd(b""), zstd(&b)].concat()),
        (
            "window",
            [
                zstd(&a),
                zstd_window(25, &b[..100_000]),
                zstd(&b[100_000..]),
            ]
            .concat(),
        ),
    ];
    for (name, bytes) in inputs {
        let path = file(name, &bytes);
        let found = report(Path::new(&path));
        assert_eq!(found["barrier"]["calls"], 5_000, "{name}");
        assert_eq!(found["unparsed"], 0, "{name}");
    }
}

#[test]
fn packed_files_that_are_cut_or_damaged_are_refused() {
    let trace = calls(0..5_000);
    for (name, whole, tool) in [
        ("gzip", gzip(&trace), "zcat"),
        ("zstd", zstd(&trace), "zstdcat"),
    ] {
        for cut in [5, whole.len() / 2, whole.len() - 1] {
            let path = file(&format!("cut-{name}"), &whole[..cut]);
            refused(
                &["analyze", &path],
                &format!("its {name} data ends too early"),
            );
            refused(&["analyze", &path], tool);
        }
        let path = file(
            &format!("tail-{name}"),
            &[&whole[..], b"and more bytes than a header has"].concat(),
        );
        refused(&["analyze", &path], &format!("its {name} data is damaged"));
        let path = file(
            &format!("second-{name}"),
            &[&whole[..], &whole[..whole.len() / 2]].concat(),
        );
        refused(
            &["analyze", &path],
            &format!("its {name} data ends too early"),
        );
    }
    let mut other = zstd(&trace);
    *other.last_mut().expect("a checksum") ^= 1;
    refused(&["analyze", &file("checksum", &other)], "its checksum is");
    let path = file("skip-cut", b"\x50\x2a\x4d\x18\xff\xff\xff\xffhello");
    refused(&["analyze", &path], "its zstd data ends too early");
}

#[test]
fn a_window_too_large_is_refused_and_says_what_to_do() {
    for log in [26, 31, 41] {
        let path = file("window-large", &zstd_window(log, &calls(0..9)));
        refused(&["analyze", &path], "32 MiB is the most");
        refused(
            &["analyze", &path],
            "zstdcat --long=31 FILE | rcusim analyze -",
        );
    }
}

#[test]
fn what_is_no_trace_is_refused_or_counted() {
    let empty = "is empty; expected the text of /sys/kernel/tracing/trace";
    refused(&["analyze", &file("empty", b"")], empty);
    refused(&["analyze", &file("empty-gzip", &gzip(b""))], empty);
    refused(&["analyze", &file("empty-zstd", &zstd(b""))], empty);
    let here = folder("input-directory");
    refused(
        &["analyze", here.to_str().expect("UTF-8")],
        "it is a directory",
    );
    refused(&["analyze", "/no/such/trace"], "No such file");
    let program = Path::new(env!("CARGO_BIN_EXE_rcusim"));
    let head = &fs::read(program).expect("it runs")[..1_000_000];
    refused(&["analyze", &file("binary", head)], "nothing in its");
    let found = report(Path::new(&file("half", &[&calls(1..2)[..], head].concat())));
    assert!(
        found["unparsed"].as_u64() > Some(100),
        "{}",
        found["unparsed"]
    );
    assert_eq!(found["barrier"]["calls"], 1);
}

#[test]
fn a_file_of_which_nothing_is_recognised_is_told_from_a_trace_without_events() {
    let warned = |path: &str| {
        let out = rcusim(&["analyze", path]);
        assert_eq!(out.status.code(), Some(0), "{path}");
        text(&out.stderr)
    };
    let nothing = "is no trace: nothing in its 3 lines was recognised";
    for garbage in [
        &b"\x00\x9f\x92\x96\n\xff\xfe\nno trace\n"[..],
        b"# A document\n\nin words\n",
        b"[kernel]\nversion = \"5.15\"\ncpus=\"6\"\n",
    ] {
        let path = file("garbage", garbage);
        refused(&["analyze", &path], nothing);
        refused(&["analyze", &path, "--json"], nothing);
    }
    let lost = b"CPU:3 [LOST 120 EVENTS]\n";
    assert!(warned(&file("lost", lost)).contains("holds no event;"));
    let header = warned(&file("header", b"# tracer: nop\n#\n"));
    assert!(header.contains("holds no event;"), "{header}");
    let both = warned(&file("both", b"# tracer: nop\nno trace\n"));
    assert!(
        both.contains("no event, and 1 line not recognised"),
        "{both}"
    );
    assert_eq!(warned(&file("event", &calls(1..2))), "");
}

/// What `analyze --json -` says of what `write` writes, and the most memory it had by then (kB).
#[cfg(target_os = "linux")]
fn streamed(write: impl FnOnce(&mut dyn Write)) -> (Value, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(["analyze", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    write(&mut pipe);
    // More than a pipe holds, so that all but this has been read.
    pipe.write_all(&vec![b'\n'; 1 << 20]).expect("it reads on");
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it lives");
    drop(pipe);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.trim().strip_suffix(" kB"));
    let out = child.wait_with_output().expect("it ends");
    assert!(out.status.success());
    let found = serde_json::from_slice(&out.stdout).expect("JSON");
    (
        found,
        peak.and_then(|kb| kb.parse().ok()).expect("a number"),
    )
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_of_100_mb_does_not_fill_the_memory() {
    let (found, peak_kb) = streamed(|pipe| {
        let piece = vec![b'['; 1_000_000];
        for _ in 0..100 {
            pipe.write_all(&piece).expect("it reads on");
        }
        pipe.write_all(b"\n").expect("it reads on");
        pipe.write_all(&calls(7..8)).expect("it reads on");
    });
    assert_eq!(found["overlong_lines"], 1);
    assert_eq!(found["barrier"]["calls"], 1);
    assert!(peak_kb < 64_000, "{peak_kb} kB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_million_functions_do_not_fill_the_memory() {
    let (found, peak_kb) = streamed(|pipe| {
        let mut pipe = std::io::BufWriter::new(pipe);
        for n in 0..1_000_000 {
            let work = "workqueue_execute_start: work struct";
            writeln!(
                pipe,
                " x-5 [000] ....  {n}.0: {work} {n:x}: function a_function_{n}"
            )
            .expect("it reads on");
        }
        pipe.flush().expect("it reads on");
    });
    let functions = found["workqueue"]["functions"].as_object().expect("rows");
    assert_eq!(functions.len(), 4_097);
    assert_eq!(functions["(others)"]["executed"], 1_000_000 - 4_096);
    assert_eq!(found["over_limit"], 1_000_000 - 4_096);
    assert!(peak_kb < 64_000, "{peak_kb} kB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_of_the_largest_size_does_not_fill_the_memory() {
    let block = vec![b'#'; 100_000];
    let (found, peak_kb) = streamed(|pipe| {
        // Raw blocks of 100,000 bytes each, none of them the last, then one that ends the line and has a call.
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (25 - 10) << 3];
        for _ in 0..600 {
            frame.extend_from_slice(&[0x00, 0x35, 0x0c]);
            frame.extend_from_slice(&block);
        }
        let end = [b"\n", &calls(1..2)[..]].concat();
        let size = u16::try_from(end.len() << 3 | 1).expect("a few bytes");
        frame.extend_from_slice(&size.to_le_bytes());
        frame.push(0);
        frame.extend_from_slice(&end);
        pipe.write_all(&frame).expect("it reads on");
        // The padding that follows is a frame too.
        pipe.write_all(&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0x10, 0])
            .expect("it reads on");
    });
    assert_eq!(
        (&found["lines"], &found["overlong_lines"]),
        (&2.into(), &1.into())
    );
    assert!((32_000..64_000).contains(&peak_kb), "{peak_kb} kB");
}

#[test]
fn a_picture_of_any_trace_can_be_drawn() {
    let folder = folder("analyze_plot");
    let path = |name: &str| path_in(&folder, name);
    let (svg, png) = (path("a.svg"), path("a.png"));
    let whole = rcusim(&["trace", "recorded-2cpu:calls=60", "-o", &path("run.trace")]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    fs::write(path("none.trace"), "# tracer: nop\nno event\n").expect("written");
    let one = "  x-1 [000] ....  1.0: rcu_barrier: rcu_sched Begin cpu -1 remaining 0 # 9\n";
    fs::write(path("one.trace"), one).expect("written");
    let far = one.replace("1.0", "9999999999.9");
    fs::write(path("far.trace"), format!("{one}{far}")).expect("written");
    for name in ["run.trace", "none.trace", "one.trace", "far.trace"] {
        let output = rcusim(&["analyze", &path(name), "--plot", &svg, "--plot", &png]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{name}: {}",
            text(&output.stderr)
        );
        let drawn = fs::read_to_string(&svg).expect("an SVG");
        for part in [
            name,
            "time from the first event on",
            "grace period",
            "callers of rcu_barrier() at once",
            "</svg>",
        ] {
            assert!(drawn.contains(part), "{name}: {part}");
        }
        assert!(fs::read(&png).expect("a PNG").starts_with(b"\x89PNG"));
    }
    refused(
        &["analyze", &path("run.trace"), "--plot", "a.gif"],
        ".svg or .png",
    );
}

#[test]
fn whoever_waits_for_more_than_a_second_is_told_how_much_was_read() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .args(["analyze", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    let trace = calls(1..20);
    stdin.write_all(&trace).expect("it reads");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    stdin.write_all(&trace).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("reading: ") && said.ends_with(" s\n"),
        "{said}"
    );
}
