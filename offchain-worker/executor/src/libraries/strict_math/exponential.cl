/* Powers, logarithms, hyperbolic functions. */

/* e^(x + low) * 2^shift for a small `low`; x from -104 to 89. */
static float strict_exp_core(float x, float low, int shift)
{
	float n = fma(x, 0x1.715476p+0f, STRICT_ROUND) - STRICT_ROUND;
	float r = fma(n, -0x1.62e400p-1f, x);
	float p;
	r = fma(n, -0x1.7f7d1cp-20f, r) + low;
	p = 0x1.a18bb4p-13f;
	p = fma(p, r, 0x1.6d2234p-10f);
	p = fma(p, r, 0x1.111052p-7f);
	p = fma(p, r, 0x1.55550cp-5f);
	p = fma(p, r, 0x1.555556p-3f);
	p = fma(p, r, 0.5f);
	p = fma(r * r, p, r) + 1.0f;
	return strict_scale(p, (int)n + shift);
}

static float strict_exp(float x)
{
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (x > 89.0f)
		return STRICT_INFINITY;
	if (x < -104.0f)
		return 0.0f;
	return strict_exp_core(x, 0.0f, 0);
}

static float strict_exp2(float x)
{
	float n, r, p;
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (x >= 128.0f)
		return STRICT_INFINITY;
	if (x < -151.0f)
		return 0.0f;
	n = (x + STRICT_ROUND) - STRICT_ROUND;
	r = x - n;
	p = 0x1.85f8b2p-17f;
	p = fma(p, r, 0x1.4407cep-13f);
	p = fma(p, r, 0x1.5de548p-10f);
	p = fma(p, r, 0x1.3b2a62p-7f);
	p = fma(p, r, 0x1.c6b046p-5f);
	p = fma(p, r, 0x1.ebfbe0p-3f);
	p = fma(p, r, 0x1.62e430p-1f);
	return strict_scale(fma(p, r, 1.0f), (int)n);
}

/* The logarithms have the same values where there is none: NaN below zero, -infinity at zero. */
static int strict_log_is_special(float x)
{
	return !(x > 0.0f) || x == STRICT_INFINITY;
}

static float strict_log_special(float x)
{
	if (x == 0.0f)
		return -STRICT_INFINITY;
	return x == STRICT_INFINITY ? x : STRICT_NAN;
}

/* x = m * 2^e with m from 2/3 to 4/3; returns m. */
static float strict_split(float x, int* e)
{
	int below = 0, bits;
	if (x < 0x1p-126f) {
		x *= 0x1p23f;
		below = 23;
	}
	bits = as_int(x);
	*e = (bits - 0x3f2aaaab) >> 23;
	bits -= *e << 23;
	*e -= below;
	return as_float(bits);
}

/* log(1 + f) - f for f from -1/3 to 1/3. */
static float strict_log_rest(float f)
{
	float s = f * f;
	float p = -0x1.f39770p-4f;
	p = fma(p, f, 0x1.132496p-3f);
	p = fma(p, f, -0x1.f91ee2p-4f);
	p = fma(p, f, 0x1.211c2ap-3f);
	p = fma(p, f, -0x1.556bacp-3f);
	p = fma(p, f, 0x1.99add2p-3f);
	p = fma(p, f, -0x1.ffffe4p-3f);
	p = fma(p, f, 0x1.55554cp-2f);
	p = fma(p, f, -0.5f);
	return p * s;
}

static float strict_log(float x)
{
	int e;
	float f, n, rest;
	if (strict_log_is_special(x))
		return strict_log_special(x);
	f = strict_split(x, &e) - 1.0f;
	n = (float)e;
	rest = fma(n, 0x1.7f7d1cp-20f, strict_log_rest(f));
	return fma(n, 0x1.62e400p-1f, rest + f);
}

static float strict_log2(float x)
{
	int e;
	float f, rest, high, low;
	if (strict_log_is_special(x))
		return strict_log_special(x);
	f = strict_split(x, &e) - 1.0f;
	rest = strict_log_rest(f);
	/* (f + rest) / log(2), with what the product with f loses. */
	high = f * 0x1.715476p+0f;
	low = fma(f, 0x1.715476p+0f, -high);
	low = fma(f, 0x1.4ae0c0p-26f, low);
	low = fma(rest, 0x1.715476p+0f, low);
	return (float)e + (high + low);
}

static float strict_log10(float x)
{
	int e;
	float f, n, rest, high, low;
	if (strict_log_is_special(x))
		return strict_log_special(x);
	f = strict_split(x, &e) - 1.0f;
	n = (float)e;
	rest = strict_log_rest(f);
	high = f * 0x1.bcb7b2p-2f;
	low = fma(f, 0x1.bcb7b2p-2f, -high);
	low = fma(f, -0x1.5b235ep-27f, low);
	low = fma(rest, 0x1.bcb7b2p-2f, low);
	/* log10(2), whose first part has so few bits that its product with n is exact. */
	low = fma(n, 0x1.3509f8p-18f, low);
	return fma(n, 0x1.344000p-2f, high + low);
}

/* log(x) as a sum of two numbers, for x > 0 and finite. */
static float strict_log_two(float x, float* low)
{
	int e;
	float m = strict_split(x, &e);
	float n = (float)e;
	/* log(m) = 2 atanh(u) with u = (m - 1) / (m + 1) */
	float p = m - 1.0f;
	float q = m + 1.0f;
	float q_low = m - (q - 1.0f);
	float u = p / q;
	float u_low = fma(-u, q_low, fma(-u, q, p)) / q;
	float s = u * u;
	float s_low = fma(u + u, u_low, fma(u, u, -s));
	float z, c, c_low, t, t_low, v, v_low, a, b, sum, rest;
	/* atanh(u) = u + u s (1/3 + s (1/5 + ...)) */
	z = 0x1.3b13b2p-4f;
	z = fma(z, s, 0x1.745d18p-4f);
	z = fma(z, s, 0x1.c71c72p-4f);
	z = fma(z, s, 0x1.24924ap-3f);
	z = fma(z, s, 0x1.99999ap-3f);
	z *= s;
	c = 0x1.555556p-2f + z;
	c_low = (0x1.555556p-2f - c) + z - 0x1.555556p-27f;
	/* t = s c, v = u t */
	t = s * c;
	t_low = fma(s, c, -t);
	t_low = fma(s, c_low, t_low);
	t_low = fma(s_low, c, t_low);
	v = u * t;
	v_low = fma(u, t, -v);
	v_low = fma(u, t_low, v_low);
	v_low = fma(u_low, t, v_low);
	/* n log(2) + 2 u + 2 v; the first product is exact. */
	a = n * 0x1.62e400p-1f;
	b = u + u;
	sum = a + b;
	rest = e == 0 ? 0.0f : (a - sum) + b;
	v += v;
	b = sum + v;
	rest += (sum - b) + v;
	rest += fma(2.0f, v_low, fma(2.0f, u_low, n * 0x1.7f7d1cp-20f));
	sum = b + rest;
	*low = (b - sum) + rest;
	return sum;
}

static float strict_pow(float x, float y)
{
	int odd = 0, whole;
	float ax = strict_abs(x), ay = strict_abs(y);
	float log_x, log_low, high, low, power;
	if (x == 1.0f || y == 0.0f)
		return 1.0f;
	if (strict_is_nan(x) || strict_is_nan(y))
		return STRICT_NAN;
	if (ay >= 0x1p24f) {
		whole = 1;
	} else {
		whole = (float)(int)ay == ay;
		odd = whole && ((int)ay & 1);
	}
	if (x == 0.0f || ax == STRICT_INFINITY) {
		/* The sign stays where the power is odd. */
		power = (x == 0.0f) == (y < 0.0f) ? STRICT_INFINITY : 0.0f;
		return odd ? strict_sign(power, x) : power;
	}
	if (ay == STRICT_INFINITY) {
		if (ax == 1.0f)
			return 1.0f;
		return (ax > 1.0f) == (y > 0.0f) ? STRICT_INFINITY : 0.0f;
	}
	if (x < 0.0f && !whole)
		return STRICT_NAN;
	log_x = strict_log_two(ax, &log_low);
	high = log_x * y;
	if (high > 89.0f) {
		power = STRICT_INFINITY;
	} else if (high < -104.0f) {
		power = 0.0f;
	} else {
		low = fma(log_x, y, -high);
		low = fma(log_low, y, low);
		power = strict_exp_core(high, low, 0);
	}
	return odd ? strict_sign(power, x) : power;
}

static float strict_sinh(float x)
{
	float a = strict_abs(x), z, p;
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (a < 1.0f) {
		z = x * x;
		p = 0x1.6401a8p-19f;
		p = fma(p, z, 0x1.a08694p-13f);
		p = fma(p, z, 0x1.11105ep-7f);
		p = fma(p, z, 0x1.555556p-3f);
		return fma(p * z, x, x);
	}
	if (a > 90.0f)
		return strict_sign(STRICT_INFINITY, x);
	/* Half of e^a, and of its inverse. */
	p = strict_exp_core(a, 0.0f, -1);
	return strict_sign(p - 0.25f / p, x);
}

static float strict_cosh(float x)
{
	float a = strict_abs(x), p;
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (a > 90.0f)
		return STRICT_INFINITY;
	p = strict_exp_core(a, 0.0f, -1);
	return p + 0.25f / p;
}

static float strict_tanh(float x)
{
	float a = strict_abs(x), z, p;
	if (strict_is_nan(x))
		return STRICT_NAN;
	if (x == 0.0f)
		return x;
	if (a < 0.625f) {
		z = x * x;
		p = 0x1.5fa82cp-9f;
		p = fma(p, z, -0x1.1eb43ep-7f);
		p = fma(p, z, 0x1.671a40p-6f);
		p = fma(p, z, -0x1.ba3856p-5f);
		p = fma(p, z, 0x1.111190p-3f);
		p = fma(p, z, -0x1.555556p-2f);
		return fma(p * z, x, x);
	}
	if (a > 10.0f)
		return strict_sign(1.0f, x);
	p = strict_exp_core(a + a, 0.0f, 0);
	return strict_sign(1.0f - 2.0f / (p + 1.0f), x);
}
