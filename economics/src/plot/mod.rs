//! Pictures of the outcomes.

mod canvas;

use std::path::Path;

use aicpw_protocol::{device::Reputation, units::AICP, Balance};
use anyhow::{anyhow, Context};
use plotters::{coord::ranged1d::SegmentValue, prelude::*};

use self::canvas::Picture;
use crate::{
    player::Kind,
    rules::Rules,
    scenario::Scenario,
    tally::{Role, Tally, BUCKET},
    theory,
};

const SIZE: (u32, u32) = (900, 480);

/// The size at which plotters assumes letters as wide as those of the canvas.
const LETTERS: u32 = 16;

const COLORS: [RGBColor; 6] = [
    RGBColor(0x1b, 0x6c, 0xa8),
    RGBColor(0xd9, 0x5f, 0x02),
    RGBColor(0x2a, 0x8c, 0x4a),
    RGBColor(0x9c, 0x27, 0x6f),
    RGBColor(0x7a, 0x6a, 0x00),
    RGBColor(0x44, 0x44, 0x44),
];

struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

struct Axes {
    title: &'static str,
    x: &'static str,
    y: &'static str,
    range: [std::ops::Range<f64>; 2],
    /// Where the lines leave room for their names.
    legend: SeriesLabelPosition,
}

/// Writes all pictures into a folder, and makes the folder if necessary.
pub fn write_all(
    folder: &Path,
    rules: &Rules,
    outcomes: &[(Scenario, Tally)],
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let save = |name: &str, picture: anyhow::Result<Picture>| {
        let path = folder.join(name);
        picture?
            .save(&path)
            .with_context(|| format!("cannot write {}", path.display()))
    };
    save("rates.png", rates(rules))?;
    save("deterrence.png", deterrence(rules))?;
    save("undetected.png", undetected(outcomes))?;
    save("income.png", income(outcomes))
}

/// The audit rate by reputation.
fn rates(rules: &Rules) -> anyhow::Result<Picture> {
    let line = |name: &str, price: Balance| Line {
        name: name.into(),
        points: (0..=Reputation::MAX.0)
            .step_by(10)
            .map(|reputation| {
                let bond = rules.audit.fraud_bond(price).unwrap_or(Balance::MAX);
                let rate = rules.audit.rate(price, bond, Reputation(reputation));
                let percent = f64::from(rate.deconstruct()) / 1e7;
                (f64::from(reputation), percent)
            })
            .collect(),
    };
    let lines = [
        line("price of 0.01 AICP", AICP / 100),
        line("price of 100 AICP", 100 * AICP),
        line("price of 10,000 AICP", 10_000 * AICP),
    ];
    let axes = Axes {
        title: "Share of results that are audited",
        x: "reputation of the provider",
        y: "audited, %",
        range: [0.0..1_000.0, 0.0..60.0],
        legend: SeriesLabelPosition::UpperRight,
    };
    draw(&axes, &lines)
}

/// The gain from a wrong result, by the share of the stake that one owner has.
fn deterrence(rules: &Rules) -> anyhow::Result<Picture> {
    let line = |reputation: u16| Line {
        name: format!("reputation {reputation}"),
        points: (0..=600)
            .map(|permille| {
                let share = f64::from(permille) / 1e3;
                let gain = theory::cheat_gain(rules, share, AICP, Reputation(reputation));
                (share * 100.0, gain)
            })
            .collect(),
    };
    let axes = Axes {
        title: "What a wrong result brings in expectation, in prices",
        x: "stake in the cheat's hand, %",
        y: "expected gain, prices",
        range: [0.0..60.0, -4.0..1.5],
        legend: SeriesLabelPosition::LowerRight,
    };
    draw(&axes, &[line(1_000), line(500), line(400)])
}

/// Wrong results that were accepted, over time.
fn undetected(outcomes: &[(Scenario, Tally)]) -> anyhow::Result<Picture> {
    let shown = [
        "rational",
        "lazy",
        "colluding-10",
        "colluding-33",
        "colluding-49",
        "sybil",
    ];
    let mut highest: f64 = 1.0;
    let lines: Vec<Line> = outcomes
        .iter()
        .filter(|(scenario, _)| shown.contains(&scenario.name))
        .map(|(scenario, tally)| {
            let points = (0..).zip(&tally.undetected_over_time);
            let points: Vec<_> = points
                .map(|(bucket, wrong)| {
                    let percent = *wrong as f64 * 100.0 / BUCKET as f64;
                    highest = highest.max(percent);
                    (f64::from(bucket), percent)
                })
                .collect();
            Line {
                name: scenario.name.into(),
                points,
            }
        })
        .collect();
    let buckets = lines.iter().map(|line| line.points.len()).max();
    let axes = Axes {
        title: "Wrong results that were accepted",
        x: "tasks, thousands",
        y: "of a thousand tasks, %",
        range: [0.0..buckets.unwrap_or(1).max(2) as f64, 0.0..highest * 1.05],
        legend: SeriesLabelPosition::MiddleRight,
    };
    draw(&axes, &lines)
}

/// The players' income per assignment, in all their roles together, beside that of the honest
/// players.
fn income(outcomes: &[(Scenario, Tally)]) -> anyhow::Result<Picture> {
    let mut rows = Vec::new();
    // The first row is drawn at the bottom.
    for (scenario, tally) in outcomes.iter().rev() {
        let honest = tally.account(Kind::Honest, Role::Provider).times > 0;
        if honest && scenario.kind != Kind::Honest {
            rows.push(("honest there".into(), tally.per_assignment(Kind::Honest)));
        }
        rows.push((scenario.name.into(), tally.per_assignment(scenario.kind)));
    }
    bars(
        "What a player has of one assignment, in prices; what it lost in all roles included",
        &rows,
    )
}

fn bars(title: &str, rows: &[(String, f64)]) -> anyhow::Result<Picture> {
    let least = rows.iter().map(|(_, value)| *value).fold(-1.0, f64::min);
    let most = rows.iter().map(|(_, value)| *value).fold(1.0, f64::max);
    let mut picture = Picture::new(SIZE.0, 80 + 22 * rows.len() as u32);
    {
        let area = picture.canvas().into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", LETTERS))
            .margin(16)
            .margin_right(36)
            .y_label_area_size(150)
            .x_label_area_size(30)
            .build_cartesian_2d(
                least * 1.1..most * 1.1,
                (0..rows.len().saturating_sub(1)).into_segmented(),
            )
            .map_err(drawn)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(WHITE)
            .y_labels(rows.len())
            .y_label_formatter(&|value| match value {
                SegmentValue::CenterOf(row) | SegmentValue::Exact(row) => {
                    rows.get(*row).map(|row| row.0.clone()).unwrap_or_default()
                }
                SegmentValue::Last => String::new(),
            })
            .draw()
            .map_err(drawn)?;
        let bars = rows.iter().enumerate().map(|(row, (_, value))| {
            let color = if *value < 0.0 { COLORS[1] } else { COLORS[0] };
            let end = match row + 1 {
                next if next == rows.len() => SegmentValue::Last,
                next => SegmentValue::Exact(next),
            };
            let mut bar = Rectangle::new(
                [(0.0, SegmentValue::Exact(row)), (*value, end)],
                color.filled(),
            );
            bar.set_margin(3, 3, 0, 0);
            bar
        });
        chart.draw_series(bars).map_err(drawn)?;
    }
    Ok(picture)
}

fn draw(axes: &Axes, lines: &[Line]) -> anyhow::Result<Picture> {
    let mut picture = Picture::new(SIZE.0, SIZE.1);
    {
        let area = picture.canvas().into_drawing_area();
        let [x, y] = axes.range.clone();
        let mut chart = ChartBuilder::on(&area)
            .caption(axes.title, ("sans-serif", LETTERS))
            .margin(16)
            .margin_right(36)
            .x_label_area_size(44)
            .y_label_area_size(60)
            .build_cartesian_2d(x.clone(), y)
            .map_err(drawn)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc(axes.x)
            .y_desc(axes.y)
            .draw()
            .map_err(drawn)?;
        let zero = [(x.start, 0.0), (x.end, 0.0)];
        chart
            .draw_series(LineSeries::new(zero, &BLACK))
            .map_err(drawn)?;
        for (line, color) in lines.iter().zip(COLORS) {
            chart
                .draw_series(LineSeries::new(
                    line.points.iter().copied(),
                    color.stroke_width(2),
                ))
                .map_err(drawn)?
                .label(&line.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .label_font(("sans-serif", LETTERS))
            .position(axes.legend.clone())
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.4))
            .draw()
            .map_err(drawn)?;
    }
    Ok(picture)
}

fn drawn(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{market, scenario};

    /// The number of pixels that are not white.
    fn ink(path: &Path) -> usize {
        let file = std::io::BufReader::new(std::fs::File::open(path).expect("it was written"));
        let mut reader = png::Decoder::new(file).read_info().expect("it is a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("it is small")];
        reader.next_frame(&mut pixels).expect("it is whole");
        pixels
            .chunks(3)
            .filter(|pixel| **pixel != [0xff; 3])
            .count()
    }

    #[test]
    fn all_pictures_show_something() {
        let rules = Rules::default();
        let outcomes: Vec<_> = ["honest", "lazy"]
            .into_iter()
            .filter_map(scenario::named)
            .map(|scenario| (scenario, market::run(&rules, scenario, 1, 2_000)))
            .collect();
        let folder = tempfile::tempdir().expect("there is room");
        let folder = folder.path().join("made");
        write_all(&folder, &rules, &outcomes).expect("it can be written");
        for name in [
            "rates.png",
            "deterrence.png",
            "undetected.png",
            "income.png",
        ] {
            // The frame and the title alone are about 5,000.
            assert!(ink(&folder.join(name)) > 6_000, "{name}");
        }
    }
}
