/*
 * The input of the lanes, sixteen steps at a time: what is constant for a while, and Gaussian bumps. See JansenRit.h.
 *
 * A tile is made lane by lane, along the steps, and then turned.
 */
#ifndef CKERNELS_JANSEN_RIT_INPUT_H
#define CKERNELS_JANSEN_RIT_INPUT_H

#include "JansenRitColumn.h"

enum { VECTORS = CK_COLUMN_LANES / WIDTH };

/* Where the lanes are in their lists. */
typedef struct {
  const struct ck_input *input;
  /* The first entry that has not been used up. */
  uint32_t level[CK_COLUMN_LANES], bump[CK_COLUMN_LANES];
  /* What is constant, now: at the start of a step, in its middle, at its end. */
  float values[PHASES][CK_COLUMN_LANES];
  /* Nothing changes before the step `next`, other than the bumps that go on up to the step `busy`. */
  int64_t next, busy;
} input_cursor;

INLINE void find_next(input_cursor *c) {
  const struct ck_input *q = c->input;
  c->next = INT64_MAX;
  for (size_t lane = 0; lane < q->lanes; lane++) {
    const uint32_t level = c->level[lane], bump = c->bump[lane];
    if (level < q->level_ends[lane] && q->levels[level].step < c->next) c->next = q->levels[level].step;
    if (bump < q->bump_ends[lane] && q->bumps[bump].first < c->next) c->next = q->bumps[bump].first;
  }
}

INLINE void open_input(input_cursor *c, const struct ck_input *input) {
  memset(c, 0, sizeof *c);
  c->input = input;
  for (size_t lane = 1; lane < input->lanes; lane++) {
    c->level[lane] = input->level_ends[lane - 1];
    c->bump[lane] = input->bump_ends[lane - 1];
  }
  find_next(c);
}

INLINE int is_constant(const input_cursor *c, int64_t start) { return start + WIDTH <= c->next && start >= c->busy; }

/* The input of a vector of lanes while nothing changes. */
INLINE vf constant_input(const input_cursor *c, int phase, int u) {
  const float *values = c->values[phase];
  return c->input->lanes == 1 ? all(values[0]) : load(values + u * WIDTH);
}

/* One lane's input in the steps from `start` on. */
INLINE void lane_tile(input_cursor *c, size_t lane, int32_t start, const int phases, vf tile[PHASES]) {
  const struct ck_input *q = c->input;
  const vi step = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (int phase = 0; phase < PHASES; phase++) tile[phase] = all(c->values[phase][lane]);
  uint32_t level = c->level[lane];
  for (; level < q->level_ends[lane] && q->levels[level].step < start + WIDTH; level++) {
    const struct ck_input_level *l = &q->levels[level];
    const vi after = step >= l->step - start;
    for (int phase = 0; phase < PHASES; phase++) {
      c->values[phase][lane] = l->values[phase];
      tile[phase] = (vf)(((vi)all(l->values[phase]) & after) | ((vi)tile[phase] & ~after));
    }
  }
  c->level[lane] = level;
  for (uint32_t bump = c->bump[lane]; bump < q->bump_ends[lane] && q->bumps[bump].first < start + WIDTH; bump++) {
    const struct ck_input_bump *b = &q->bumps[bump];
    if (b->end <= start) {
      if (bump == c->bump[lane]) c->bump[lane]++;
      continue;
    }
    if (b->end > c->busy) c->busy = b->end;
    const vi inside = (step >= b->first - start) & (step < b->end - start);
    const vf distance = __builtin_convertvector(step + (start - b->peak), vf);
    for (int phase = 0; phase < PHASES; phase++) {
      if (!(phases & 1 << phase)) continue;
      const vf u = b->step_width * distance + (b->offset + 0.5f * (float)phase * b->step_width);
      const vf value = b->amplitude * exp2_limited(-u * u, 126.f);
      tile[phase] += (vf)((vi)value & inside);
    }
  }
}

/* `rows[phase][step]` of every vector of lanes; bit k of `phases` says whether phase k is wanted. */
INLINE void fill_tile(input_cursor *c, int64_t start, const int phases, vf rows[VECTORS][PHASES][WIDTH]) {
  const size_t lanes = c->input->lanes;
  for (size_t lane = 0; lane < lanes; lane++) {
    vf tile[PHASES];
    lane_tile(c, lane, (int32_t)start, phases, tile);
    for (int phase = 0; phase < PHASES; phase++) rows[lane / WIDTH][phase][lane % WIDTH] = tile[phase];
  }
  for (int u = 0; u < VECTORS; u++) {
    for (int phase = 0; phase < PHASES; phase++) {
      if (!(phases & 1 << phase)) continue;
      if (lanes == 1) {
        const vf tile = u == 0 ? rows[0][phase][0] : (vf){0};
        for (int step = 0; step < WIDTH; step++) {
          rows[u][phase][step] = u == 0 ? all(tile[step]) : rows[0][phase][step];
        }
      } else {
        transpose(rows[u][phase]);
      }
    }
  }
  find_next(c);
}

#endif
