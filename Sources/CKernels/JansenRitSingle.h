/*
 * Single columns. Part of jansen_rit.c, jansen_rit_wide.c and jansen_rit_portable.c.
 *
 * State stays in registers; two vectors of lanes are in flight, so that one works while the other waits.
 */
#include "JansenRitRun.h"

typedef struct {
  column x[VECTORS];
  sigmoid s[VECTORS];
  /* Splitting: what the populations fire at the start of the step, and what came from outside in the step before. */
  vf fired[VECTORS][3], before[VECTORS][3];
} single_columns;

INLINE void fire(coefficients c, const sigmoid *s, const column *x, vf fired[3]) {
  fired[0] = pyramidal_firing(s, x->y);
  interneuron_firing(c, s, x->y, &fired[1], &fired[2]);
}

/* One step of one vector of lanes, with the normals that the method takes. */
INLINE void single_step(const int method, coefficients c, single_columns *q, const int u, const vf in[PHASES][3],
                        const vf normals[2]) {
  const sigmoid *s = &q->s[u];
  column *x = &q->x[u], t;
  vf first[3], middle[3], a[3];
  if (method == CK_STEP_SPLITTING) {
    split_step(c, x, q->fired[u], q->before[u], in[1], normals[0], normals[1]);
    fire(c, s, x, q->fired[u]);
    return;
  }
  accelerations(c, s, x, pyramidal_firing(s, x->y), in[0], first);
  switch (method) {
  case CK_STEP_EULER: euler_step(x, first); break;
  case CK_STEP_EULER_MARUYAMA:
    euler_step(x, first);
    x->v[1] += of(c, CK_COLUMN_NOISE) * normals[0];
    break;
  case CK_STEP_HEUN:
    heun_predict(x, first, NULL, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[2], a);
    heun_correct(x, a, NULL);
    break;
  case CK_STEP_STOCHASTIC_HEUN: {
    const vf noise = of(c, CK_COLUMN_NOISE) * normals[0];
    heun_predict(x, first, &noise, &t);
    accelerations(c, s, &t, pyramidal_firing(s, t.y), in[2], a);
    heun_correct(x, a, &noise);
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

/* `method` is a constant where this is called, so what belongs to other methods vanishes. */
INLINE uint32_t run_single(const struct ck_columns *q, const int method) {
  const struct ck_job *job = &q->job;
  const int calls = noise_calls(method), phases = input_phases(method);
  const philox_keys keys = make_keys(job->seed);
  const noise_stream stream = make_stream(load_numbers(job->numbers), 0, job->purpose, &keys);
  single_columns columns;
  column_input in;
  sampler samples;
  sample_counter counter = {0};
  open_column_input(&in, &q->input);
  make_sampler(&samples, q->coefficients, job);
  EACH_VECTOR {
    coefficients c = q->coefficients + u * WIDTH;
    columns.s[u] = make_sigmoid(of(c, CK_COLUMN_OFFSET));
    clear(&columns.x[u]);
    if (method == CK_STEP_SPLITTING) {
      fire(c, &columns.s[u], &columns.x[u], columns.fired[u]);
      begin_splitting(c, &columns.x[u], columns.fired[u], columns.before[u]);
    }
  }
  for (size_t start = 0; start < job->steps; start += WIDTH) {
    const size_t steps = job->steps - start < WIDTH ? job->steps - start : WIDTH;
    next_tile(&in, q->coefficients, start, phases);
    for (size_t group = 0; group < steps; group += GROUP) {
      float normals[2 * GROUP][NOISE_WIDTH];
      for (int call = 0; call < calls; call++) {
        normal_lanes(&stream, (uint32_t)((start + group) / GROUP) * (uint32_t)calls + (uint32_t)call, &keys,
                     normals[GROUP * call]);
      }
      const size_t count = steps - group < GROUP ? steps - group : GROUP;
      for (size_t step = 0; step < count; step++) {
        sample(&samples, job, &counter, columns.x, job->samples);
        count_step(&counter, job);
        next_step(&in, q->coefficients, group + step, phases);
        EACH_VECTOR {
          vf drawn[2];
          for (int call = 0; call < calls; call++) {
            drawn[call] = load(normals[(size_t)calls * step + (size_t)call] + u * WIDTH);
          }
          single_step(method, q->coefficients + u * WIDTH, &columns, u, in.now[u], drawn);
        }
      }
    }
  }
  if (counter.filled > 0) {
    NAMED(ck_flush_tile, SUFFIX)(samples.tile, job, counter.written, counter.filled, job->samples);
  }
  uint32_t finite = 0;
  EACH_VECTOR finite |= finite_lanes(&columns.x[u]) << u * WIDTH;
  return finite;
}

/* A function of its own for every method: clones are not inlined into one another. */
#define METHOD(name, method)                                                                                           \
  COLUMN_CLONES uint32_t NAMED(ck_columns_##name, SUFFIX)(const struct ck_columns *q) { return run_single(q, method); }

METHOD(euler, CK_STEP_EULER)
METHOD(heun, CK_STEP_HEUN)
METHOD(runge_kutta_4, CK_STEP_RUNGE_KUTTA_4)
METHOD(euler_maruyama, CK_STEP_EULER_MARUYAMA)
METHOD(stochastic_heun, CK_STEP_STOCHASTIC_HEUN)
METHOD(splitting, CK_STEP_SPLITTING)
#undef METHOD

uint32_t NAMED(ck_columns_run, SUFFIX)(int method, const struct ck_columns *q) {
  switch (method) {
  case CK_STEP_EULER: return NAMED(ck_columns_euler, SUFFIX)(q);
  case CK_STEP_HEUN: return NAMED(ck_columns_heun, SUFFIX)(q);
  case CK_STEP_RUNGE_KUTTA_4: return NAMED(ck_columns_runge_kutta_4, SUFFIX)(q);
  case CK_STEP_EULER_MARUYAMA: return NAMED(ck_columns_euler_maruyama, SUFFIX)(q);
  case CK_STEP_STOCHASTIC_HEUN: return NAMED(ck_columns_stochastic_heun, SUFFIX)(q);
  case CK_STEP_SPLITTING: return NAMED(ck_columns_splitting, SUFFIX)(q);
  }
  return 0;
}

COLUMN_CLONES void NAMED(ck_firing_values, SUFFIX)(float offset, const float *x, float *result, size_t count) {
  const sigmoid s = make_sigmoid(all(offset));
  for (size_t start = 0; start < count; start += WIDTH) {
    const size_t n = count - start < WIDTH ? count - start : WIDTH;
    vf value = {0};
    memcpy(&value, x + start, n * sizeof(float));
    value = firing(&s, value);
    memcpy(result + start, &value, n * sizeof(float));
  }
}
