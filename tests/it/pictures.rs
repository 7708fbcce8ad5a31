//! What is written beside a picture.

use crate::support::{folder, path_in, rcusim, text};
use std::fs;

/// A rate's values are of a second, and a long title stays in the picture.
#[test]
fn what_is_written_beside_a_picture_is_true_and_in_it() {
    let folder = folder("plot_long");
    let [rows, svg] = ["rows.csv", "rows.svg"].map(|name| path_in(&folder, name));
    let text_of = "machine.host_cpus,scenario,seed,made_per_1000_s\n\
                   1,a/folder/of/our/own/scenarios/container-host,1,300000\n2,a/folder/of/our/own/scenarios/container-host,1,310000\n";
    fs::write(&rows, text_of).expect("writable");
    let axes = ["--x", "machine.host_cpus", "--y", "made_per_1000_s"];
    let drawn = |more: &[&str]| {
        let output = rcusim(&[&["plot", &rows, "-o", &svg], &axes[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let svg = fs::read_to_string(&svg).expect("drawn");
        let tag = svg
            .split("<text")
            .find(|tag| tag.contains("container-host: "));
        let tag = tag.expect("a title").to_owned();
        (svg, tag)
    };
    let (svg, title) = drawn(&[]);
    assert!(
        svg.contains("namespaces made per second of the loop [1/s]"),
        "{svg}"
    );
    assert!(title.contains("(machine.host_cpus)"), "{title}");
    let size = |tag: &str| {
        let (_, size) = tag.split_once("font-size=\"").expect("a size");
        let (size, _) = size.split_once('"').expect("its end");
        size.parse::<f64>().expect("a number")
    };
    let (_, short) = drawn(&["--title", "container-host: short"]);
    assert!(size(&title) < size(&short), "{title}\n{short}");
    let (_, cut) = drawn(&[
        "--title",
        &format!("container-host: {}", "long ".repeat(99)),
    ]);
    assert!(cut.contains('…'), "{cut}");
}
