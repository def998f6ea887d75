//! Freivalds' algorithm (1977): `C = A · B` is checked as `C · r = A · (B · r)` for a random vector `r`. That takes
//! three products of a matrix with a vector instead of one of two matrices.
//!
//! All arithmetic is modulo the prime 2^61 - 1, and `r` is uniform. It is exact: a right product always passes. A wrong
//! row differs from the right one by less than the prime in some element, so only one value of `r`'s component there,
//! out of 2^61 - 1, hides the difference. `r` comes from the operating system after the product is known; whoever made
//! the product cannot anticipate it.

use anyhow::{bail, Context, Result};

use crate::{table::Table, task::Product};

const PRIME: u64 = (1 << 61) - 1;

/// Checks the elements of a product, row by row.
///
/// # Errors
///
/// The first row that is wrong.
pub fn check(product: &Product, elements: &[i32]) -> Result<()> {
    check_with(product, elements, &random_vector(product.right.rows)?)
}

fn check_with(product: &Product, elements: &[i32], vector: &[u64]) -> Result<()> {
    let combined = transposed_times(&product.right, vector);
    let rows = elements.chunks(product.right.rows);
    for (number, (left, row)) in product.left.each_row().zip(rows).enumerate() {
        let expected = dot(left.iter().map(|e| i64::from(*e)), &combined);
        let found = dot(row.iter().map(|e| i64::from(*e)), vector);
        if found != expected {
            bail!("row {} of the product is wrong", number + 1);
        }
    }
    Ok(())
}

/// Uniformly random numbers below the prime.
fn random_vector(length: usize) -> Result<Vec<u64>> {
    let mut vector = Vec::with_capacity(length);
    let mut bytes = vec![0; 8 * length];
    while vector.len() < length {
        getrandom::fill(&mut bytes)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("random numbers of the operating system")?;
        let words = bytes
            .chunks_exact(8)
            .map(|b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) >> 3);
        let missing = length - vector.len();
        vector.extend(words.filter(|word| *word < PRIME).take(missing));
    }
    Ok(vector)
}

/// The combination of the table's rows with the vector's components as weights.
fn transposed_times(table: &Table, vector: &[u64]) -> Vec<u64> {
    let mut combined = vec![0; table.columns];
    for (row, weight) in table.each_row().zip(vector) {
        for (sum, element) in combined.iter_mut().zip(row) {
            *sum = add_product(*sum, i64::from(*element), *weight);
        }
    }
    combined
}

fn dot(numbers: impl Iterator<Item = i64>, vector: &[u64]) -> u64 {
    numbers
        .zip(vector)
        .fold(0, |sum, (number, weight)| add_product(sum, number, *weight))
}

/// `sum + number · weight` modulo the prime.
fn add_product(sum: u64, number: i64, weight: u64) -> u64 {
    let exact = i128::from(sum) + i128::from(number) * i128::from(weight);
    exact.rem_euclid(i128::from(PRIME)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, columns: usize, seed: i32) -> Table {
        let count = rows * columns;
        let elements = (0..count as i32).map(|i| (i * 89 + i / 7 * seed) as i8);
        Table {
            rows,
            columns,
            elements: elements.collect(),
        }
    }

    fn product() -> (Product, Vec<i32>) {
        let product = Product::new(table(13, 21, 5), table(17, 21, 11)).unwrap();
        let mut elements = Vec::new();
        for left in product.left.each_row() {
            for right in product.right.each_row() {
                let pairs = left.iter().zip(right);
                elements.push(pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum());
            }
        }
        (product, elements)
    }

    #[test]
    fn a_right_product_passes() {
        let (product, elements) = product();
        for _ in 0..20 {
            check(&product, &elements).unwrap();
        }
    }

    #[test]
    fn a_single_wrong_element_is_caught_wherever_it_is() {
        let (product, elements) = product();
        for at in 0..elements.len() {
            for wrong in [elements[at] ^ 1, !elements[at], i32::MIN, i32::MAX] {
                let mut elements = elements.clone();
                elements[at] = wrong;
                let error = check(&product, &elements).unwrap_err().to_string();
                assert_eq!(
                    error,
                    format!("row {} of the product is wrong", at / 17 + 1)
                );
            }
        }
    }

    #[test]
    fn errors_that_cancel_in_a_sum_are_caught() {
        let (product, mut elements) = product();
        elements[3] += 1;
        elements[4] -= 1;
        // A careless choice, a vector of ones, does not find the error.
        check_with(&product, &elements, &[1; 17]).unwrap();
        check(&product, &elements).unwrap_err();
    }

    #[test]
    fn arithmetic_is_modular() {
        assert_eq!(add_product(PRIME - 1, 1, 1), 0);
        assert_eq!(add_product(0, -1, 1), PRIME - 1);
        assert_eq!(add_product(5, i64::from(i32::MIN), PRIME), 5);
        let vector = random_vector(1000).unwrap();
        assert!(vector.iter().all(|word| *word < PRIME));
        // Half of the words have the highest bit. That all 1,000 have it, or none, does not happen.
        let high = vector.iter().filter(|word| *word >> 60 == 1).count();
        assert!(high > 0 && high < 1000, "{high}");
    }
}
