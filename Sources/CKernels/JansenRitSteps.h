/*
 * The body of jansen_rit.c and jansen_rit_portable.c, which differ in fused multiply-add alone. See JansenRit.h.
 *
 * State stays in registers; two vectors of lanes are in flight, so that one works while the other waits. The three
 * sigmoids of a column share one division, which is the slowest operation.
 */
#include "Clones.h"
#include "JansenRit.h"
#include "VectorMath.h"

enum { VECTORS = CK_COLUMN_LANES / WIDTH };
#define EACH_VECTOR _Pragma("clang loop unroll(full)") for (int u = 0; u < VECTORS; u++)
#define EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < 3; i++)

/* Positions y and velocities z of the three populations. */
typedef struct {
  vf y[3], z[3];
} column;

/* Coefficients of one vector of lanes. */
typedef const float *coefficients;
INLINE vf of(coefficients c, int row) { return load(c + row * CK_COLUMN_LANES); }

/* What the populations send each other. Exponents end at 40, so that the product of all three stays finite; a rate that
 * this changes is smaller than the highest by 2^-40. */
INLINE void couple(coefficients c, const vf y[3], vf a[3]) {
  const vf offset = of(c, CK_COLUMN_OFFSET);
  const vf d0 = 1.f + exp2_limited(offset - of(c, CK_COLUMN_SLOPE_0) * (y[1] - y[2]), 40.f);
  const vf d1 = 1.f + exp2_limited(offset - of(c, CK_COLUMN_SLOPE_1) * y[0], 40.f);
  const vf d2 = 1.f + exp2_limited(offset - of(c, CK_COLUMN_SLOPE_2) * y[0], 40.f);
  const vf d01 = d0 * d1;
  const vf inverse = 1.f / (d01 * d2);
  const vf inverse01 = inverse * d2;
  a[0] = of(c, CK_COLUMN_GAIN_0) * (inverse01 * d1);
  a[1] = of(c, CK_COLUMN_GAIN_1) * (inverse01 * d0);
  a[2] = of(c, CK_COLUMN_GAIN_2) * (inverse * d01);
}

/* What comes from outside. */
INLINE void drive(coefficients c, float p, vf a[3]) {
  a[0] += of(c, CK_COLUMN_INPUT_0) * p;
  a[1] += of(c, CK_COLUMN_INPUT_1) * p + of(c, CK_COLUMN_DRIVE);
  a[2] += of(c, CK_COLUMN_INPUT_2) * p;
}

INLINE void accelerations(coefficients c, const column *s, float p, vf a[3]) {
  couple(c, s->y, a);
  drive(c, p, a);
  a[0] = a[0] - of(c, CK_COLUMN_STIFFNESS_E) * s->y[0] - of(c, CK_COLUMN_DAMPING_E) * s->z[0];
  a[1] = a[1] - of(c, CK_COLUMN_STIFFNESS_E) * s->y[1] - of(c, CK_COLUMN_DAMPING_E) * s->z[1];
  a[2] = a[2] - of(c, CK_COLUMN_STIFFNESS_I) * s->y[2] - of(c, CK_COLUMN_DAMPING_I) * s->z[2];
}

INLINE void euler(coefficients c, column *s, const float p[3], float dt) {
  vf a[3];
  accelerations(c, s, p[0], a);
  EACH {
    s->y[i] += dt * s->z[i];
    s->z[i] += dt * a[i];
  }
}

/* Explicit trapezoidal rule; `noise` is what the step adds to the velocity of y1, in prediction and correction. */
INLINE void heun(coefficients c, column *s, const float p[3], float dt, vf noise) {
  vf a[3], b[3];
  column t;
  accelerations(c, s, p[0], a);
  EACH {
    t.y[i] = s->y[i] + dt * s->z[i];
    t.z[i] = s->z[i] + dt * a[i];
  }
  t.z[1] += noise;
  accelerations(c, &t, p[2], b);
  EACH {
    s->y[i] += (0.5f * dt) * (s->z[i] + t.z[i]);
    s->z[i] += (0.5f * dt) * (a[i] + b[i]);
  }
  s->z[1] += noise;
}

INLINE void runge_kutta_4(coefficients c, column *s, const float p[3], float dt) {
  vf a[3];
  column t, sum;
  const float half = 0.5f * dt, third = dt / 3.f, sixth = dt / 6.f;
  accelerations(c, s, p[0], a);
  EACH {
    sum.y[i] = s->y[i] + sixth * s->z[i];
    t.y[i] = s->y[i] + half * s->z[i];
    sum.z[i] = s->z[i] + sixth * a[i];
    t.z[i] = s->z[i] + half * a[i];
  }
  accelerations(c, &t, p[1], a);
  EACH {
    sum.y[i] += third * t.z[i];
    t.y[i] = s->y[i] + half * t.z[i];
    sum.z[i] += third * a[i];
    t.z[i] = s->z[i] + half * a[i];
  }
  accelerations(c, &t, p[1], a);
  EACH {
    sum.y[i] += third * t.z[i];
    t.y[i] = s->y[i] + dt * t.z[i];
    sum.z[i] += third * a[i];
    t.z[i] = s->z[i] + dt * a[i];
  }
  accelerations(c, &t, p[2], a);
  EACH {
    s->y[i] = sum.y[i] + sixth * t.z[i];
    s->z[i] = sum.z[i] + sixth * a[i];
  }
}

/* Half a kick, the exact flow of the noisy damped oscillators, half a kick. `a` is what the populations send at the
 * start of the step, then what they send at its end. */
INLINE void splitting(coefficients c, column *s, vf a[3], const float p[3], float dt, vf n1, vf n2) {
  vf input[3] = {{0}, {0}, {0}};
  drive(c, p[1], input);
  EACH s->z[i] += (0.5f * dt) * (a[i] + input[i]);
  EACH {
    const int e = i < 2 ? CK_COLUMN_FLOW_E_YY : CK_COLUMN_FLOW_I_YY;
    const vf y = s->y[i], z = s->z[i];
    s->y[i] = y + of(c, e) * y + of(c, e + 1) * z;
    s->z[i] = z + of(c, e + 2) * y + of(c, e + 3) * z;
  }
  s->y[1] += of(c, CK_COLUMN_NOISE_Y) * n1;
  s->z[1] += of(c, CK_COLUMN_NOISE_ZY) * n1 + of(c, CK_COLUMN_NOISE_Z) * n2;
  couple(c, s->y, a);
  EACH s->z[i] += (0.5f * dt) * (a[i] + input[i]);
}

/* Sixteen samples of one vector of lanes, to the rows of the lanes. */
INLINE void flush(const struct ck_columns *q, int u, vf tile[WIDTH], size_t first, size_t count) {
  const size_t lane = (size_t)u * WIDTH;
  if (lane >= q->rows) return;
  const size_t rows = q->rows - lane < WIDTH ? q->rows - lane : WIDTH;
  transpose(tile);
  for (size_t row = 0; row < rows; row++) {
    memcpy(q->samples + (lane + row) * q->stride + first, &tile[row], count * sizeof(float));
  }
}

/* `method` is a constant where this is called, so what belongs to other methods vanishes. */
INLINE void run(const struct ck_columns *q, const int method) {
  /* Four steps share one or two calls of the random number generator. */
  enum { STEPS = 4 };
  const int calls = method == CK_STEP_SPLITTING                                              ? 2
                    : method == CK_STEP_EULER_MARUYAMA || method == CK_STEP_STOCHASTIC_HEUN ? 1
                                                                                            : 0;
  const float dt = q->dt, share = 1.f / (float)q->every;
  column s[VECTORS];
  vf sent[VECTORS][3], sum[VECTORS], tile[VECTORS][WIDTH];
  EACH_VECTOR {
    EACH {
      s[u].y[i] = load(q->state + i * CK_COLUMN_LANES + u * WIDTH);
      s[u].z[i] = load(q->state + (i + 3) * CK_COLUMN_LANES + u * WIDTH);
    }
    sum[u] = (vf){0};
    if (method == CK_STEP_SPLITTING) couple(q->coefficients + u * WIDTH, s[u].y, sent[u]);
  }
  uint32_t phase = 0;
  size_t filled = 0, written = 0;
  for (size_t start = 0; start < q->steps; start += STEPS) {
    vf normals[VECTORS][2 * STEPS];
    EACH_VECTOR {
      for (int call = 0; call < calls; call++) {
        vu numbers;
        memcpy(&numbers, q->numbers + u * WIDTH, sizeof numbers);
        normal_lanes(numbers, (uint32_t)(start / STEPS) * (uint32_t)calls + (uint32_t)call, q->purpose, q->seed,
                     normals[u] + 4 * call);
      }
    }
    const size_t count = q->steps - start < STEPS ? q->steps - start : STEPS;
    for (size_t step = 0; step < count; step++) {
      if (phase == 0) {
        EACH_VECTOR sum[u] = s[u].y[1] - s[u].y[2];
      } else if (q->mean) {
        EACH_VECTOR sum[u] += s[u].y[1] - s[u].y[2];
      }
      if (++phase == q->every) {
        phase = 0;
        EACH_VECTOR tile[u][filled] = q->mean ? sum[u] * share : sum[u];
        if (++filled == WIDTH) {
          EACH_VECTOR flush(q, u, tile[u], written, WIDTH);
          written += WIDTH;
          filled = 0;
        }
      }
      const float *p = q->input + 3 * (start + step);
      EACH_VECTOR {
        coefficients c = q->coefficients + u * WIDTH;
        switch (method) {
        case CK_STEP_EULER: euler(c, &s[u], p, dt); break;
        case CK_STEP_HEUN: heun(c, &s[u], p, dt, (vf){0}); break;
        case CK_STEP_RUNGE_KUTTA_4: runge_kutta_4(c, &s[u], p, dt); break;
        case CK_STEP_EULER_MARUYAMA:
          euler(c, &s[u], p, dt);
          s[u].z[1] += of(c, CK_COLUMN_NOISE) * normals[u][step];
          break;
        case CK_STEP_STOCHASTIC_HEUN: heun(c, &s[u], p, dt, of(c, CK_COLUMN_NOISE) * normals[u][step]); break;
        case CK_STEP_SPLITTING:
          splitting(c, &s[u], sent[u], p, dt, normals[u][2 * step], normals[u][2 * step + 1]);
          break;
        }
      }
    }
  }
  if (filled > 0) {
    EACH_VECTOR flush(q, u, tile[u], written, filled);
  }
  EACH_VECTOR {
    EACH {
      store(q->state + i * CK_COLUMN_LANES + u * WIDTH, s[u].y[i]);
      store(q->state + (i + 3) * CK_COLUMN_LANES + u * WIDTH, s[u].z[i]);
    }
  }
}

/* A function of its own for every method: clones are not inlined into one another. */
#define JOIN(a, b) a##b
#define NAMED(name, suffix) JOIN(name, suffix)
#define METHOD(name, method)                                                                                           \
  CK_CLONES void NAMED(ck_columns_##name, SUFFIX)(const struct ck_columns *q) { run(q, method); }

METHOD(euler, CK_STEP_EULER)
METHOD(heun, CK_STEP_HEUN)
METHOD(runge_kutta_4, CK_STEP_RUNGE_KUTTA_4)
METHOD(euler_maruyama, CK_STEP_EULER_MARUYAMA)
METHOD(stochastic_heun, CK_STEP_STOCHASTIC_HEUN)
METHOD(splitting, CK_STEP_SPLITTING)

void NAMED(ck_columns_run, SUFFIX)(int method, const struct ck_columns *q) {
  switch (method) {
  case CK_STEP_EULER: NAMED(ck_columns_euler, SUFFIX)(q); break;
  case CK_STEP_HEUN: NAMED(ck_columns_heun, SUFFIX)(q); break;
  case CK_STEP_RUNGE_KUTTA_4: NAMED(ck_columns_runge_kutta_4, SUFFIX)(q); break;
  case CK_STEP_EULER_MARUYAMA: NAMED(ck_columns_euler_maruyama, SUFFIX)(q); break;
  case CK_STEP_STOCHASTIC_HEUN: NAMED(ck_columns_stochastic_heun, SUFFIX)(q); break;
  case CK_STEP_SPLITTING: NAMED(ck_columns_splitting, SUFFIX)(q); break;
  }
}

/* Values at the end that do not fill a vector are computed beside ones. */
#define EACH_BLOCK                                                                                                     \
  for (size_t start = 0, n; n = count - start < WIDTH ? count - start : WIDTH, start < count; start += WIDTH)

CK_CLONES void NAMED(ck_exp2_values, SUFFIX)(const float *x, float *result, size_t count) {
  EACH_BLOCK {
    vf value = all(1.f);
    memcpy(&value, x + start, n * sizeof(float));
    value = exp2_limited(value, 126.f);
    memcpy(result + start, &value, n * sizeof(float));
  }
}

CK_CLONES void NAMED(ck_log_values, SUFFIX)(const float *x, float *result, size_t count) {
  EACH_BLOCK {
    vf value = all(1.f);
    memcpy(&value, x + start, n * sizeof(float));
    value = log_positive(value);
    memcpy(result + start, &value, n * sizeof(float));
  }
}

CK_CLONES void NAMED(ck_sin_cos_values, SUFFIX)(const uint32_t *turn, float *sine, float *cosine, size_t count) {
  EACH_BLOCK {
    vu angle = {0};
    vf s, c;
    memcpy(&angle, turn + start, n * sizeof(float));
    sin_cos(angle, &s, &c);
    memcpy(sine + start, &s, n * sizeof(float));
    memcpy(cosine + start, &c, n * sizeof(float));
  }
}
