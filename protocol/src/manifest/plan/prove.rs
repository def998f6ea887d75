//! What values an expression can take: from the ranges of its loop indices, and where that says
//! too little, from each combination of them.

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
    /// How often, by the indices of the loops around it.
    pub count: Expression,
    /// The largest that can be.
    pub most: u32,
}

/// The loops around a step, outermost first.
pub(super) struct Prover<'m> {
    pub loops: Vec<Scope<'m>>,
    /// How many combinations of indices may still be looked at, for the whole manifest.
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

    /// A range with all values of the expression in it. If `fits` is false for the range that
    /// follows from those of the indices, each combination of indices is looked at, as long as
    /// there are not too many: `stage - pass` is never negative where `pass` ends at `stage`.
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

/// The launches of compiled steps, exactly if that takes few enough looks.
pub(super) fn launches(nodes: &[Node]) -> u64 {
    let mut budget = limits::COMBINATIONS;
    exactly(nodes, &mut Vec::new(), &mut budget).unwrap_or_else(|| at_most(nodes))
}

fn exactly(nodes: &[Node], indices: &mut Vec<Integers>, budget: &mut u64) -> Option<u64> {
    let mut sum = 0u64;
    for node in nodes {
        sum = sum.saturating_add(match node {
            Node::Launch(_) => 1,
            Node::Loop { count, body, .. } => {
                let count = u64::try_from(count.evaluate(indices).ok()?.low).ok()?;
                // Where no count inside depends on this loop, one iteration is as good as all.
                let (looks, times) = match counts_depend_on(body, indices.len()) {
                    true => (count, 1),
                    false => (count.min(1), count),
                };
                *budget = budget.checked_sub(looks)?;
                let mut inside = 0u64;
                for index in 0..looks {
                    indices.push(Integers::integer(index.into()));
                    inside = inside.saturating_add(exactly(body, indices, budget)?);
                    indices.pop();
                }
                inside.saturating_mul(times)
            }
        });
    }
    Some(sum)
}

fn at_most(nodes: &[Node]) -> u64 {
    nodes.iter().fold(0u64, |sum, node| {
        sum.saturating_add(match node {
            Node::Launch(_) => 1,
            Node::Loop { most, body, .. } => at_most(body).saturating_mul((*most).into()),
        })
    })
}

fn counts_depend_on(nodes: &[Node], slot: usize) -> bool {
    nodes.iter().any(|node| match node {
        Node::Launch(_) => false,
        Node::Loop { count, body, .. } => count.depends_on(slot) || counts_depend_on(body, slot),
    })
}
