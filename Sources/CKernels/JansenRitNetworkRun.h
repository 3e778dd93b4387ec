/* Runs of networks. Part of jansen_rit.c, jansen_rit_wide.c and jansen_rit_portable.c. */
#include "JansenRitNetwork.h"

/* Numbers of the rates of a history, or of their changes. */
INLINE size_t history_size(const struct ck_network *q) {
  return q->history == 0 ? 0 : q->columns * CK_COLUMN_LANES * (q->history + RECENT);
}

/* Columns and history, in the caller's memory. */
INLINE network make_network(const struct ck_network *q) {
  network n = {.q = q, .columns = q->work};
  n.history.rates = (float *)(n.columns + q->columns);
  n.history.changes = n.history.rates + history_size(q);
  n.history.slots = q->history;
  return n;
}

/* The past before the first step: what is fired at its start, for ever. */
INLINE void begin_history(network *n) {
  EACH_PART {
    network_column *c = &n->columns[k];
    const vf rate = c->fired[0][u];
    for (int step = 0; step < RECENT; step++) {
      c->recent.rates[step][u] = rate;
      c->recent.changes[step][u] = (vf){0};
    }
    for (int phase = 0; phase < PHASES; phase++) {
      for (int step = 0; step < WIDTH; step++) c->arrived[phase][step][u] = (vf){0};
    }
  }
  for (size_t start = 0; start < n->history.slots; start += WIDTH) {
    EACH_COLUMN NAMED(ck_keep_tile, SUFFIX)(&n->history, &n->columns[k].recent, k, start, n->q->interpolates);
  }
}

/* What arrives after long delays in the tile from the present step on. */
INLINE void receive_tile(network *n) {
  for (int phase = 0; phase < PHASES; phase++) {
    const struct ck_taps *taps = &n->q->distant[phase];
    EACH_COLUMN {
      if (first_tap(taps, k) == end_tap(taps, k)) continue;
      NAMED(ck_receive_tile, SUFFIX)(n->q, &n->history, first_tap(taps, k), end_tap(taps, k), n->step,
                                     n->columns[k].arrived[phase]);
    }
  }
}

INLINE void begin(network *n, const philox_keys *keys, const int method) {
  const struct ck_job *job = &n->q->job;
  const nu numbers = load_numbers(job->numbers);
  EACH_COLUMN {
    network_column *c = &n->columns[k];
    open_column_input(&c->in, &n->q->inputs[k]);
    make_sampler(&c->samples, network_coefficients(n, k, 0), job);
    c->stream = make_stream(numbers, (uint32_t)k, job->purpose, keys);
    EACH_VECTOR {
      c->s[u] = make_sigmoid(of(network_coefficients(n, k, u), CK_COLUMN_OFFSET));
      clear(&c->x[u]);
      n->stage = 1;
      leave_populations(n, k, u);
    }
  }
  n->stage = 0;
  begin_history(n);
  receive_tile(n);
  if (input_phases(method) & 4) receive(n, 2); /* It is that of the step before, too. */
  if (method == CK_STEP_SPLITTING) {
    EACH_PART {
      network_column *c = &n->columns[k];
      const vf fired[3] = {c->fired[0][u], c->excitatory[u], c->inhibitory[u]};
      begin_splitting(network_coefficients(n, k, u), &c->x[u], fired, c->before[u]);
      c->x[u].v[1] -= hear(n, k, u);
    }
  }
}

INLINE void draw(network *n, const philox_keys *keys, const int calls) {
  EACH_COLUMN {
    for (int call = 0; call < calls; call++) {
      const uint32_t block = (uint32_t)(n->step / GROUP) * (uint32_t)calls + (uint32_t)call;
      normal_lanes(&n->columns[k].stream, block, keys, n->columns[k].normals[GROUP * call]);
    }
  }
}

/* At the end, the samples of a tile that is not full, and which lanes are finite. */
INLINE uint32_t end(network *n, const sample_counter *counter) {
  const struct ck_job *job = &n->q->job;
  uint32_t finite = UINT32_MAX;
  EACH_COLUMN {
    network_column *c = &n->columns[k];
    if (counter->filled > 0) {
      NAMED(ck_flush_tile, SUFFIX)(c->samples.tile, job, counter->written, counter->filled,
                                   job->samples + k * n->q->column_stride);
    }
    uint32_t here = 0;
    EACH_VECTOR here |= finite_lanes(&c->x[u]) << u * WIDTH;
    finite &= here;
  }
  return finite;
}

/* `method` is a constant where this is called, so what belongs to other methods vanishes. */
INLINE uint32_t run_network(const struct ck_network *q, const int method) {
  const struct ck_job *job = &q->job;
  const int calls = noise_calls(method), phases = input_phases(method);
  const philox_keys keys = make_keys(job->seed);
  network here = make_network(q), *n = &here;
  sample_counter counter = {0};
  begin(n, &keys, method);
  for (size_t start = 0; start < job->steps; start += WIDTH) {
    const size_t steps = job->steps - start < WIDTH ? job->steps - start : WIDTH;
    n->step = start;
    receive_tile(n);
    EACH_COLUMN next_tile(&n->columns[k].in, network_coefficients(n, k, 0), start, phases);
    for (size_t step = 0; step < steps; step++) {
      n->step = start + step;
      n->drawn = step % GROUP * (size_t)calls;
      if (step % GROUP == 0) draw(n, &keys, calls);
      EACH_COLUMN {
        network_column *c = &n->columns[k];
        sample(&c->samples, job, &counter, c->x, job->samples + k * q->column_stride);
        next_step(&c->in, network_coefficients(n, k, 0), step, phases);
      }
      count_step(&counter, job);
      network_step(n, method);
    }
    if (q->history > 0) {
      EACH_COLUMN NAMED(ck_keep_tile, SUFFIX)(&n->history, &n->columns[k].recent, k, start, q->interpolates);
    }
  }
  return end(n, &counter);
}

#define METHOD(name, method)                                                                                           \
  COLUMN_CLONES uint32_t NAMED(ck_network_##name, SUFFIX)(const struct ck_network *q) { return run_network(q, method); }

EACH_METHOD(METHOD)
#undef METHOD

uint32_t NAMED(ck_network_run, SUFFIX)(int method, const struct ck_network *q) {
  switch (method) {
#define DISPATCH(name, number) case number: return NAMED(ck_network_##name, SUFFIX)(q);
    EACH_METHOD(DISPATCH)
#undef DISPATCH
  }
  return 0;
}
