//! The functions of `strict_math`, written again in Rust: the same operations in the same order.

const LN2_HIGH: f32 = hex(0x3f31_7200);
const LN2_LOW: f32 = hex(0x35bf_be8e);
const LOG2_E: f32 = hex(0x3fb8_aa3b);
const ROUND: f32 = 12_582_912.0;
const PI: f32 = hex(0x4049_0fdb);
const PI_LOW: f32 = hex(0xb3bb_bd2e);
const HALF_PI: f32 = hex(0x3fc9_0fdb);
const HALF_PI_LOW: f32 = hex(0xb33b_bd2e);
const TWO_OVER_PI: [u32; 8] = [
    0,
    0xa2f9_836e,
    0x4e44_1529,
    0xfc27_57d1,
    0xf534_ddc0,
    0xdb62_9599,
    0x3c43_9041,
    0xfe51_63ab,
];

const fn hex(bits: u32) -> f32 {
    f32::from_bits(bits)
}

/// Horner's form: coefficients from the highest power down.
fn polynomial(x: f32, coefficients: &[u32]) -> f32 {
    let (first, rest) = coefficients.split_first().unwrap();
    rest.iter().fold(hex(*first), |p, c| p.mul_add(x, hex(*c)))
}

fn scale(x: f32, n: i32) -> f32 {
    let power = |n: i32| hex(((n + 127) as u32) << 23);
    let first = n >> 1;
    x * power(first) * power(n - first)
}

fn exp_core(x: f32, low: f32, shift: i32) -> f32 {
    let n = x.mul_add(LOG2_E, ROUND) - ROUND;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x)) + low;
    let p = polynomial(
        r,
        &[
            0x3950_c5da,
            0x3ab6_911a,
            0x3c08_8829,
            0x3d2a_aa86,
            0x3e2a_aaab,
            0x3f00_0000,
        ],
    );
    scale((r * r).mul_add(p, r) + 1.0, n as i32 + shift)
}

pub fn exp(x: f32) -> f32 {
    match x {
        x if x.is_nan() => NAN,
        x if x > 89.0 => f32::INFINITY,
        x if x < -104.0 => 0.0,
        x => exp_core(x, 0.0, 0),
    }
}

const NAN: f32 = hex(0x7fc0_0000);

pub fn exp2(x: f32) -> f32 {
    if x.is_nan() {
        return NAN;
    }
    if x >= 128.0 {
        return f32::INFINITY;
    }
    if x < -151.0 {
        return 0.0;
    }
    let n = (x + ROUND) - ROUND;
    let r = x - n;
    let p = polynomial(
        r,
        &[
            0x3742_fc59,
            0x3922_03e7,
            0x3aae_f2a4,
            0x3c1d_9531,
            0x3d63_5823,
            0x3e75_fdf0,
            0x3f31_7218,
        ],
    );
    scale(p.mul_add(r, 1.0), n as i32)
}

/// Returns what the logarithms give where no logarithm exists.
fn without_logarithm(x: f32) -> Option<f32> {
    match x {
        x if x == f32::INFINITY => Some(x),
        x if x > 0.0 => None,
        0.0 => Some(f32::NEG_INFINITY),
        _ => Some(NAN),
    }
}

fn split(x: f32) -> (f32, i32) {
    let (x, below) = match x < f32::MIN_POSITIVE {
        true => (x * 8_388_608.0, 23),
        false => (x, 0),
    };
    let bits = x.to_bits() as i32;
    let e = (bits - 0x3f2a_aaab) >> 23;
    (hex((bits - (e << 23)) as u32), e - below)
}

fn log_rest(f: f32) -> f32 {
    let p = polynomial(
        f,
        &[
            0xbdf9_cbb8,
            0x3e09_924b,
            0xbdfc_8f71,
            0x3e10_8e15,
            0xbe2a_b5d6,
            0x3e4c_d6e9,
            0xbe7f_fff2,
            0x3eaa_aaa6,
            0xbf00_0000,
        ],
    );
    p * (f * f)
}

pub fn log(x: f32) -> f32 {
    without_logarithm(x).unwrap_or_else(|| {
        let (m, e) = split(x);
        let (f, n) = (m - 1.0, e as f32);
        let rest = n.mul_add(LN2_LOW, log_rest(f));
        n.mul_add(LN2_HIGH, rest + f)
    })
}

/// Returns f / log(base), precisely enough, for the `one` and `one_low` of that base.
fn rebased(f: f32, one: f32, one_low: f32) -> (f32, f32) {
    let high = f * one;
    let low = f.mul_add(one_low, f.mul_add(one, -high));
    (high, log_rest(f).mul_add(one, low))
}

pub fn log2(x: f32) -> f32 {
    without_logarithm(x).unwrap_or_else(|| {
        let (m, e) = split(x);
        let (high, low) = rebased(m - 1.0, LOG2_E, hex(0x32a5_7060));
        e as f32 + (high + low)
    })
}

pub fn log10(x: f32) -> f32 {
    without_logarithm(x).unwrap_or_else(|| {
        let (m, e) = split(x);
        let (high, low) = rebased(m - 1.0, hex(0x3ede_5bd9), hex(0xb22d_91af));
        let n = e as f32;
        let low = n.mul_add(hex(0x369a_84fc), low);
        n.mul_add(hex(0x3e9a_2000), high + low)
    })
}

fn log_two(x: f32) -> (f32, f32) {
    let (m, e) = split(x);
    let n = e as f32;
    let (p, q) = (m - 1.0, m + 1.0);
    let q_low = m - (q - 1.0);
    let u = p / q;
    let u_low = (-u).mul_add(q_low, (-u).mul_add(q, p)) / q;
    let s = u * u;
    let s_low = (u + u).mul_add(u_low, u.mul_add(u, -s));
    let third = hex(0x3eaa_aaab);
    let z = s * polynomial(
        s,
        &[
            0x3d9d_89d9,
            0x3dba_2e8c,
            0x3de3_8e39,
            0x3e12_4925,
            0x3e4c_cccd,
        ],
    );
    let c = third + z;
    let c_low = (third - c) + z - hex(0x322a_aaab);
    let t = s * c;
    let t_low = s_low.mul_add(c, s.mul_add(c_low, s.mul_add(c, -t)));
    let v = u * t;
    let v_low = u_low.mul_add(t, u.mul_add(t_low, u.mul_add(t, -v)));
    let a = n * LN2_HIGH;
    let b = u + u;
    let sum = a + b;
    let rest = match e {
        0 => 0.0,
        _ => (a - sum) + b,
    };
    let v = v + v;
    let b = sum + v;
    let rest = rest + ((sum - b) + v);
    let rest = rest + 2.0f32.mul_add(v_low, 2.0f32.mul_add(u_low, n * LN2_LOW));
    let sum = b + rest;
    (sum, (b - sum) + rest)
}

pub fn pow(x: f32, y: f32) -> f32 {
    let (ax, ay) = (x.abs(), y.abs());
    if x == 1.0 || y == 0.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return NAN;
    }
    let whole = ay >= 16_777_216.0 || ay as i32 as f32 == ay;
    let odd = ay < 16_777_216.0 && whole && ay as i32 & 1 == 1;
    let signed = |power: f32| match odd {
        true => power.copysign(x),
        false => power,
    };
    if x == 0.0 || ax == f32::INFINITY {
        return signed(match (x == 0.0) == (y < 0.0) {
            true => f32::INFINITY,
            false => 0.0,
        });
    }
    if ay == f32::INFINITY {
        return match ax == 1.0 {
            true => 1.0,
            false if (ax > 1.0) == (y > 0.0) => f32::INFINITY,
            false => 0.0,
        };
    }
    if x < 0.0 && !whole {
        return NAN;
    }
    let (log, log_low) = log_two(ax);
    let high = log * y;
    signed(if high > 89.0 {
        f32::INFINITY
    } else if high < -104.0 {
        0.0
    } else {
        exp_core(high, log_low.mul_add(y, log.mul_add(y, -high)), 0)
    })
}

fn reduce(x: f32) -> (f32, i32) {
    if x.abs() < 48_039.0 {
        let n = x.mul_add(hex(0x3f22_f983), ROUND) - ROUND;
        let r = n.mul_add(hex(0xbfc9_0fda), x);
        let r = n.mul_add(hex(0xb3a2_2168), r);
        return (n.mul_add(hex(0xa7c2_34c4), r), n as i32);
    }
    let bits = x.to_bits();
    let mantissa = u64::from(((bits & 0x7f_ffff) | 0x80_0000) << 8);
    let start = (((bits >> 23) & 0xff) - 128) as usize;
    // 32 bits of 2 / pi from each of three places on.
    let window = |word: usize| {
        let two = (u64::from(TWO_OVER_PI[word]) << 32) | u64::from(TWO_OVER_PI[word + 1]);
        (two << (start % 32)) >> 32
    };
    let word = start / 32;
    let product = (mantissa.wrapping_mul(window(word)) << 32)
        .wrapping_add(mantissa * window(word + 1))
        .wrapping_add((mantissa * window(word + 2)) >> 32);
    let mut quadrant = (product >> 62) as i32;
    let mut fraction = product << 2;
    let negative = fraction >> 63 == 1;
    if negative {
        quadrant += 1;
        fraction = fraction.wrapping_neg();
    }
    let mut zeros = fraction.leading_zeros();
    let product = u128::from(fraction << zeros) * 0xc90f_daa2_2168_c234;
    let mut fraction = (product >> 64) as u64;
    if fraction >> 63 == 0 {
        fraction <<= 1;
        zeros += 1;
    }
    let high = (fraction >> 40) as f32;
    let low = ((fraction >> 16) & 0xff_ffff) as f32;
    let r = (high + low * hex(0x3380_0000)) * hex((104 - zeros) << 23);
    let r = match negative != (x < 0.0) {
        true => -r,
        false => r,
    };
    (r, if x < 0.0 { -quadrant } else { quadrant })
}

fn sin_core(r: f32) -> f32 {
    let z = r * r;
    let p = polynomial(z, &[0x3661_02c3, 0xb950_a8c8, 0x3c08_891e, 0xbe2a_aaab]);
    (p * z).mul_add(r, r)
}

fn cos_core(r: f32) -> f32 {
    let z = r * r;
    polynomial(
        z,
        &[
            0xb4e7_faab,
            0x37d1_4a59,
            0xbab6_0c8c,
            0x3d2a_aaab,
            0xbf00_0000,
            0x3f80_0000,
        ],
    )
}

pub fn sin(x: f32) -> f32 {
    if !x.is_finite() {
        return NAN;
    }
    if x == 0.0 {
        return x;
    }
    let (r, quadrant) = reduce(x);
    match quadrant.rem_euclid(4) {
        0 => sin_core(r),
        1 => cos_core(r),
        2 => -sin_core(r),
        _ => -cos_core(r),
    }
}

pub fn cos(x: f32) -> f32 {
    if !x.is_finite() {
        return NAN;
    }
    let (r, quadrant) = reduce(x);
    match quadrant.rem_euclid(4) {
        0 => cos_core(r),
        1 => -sin_core(r),
        2 => -cos_core(r),
        _ => sin_core(r),
    }
}

pub fn tan(x: f32) -> f32 {
    if !x.is_finite() {
        return NAN;
    }
    if x == 0.0 {
        return x;
    }
    let (r, quadrant) = reduce(x);
    let z = r * r;
    let p = polynomial(
        z,
        &[
            0x3b81_6754,
            0x3a81_3cac,
            0x3c25_8aaa,
            0x3cb0_bc58,
            0x3d5d_30c6,
            0x3e08_8829,
            0x3eaa_aaab,
        ],
    );
    let t = (p * z).mul_add(r, r);
    match quadrant & 1 {
        0 => t,
        _ => -1.0 / t,
    }
}

fn asin_rest(z: f32) -> f32 {
    z * polynomial(
        z,
        &[
            0x3d11_b03c,
            0x3c82_5d5a,
            0x3d00_9371,
            0x3d36_8fd4,
            0x3d99_9aa5,
            0x3e2a_aaaa,
        ],
    )
}

fn asin_root(z: f32) -> (f32, f32) {
    let s = z.sqrt();
    let lost = match s > 0.0 {
        true => (-s).mul_add(s, z) / (s + s),
        false => 0.0,
    };
    (s, s.mul_add(asin_rest(z), lost))
}

fn less_twice(constant: f32, constant_low: f32, (high, low): (f32, f32)) -> f32 {
    let sum = constant - (high + high);
    let rest = (constant - sum) - (high + high);
    sum + (rest + (-2.0f32).mul_add(low, constant_low))
}

pub fn asin(x: f32) -> f32 {
    let a = x.abs();
    if a.is_nan() || a > 1.0 {
        return NAN;
    }
    if a <= 0.5 {
        return asin_rest(x * x).mul_add(x, x);
    }
    less_twice(HALF_PI, HALF_PI_LOW, asin_root(a.mul_add(-0.5, 0.5))).copysign(x)
}

pub fn acos(x: f32) -> f32 {
    let a = x.abs();
    if a.is_nan() || a > 1.0 {
        return NAN;
    }
    if a <= 0.5 {
        return (HALF_PI_LOW - asin_rest(x * x).mul_add(x, x)) + HALF_PI;
    }
    let (high, low) = asin_root(a.mul_add(-0.5, 0.5));
    match x > 0.0 {
        true => 2.0f32.mul_add(low, high + high),
        false => less_twice(PI, PI_LOW, (high, low)),
    }
}

fn atan_core(x: f32) -> f32 {
    let z = x * x;
    let p = polynomial(
        z,
        &[
            0xbb16_fcd1,
            0x3c57_b0c7,
            0xbd10_8efb,
            0x3d7d_e89f,
            0xbdb0_c642,
            0x3de1_d4bb,
            0xbe12_33fe,
            0x3e4c_cbfe,
            0xbeaa_aaaa,
        ],
    );
    (p * z).mul_add(x, x)
}

pub fn atan(x: f32) -> f32 {
    let a = x.abs();
    if x.is_nan() {
        NAN
    } else if x == 0.0 {
        x
    } else if a <= 1.0 {
        atan_core(x)
    } else {
        ((HALF_PI_LOW - atan_core(1.0 / a)) + HALF_PI).copysign(x)
    }
}

pub fn atan2(y: f32, x: f32) -> f32 {
    let (ax, ay) = (x.abs(), y.abs());
    if x.is_nan() || y.is_nan() {
        return NAN;
    }
    let a = if ax == ay {
        match ax == 0.0 {
            true => 0.0,
            false => atan_core(1.0),
        }
    } else if ay < ax {
        atan_core(ay / ax)
    } else {
        (HALF_PI_LOW - atan_core(ax / ay)) + HALF_PI
    };
    let a = match x.is_sign_negative() {
        true => (PI_LOW - a) + PI,
        false => a,
    };
    a.copysign(y)
}

pub fn sinh(x: f32) -> f32 {
    let a = x.abs();
    if x.is_nan() {
        return NAN;
    }
    if a < 1.0 {
        let z = x * x;
        let p = polynomial(z, &[0x3632_00d4, 0x3950_434a, 0x3c08_882f, 0x3e2a_aaab]);
        return (p * z).mul_add(x, x);
    }
    if a > 90.0 {
        return f32::INFINITY.copysign(x);
    }
    let p = exp_core(a, 0.0, -1);
    (p - 0.25 / p).copysign(x)
}

pub fn cosh(x: f32) -> f32 {
    let a = x.abs();
    if x.is_nan() {
        return NAN;
    }
    if a > 90.0 {
        return f32::INFINITY;
    }
    let p = exp_core(a, 0.0, -1);
    p + 0.25 / p
}

pub fn tanh(x: f32) -> f32 {
    let a = x.abs();
    if x.is_nan() {
        return NAN;
    }
    if x == 0.0 {
        return x;
    }
    if a < 0.625 {
        let z = x * x;
        let p = polynomial(
            z,
            &[
                0x3b2f_d416,
                0xbc0f_5a1f,
                0x3cb3_8d20,
                0xbd5d_1c2b,
                0x3e08_88c8,
                0xbeaa_aaab,
            ],
        );
        return (p * z).mul_add(x, x);
    }
    if a > 10.0 {
        return 1.0f32.copysign(x);
    }
    let p = exp_core(a + a, 0.0, 0);
    (1.0 - 2.0 / (p + 1.0)).copysign(x)
}
