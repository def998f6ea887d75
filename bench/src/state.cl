// Changes every element, with enough arithmetic that a launch is not only a walk through memory.
__kernel void change(__global uint *state, const uint launch) {
    size_t i = get_global_id(0);
    uint x = state[i] ^ (uint)i ^ launch;
    for (uint k = 0; k < 8; k++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    state[i] = x;
}
