//! What Prometheus reads, in its text format.

use std::collections::BTreeMap;

/// One line: a name, its labels, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// With the suffix of a part of a histogram.
    pub name: String,
    /// In their order.
    pub labels: BTreeMap<String, String>,
    /// Whatever it counts.
    pub value: f64,
}

/// Everything that was read at once.
#[derive(Clone, Debug)]
pub struct Scrape {
    /// The types, by name.
    pub types: BTreeMap<String, String>,
    /// The lines.
    pub samples: Vec<Sample>,
}

impl Scrape {
    /// Reads a text.
    ///
    /// # Panics
    ///
    /// When a line is none of the format.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        let types = types.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { types, samples: lines.map(sample).collect() }
    }

    /// Returns the value of the sample with this name and exactly these labels; 0 if there is none.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let found = self.samples.iter().find(|sample| sample.name == name && sample.labels == labels);
        found.map_or(0.0, |sample| sample.value)
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("there is a value");
    let (name, labels) = series.split_once('{').map_or((series, ""), |(name, rest)| (name, rest.trim_end_matches('}')));
    let labels = labels.split(',').filter(|label| !label.is_empty()).map(|label| {
        let (key, value) = label.split_once('=').expect("a label has a value");
        (key.to_owned(), value.trim_matches('"').to_owned())
    });
    Sample { name: name.to_owned(), labels: labels.collect(), value: value.parse().expect("a number") }
}
