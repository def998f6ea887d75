/* Functions of the circle, and their inverses. */

/* 2 / pi in binary, from 2^-1 on, after 32 bits of zeros. */
__constant uint strict_two_over_pi[8] = {
	0x00000000u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u,
	0xfe5163abu,
};

/* x - n pi / 2, from -pi/4 to pi/4, for n modulo 4; x is finite. */
static float strict_reduce(float x, int* quadrant)
{
	float n, r, high, low;
	uint bits, mantissa, word, shift, a, b, c;
	ulong product, fraction;
	int exponent, zeros, negative;
	if (strict_abs(x) < 48039.0f) {
		n = fma(x, 0x1.45f306p-1f, STRICT_ROUND) - STRICT_ROUND;
		r = fma(n, -0x1.921fb4p+0f, x);
		r = fma(n, -0x1.4442d0p-24f, r);
		r = fma(n, -0x1.846988p-48f, r);
		*quadrant = (int)n;
		return r;
	}
	/* Payne and Hanek: the bits of 2 x / pi around its point, in integers. */
	bits = as_uint(x);
	exponent = (int)((bits >> 23) & 0xff) - 127;
	mantissa = ((bits & 0x7fffffu) | 0x800000u) << 8;
	/* x = mantissa 2^(exponent - 31). Of 2 / pi the bits from 2^(32 - exponent) down count: what
	 * stands above them adds multiples of 4 quadrants. */
	word = (uint)(exponent - 1) >> 5;
	shift = (uint)(exponent - 1) & 31;
	a = strict_two_over_pi[word];
	b = strict_two_over_pi[word + 1];
	c = strict_two_over_pi[word + 2];
	if (shift) {
		a = (a << shift) | (b >> (32 - shift));
		b = (b << shift) | (c >> (32 - shift));
		c = (c << shift) | (strict_two_over_pi[word + 3] >> (32 - shift));
	}
	product = ((ulong)mantissa * a) << 32;
	product += (ulong)mantissa * b;
	product += ((ulong)mantissa * c) >> 32;
	/* Two bits of quadrant, and 62 of the fraction, brought to -1/2 to 1/2. */
	*quadrant = (int)(product >> 62);
	fraction = product << 2;
	negative = (int)(fraction >> 63);
	if (negative) {
		*quadrant += 1;
		fraction = 0ul - fraction;
	}
	zeros = (int)clz(fraction);
	fraction <<= zeros;
	/* Times pi / 4, and back to 64 bits with the first one set. */
	fraction = mul_hi(fraction, 0xc90fdaa22168c234ul);
	if (!(fraction >> 63)) {
		fraction <<= 1;
		zeros += 1;
	}
	high = (float)(int)(fraction >> 40);
	low = (float)(int)((fraction >> 16) & 0xfffffful);
	r = (high + low * 0x1p-24f) * as_float((104 - zeros) << 23);
	if (negative != (int)(bits >> 31))
		r = -r;
	if (bits >> 31)
		*quadrant = -*quadrant;
	return r;
}

static float strict_sin_core(float r)
{
	float z = r * r;
	float p = 0x1.c20586p-19f;
	p = fma(p, z, -0x1.a15190p-13f);
	p = fma(p, z, 0x1.11123cp-7f);
	p = fma(p, z, -0x1.555556p-3f);
	return fma(p * z, r, r);
}

static float strict_cos_core(float r)
{
	float z = r * r;
	float p = -0x1.cff556p-22f;
	p = fma(p, z, 0x1.a294b2p-16f);
	p = fma(p, z, -0x1.6c1918p-10f);
	p = fma(p, z, 0x1.555556p-5f);
	p = fma(p, z, -0.5f);
	return fma(p, z, 1.0f);
}

static float strict_sin(float x)
{
	int q;
	float r;
	if (!(strict_abs(x) < STRICT_INFINITY))
		return STRICT_NAN;
	if (x == 0.0f)
		return x;
	r = strict_reduce(x, &q);
	r = q & 1 ? strict_cos_core(r) : strict_sin_core(r);
	return q & 2 ? -r : r;
}

static float strict_cos(float x)
{
	int q;
	float r;
	if (!(strict_abs(x) < STRICT_INFINITY))
		return STRICT_NAN;
	r = strict_reduce(x, &q);
	r = q & 1 ? strict_sin_core(r) : strict_cos_core(r);
	return (q + 1) & 2 ? -r : r;
}

static float strict_tan(float x)
{
	int q;
	float r, z, p;
	if (!(strict_abs(x) < STRICT_INFINITY))
		return STRICT_NAN;
	if (x == 0.0f)
		return x;
	r = strict_reduce(x, &q);
	z = r * r;
	p = 0x1.02cea8p-8f;
	p = fma(p, z, 0x1.027958p-10f);
	p = fma(p, z, 0x1.4b1554p-7f);
	p = fma(p, z, 0x1.6178b0p-6f);
	p = fma(p, z, 0x1.ba618cp-5f);
	p = fma(p, z, 0x1.111052p-3f);
	p = fma(p, z, 0x1.555556p-2f);
	r = fma(p * z, r, r);
	return q & 1 ? -1.0f / r : r;
}

/* asin(x) / x - 1 for x^2 = z up to 1/4. */
static float strict_asin_rest(float z)
{
	float p = 0x1.236078p-5f;
	p = fma(p, z, 0x1.04bab4p-6f);
	p = fma(p, z, 0x1.0126e2p-5f);
	p = fma(p, z, 0x1.6d1fa8p-5f);
	p = fma(p, z, 0x1.33354ap-4f);
	p = fma(p, z, 0x1.555554p-3f);
	return p * z;
}

/* asin(sqrt(z)) as a sum of two numbers, for z up to 1/4. */
static float strict_asin_root(float z, float* low)
{
	float s = sqrt(z);
	/* What the root lost by rounding. */
	float lost = s > 0.0f ? fma(-s, s, z) / (s + s) : 0.0f;
	*low = fma(s, strict_asin_rest(z), lost);
	return s;
}

/* whole - 2 (high + low), with a whole that is larger. */
static float strict_less_twice(float whole, float whole_low, float high, float low)
{
	float twice = high + high;
	float sum = whole - twice;
	float rest = (whole - sum) - twice;
	return sum + (rest + fma(-2.0f, low, whole_low));
}

static float strict_asin(float x)
{
	float a = strict_abs(x), low;
	if (!(a <= 1.0f))
		return STRICT_NAN;
	if (a <= 0.5f)
		return fma(strict_asin_rest(x * x), x, x);
	/* asin(x) = pi / 2 - 2 asin(sqrt((1 - x) / 2)) */
	a = strict_asin_root(fma(a, -0.5f, 0.5f), &low);
	return strict_sign(strict_less_twice(STRICT_HALF_PI, STRICT_HALF_PI_LOW, a, low), x);
}

static float strict_acos(float x)
{
	float a = strict_abs(x), low;
	if (!(a <= 1.0f))
		return STRICT_NAN;
	if (a <= 0.5f) {
		a = fma(strict_asin_rest(x * x), x, x);
		return (STRICT_HALF_PI_LOW - a) + STRICT_HALF_PI;
	}
	a = strict_asin_root(fma(a, -0.5f, 0.5f), &low);
	if (x > 0.0f)
		return fma(2.0f, low, a + a);
	return strict_less_twice(STRICT_PI, STRICT_PI_LOW, a, low);
}

/* atan(x) for x from -1 to 1. */
static float strict_atan_core(float x)
{
	float z = x * x;
	float p = -0x1.2df9a2p-9f;
	p = fma(p, z, 0x1.af618ep-7f);
	p = fma(p, z, -0x1.211df6p-5f);
	p = fma(p, z, 0x1.fbd13ep-5f);
	p = fma(p, z, -0x1.618c84p-4f);
	p = fma(p, z, 0x1.c3a976p-4f);
	p = fma(p, z, -0x1.2467fcp-3f);
	p = fma(p, z, 0x1.9997fcp-3f);
	p = fma(p, z, -0x1.555554p-2f);
	return fma(p * z, x, x);
}

static float strict_atan(float x)
{
	float a = strict_abs(x);
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (a <= 1.0f)
		return x == 0.0f ? x : strict_atan_core(x);
	a = (STRICT_HALF_PI_LOW - strict_atan_core(1.0f / a)) + STRICT_HALF_PI;
	return strict_sign(a, x);
}

static float strict_atan2(float y, float x)
{
	float ax = strict_abs(x), ay = strict_abs(y);
	float a;
	if (strict_is_nan(x) || strict_is_nan(y))
		return STRICT_NAN;
	if (ax == ay)
		/* Zeros, infinities and diagonals: a quotient of 0 or 1. */
		a = ax == 0.0f ? 0.0f : strict_atan_core(1.0f);
	else if (ay < ax)
		a = strict_atan_core(ay / ax);
	else
		a = (STRICT_HALF_PI_LOW - strict_atan_core(ax / ay)) + STRICT_HALF_PI;
	if (as_int(x) < 0)
		a = (STRICT_PI_LOW - a) + STRICT_PI;
	return strict_sign(a, y);
}
