#ifndef CKERNELS_JANSEN_RIT_RUN_H
#define CKERNELS_JANSEN_RIT_RUN_H
/* What a run of single columns and one of networks have in common. See JansenRit.h.
 *
 * What is done once in sixteen steps are functions of their own, or every method would have a copy. */
#include "JansenRitInput.h"
#include "VectorNoise.h"

#define EACH_VECTOR _Pragma("clang loop unroll(full)") for (int u = 0; u < VECTORS; u++)

/* Every method's name and number: a method that is added here has its functions and its place in the dispatch. */
#define EACH_METHOD(DO)                                                                                                \
  DO(euler, CK_STEP_EULER)                                                                                             \
  DO(heun, CK_STEP_HEUN)                                                                                               \
  DO(runge_kutta_4, CK_STEP_RUNGE_KUTTA_4)                                                                             \
  DO(euler_maruyama, CK_STEP_EULER_MARUYAMA)                                                                           \
  DO(stochastic_heun, CK_STEP_STOCHASTIC_HEUN)                                                                         \
  DO(splitting, CK_STEP_SPLITTING)

/* Steps that share calls of the random number generator. */
enum { GROUP = 4 };

/* Such calls. */
INLINE int noise_calls(const int method) {
  switch (method) {
  case CK_STEP_EULER_MARUYAMA:
  case CK_STEP_STOCHASTIC_HEUN: return 1;
  case CK_STEP_SPLITTING: return 2;
  default: return 0;
  }
}

/* Where in a step the input is looked at: bit 0 its start, bit 1 its middle, bit 2 its end. */
INLINE int input_phases(const int method) {
  switch (method) {
  case CK_STEP_HEUN:
  case CK_STEP_STOCHASTIC_HEUN: return 1 | 4;
  case CK_STEP_RUNGE_KUTTA_4: return 1 | 2 | 4;
  case CK_STEP_SPLITTING: return 2;
  default: return 1;
  }
}

/* The input of one column, as accelerations. */
typedef struct {
  input_cursor cursor;
  /* Whether it is the same in all steps of the tile, and whether `now` is not yet that. */
  int constant, stale;
  vf rows[VECTORS][PHASES][WIDTH];
  vf now[VECTORS][PHASES][3];
} column_input;

INLINE void open_column_input(column_input *in, const struct ck_input *input) {
  open_input(&in->cursor, input);
  in->stale = 1;
}

COLUMN_CLONES void NAMED(ck_fill_tile, SUFFIX)(input_cursor *c, int64_t start, int phases,
                                           vf rows[VECTORS][PHASES][WIDTH]) {
  fill_tile(c, start, phases, rows);
}

/* At the start of a tile. */
INLINE void next_tile(column_input *in, const float *c, size_t start, const int phases) {
  in->constant = is_constant(&in->cursor, (int64_t)start);
  if (!in->constant) {
    NAMED(ck_fill_tile, SUFFIX)(&in->cursor, (int64_t)start, phases, in->rows);
    in->stale = 1;
  } else if (in->stale) {
    EACH_VECTOR {
      for (int phase = 0; phase < PHASES; phase++) {
        drive(c + u * WIDTH, constant_input(&in->cursor, phase, u), in->now[u][phase]);
      }
    }
    in->stale = 0;
  }
}

/* At the start of a step. */
INLINE void next_step(column_input *in, const float *c, size_t step, const int phases) {
  if (in->constant) return;
  EACH_VECTOR {
    for (int phase = 0; phase < PHASES; phase++) {
      if (phases & 1 << phase) drive(c + u * WIDTH, in->rows[u][phase][step], in->now[u][phase]);
    }
  }
}

/* Which steps become samples. */
typedef struct {
  /* Steps since the first of a sample, samples in a tile, samples before it. */
  uint32_t phase;
  size_t filled, written;
} sample_counter;

/* Samples of one column. */
typedef struct {
  vf sum[VECTORS], unit[VECTORS], tile[VECTORS][WIDTH];
} sampler;

INLINE void make_sampler(sampler *s, const float *c, const struct ck_job *job) {
  EACH_VECTOR {
    s->sum[u] = (vf){0};
    s->unit[u] = of(c + u * WIDTH, CK_COLUMN_UNIT) * (job->mean ? 1.f / (float)job->every : 1.f);
  }
}

/* Sixteen samples, or fewer at the end, to the rows of the lanes. */
COLUMN_CLONES void NAMED(ck_flush_tile, SUFFIX)(vf tile[VECTORS][WIDTH], const struct ck_job *job, size_t first,
                                            size_t count, float *samples) {
  EACH_VECTOR {
    const size_t lane = (size_t)u * WIDTH;
    if (lane < job->rows) {
      const size_t rows = job->rows - lane < WIDTH ? job->rows - lane : WIDTH;
      transpose(tile[u]);
      for (size_t row = 0; row < rows; row++) {
        float *destination = samples + (lane + row) * job->stride + first;
        if (count == WIDTH) {
          store(destination, tile[u][row]);
        } else {
          memcpy(destination, &tile[u][row], count * sizeof(float));
        }
      }
    }
  }
}

/* At the start of a step, before count_step. */
INLINE void sample(sampler *s, const struct ck_job *job, const sample_counter *n, const column x[VECTORS],
                   float *samples) {
  if (n->phase == 0) {
    EACH_VECTOR s->sum[u] = x[u].y[1] - x[u].y[2];
  } else if (job->mean) {
    EACH_VECTOR s->sum[u] += x[u].y[1] - x[u].y[2];
  }
  if (n->phase + 1 == job->every) {
    EACH_VECTOR s->tile[u][n->filled] = s->sum[u] * s->unit[u];
    if (n->filled + 1 == WIDTH) NAMED(ck_flush_tile, SUFFIX)(s->tile, job, n->written, WIDTH, samples);
  }
}

INLINE void count_step(sample_counter *n, const struct ck_job *job) {
  if (++n->phase < job->every) return;
  n->phase = 0;
  if (++n->filled < WIDTH) return;
  n->written += WIDTH;
  n->filled = 0;
}

#endif
