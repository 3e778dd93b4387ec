/*
 * Columns that hear one another. Part of jansen_rit.c, jansen_rit_wide.c and jansen_rit_portable.c.
 *
 * A step is taken by all columns together, stage by stage. What pyramidal cells fire in a stage is ready before it, for
 * columns without delay between them hear it at once: a column that has taken a stage leaves what it fires in the next.
 */
#include "JansenRitDelays.h"
#include "JansenRitRun.h"

typedef struct {
  column x[VECTORS], t[VECTORS];
  sigmoid s[VECTORS];
  /* What the pyramidal cells fire in this stage and the next. */
  vf fired[2][VECTORS];
  /* What arrives from other columns after its delay, as an acceleration of y1. */
  vf arriving[PHASES][VECTORS];
  vf first[VECTORS][3], middle[VECTORS][3];
  /* Splitting: what the interneurons fire, and what came from outside in the step before. */
  vf excitatory[VECTORS], inhibitory[VECTORS], before[VECTORS][3];
  column_input in;
  recent_firing recent;
  /* What arrives after long delays in the tile. */
  vf arrived[PHASES][WIDTH][VECTORS];
  noise_stream stream;
  float normals[2 * GROUP][NOISE_WIDTH];
  sampler samples;
} network_column;

typedef struct {
  const struct ck_network *q;
  network_column *columns;
  firing_history history;
  /* The present step, the place of its first normal, and which of `fired` belong to the present stage. */
  size_t step, drawn;
  int stage;
} network;

#define EACH_COLUMN for (size_t k = 0; k < n->q->columns; k++)
/* Every vector of every column. */
#define EACH_PART EACH_COLUMN for (int u = 0; u < VECTORS; u++)

INLINE coefficients network_coefficients(const network *n, size_t k, int u) {
  return n->q->coefficients + k * CK_COLUMN_COEFFICIENTS * CK_COLUMN_LANES + u * WIDTH;
}

/* The connections of column k in a list. */
INLINE const struct ck_tap *first_tap(const struct ck_taps *taps, size_t k) {
  return taps->list + (k == 0 ? 0 : taps->ends[k - 1]);
}
INLINE const struct ck_tap *end_tap(const struct ck_taps *taps, size_t k) { return taps->list + taps->ends[k]; }

/* What column k hears at once, as an acceleration of y1. */
INLINE vf hear(const network *n, size_t k, const int u) {
  const struct ck_taps *taps = &n->q->direct;
  vf sum = {0};
  for (const struct ck_tap *tap = first_tap(taps, k); tap < end_tap(taps, k); tap++) {
    sum += load(n->q->factors + tap->factors + u * WIDTH) * n->columns[tap->source].fired[n->stage][u];
  }
  return sum;
}

/* What arrives in a phase of the present step. */
INLINE void receive(network *n, const int phase) {
  const struct ck_taps *taps = &n->q->recent[phase];
  EACH_COLUMN {
    network_column *c = &n->columns[k];
    EACH_VECTOR c->arriving[phase][u] = c->arrived[phase][n->step % WIDTH][u];
    for (const struct ck_tap *tap = first_tap(taps, k); tap < end_tap(taps, k); tap++) {
      const recent_firing *source = &n->columns[tap->source].recent;
      EACH_VECTOR c->arriving[phase][u] = add_recent(n->q, tap, source, n->step, u, c->arriving[phase][u]);
    }
  }
}

/* What comes from outside column k in a phase, other than at once: background, stimulus, other columns. */
INLINE void collect(const network *n, size_t k, const int phase, const int u, vf in[3]) {
  const network_column *c = &n->columns[k];
  EACH in[i] = c->in.now[u][phase][i];
  in[1] += c->arriving[phase][u];
}

/* The accelerations of column k at x. */
INLINE void accelerate(const network *n, size_t k, const column *x, const int phase, const int u, vf a[3]) {
  const network_column *c = &n->columns[k];
  vf in[3];
  collect(n, k, phase, u, in);
  in[1] += hear(n, k, u);
  accelerations(network_coefficients(n, k, u), &c->s[u], x, c->fired[n->stage][u], in, a);
}

/* Column k has come to x, the state of the next stage. */
INLINE void leave(const network *n, size_t k, const column *x, const int u) {
  network_column *c = &n->columns[k];
  c->fired[1 - n->stage][u] = pyramidal_firing(&c->s[u], x->y);
}

INLINE void leave_populations(const network *n, size_t k, const int u) {
  network_column *c = &n->columns[k];
  leave(n, k, &c->x[u], u);
  interneuron_firing(network_coefficients(n, k, u), &c->s[u], c->x[u].y, &c->excitatory[u], &c->inhibitory[u]);
}

/* v1 - v2 at the start of a step. */
INLINE vf output_velocity(const network *n, size_t k, const int method, const int u) {
  const network_column *c = &n->columns[k];
  vf v1 = c->x[u].v[1], v2 = c->x[u].v[2];
  if (method == CK_STEP_SPLITTING) { /* The kick at the end of the step before is still to come. */
    coefficients of_k = network_coefficients(n, k, u);
    v1 += of(of_k, CK_COLUMN_GAIN_1) * c->excitatory[u] + (c->before[u][1] + hear(n, k, u));
    v2 += of(of_k, CK_COLUMN_GAIN_2) * c->inhibitory[u] + c->before[u][2];
  }
  return v1 - v2;
}

/* Keeps what is fired at the start of a step, for those that hear it later. */
INLINE void note(const network *n, const int method) {
  /* dt y' is v, or in the method of Runge and Kutta 2 v; rates are functions of powers of two. */
  const float per_velocity = 0.693147181f * (method == CK_STEP_RUNGE_KUTTA_4 ? 2.f : 1.f);
  if (!n->q->is_delayed) return;
  EACH_COLUMN {
    network_column *c = &n->columns[k];
    EACH_VECTOR {
      const vf rate = c->fired[n->stage][u];
      c->recent.rates[n->step % RECENT][u] = rate;
      if (n->q->interpolates) {
        c->recent.changes[n->step % RECENT][u] =
            per_velocity * (rate - rate * rate) * output_velocity(n, k, method, u);
      }
    }
  }
}

/* What is heard later has all been fired before or at the start of the step. */
INLINE void prepare_step(network *n, const int method) {
  const int phases = input_phases(method);
  note(n, method);
  if (phases == 1) receive(n, 0);
  if (phases & 2) receive(n, 1);
  if (phases & 4) {
    EACH_PART n->columns[k].arriving[0][u] = n->columns[k].arriving[2][u];
    receive(n, 2);
  }
}

/* Nothing is heard at once: every column takes its step by itself. */
INLINE void whole_steps(network *n, const int method) {
  EACH_PART {
    network_column *c = &n->columns[k];
    vf in[PHASES][3];
    for (int phase = 0; phase < PHASES; phase++) {
      if (input_phases(method) & 1 << phase) collect(n, k, phase, u, in[phase]);
    }
    column_step(method, network_coefficients(n, k, u), &c->s[u], &c->x[u], c->fired[n->stage][u], in,
                c->normals[n->drawn] + u * WIDTH);
    leave(n, k, &c->x[u], u);
  }
  n->stage = 1 - n->stage;
}

INLINE void euler_network(network *n, const int method) {
  EACH_PART {
    network_column *c = &n->columns[k];
    vf a[3];
    accelerate(n, k, &c->x[u], 0, u, a);
    euler_step(&c->x[u], a);
    if (method == CK_STEP_EULER_MARUYAMA) {
      c->x[u].v[1] += of(network_coefficients(n, k, u), CK_COLUMN_NOISE) * load(c->normals[n->drawn] + u * WIDTH);
    }
    leave(n, k, &c->x[u], u);
  }
  n->stage = 1 - n->stage;
}

INLINE vf network_noise(const network *n, size_t k, const int u) {
  return of(network_coefficients(n, k, u), CK_COLUMN_NOISE) * load(n->columns[k].normals[n->drawn] + u * WIDTH);
}

INLINE void heun_network(network *n, const int method) {
  const int noisy = method == CK_STEP_STOCHASTIC_HEUN;
  EACH_PART {
    network_column *c = &n->columns[k];
    const vf noise = noisy ? network_noise(n, k, u) : (vf){0};
    vf a[3];
    accelerate(n, k, &c->x[u], 0, u, a);
    heun_predict(&c->x[u], a, noisy ? &noise : NULL, &c->t[u]);
    leave(n, k, &c->t[u], u);
  }
  n->stage = 1 - n->stage;
  EACH_PART {
    network_column *c = &n->columns[k];
    const vf noise = noisy ? network_noise(n, k, u) : (vf){0};
    vf a[3];
    accelerate(n, k, &c->t[u], 2, u, a);
    heun_correct(&c->x[u], a, noisy ? &noise : NULL);
    leave(n, k, &c->x[u], u);
  }
  n->stage = 1 - n->stage;
}

INLINE void runge_kutta_network(network *n) {
  EACH_PART {
    network_column *c = &n->columns[k];
    accelerate(n, k, &c->x[u], 0, u, c->first[u]);
    runge_kutta_1(&c->x[u], c->first[u], &c->t[u]);
    leave(n, k, &c->t[u], u);
  }
  n->stage = 1 - n->stage;
  EACH_PART {
    network_column *c = &n->columns[k];
    accelerate(n, k, &c->t[u], 1, u, c->middle[u]);
    runge_kutta_2(&c->x[u], c->first[u], c->middle[u], &c->t[u]);
    leave(n, k, &c->t[u], u);
  }
  n->stage = 1 - n->stage;
  EACH_PART {
    network_column *c = &n->columns[k];
    vf a[3];
    accelerate(n, k, &c->t[u], 1, u, a);
    runge_kutta_3(&c->x[u], c->first[u], c->middle[u], a, &c->t[u]);
    leave(n, k, &c->t[u], u);
  }
  n->stage = 1 - n->stage;
  EACH_PART {
    network_column *c = &n->columns[k];
    vf a[3];
    accelerate(n, k, &c->t[u], 2, u, a);
    runge_kutta_4(&c->x[u], c->first[u], c->middle[u], a);
    leave(n, k, &c->x[u], u);
  }
  n->stage = 1 - n->stage;
}

INLINE void split_network(network *n) {
  EACH_PART {
    network_column *c = &n->columns[k];
    const vf fired[3] = {c->fired[n->stage][u], c->excitatory[u], c->inhibitory[u]};
    const vf heard = hear(n, k, u);
    vf in[3];
    collect(n, k, 1, u, in);
    /* Both kicks hear the same. */
    c->before[u][1] += heard + heard;
    split_step(network_coefficients(n, k, u), &c->x[u], fired, c->before[u], in,
               load(c->normals[n->drawn] + u * WIDTH), load(c->normals[n->drawn + 1] + u * WIDTH));
    leave_populations(n, k, u);
  }
  n->stage = 1 - n->stage;
}

INLINE void network_step(network *n, const int method) {
  const int is_whole = n->q->direct.ends[n->q->columns - 1] == 0;
  prepare_step(n, method);
  if (method == CK_STEP_SPLITTING) {
    split_network(n);
  } else if (is_whole) {
    whole_steps(n, method);
  } else if (method == CK_STEP_RUNGE_KUTTA_4) {
    runge_kutta_network(n);
  } else if (method == CK_STEP_HEUN || method == CK_STEP_STOCHASTIC_HEUN) {
    heun_network(n, method);
  } else {
    euler_network(n, method);
  }
}
