#ifndef CKERNELS_JANSEN_RIT_DELAYS_H
#define CKERNELS_JANSEN_RIT_DELAYS_H
/* What pyramidal cells fired in the past, for those that hear it after a delay. See JansenRit.h. */
#include "JansenRitRun.h"

/* A ring of steps: [slot, column, rate or its change in a step, lane]. */
typedef struct {
  float *values;
  size_t slots, columns;
  /* Where the present step is. */
  size_t now;
} firing_history;

enum { HISTORY_ENTRY = 2 * CK_COLUMN_LANES };

INLINE float *history_entry(const firing_history *h, size_t slot, size_t column) {
  return h->values + (slot * h->columns + column) * HISTORY_ENTRY;
}

INLINE float *past_entry(const firing_history *h, size_t back, size_t column) {
  return history_entry(h, h->now >= back ? h->now - back : h->now + h->slots - back, column);
}

/* Places of the rates of which each lane has its own, `back[lane]` steps ago. */
INLINE vi lane_places(const firing_history *h, const int32_t *back, size_t source, int u) {
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  vi slot;
  memcpy(&slot, back, sizeof slot);
  slot = (int32_t)h->now - slot;
  slot += (slot < 0) & (int32_t)h->slots;
  return slot * (int32_t)(h->columns * HISTORY_ENTRY) + (int32_t)(source * HISTORY_ENTRY) + u * WIDTH + lane;
}

INLINE vf gather(const float *values, vi places) {
#ifdef WIDE
  return lookup_in_memory(values, places);
#else
  vf result;
  for (int lane = 0; lane < WIDTH; lane++) result[lane] = values[places[lane]];
  return result;
#endif
}

/* The delayed rate of one source, added to `sum`. `carried` has what taps by lane read in the step before: the later of
 * two steps is the earlier one of the next time. */
INLINE vf add_tap(const struct ck_network *q, const firing_history *h, const struct ck_tap *tap, float *carried, int u,
                  vf sum) {
  const float *factors = q->factors + tap->factors + u * WIDTH;
  const size_t lane = (size_t)u * WIDTH;
  if (!tap->by_lane) {
    const float *late = past_entry(h, (size_t)tap->back, tap->source) + lane;
    sum += load(factors) * load(late);
    if (tap->interpolates) {
      const float *early = past_entry(h, (size_t)tap->back + 1, tap->source) + lane;
      sum += load(factors + CK_COLUMN_LANES) * load(early);
      sum += load(factors + 2 * CK_COLUMN_LANES) * load(late + CK_COLUMN_LANES);
      sum += load(factors + 3 * CK_COLUMN_LANES) * load(early + CK_COLUMN_LANES);
    }
    return sum;
  }
  const vi places = lane_places(h, q->backs + tap->back + u * WIDTH, tap->source, u);
  const vf late = gather(h->values, places);
  sum += load(factors) * late;
  if (tap->interpolates) {
    float *early = carried + tap->carried + lane;
    const vf change = gather(h->values + CK_COLUMN_LANES, places);
    sum += load(factors + CK_COLUMN_LANES) * load(early);
    sum += load(factors + 2 * CK_COLUMN_LANES) * change;
    sum += load(factors + 3 * CK_COLUMN_LANES) * load(early + CK_COLUMN_LANES);
    store(early, late);
    store(early + CK_COLUMN_LANES, change);
  }
  return sum;
}

#endif
