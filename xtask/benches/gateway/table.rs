//! The table: a figure is the median of its runs, with the least and the most beside it.

use std::fmt::Write as _;

/// The rows so far.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<String>,
}

impl Table {
    /// A heading within the table.
    pub(crate) fn section(&mut self, name: &str) {
        self.put(format!("| **{name}** | | | |"));
    }

    /// A figure. `goal` is that of the product, or `-`.
    pub(crate) fn figure(&mut self, name: &str, unit: &str, goal: &str, runs: &[f64]) {
        let mut sorted = runs.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return };
        let median = sorted[sorted.len() / 2];
        let spread = if sorted.len() > 1 { format!("{} .. {}", number(*least), number(*most)) } else { String::new() };
        self.put(format!("| {name} | {} {unit} | {spread} | {goal} |", number(median)));
    }

    fn put(&mut self, row: String) {
        // Shown at once: a run takes minutes, and whoever waits wants to see that it moves.
        println!("{row}");
        self.rows.push(row);
    }

    /// All of it, as Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = "| Measured | Median | Least .. most | Goal |\n| --- | ---: | ---: | --- |\n".to_owned();
        for row in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{row}");
        }
        text
    }
}

/// Three digits that matter, thousands apart.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
