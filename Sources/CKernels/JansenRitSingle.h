/*
 * Single columns. Part of jansen_rit.c, jansen_rit_wide.c and jansen_rit_portable.c.
 *
 * State stays in registers; two vectors of lanes are in flight, so that one works while the other waits.
 */
#include "JansenRitRun.h"

INLINE void fire(coefficients c, const sigmoid *s, const column *x, vf fired[3]) {
  fired[0] = pyramidal_firing(s, x->y);
  interneuron_firing(c, s, x->y, &fired[1], &fired[2]);
}

/* `method` is a constant where this is called, so what belongs to other methods vanishes. */
INLINE uint32_t run_single(const struct ck_columns *q, const int method) {
  const struct ck_job *job = &q->job;
  const int calls = noise_calls(method), phases = input_phases(method);
  const philox_keys keys = make_keys(job->seed);
  const noise_stream stream = make_stream(load_numbers(job->numbers), 0, job->purpose, &keys);
  column x[VECTORS];
  sigmoid s[VECTORS];
  /* Splitting: what the populations fire at the start of the step, and what came from outside in the step before. */
  vf fired[VECTORS][3], before[VECTORS][3];
  column_input in;
  sampler samples;
  sample_counter counter = {0};
  open_column_input(&in, &q->input);
  make_sampler(&samples, q->coefficients, job);
  EACH_VECTOR {
    coefficients c = q->coefficients + u * WIDTH;
    s[u] = make_sigmoid(of(c, CK_COLUMN_OFFSET));
    clear(&x[u]);
    if (method == CK_STEP_SPLITTING) {
      fire(c, &s[u], &x[u], fired[u]);
      begin_splitting(c, &x[u], fired[u], before[u]);
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
        sample(&samples, job, &counter, x, job->samples);
        count_step(&counter, job);
        next_step(&in, q->coefficients, group + step, phases);
        EACH_VECTOR {
          coefficients c = q->coefficients + u * WIDTH;
          const float *drawn = normals[(size_t)calls * step] + u * WIDTH;
          if (method == CK_STEP_SPLITTING) {
            split_step(c, &x[u], fired[u], before[u], in.now[u][1], load(drawn), load(drawn + NOISE_WIDTH));
            fire(c, &s[u], &x[u], fired[u]);
          } else {
            column_step(method, c, &s[u], &x[u], pyramidal_firing(&s[u], x[u].y), in.now[u], drawn);
          }
        }
      }
    }
  }
  if (counter.filled > 0) {
    NAMED(ck_flush_tile, SUFFIX)(samples.tile, job, counter.written, counter.filled, job->samples);
  }
  uint32_t finite = 0;
  EACH_VECTOR finite |= finite_lanes(&x[u]) << u * WIDTH;
  return finite;
}

/* A function of its own for every method: clones are not inlined into one another. */
#define METHOD(name, method)                                                                                           \
  COLUMN_CLONES uint32_t NAMED(ck_columns_##name, SUFFIX)(const struct ck_columns *q) { return run_single(q, method); }

EACH_METHOD(METHOD)
#undef METHOD

uint32_t NAMED(ck_columns_run, SUFFIX)(int method, const struct ck_columns *q) {
  switch (method) {
#define DISPATCH(name, number) case number: return NAMED(ck_columns_##name, SUFFIX)(q);
    EACH_METHOD(DISPATCH)
#undef DISPATCH
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
