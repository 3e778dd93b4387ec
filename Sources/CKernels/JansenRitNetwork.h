/*
 * Columns that are connected with delays. Part of jansen_rit.c, jansen_rit_wide.c and jansen_rit_portable.c.
 *
 * A step is taken by all columns together, stage by stage: what the pyramidal cells of all columns fire comes first,
 * since others may hear it at once; then every column takes its stage. What was fired at the start of a step is kept in
 * a ring for those that hear it later.
 *
 * A sum over connections is a chain of products added one by one, so that one more product with the factor 0, for the
 * sake of another lane, does not change a bit.
 */
#include "JansenRitDelays.h"
#include "JansenRitRun.h"

typedef struct {
  column x[VECTORS], t[VECTORS];
  vf first[VECTORS][3], middle[VECTORS][3];
  sigmoid s[VECTORS];
  /* What the pyramidal cells fire in this stage; in splitting also what the others do, and what came from outside in the
   * step before. */
  vf fired[VECTORS][3], before[VECTORS][3];
  /* What arrives from other columns after its delay, as an acceleration of y1. */
  vf arriving[PHASES][VECTORS];
  column_input in;
  noise_stream stream;
  float normals[2 * GROUP][NOISE_WIDTH];
  sampler samples;
} network_column;

#define EACH_COLUMN for (size_t k = 0; k < q->columns; k++)
/* Every vector of every column. */
#define EACH_PART EACH_COLUMN for (int u = 0; u < VECTORS; u++)

INLINE coefficients network_coefficients(const struct ck_network *q, size_t k, int u) {
  return q->coefficients + k * CK_COLUMN_COEFFICIENTS * CK_COLUMN_LANES + u * WIDTH;
}

/* What the step adds to the velocity of y1; `drawn` is the place of its first normal. */
INLINE vf network_noise(const struct ck_network *q, const network_column *n, size_t k, int u, size_t drawn) {
  return of(network_coefficients(q, k, u), CK_COLUMN_NOISE) * load(n->normals[drawn] + u * WIDTH);
}

/* Rates of the pyramidal cells at x, or at t. */
INLINE void fire_all(const struct ck_network *q, network_column *columns, const int at_t) {
  EACH_COLUMN {
    network_column *n = &columns[k];
    EACH_VECTOR n->fired[u][0] = pyramidal_firing(&n->s[u], at_t ? n->t[u].y : n->x[u].y);
  }
}

/* Rates of all populations at x. */
INLINE void fire_populations(const struct ck_network *q, network_column *columns) {
  fire_all(q, columns, 0);
  EACH_PART {
    network_column *n = &columns[k];
    interneuron_firing(network_coefficients(q, k, u), &n->s[u], n->x[u].y, &n->fired[u][1], &n->fired[u][2]);
  }
}

/* What column k hears at once, as an acceleration of y1. */
INLINE vf hear(const struct ck_network *q, const network_column *columns, size_t k, const int u) {
  vf sum = {0};
  for (uint32_t tap = k == 0 ? 0 : q->direct_ends[k - 1]; tap < q->direct_ends[k]; tap++) {
    const struct ck_tap *t = &q->direct[tap];
    sum += load(q->factors + t->factors + u * WIDTH) * columns[t->source].fired[u][0];
  }
  return sum;
}

/* v1 - v2 at the start of a step. */
INLINE vf output_velocity(const struct ck_network *q, const network_column *columns, size_t k, const int method,
                          const int u) {
  const network_column *n = &columns[k];
  vf v1 = n->x[u].v[1], v2 = n->x[u].v[2];
  if (method == CK_STEP_SPLITTING) { /* The kick at the end of the step before is still to come. */
    coefficients c = network_coefficients(q, k, u);
    v1 += of(c, CK_COLUMN_GAIN_1) * n->fired[u][1] + (n->before[u][1] + hear(q, columns, k, u));
    v2 += of(c, CK_COLUMN_GAIN_2) * n->fired[u][2] + n->before[u][2];
  }
  return v1 - v2;
}

/* Keeps the rates of the start of a step, and, for interpolation, how much they change in one at this speed. */
INLINE void note(const struct ck_network *q, const firing_history *h, const network_column *columns, const int method) {
  /* dt y' is v, or in the method of Runge and Kutta 2 v; rates are functions of powers of two. */
  const float per_velocity = 0.693147181f * (method == CK_STEP_RUNGE_KUTTA_4 ? 2.f : 1.f);
  EACH_COLUMN {
    float *entry = history_entry(h, h->now, k);
    EACH_VECTOR {
      const vf rate = columns[k].fired[u][0];
      store(entry + u * WIDTH, rate);
      if (q->interpolates) {
        const vf change = per_velocity * (rate - rate * rate) * output_velocity(q, columns, k, method, u);
        store(entry + CK_COLUMN_LANES + u * WIDTH, change);
      }
    }
  }
}

/* What arrives in a phase of the present step. */
INLINE void receive(const struct ck_network *q, const firing_history *h, const int phase, float *carried,
                    network_column *columns) {
  const struct ck_tap *tap = q->delayed[phase];
  EACH_COLUMN {
    const struct ck_tap *end = q->delayed[phase] + q->delayed_ends[phase][k];
    vf sum[VECTORS];
    EACH_VECTOR sum[u] = (vf){0};
    for (; tap < end; tap++) {
      EACH_VECTOR sum[u] = add_tap(q, h, tap, carried, u, sum[u]);
    }
    EACH_VECTOR columns[k].arriving[phase][u] = sum[u];
  }
}

/* What comes from outside column k in a phase, other than at once: background, stimulus, other columns. */
INLINE void collect(const network_column *n, const int phase, const int u, vf in[3]) {
  EACH in[i] = n->in.now[u][phase][i];
  in[1] += n->arriving[phase][u];
}

/* The accelerations of column k at x, or at t. */
INLINE void accelerate(const struct ck_network *q, const network_column *columns, size_t k, const int at_t,
                       const int phase, const int u, vf a[3]) {
  const network_column *n = &columns[k];
  vf in[3];
  collect(n, phase, u, in);
  in[1] += hear(q, columns, k, u);
  accelerations(network_coefficients(q, k, u), &n->s[u], at_t ? &n->t[u] : &n->x[u], n->fired[u][0], in, a);
}

/* One step of all columns. Rates are those of the stage until the next are made, whichever columns have taken it. */
INLINE void network_step(const int method, const struct ck_network *q, const firing_history *h, float *carried,
                         network_column *columns, size_t drawn) {
  vf a[3];
  switch (method) {
  case CK_STEP_EULER:
  case CK_STEP_EULER_MARUYAMA:
    fire_all(q, columns, 0);
    note(q, h, columns, method);
    receive(q, h, 0, carried, columns);
    EACH_PART {
      network_column *n = &columns[k];
      accelerate(q, columns, k, 0, 0, u, a);
      euler_step(&n->x[u], a);
      if (method == CK_STEP_EULER_MARUYAMA) {
        /* As for a single column, so that the same operations are fused. */
        n->x[u].v[1] += of(network_coefficients(q, k, u), CK_COLUMN_NOISE) * load(n->normals[drawn] + u * WIDTH);
      }
    }
    break;
  case CK_STEP_HEUN:
  case CK_STEP_STOCHASTIC_HEUN: {
    const int noisy = method == CK_STEP_STOCHASTIC_HEUN;
    fire_all(q, columns, 0);
    note(q, h, columns, method);
    EACH_PART {
      network_column *n = &columns[k];
      const vf noise = noisy ? network_noise(q, n, k, u, drawn) : (vf){0};
      n->arriving[0][u] = n->arriving[2][u];
      accelerate(q, columns, k, 0, 0, u, a);
      heun_predict(&n->x[u], a, noisy ? &noise : NULL, &n->t[u]);
    }
    fire_all(q, columns, 1);
    receive(q, h, 2, carried, columns);
    EACH_PART {
      network_column *n = &columns[k];
      const vf noise = noisy ? network_noise(q, n, k, u, drawn) : (vf){0};
      accelerate(q, columns, k, 1, 2, u, a);
      heun_correct(&n->x[u], a, noisy ? &noise : NULL);
    }
    break;
  }
  case CK_STEP_RUNGE_KUTTA_4:
    fire_all(q, columns, 0);
    note(q, h, columns, method);
    EACH_PART {
      network_column *n = &columns[k];
      n->arriving[0][u] = n->arriving[2][u];
      accelerate(q, columns, k, 0, 0, u, n->first[u]);
      runge_kutta_1(&n->x[u], n->first[u], &n->t[u]);
    }
    fire_all(q, columns, 1);
    receive(q, h, 1, carried, columns);
    EACH_PART {
      network_column *n = &columns[k];
      accelerate(q, columns, k, 1, 1, u, n->middle[u]);
      runge_kutta_2(&n->x[u], n->first[u], n->middle[u], &n->t[u]);
    }
    fire_all(q, columns, 1);
    EACH_PART {
      network_column *n = &columns[k];
      accelerate(q, columns, k, 1, 1, u, a);
      runge_kutta_3(&n->x[u], n->first[u], n->middle[u], a, &n->t[u]);
    }
    fire_all(q, columns, 1);
    receive(q, h, 2, carried, columns);
    EACH_PART {
      network_column *n = &columns[k];
      accelerate(q, columns, k, 1, 2, u, a);
      runge_kutta_4(&n->x[u], n->first[u], n->middle[u], a);
    }
    break;
  case CK_STEP_SPLITTING:
    note(q, h, columns, method);
    receive(q, h, 1, carried, columns);
    EACH_PART {
      network_column *n = &columns[k];
      vf in[3];
      collect(n, 1, u, in);
      const vf heard = hear(q, columns, k, u);
      n->before[u][1] += heard + heard;
      split_step(network_coefficients(q, k, u), &n->x[u], n->fired[u], n->before[u], in,
                 load(n->normals[drawn] + u * WIDTH), load(n->normals[drawn + 1] + u * WIDTH));
    }
    fire_populations(q, columns);
    break;
  }
}

/* Memory for a run, from the caller's: columns, ring, carried rates. */
typedef struct {
  network_column *columns;
  firing_history history;
  float *carried;
} network_memory;

INLINE size_t history_size(const struct ck_network *q) { return q->history * q->columns * HISTORY_ENTRY; }

INLINE network_memory divide_work(const struct ck_network *q) {
  network_memory m;
  m.columns = q->work;
  m.history.values = (float *)(m.columns + q->columns);
  m.history.slots = q->history;
  m.history.columns = q->columns;
  m.history.now = 0;
  m.carried = m.history.values + history_size(q);
  return m;
}

/* The past before the first step: what was fired at its start, for ever. */
INLINE void begin_history(const struct ck_network *q, network_memory *m, const int method) {
  fire_populations(q, m->columns);
  EACH_PART {
    const vf rate = m->columns[k].fired[u][0];
    for (size_t slot = 0; slot < q->history; slot++) {
      float *entry = history_entry(&m->history, slot, k) + u * WIDTH;
      store(entry, rate);
      store(entry + CK_COLUMN_LANES, (vf){0});
    }
    for (int phase = 0; phase < PHASES; phase++) {
      m->columns[k].arriving[phase][u] = (vf){0};
      const struct ck_tap *taps = q->delayed[phase];
      const uint32_t count = q->delayed_ends[phase][q->columns - 1];
      for (uint32_t tap = 0; tap < count; tap++) {
        if (!taps[tap].by_lane || !taps[tap].interpolates || taps[tap].source != k) continue;
        store(m->carried + taps[tap].carried + u * WIDTH, rate);
        store(m->carried + taps[tap].carried + CK_COLUMN_LANES + u * WIDTH, (vf){0});
      }
    }
  }
  if (method == CK_STEP_SPLITTING) {
    EACH_PART {
      network_column *n = &m->columns[k];
      begin_splitting(network_coefficients(q, k, u), &n->x[u], n->fired[u], n->before[u]);
      n->x[u].v[1] -= hear(q, m->columns, k, u);
    }
  }
  if (input_phases(method) & 4) receive(q, &m->history, 2, m->carried, m->columns);
}

/* `method` is a constant where this is called, so what belongs to other methods vanishes. */
INLINE uint32_t run_network(const struct ck_network *q, const int method) {
  const struct ck_job *job = &q->job;
  const int calls = noise_calls(method), phases = input_phases(method);
  const philox_keys keys = make_keys(job->seed);
  network_memory memory = divide_work(q);
  network_column *columns = memory.columns;
  sample_counter counter = {0};
  EACH_COLUMN {
    network_column *n = &columns[k];
    open_column_input(&n->in, &q->inputs[k]);
    make_sampler(&n->samples, network_coefficients(q, k, 0), job);
    n->stream = make_stream(load_numbers(job->numbers), (uint32_t)k, job->purpose, &keys);
    EACH_VECTOR {
      n->s[u] = make_sigmoid(network_coefficients(q, k, u));
      clear(&n->x[u]);
    }
  }
  begin_history(q, &memory, method);
  for (size_t start = 0; start < job->steps; start += WIDTH) {
    const size_t steps = job->steps - start < WIDTH ? job->steps - start : WIDTH;
    EACH_COLUMN next_tile(&columns[k].in, network_coefficients(q, k, 0), start, phases);
    for (size_t group = 0; group < steps; group += GROUP) {
      EACH_COLUMN {
        for (int call = 0; call < calls; call++) {
          normal_lanes(&columns[k].stream, (uint32_t)((start + group) / GROUP) * (uint32_t)calls + (uint32_t)call, &keys,
                       columns[k].normals[GROUP * call]);
        }
      }
      const size_t count = steps - group < GROUP ? steps - group : GROUP;
      for (size_t step = 0; step < count; step++) {
        EACH_COLUMN {
          sample(&columns[k].samples, job, &counter, columns[k].x, job->samples + k * q->column_stride);
          next_step(&columns[k].in, network_coefficients(q, k, 0), group + step, phases);
        }
        count_step(&counter, job);
        network_step(method, q, &memory.history, memory.carried, columns, (size_t)calls * step);
        if (++memory.history.now == q->history) memory.history.now = 0;
      }
    }
  }
  uint32_t finite = UINT32_MAX;
  EACH_COLUMN {
    network_column *n = &columns[k];
    if (counter.filled > 0) {
      NAMED(ck_flush_tile, SUFFIX)(n->samples.tile, job, counter.written, counter.filled,
                                   job->samples + k * q->column_stride);
    }
    uint32_t here = 0;
    EACH_VECTOR here |= finite_lanes(&n->x[u]) << u * WIDTH;
    finite &= here;
  }
  return finite;
}

#define METHOD(name, method)                                                                                           \
  COLUMN_CLONES uint32_t NAMED(ck_network_##name, SUFFIX)(const struct ck_network *q) { return run_network(q, method); }

METHOD(euler, CK_STEP_EULER)
METHOD(heun, CK_STEP_HEUN)
METHOD(runge_kutta_4, CK_STEP_RUNGE_KUTTA_4)
METHOD(euler_maruyama, CK_STEP_EULER_MARUYAMA)
METHOD(stochastic_heun, CK_STEP_STOCHASTIC_HEUN)
METHOD(splitting, CK_STEP_SPLITTING)
#undef METHOD

uint32_t NAMED(ck_network_run, SUFFIX)(int method, const struct ck_network *q) {
  switch (method) {
  case CK_STEP_EULER: return NAMED(ck_network_euler, SUFFIX)(q);
  case CK_STEP_HEUN: return NAMED(ck_network_heun, SUFFIX)(q);
  case CK_STEP_RUNGE_KUTTA_4: return NAMED(ck_network_runge_kutta_4, SUFFIX)(q);
  case CK_STEP_EULER_MARUYAMA: return NAMED(ck_network_euler_maruyama, SUFFIX)(q);
  case CK_STEP_STOCHASTIC_HEUN: return NAMED(ck_network_stochastic_heun, SUFFIX)(q);
  case CK_STEP_SPLITTING: return NAMED(ck_network_splitting, SUFFIX)(q);
  }
  return 0;
}
