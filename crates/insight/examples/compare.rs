//! Compares our VADER with figures of Python's, on files of any size: `cargo run -p debrief-insight --example compare FILE…`.
//!
//! A line of a file is `compound<TAB>positive<TAB>neutral<TAB>negative<TAB>text`, as `tests/data/vader_reference.py` writes it.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::process::ExitCode;

use debrief_insight::sentiment::scores;

/// Both sides round to four places, so what differs at all differs by this much.
const TOLERANCE: f64 = 1e-4;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut differing = 0;
    for path in std::env::args().skip(1) {
        let (mut lines, mut before, mut largest) = (0_usize, differing, 0.0_f64);
        for line in std::fs::read_to_string(&path)?.split_terminator('\n') {
            let off = difference(line).ok_or_else(|| format!("{path}: no line of the layout: {line}"))?;
            lines += 1;
            largest = largest.max(off);
            if off >= TOLERANCE / 2.0 {
                differing += 1;
                println!("{off:.4}: {line}");
            }
        }
        before = differing - before;
        println!("{path}: {lines} texts, {before} differ, at most by {largest:.4}");
    }
    Ok(if differing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The largest difference of the four figures; nothing when the line is none.
fn difference(line: &str) -> Option<f64> {
    let mut columns = line.splitn(5, '\t');
    let mut number = || columns.next()?.parse::<f64>().ok();
    let theirs = [number()?, number()?, number()?, number()?];
    let ours = scores(columns.next()?);
    let ours = [ours.compound, ours.positive_share, ours.neutral_share, ours.negative_share];
    Some(ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max))
}
