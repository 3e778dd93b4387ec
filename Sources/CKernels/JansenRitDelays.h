#ifndef CKERNELS_JANSEN_RIT_DELAYS_H
#define CKERNELS_JANSEN_RIT_DELAYS_H
/*
 * What pyramidal cells fired in the past, for those that hear it after a delay. See JansenRit.h.
 *
 * Delays of a tile and more are looked up lane by lane, sixteen steps at a time, which is as fast for delays that differ
 * by lane as for one. Shorter ones are looked up step by step.
 *
 * A sum over connections is a chain of products added one by one, so that one more product with the factor 0, for the
 * sake of another lane, does not change a bit.
 */
#include "JansenRitRun.h"

/* Steps that are kept lane beside lane: two tiles, since the longest of the short delays reaches into the one before. */
enum { RECENT = 2 * WIDTH };

/* Rates of one column in the last steps, and how much they change in a step at their speed: step k is at k % RECENT. */
typedef struct {
  vf rates[RECENT][VECTORS], changes[RECENT][VECTORS];
} recent_firing;

/* Rates of all columns, or their changes, lane by lane: [column, lane, slots + RECENT], where the last RECENT repeat the
 * first. Slots are a multiple of WIDTH. */
typedef struct {
  float *rates, *changes;
  size_t slots;
} firing_history;

INLINE size_t history_row(const firing_history *h, size_t column, size_t lane) {
  return (column * CK_COLUMN_LANES + lane) * (h->slots + RECENT);
}

/* Sixteen steps of one vector of lanes, turned; the first is step `start`. */
INLINE void keep_rows(const firing_history *h, float *values, size_t column, int u, vf tile[WIDTH], size_t start) {
  const size_t slot = start % h->slots;
  transpose(tile);
  for (size_t lane = 0; lane < WIDTH; lane++) {
    float *row = values + history_row(h, column, (size_t)u * WIDTH + lane);
    store(row + slot, tile[lane]);
    if (slot < RECENT) store(row + h->slots + slot, tile[lane]);
  }
}

COLUMN_CLONES void NAMED(ck_keep_tile, SUFFIX)(const firing_history *h, const recent_firing *recent, size_t column,
                                               size_t start, int interpolates) {
  EACH_VECTOR {
    vf tile[WIDTH];
    for (size_t step = 0; step < WIDTH; step++) tile[step] = recent->rates[(start + step) % RECENT][u];
    keep_rows(h, h->rates, column, u, tile, start);
    if (interpolates) {
      for (size_t step = 0; step < WIDTH; step++) tile[step] = recent->changes[(start + step) % RECENT][u];
      keep_rows(h, h->changes, column, u, tile, start);
    }
  }
}

/* What arrives by the taps from `tap` up to `end` in the sixteen steps from `start` on: [step, vector]. */
COLUMN_CLONES void NAMED(ck_receive_tile, SUFFIX)(const struct ck_network *q, const firing_history *h,
                                                  const struct ck_tap *tap, const struct ck_tap *end, size_t start,
                                                  vf arrived[WIDTH][VECTORS]) {
  const size_t before = start % h->slots + h->slots - 1;
  EACH_VECTOR {
    vf sum[WIDTH];
    for (int lane = 0; lane < WIDTH; lane++) sum[lane] = (vf){0};
    for (const struct ck_tap *t = tap; t < end; t++) {
      for (int lane = 0; lane < WIDTH; lane++) {
        const size_t number = (size_t)(u * WIDTH + lane);
        const float *factors = q->factors + t->factors + number;
        size_t early = before - (size_t)q->backs[t->backs + number];
        if (early >= h->slots) early -= h->slots;
        const size_t place = history_row(h, t->source, number) + early;
        vf s = sum[lane];
        s += factors[0] * load(h->rates + place + 1);
        if (t->interpolates) {
          s += factors[CK_COLUMN_LANES] * load(h->rates + place);
          s += factors[2 * CK_COLUMN_LANES] * load(h->changes + place + 1);
          s += factors[3 * CK_COLUMN_LANES] * load(h->changes + place);
        }
        sum[lane] = s;
      }
    }
    transpose(sum);
    for (int step = 0; step < WIDTH; step++) arrived[step][u] = sum[step];
  }
}

/* Recent numbers of which every lane has its own, `back[lane]` steps ago. */
INLINE vf gather(const vf values[RECENT][VECTORS], size_t step, const int32_t *back, int u) {
  vi slot;
  memcpy(&slot, back, sizeof slot);
  slot = ((int32_t)(step % RECENT) - slot) & (RECENT - 1);
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const vi place = slot * CK_COLUMN_LANES + u * WIDTH + lane;
  const float *first = (const float *)values;
#ifdef WIDE
  return lookup_in_memory(first, place);
#else
  vf result;
  for (int i = 0; i < WIDTH; i++) result[i] = first[place[i]];
  return result;
#endif
}

/* The rate of one source a few steps ago, added to `sum`. */
INLINE vf add_recent(const struct ck_network *q, const struct ck_tap *tap, const recent_firing *source, size_t step,
                     int u, vf sum) {
  const float *factors = q->factors + tap->factors + u * WIDTH;
  const int32_t *backs = q->backs + tap->backs + u * WIDTH;
  if (tap->by_lane) {
    sum += load(factors) * gather(source->rates, step, backs, u);
    if (tap->interpolates) {
      sum += load(factors + CK_COLUMN_LANES) * gather(source->rates, step - 1, backs, u);
      sum += load(factors + 2 * CK_COLUMN_LANES) * gather(source->changes, step, backs, u);
      sum += load(factors + 3 * CK_COLUMN_LANES) * gather(source->changes, step - 1, backs, u);
    }
  } else {
    const size_t late = (step - (size_t)backs[0]) % RECENT, early = (step - (size_t)backs[0] - 1) % RECENT;
    sum += load(factors) * source->rates[late][u];
    if (tap->interpolates) {
      sum += load(factors + CK_COLUMN_LANES) * source->rates[early][u];
      sum += load(factors + 2 * CK_COLUMN_LANES) * source->changes[late][u];
      sum += load(factors + 3 * CK_COLUMN_LANES) * source->changes[early][u];
    }
  }
  return sum;
}

#endif
