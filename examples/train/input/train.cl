// A network with one hidden layer learns to read handwritten digits: 64 brightnesses, HIDDEN
// rectified units, ten answers. Squared hinge loss (Tang 2013), gradient descent with momentum.
//
// Class fp32-strict: only + - * and comparisons on floats, every sum in a fixed order by one work
// item, so that every conformant device learns the same weights, bit for bit.
//
// HIDDEN, BATCH and DIGITS (how many there are to learn from) come from the manifest's defines.
// Weights are stored input by input: row i has the weights of input i to every unit of the layer,
// and one more row has the units' own offsets.

#define PIXELS 64
#define ANSWERS 10
#define MOMENTUM 0.9f

uint scrambled(uint x) {
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    x ^= x >> 16;
    return x;
}

// Small weights from -1/4 to 1/4, different for each place and salt: 24 bits make an exact float.
__kernel void initialise(__global float *weights, const uint salt) {
    uint i = get_global_id(0);
    float unit = (float)(scrambled(i + salt) >> 8) * (1.0f / 16777216.0f);
    weights[i] = (unit * 2.0f - 1.0f) * 0.25f;
}

// A batch is BATCH digits in a row, from `first` on, and goes on at the start after the last.
uint digit_of(uint first, uint b) { return (first + b) % DIGITS; }

float brightness(__global const uchar *pixels, uint digit, uint pixel) {
    return (float)pixels[digit * PIXELS + pixel] * 0.0625f;
}

// hidden[b, h]: what unit h makes of digit b.
__kernel void see(
    __global const uchar *pixels,
    __global const float *hidden_weights,
    __global float *hidden,
    const uint first
) {
    uint h = get_global_id(0);
    uint b = get_global_id(1);
    uint digit = digit_of(first, b);
    float sum = hidden_weights[PIXELS * HIDDEN + h];
    for (uint i = 0; i < PIXELS; i++) {
        sum += brightness(pixels, digit, i) * hidden_weights[i * HIDDEN + h];
    }
    hidden[b * HIDDEN + h] = sum > 0.0f ? sum : 0.0f;
}

// The answers to digit b. error[b, a]: the loss's slope (halved) in answer a. Counts the mistakes
// of each epoch.
__kernel void answer(
    __global const uchar *labels,
    __global const float *hidden,
    __global const float *answer_weights,
    __global float *error,
    __global uint *mistakes,
    const uint first,
    const uint epoch
) {
    uint b = get_global_id(0);
    uint label = labels[digit_of(first, b)];
    uint choice = 0;
    float best = 0.0f;
    for (uint a = 0; a < ANSWERS; a++) {
        float sum = answer_weights[HIDDEN * ANSWERS + a];
        for (uint h = 0; h < HIDDEN; h++) {
            sum += hidden[b * HIDDEN + h] * answer_weights[h * ANSWERS + a];
        }
        if (a == 0 || sum > best) {
            best = sum;
            choice = a;
        }
        float wanted = a == label ? 1.0f : -1.0f;
        float missing = 1.0f - wanted * sum;
        error[b * ANSWERS + a] = missing > 0.0f ? -(wanted * missing) : 0.0f;
    }
    if (choice != label) {
        atomic_inc(&mistakes[epoch]);
    }
}

// blame[b, h]: the loss's slope in hidden unit h.
__kernel void blame(
    __global const float *hidden,
    __global const float *error,
    __global const float *answer_weights,
    __global float *blame
) {
    uint h = get_global_id(0);
    uint b = get_global_id(1);
    float sum = 0.0f;
    for (uint a = 0; a < ANSWERS; a++) {
        sum += error[b * ANSWERS + a] * answer_weights[h * ANSWERS + a];
    }
    blame[b * HIDDEN + h] = hidden[b * HIDDEN + h] > 0.0f ? sum : 0.0f;
}

void descend(__global float *weight, __global float *speed, float slope, float rate) {
    *speed = *speed * MOMENTUM - rate * slope;
    *weight += *speed;
}

__kernel void learn_answers(
    __global const float *hidden,
    __global const float *error,
    __global float *answer_weights,
    __global float *answer_speed,
    const float rate
) {
    uint a = get_global_id(0);
    uint h = get_global_id(1);
    float slope = 0.0f;
    for (uint b = 0; b < BATCH; b++) {
        float input = h < HIDDEN ? hidden[b * HIDDEN + h] : 1.0f;
        slope += input * error[b * ANSWERS + a];
    }
    uint at = h * ANSWERS + a;
    descend(&answer_weights[at], &answer_speed[at], slope, rate);
}

__kernel void learn_hidden(
    __global const uchar *pixels,
    __global const float *blame,
    __global float *hidden_weights,
    __global float *hidden_speed,
    const uint first,
    const float rate
) {
    uint h = get_global_id(0);
    uint i = get_global_id(1);
    float slope = 0.0f;
    for (uint b = 0; b < BATCH; b++) {
        float input = i < PIXELS ? brightness(pixels, digit_of(first, b), i) : 1.0f;
        slope += input * blame[b * HIDDEN + h];
    }
    uint at = i * HIDDEN + h;
    descend(&hidden_weights[at], &hidden_speed[at], slope, rate);
}
