// A path tracer for one triangle mesh on a chequered floor under sun and sky.
//
// Class fp32-strict: only +, -, *, /, sqrt and comparisons on floats, so that every conformant
// device computes the same picture, bit for bit. Vectors are spelled out in scalars where the
// order of operations matters; the built-in dot() and normalize() leave it open.
//
// WIDTH, HEIGHT and SAMPLES (paths for each pixel of a frame) come from the manifest's defines.

#define MAX_BOUNCES 4
#define STACK 32
#define FAR 1e30f
#define EPSILON 1e-3f

typedef struct {
    float t;
    int triangle; // -1: nothing, -2: the floor
    float u, v;
} hit_t;

float dot3(float3 a, float3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

float3 cross3(float3 a, float3 b) {
    return (float3)(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

float3 unit3(float3 a) {
    float l = sqrt(dot3(a, a));
    return (float3)(a.x / l, a.y / l, a.z / l);
}

float3 scale3(float3 a, float s) { return (float3)(a.x * s, a.y * s, a.z * s); }
float3 add3(float3 a, float3 b) { return (float3)(a.x + b.x, a.y + b.y, a.z + b.z); }
float3 sub3(float3 a, float3 b) { return (float3)(a.x - b.x, a.y - b.y, a.z - b.z); }
float3 mul3(float3 a, float3 b) { return (float3)(a.x * b.x, a.y * b.y, a.z * b.z); }

// PCG (O'Neill 2014), RXS-M-XS 32: 24 bits of it make an exact float in [0, 1).
float uniform01(uint *state) {
    uint s = *state * 747796405u + 2891336453u;
    *state = s;
    uint word = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
    word = (word >> 22u) ^ word;
    return (float)(word >> 8u) * (1.0f / 16777216.0f);
}

uint seed_of(uint pixel, uint path) {
    uint s = pixel * 9781u + path * 6271u + 1u;
    s ^= s >> 16;
    s *= 0x7feb352du;
    s ^= s >> 15;
    s *= 0x846ca68bu;
    s ^= s >> 16;
    return s;
}

// A point in the unit ball by rejection; 16 misses in a row are a chance of 3e-6.
float3 in_ball(uint *state) {
    float3 p = (float3)(0.0f, 0.0f, 0.0f);
    for (int i = 0; i < 16; i++) {
        p.x = uniform01(state) * 2.0f - 1.0f;
        p.y = uniform01(state) * 2.0f - 1.0f;
        p.z = uniform01(state) * 2.0f - 1.0f;
        float l = dot3(p, p);
        if (l <= 1.0f && l > 1e-6f) {
            return p;
        }
    }
    return (float3)(0.0f, 1.0f, 0.0f);
}

// Möller & Trumbore 1997. The lower triangle wins a tie, so that the order of the search is free.
void intersect(
    __global const float4 *vertices, int triangle, float3 origin, float3 direction, hit_t *best
) {
    float3 a = vertices[3 * triangle].xyz;
    float3 e1 = sub3(vertices[3 * triangle + 1].xyz, a);
    float3 e2 = sub3(vertices[3 * triangle + 2].xyz, a);
    float3 p = cross3(direction, e2);
    float det = dot3(e1, p);
    if (det > -1e-9f && det < 1e-9f) {
        return;
    }
    float inverse = 1.0f / det;
    float3 s = sub3(origin, a);
    float u = dot3(s, p) * inverse;
    if (u < 0.0f || u > 1.0f) {
        return;
    }
    float3 q = cross3(s, e1);
    float v = dot3(direction, q) * inverse;
    if (v < 0.0f || u + v > 1.0f) {
        return;
    }
    float t = dot3(e2, q) * inverse;
    if (t > EPSILON && (t < best->t || (t == best->t && triangle < best->triangle))) {
        best->t = t;
        best->triangle = triangle;
        best->u = u;
        best->v = v;
    }
}

void slab(float low, float high, float origin, float inverse, float *enter, float *leave) {
    float a = (low - origin) * inverse;
    float b = (high - origin) * inverse;
    float near = a < b ? a : b;
    float far = a < b ? b : a;
    *enter = near > *enter ? near : *enter;
    *leave = far < *leave ? far : *leave;
}

bool enters(float3 low, float3 high, float3 origin, float3 inverse, float limit) {
    float enter = 0.0f;
    float leave = limit;
    slab(low.x, high.x, origin.x, inverse.x, &enter, &leave);
    slab(low.y, high.y, origin.y, inverse.y, &enter, &leave);
    slab(low.z, high.z, origin.z, inverse.z, &enter, &leave);
    return enter <= leave;
}

float safe_inverse(float x) {
    if (x > -1e-12f && x < 1e-12f) {
        return x < 0.0f ? -1e12f : 1e12f;
    }
    return 1.0f / x;
}

// boxes: two float4 a node (low, high); links: (left or first triangle, right, triangles, 0).
hit_t closest(
    __global const float4 *boxes,
    __global const int4 *links,
    __global const float4 *vertices,
    float3 origin,
    float3 direction
) {
    hit_t best;
    best.t = FAR;
    best.triangle = -1;
    best.u = 0.0f;
    best.v = 0.0f;
    if (direction.y < -1e-6f) {
        float t = -origin.y / direction.y;
        if (t > EPSILON && t < 200.0f) {
            best.t = t;
            best.triangle = -2;
        }
    }
    float3 inverse = (float3)(
        safe_inverse(direction.x), safe_inverse(direction.y), safe_inverse(direction.z)
    );
    int stack[STACK];
    int top = 0;
    stack[top++] = 0;
    while (top > 0) {
        int node = stack[--top];
        if (!enters(boxes[2 * node].xyz, boxes[2 * node + 1].xyz, origin, inverse, best.t)) {
            continue;
        }
        int4 link = links[node];
        if (link.z > 0) {
            for (int i = 0; i < link.z; i++) {
                intersect(vertices, link.x + i, origin, direction, &best);
            }
        } else if (top + 2 <= STACK) {
            stack[top++] = link.x;
            stack[top++] = link.y;
        }
    }
    return best;
}

float3 sky(float3 direction) {
    float h = 0.5f * (direction.y + 1.0f);
    return (float3)(0.95f - 0.60f * h, 0.97f - 0.42f * h, 1.0f - 0.12f * h);
}

// One sample for each pixel of a frame, added to `accumulated`, which the first sample starts anew.
__kernel void trace(
    __global const float4 *boxes,
    __global const int4 *links,
    __global const float4 *vertices,
    __global const float4 *normals,
    __global const float4 *cameras, // of each frame: eye, lower left corner, right, up
    __global float4 *accumulated,
    const uint frame,
    const uint sample
) {
    uint x = get_global_id(0);
    uint y = get_global_id(1);
    if (x >= WIDTH || y >= HEIGHT) {
        return;
    }
    uint pixel = y * WIDTH + x;
    uint state = seed_of(pixel, frame * SAMPLES + sample);
    __global const float4 *camera = cameras + 4 * frame;
    float sx = ((float)x + uniform01(&state)) / (float)WIDTH;
    float sy = ((float)(HEIGHT - 1u - y) + uniform01(&state)) / (float)HEIGHT;
    float3 origin = camera[0].xyz;
    float3 direction = unit3(sub3(
        add3(add3(camera[1].xyz, scale3(camera[2].xyz, sx)), scale3(camera[3].xyz, sy)), origin
    ));
    float3 light = (float3)(0.0f, 0.0f, 0.0f);
    float3 throughput = (float3)(1.0f, 1.0f, 1.0f);
    for (int bounce = 0; bounce < MAX_BOUNCES; bounce++) {
        hit_t hit = closest(boxes, links, vertices, origin, direction);
        if (hit.triangle == -1) {
            light = add3(light, mul3(throughput, sky(direction)));
            break;
        }
        float3 point = add3(origin, scale3(direction, hit.t));
        float3 normal;
        float3 albedo;
        float shine;
        if (hit.triangle == -2) {
            normal = (float3)(0.0f, 1.0f, 0.0f);
            int cell = (int)floor(point.x * 0.25f) + (int)floor(point.z * 0.25f);
            albedo = (cell & 1) ? (float3)(0.80f, 0.78f, 0.74f) : (float3)(0.22f, 0.27f, 0.33f);
            shine = 0.05f;
        } else {
            int first = 3 * hit.triangle;
            float w = 1.0f - hit.u - hit.v;
            normal = unit3(add3(
                add3(scale3(normals[first].xyz, w), scale3(normals[first + 1].xyz, hit.u)),
                scale3(normals[first + 2].xyz, hit.v)
            ));
            albedo = (float3)(0.86f, 0.42f, 0.22f);
            shine = 0.25f;
        }
        if (dot3(normal, direction) > 0.0f) {
            normal = scale3(normal, -1.0f);
        }
        point = add3(point, scale3(normal, EPSILON));
        if (uniform01(&state) < shine) {
            direction = unit3(sub3(direction, scale3(normal, 2.0f * dot3(normal, direction))));
            origin = point;
            continue;
        }
        throughput = mul3(throughput, albedo);
        float3 towards_sun =
            unit3(add3((float3)(-0.55f, 0.75f, 0.45f), scale3(in_ball(&state), 0.06f)));
        float facing = dot3(normal, towards_sun);
        if (facing > 0.0f) {
            hit_t shadow = closest(boxes, links, vertices, point, towards_sun);
            if (shadow.triangle == -1) {
                light = add3(
                    light, mul3(throughput, scale3((float3)(2.4f, 2.2f, 1.9f), facing))
                );
            }
        }
        float3 scattered = add3(normal, unit3(in_ball(&state)));
        if (dot3(scattered, scattered) < 1e-6f) {
            scattered = normal;
        }
        direction = unit3(scattered);
        origin = point;
    }
    float4 before = sample == 0 ? (float4)(0.0f, 0.0f, 0.0f, 0.0f) : accumulated[pixel];
    accumulated[pixel] = (float4)(
        before.x + light.x, before.y + light.y, before.z + light.z, before.w + 1.0f
    );
}

float tone(float sum, float count) {
    float c = sum / count;
    c = c / (1.0f + 0.45f * c);
    c = c < 0.0f ? 0.0f : (c > 1.0f ? 1.0f : c);
    return sqrt(c); // gamma 2
}

// The frames stand one below the other in `image`.
__kernel void develop(
    __global const float4 *accumulated, __global uchar4 *image, const uint frame
) {
    uint pixel = get_global_id(0);
    if (pixel >= WIDTH * HEIGHT) {
        return;
    }
    float4 c = accumulated[pixel];
    image[frame * WIDTH * HEIGHT + pixel] = (uchar4)(
        (uchar)(tone(c.x, c.w) * 255.0f + 0.5f),
        (uchar)(tone(c.y, c.w) * 255.0f + 0.5f),
        (uchar)(tone(c.z, c.w) * 255.0f + 0.5f),
        255
    );
}
