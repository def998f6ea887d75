//! The report of what was found, for people and for programs.

use std::fmt;

use serde::Serialize;

/// The verdict on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is fit.
    Fit,
    /// The node runs, but not as it should, or the check could not find out.
    Warning,
    /// It is unfit: the node would not start, would not work, or would not be safe.
    Unfit,
}

/// The finding about one thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// The verdict on it.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do, or `None` if nothing has to be done.
    pub advice: Option<String>,
}

impl Finding {
    /// Returns a finding that all is well.
    pub fn fit(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Fit,
            found: found.into(),
            advice: None,
        }
    }

    /// Returns a finding that something should be different.
    pub fn warning(
        check: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Warning,
            advice: Some(advice.into()),
            ..Self::fit(check, found)
        }
    }

    /// Returns a finding that something has to be different.
    pub fn unfit(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unfit,
            ..Self::warning(check, found, advice)
        }
    }
}

/// Everything that was checked.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether nothing is unfit.
    pub fit: bool,
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns the report of these findings.
    pub fn of(findings: Vec<Finding>) -> Self {
        let is_unfit = |finding: &Finding| finding.verdict == Verdict::Unfit;
        Self {
            fit: !findings.iter().any(is_unfit),
            findings,
        }
    }

    /// Returns how many findings have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.verdict == verdict)
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let verdict = match finding.verdict {
                Verdict::Fit => "ok",
                Verdict::Warning => "warning",
                Verdict::Unfit => "UNFIT",
            };
            writeln!(f, "{verdict:<9}{:<11}{}", finding.check, finding.found)?;
            if let Some(advice) = &finding.advice {
                writeln!(f, "{:<20}→ {advice}", "")?;
            }
        }
        let (unfit, warnings) = (self.count(Verdict::Unfit), self.count(Verdict::Warning));
        let fit = if self.fit { "fit" } else { "not fit" };
        write!(f, "\n{fit}: {unfit} unfit, {warnings} with a warning")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_unfit_finding_makes_all_unfit_and_a_warning_does_not() {
        let well = vec![
            Finding::fit("disk", "much room"),
            Finding::warning("clock", "nobody sets it", "install chrony"),
        ];
        let report = Report::of(well.clone());
        assert!(report.fit);
        let text = report.to_string();
        assert!(
            text.starts_with("ok       disk       much room\n"),
            "{text}"
        );
        assert!(text.contains("→ install chrony"), "{text}");
        assert!(text.ends_with("fit: 0 unfit, 1 with a warning"), "{text}");

        let unfit = Finding::unfit("device", "none", "install a driver");
        let report = Report::of([well, vec![unfit]].concat());
        assert!(!report.fit);
        assert!(report
            .to_string()
            .ends_with("not fit: 1 unfit, 1 with a warning"));
    }

    #[test]
    fn programs_get_a_document() {
        let report = Report::of(vec![Finding::unfit("device", "none", "install a driver")]);
        let json = serde_json::to_value(&report).unwrap();
        let expected = serde_json::json!({
            "fit": false,
            "findings": [{
                "check": "device",
                "verdict": "unfit",
                "found": "none",
                "advice": "install a driver",
            }],
        });
        assert_eq!(json, expected);
    }
}
