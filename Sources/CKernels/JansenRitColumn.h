#ifndef CKERNELS_JANSEN_RIT_COLUMN_H
#define CKERNELS_JANSEN_RIT_COLUMN_H
/*
 * One Jansen-Rit column in every lane of a vector: its equations and the parts of a step. See JansenRit.h.
 *
 * The units of the state save multiplications: y0 is measured so that the sigmoid of y1'' takes it as it is, y1 and y2
 * so that the sigmoid of y0'' takes y1 - y2, and v so that a step mostly adds. Additions are the better half: many
 * processors make them beside multiplications.
 *
 * With WIDE defined, an including file has lookup(index, table), which is table[index % 16].
 */
#include "JansenRit.h"
#include "VectorMath.h"

/* The start of a step, its middle, its end. */
enum { PHASES = 3 };

#define EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < 3; i++)

/* Positions y and velocities v of the three populations, and what rounding has kept from the positions so far. */
typedef struct {
  vf y[3], v[3], rest[3];
} column;

INLINE void clear(column *x) {
  EACH x->y[i] = x->v[i] = x->rest[i] = (vf){0};
}

/* y += by, summed up with compensation (Kahan): many short steps lose no more than a few long ones. */
INLINE void advance(column *x, int i, vf by) {
  const vf change = by + x->rest[i], y = x->y[i] + change;
  x->rest[i] = change - (y - x->y[i]);
  x->y[i] = y;
}

/* Coefficients of one vector of lanes. */
typedef const float *coefficients;
INLINE vf of(coefficients c, int row) { return load(c + row * CK_COLUMN_LANES); }

#ifdef WIDE
/* Powers of two are those of a multiple of 1/16, from a table, times a polynomial. */
enum { GRID_BITS = 4 };
#else
enum { GRID_BITS = 0 };
#endif
/* Adding this rounds to a multiple of 2^-GRID_BITS, which then stands in the lowest bits. */
#define ROUNDING (12582912.f / (1 << GRID_BITS))

/* 1 / (1 + 2^(offset - x)) = near / (near + 2^(centre - x)), where the centre is the offset, rounded: what rounding
 * takes from centre - x is then what it takes from -x. `centre` has ROUNDING added to it. */
typedef struct {
  vf centre, near;
} sigmoid;

INLINE sigmoid make_sigmoid(vf offset) {
  const vf centre = offset + ROUNDING;
  const sigmoid s = {centre, exp2_limited((centre - ROUNDING) - offset, 126.f)};
  return s;
}

#ifdef WIDE
INLINE vf limited(vf rounded) {
  const int zero = 0x49400000;
  const vi low = zero - 126 * 16 + (vi){0}, high = zero + 64 * 16 + (vi){0};
  return (vf)__builtin_elementwise_max(__builtin_elementwise_min((vi)rounded, high), low);
}

/* near + 2^(rounded - rest); relative error of the power below 5e-7. */
INLINE vf add_power(vf near, vf rounded, vf rest) {
  /* The bits of 2^(i/16), less those of i/16 where the exponent begins. */
  const vi table = {0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7, 0x3f75583f,
                    0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};
  const vf p = (2.40228139e-1f * rest - 6.931886593e-1f) * rest + 1.f;
  const vf power = (vf)((vi)lookup(rounded, (vf)table) + ((vi)rounded << 19));
  return power * p + near;
}
#else
INLINE vf limited(vf rounded) {
  return __builtin_elementwise_max(__builtin_elementwise_min(rounded, all(ROUNDING + 64.f)), all(ROUNDING - 126.f));
}

/* near + 2^(rounded - rest); relative error of the power below 2e-7. */
INLINE vf add_power(vf near, vf rounded, vf rest) {
  /* That of exp2_limited, for -rest. */
  vf p = -1.326472725e-3f * rest + 9.671512786e-3f;
  p = p * rest - 5.550733744e-2f;
  p = p * rest + 2.402224208e-1f;
  p = p * rest - 6.931469776e-1f;
  p = p * rest + 1.f;
  const vf power = (vf)(((vi)rounded << 23) + 0x3f800000);
  return power * p + near;
}
#endif

/* The sigmoid at x and at k x: the part of its highest rate at which a population fires.
 *
 * Far away the rounded number is limited and the rest is not: the polynomial then grows, or falls, slower than a power
 * of two, which changes rates by 2^-64 of the highest. */
INLINE vf firing(const sigmoid *s, vf x) {
  const vf rounded = limited(s->centre - x);
  return s->near / add_power(s->near, rounded, x + (rounded - s->centre));
}
INLINE vf firing_scaled(const sigmoid *s, vf k, vf x) {
  const vf rounded = limited(s->centre - k * x);
  return s->near / add_power(s->near, rounded, k * x + (rounded - s->centre));
}

/* Pyramidal cells, which other columns may listen to. */
INLINE vf pyramidal_firing(const sigmoid *s, const vf y[3]) { return firing(s, y[1] - y[2]); }

/* Both populations of interneurons. */
INLINE void interneuron_firing(coefficients c, const sigmoid *s, const vf y[3], vf *excitatory, vf *inhibitory) {
  *excitatory = firing(s, y[0]);
  *inhibitory = firing_scaled(s, of(c, CK_COLUMN_RATIO), y[0]);
}

/* Accelerations; `in` is what comes from outside. */
INLINE void accelerations(coefficients c, const sigmoid *s, const column *x, vf pyramidal, const vf in[3], vf a[3]) {
  vf excitatory, inhibitory;
  interneuron_firing(c, s, x->y, &excitatory, &inhibitory);
  a[0] = in[0] - of(c, CK_COLUMN_STIFFNESS_E) * x->y[0] - of(c, CK_COLUMN_DAMPING_E) * x->v[0];
  a[1] = in[1] - of(c, CK_COLUMN_STIFFNESS_E) * x->y[1] - of(c, CK_COLUMN_DAMPING_E) * x->v[1];
  a[2] = in[2] - of(c, CK_COLUMN_STIFFNESS_I) * x->y[2] - of(c, CK_COLUMN_DAMPING_I) * x->v[2];
  a[0] += of(c, CK_COLUMN_GAIN_0) * pyramidal;
  a[1] += of(c, CK_COLUMN_GAIN_1) * excitatory;
  a[2] += of(c, CK_COLUMN_GAIN_2) * inhibitory;
}

/* Stimulus and background, as accelerations. */
INLINE void drive(coefficients c, vf p, vf in[3]) {
  in[0] = of(c, CK_COLUMN_INPUT_0) * p;
  in[1] = of(c, CK_COLUMN_INPUT_1) * p + of(c, CK_COLUMN_DRIVE);
  in[2] = of(c, CK_COLUMN_INPUT_2) * p;
}

/* Euler: v is dt y', a is dt^2 y''. */
INLINE void euler_step(column *x, const vf a[3]) {
  EACH {
    advance(x, i, x->v[i]);
    x->v[i] += a[i];
  }
}

/* Heun: v is dt y', a is dt^2 y'' / 2, at the start of the step and at the predicted end t. `noise` is what the step
 * adds to the velocity of y1, in prediction and correction. */
INLINE void heun_predict(column *x, const vf a[3], const vf *noise, column *t) {
  EACH {
    t->y[i] = x->y[i] + x->v[i];
    x->v[i] += a[i];
    t->v[i] = x->v[i] + a[i];
    advance(x, i, noise && i == 1 ? x->v[i] + 0.5f * *noise : x->v[i]);
  }
  if (noise) t->v[1] += *noise;
}
INLINE void heun_correct(column *x, const vf a[3], const vf *noise) {
  EACH x->v[i] += a[i];
  if (noise) x->v[1] += *noise;
}

/* Runge and Kutta: v is dt y' / 2, a is dt^2 y'' / 4, at x and then at t three times. `middle` adds up those of the two
 * stages in the middle of the step. */
INLINE void runge_kutta_1(const column *x, const vf first[3], column *t) {
  EACH {
    t->y[i] = x->y[i] + x->v[i];
    t->v[i] = x->v[i] + first[i];
  }
}
INLINE void runge_kutta_2(const column *x, const vf first[3], const vf middle[3], column *t) {
  EACH {
    t->y[i] += first[i];
    t->v[i] = x->v[i] + middle[i];
  }
}
INLINE void runge_kutta_3(column *x, const vf first[3], vf middle[3], const vf a[3], column *t) {
  EACH {
    middle[i] += a[i];
    t->y[i] = x->y[i] + (t->v[i] + t->v[i]);
    t->v[i] = x->v[i] + (a[i] + a[i]);
    advance(x, i, (x->v[i] + x->v[i]) + (2.f / 3.f) * (first[i] + middle[i]));
  }
}
INLINE void runge_kutta_4(column *x, const vf first[3], const vf middle[3], const vf a[3]) {
  EACH x->v[i] += (1.f / 3.f) * ((first[i] + a[i]) + (middle[i] + middle[i]));
}

/* A step of any of these methods. `pyramidal` is what those cells fire at its start; the normals are at `drawn`. */
INLINE void column_step(const int method, coefficients c, const sigmoid *s, column *x, vf pyramidal,
                        const vf in[PHASES][3], const float *drawn) {
  const int noisy = method == CK_STEP_STOCHASTIC_HEUN;
  column t;
  vf first[3], middle[3], a[3];
  accelerations(c, s, x, pyramidal, in[0], first);
  switch (method) {
  case CK_STEP_EULER: euler_step(x, first); break;
  case CK_STEP_EULER_MARUYAMA:
    euler_step(x, first);
    x->v[1] += of(c, CK_COLUMN_NOISE) * load(drawn);
    break;
  case CK_STEP_HEUN:
  case CK_STEP_STOCHASTIC_HEUN: {
    const vf noise = noisy ? of(c, CK_COLUMN_NOISE) * load(drawn) : (vf){0};
    heun_predict(x, first, noisy ? &noise : NULL, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[2], a);
    heun_correct(x, a, noisy ? &noise : NULL);
    break;
  }
  case CK_STEP_RUNGE_KUTTA_4:
    runge_kutta_1(x, first, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[1], middle);
    runge_kutta_2(x, first, middle, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[1], a);
    runge_kutta_3(x, first, middle, a, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[2], a);
    runge_kutta_4(x, first, middle, a);
    break;
  }
}

/* Splitting: v is dt y', a is dt^2 y'' / 2. Half a kick at the start of a step, by what comes from outside in it and what
 * the populations fire, the exact flow of the noisy damped oscillators, half a kick at its end.
 *
 * The kick at the end of a step and that at the start of the next are made together, and the flow adds to the same sum: v
 * is the velocity before both, so that it is rounded once. `before` is what came from outside in the step before. */
INLINE void begin_splitting(coefficients c, column *x, const vf fired[3], vf before[3]) {
  EACH {
    before[i] = (vf){0};
    x->v[i] = -(of(c, CK_COLUMN_GAIN_0 + i) * fired[i]);
  }
}
INLINE void split_step(coefficients c, column *x, const vf fired[3], vf before[3], const vf in[3], vf n1, vf n2) {
  EACH {
    const int e = i < 2 ? CK_COLUMN_FLOW_E_YY : CK_COLUMN_FLOW_I_YY;
    const vf kick = of(c, CK_COLUMN_GAIN_0 + i) * (fired[i] + fired[i]) + (before[i] + in[i]);
    const vf y = x->y[i], v = x->v[i] + kick;
    vf by = of(c, e) * y + of(c, e + 1) * v;
    vf change = kick + of(c, e + 2) * y + of(c, e + 3) * v;
    if (i == 1) {
      by += of(c, CK_COLUMN_NOISE_Y) * n1;
      change += of(c, CK_COLUMN_NOISE_VY) * n1 + of(c, CK_COLUMN_NOISE_V) * n2;
    }
    before[i] = in[i];
    advance(x, i, by);
    x->v[i] += change;
  }
}

/* Bit k: whether the column in lane k is finite. */
INLINE uint32_t finite_lanes(const column *x) {
  vi finite = ~(vi){0};
  EACH {
    /* The exponent of infinities and of what is no number is 255. */
    finite &= ((vi)x->y[i] & 0x7f800000) != 0x7f800000;
    finite &= ((vi)x->v[i] & 0x7f800000) != 0x7f800000;
  }
  uint32_t bits = 0;
  for (int lane = 0; lane < WIDTH; lane++) bits |= (uint32_t)(finite[lane] & 1) << lane;
  return bits;
}

#endif
