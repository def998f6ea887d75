/* strict_math: functions that OpenCL leaves open within a tolerance, from operations that it
 * defines exactly (+ - * / sqrt fma, integers, conversions of small integers), so that every
 * conformant device gives the same bits.
 *
 * Polynomials in Horner's form, each step one fma; their coefficients come from
 * scripts/strict-math-coefficients.py. What is not said of special values is as in C99's annex F.
 * docs/manifest.md has the measured errors. */
#pragma OPENCL FP_CONTRACT OFF

#define STRICT_INFINITY as_float(0x7f800000)
#define STRICT_NAN as_float(0x7fc00000)
/* Added and subtracted, it rounds to the nearest integer (numbers below 2^22). */
#define STRICT_ROUND 12582912.0f
#define STRICT_PI 0x1.921fb6p+1f
#define STRICT_PI_LOW -0x1.777a5cp-24f
#define STRICT_HALF_PI 0x1.921fb6p+0f
#define STRICT_HALF_PI_LOW -0x1.777a5cp-25f

static float strict_abs(float x)
{
	return as_float(as_int(x) & 0x7fffffff);
}

/* x with the sign of y. */
static float strict_sign(float x, float y)
{
	return as_float((as_int(x) & 0x7fffffff) | (as_int(y) & (int)0x80000000u));
}

static int strict_is_nan(float x)
{
	return (as_int(x) & 0x7fffffff) > 0x7f800000;
}

/* x * 2^n for n from -252 to 254, rounded once: the first product is exact where the second is
 * not. */
static float strict_scale(float x, int n)
{
	int first = n >> 1;
	return x * as_float((first + 127) << 23) * as_float((n - first + 127) << 23);
}
