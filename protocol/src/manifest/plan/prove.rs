//! The values that an expression can take: from the ranges of its loop indices, and where these
//! prove too little, from each combination of indices.

use super::{
    super::{
        expression::{Expression, Integers, Range},
        validate::limits,
    },
    Node,
};

/// A loop around a step.
#[derive(Clone)]
pub(super) struct Scope<'m> {
    /// Its index.
    pub name: &'m str,
    /// The number of iterations, depending on the indices of the loops around it.
    pub count: Expression,
    /// The largest value that the number can have.
    pub most: u32,
}

/// The loops around a step, outermost first.
pub(super) struct Prover<'m> {
    pub loops: Vec<Scope<'m>>,
    /// How many combinations of indices may still be tried, for the whole manifest.
    budget: u64,
}

impl<'m> Prover<'m> {
    pub(super) fn new() -> Self {
        Self {
            loops: Vec::new(),
            budget: limits::COMBINATIONS,
        }
    }

    pub(super) fn names(&self) -> Vec<&'m str> {
        self.loops.iter().map(|scope| scope.name).collect()
    }

    /// A range that contains all values of the expression. If `fits` is false for the range that
    /// follows from those of the indices, each combination of indices is tried, as long as there
    /// are not too many: `stage - pass` is never negative if `pass` ends at `stage`.
    ///
    /// # Errors
    ///
    /// When the expression has no value for some indices.
    pub(super) fn range<R: Range>(
        &mut self,
        expression: &Expression,
        fits: impl Fn(R) -> bool,
    ) -> Result<R, String> {
        let ranges: Vec<R> = self.loops.iter().map(|s| R::below(s.most)).collect();
        let rough = expression.evaluate(&ranges);
        if rough.as_ref().is_ok_and(|range| fits(*range)) || expression.is_constant() {
            return rough;
        }
        let combinations = self
            .loops
            .iter()
            .fold(1u64, |product, s| product.saturating_mul(s.most.into()));
        if combinations > self.budget {
            return rough;
        }
        self.budget -= combinations;
        let mut hull: Option<R> = None;
        self.each(&mut Vec::new(), &mut |indices| {
            let points: Vec<R> = indices.iter().map(|index| R::integer(*index)).collect();
            let point = expression.evaluate(&points).map_err(|error| {
                let values = self.loops.iter().zip(indices);
                let values = values.map(|(scope, index)| format!("{} = {index}", scope.name));
                format!("{error}, with {}", values.collect::<Vec<_>>().join(", "))
            })?;
            hull = Some(hull.map_or(point, |so_far| so_far.hull(point)));
            Ok(())
        })?;
        hull.map_or(rough, Ok)
    }

    /// Calls `look` for each combination of indices.
    fn each(
        &self,
        indices: &mut Vec<i128>,
        look: &mut dyn FnMut(&[i128]) -> Result<(), String>,
    ) -> Result<(), String> {
        let Some(scope) = self.loops.get(indices.len()) else {
            return look(indices);
        };
        let points: Vec<_> = indices.iter().map(|i| Integers::integer(*i)).collect();
        let count = scope.count.evaluate(&points)?.low;
        for index in 0..count.min(scope.most.into()) {
            indices.push(index);
            self.each(indices, look)?;
            indices.pop();
        }
        Ok(())
    }
}

/// The number of launches of compiled steps; exact if that takes few enough evaluations.
pub(super) fn launches(nodes: &[Node]) -> u64 {
    let steps = Steps::of(nodes, 0);
    let mut budget = limits::COMBINATIONS;
    let exactly = steps.exactly(&mut Vec::new(), &mut budget);
    exactly.unwrap_or_else(|| steps.at_most())
}

/// Steps, reduced to what decides their number of launches, so that counting costs the same for any
/// number of launches.
struct Steps<'p> {
    launches: u64,
    loops: Vec<Repeated<'p>>,
}

/// A loop, reduced to what decides its number of launches.
struct Repeated<'p> {
    count: &'p Expression,
    most: u32,
    /// Whether the number of launches inside depends on the loop's index.
    varies: bool,
    body: Steps<'p>,
}

impl<'p> Steps<'p> {
    /// `depth` is the number of loops around the nodes.
    fn of(nodes: &'p [Node], depth: usize) -> Self {
        let mut steps = Self {
            launches: 0,
            loops: Vec::new(),
        };
        for node in nodes {
            match node {
                Node::Launch(_) => steps.launches = steps.launches.saturating_add(1),
                Node::Loop {
                    count, most, body, ..
                } => {
                    let body = Self::of(body, depth + 1);
                    steps.loops.push(Repeated {
                        count,
                        most: *most,
                        varies: body.depends_on(depth),
                        body,
                    });
                }
            }
        }
        steps
    }

    fn depends_on(&self, slot: usize) -> bool {
        let depends =
            |inside: &Repeated<'_>| inside.count.depends_on(slot) || inside.body.depends_on(slot);
        self.loops.iter().any(depends)
    }

    /// `None` if that takes more evaluations than `budget`. Each evaluation of a count costs at
    /// least one.
    fn exactly(&self, indices: &mut Vec<Integers>, budget: &mut u64) -> Option<u64> {
        let mut sum = self.launches;
        for Repeated {
            count,
            varies,
            body,
            ..
        } in &self.loops
        {
            let count = u64::try_from(count.evaluate(indices).ok()?.low).ok()?;
            // If no count inside depends on this loop, one iteration stands for all.
            let (looks, times) = match varies {
                true => (count, 1),
                false => (count.min(1), count),
            };
            *budget = budget.checked_sub(looks.max(1))?;
            let mut inside = 0u64;
            for index in 0..looks {
                indices.push(Integers::integer(index.into()));
                inside = inside.saturating_add(body.exactly(indices, budget)?);
                indices.pop();
            }
            sum = sum.saturating_add(inside.saturating_mul(times));
        }
        Some(sum)
    }

    fn at_most(&self) -> u64 {
        self.loops.iter().fold(self.launches, |sum, inside| {
            let launches = inside.body.at_most().saturating_mul(inside.most.into());
            sum.saturating_add(launches)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::plan::{CompiledStep, CompiledWork};

    fn launch() -> Node {
        let zero = || Expression::integer(0);
        Node::Launch(CompiledStep {
            path: String::new(),
            work: CompiledWork::Copy {
                from: 0,
                from_first: zero(),
                to: 1,
                to_first: zero(),
                count: zero(),
                element_bytes: 1,
            },
        })
    }

    fn repeat(count: &str, most: u32, body: Vec<Node>) -> Node {
        Node::Loop {
            count: Expression::compile(count, &["i", "j"]).unwrap(),
            most,
            until: None,
            body,
        }
    }

    #[test]
    fn launches_cost_no_looks() {
        let mut body: Vec<Node> = (0..10_000).map(|_| launch()).collect();
        body.push(repeat("i + 1", 1_000, vec![launch()]));
        let nodes = [repeat("1000", 1_000, body)];
        let steps = Steps::of(&nodes, 0);
        // The loops that are walked: two, the inner one once for each index of the outer.
        assert_eq!((steps.loops.len(), steps.loops[0].body.loops.len()), (1, 1));
        let mut budget = 2_000;
        let exactly = steps.exactly(&mut Vec::new(), &mut budget);
        assert_eq!(exactly, Some(1_000 * 10_000 + 1_000 * 1_001 / 2));
        assert_eq!(budget, 0);
    }

    #[test]
    fn each_count_that_is_evaluated_is_a_look() {
        // Loops without an iteration: a hundred for each index of the loop around them.
        let mut body: Vec<Node> = (0..99).map(|_| repeat("0", 1, Vec::new())).collect();
        body.push(repeat("i - i", 1, Vec::new()));
        let nodes = [repeat("1000", 1_000, body)];
        let steps = Steps::of(&nodes, 0);
        let mut budget = 1_000 + 1_000 * 100;
        assert_eq!(steps.exactly(&mut Vec::new(), &mut budget), Some(0));
        assert_eq!(budget, 0);
        assert_eq!(steps.exactly(&mut Vec::new(), &mut 100_999), None);
    }
}
