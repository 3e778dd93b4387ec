/* Jansen-Rit columns with fused multiply-add where the processor has it. */
#pragma STDC FP_CONTRACT ON
#include "Clones.h"

#define COLUMN_CLONES CK_CLONES_NARROW
#define SUFFIX _fused
#include "JansenRitSingle.h"

#include "JansenRitNetworkRun.h"

#undef SUFFIX
#define SUFFIX
#include "VectorMathValues.h"

/* jansen_rit_wide.c, for processors of the level x86-64-v4 */
uint32_t ck_columns_run_wide(int method, const struct ck_columns *columns);
uint32_t ck_network_run_wide(int method, const struct ck_network *network);
void ck_firing_values_wide(float offset, const float *x, float *result, size_t count);

static int is_wide(void) {
#if defined(__x86_64__) && defined(__GLIBC__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4") != 0;
#else
  return 0;
#endif
}

uint32_t ck_columns_run(int method, const struct ck_columns *columns) {
#if defined(__x86_64__) && defined(__GLIBC__)
  if (is_wide()) return ck_columns_run_wide(method, columns);
#endif
  return ck_columns_run_fused(method, columns);
}

uint32_t ck_network_run(int method, const struct ck_network *network) {
#if defined(__x86_64__) && defined(__GLIBC__)
  if (is_wide()) return ck_network_run_wide(method, network);
#endif
  return ck_network_run_fused(method, network);
}

void ck_firing_values(float offset, const float *x, float *result, size_t count) {
#if defined(__x86_64__) && defined(__GLIBC__)
  if (is_wide()) {
    ck_firing_values_wide(offset, x, result, count);
    return;
  }
#endif
  ck_firing_values_fused(offset, x, result, count);
}

size_t ck_network_work(const struct ck_network *q) {
  return q->columns * sizeof(network_column) + 2 * history_size(q) * sizeof(float);
}

const char *ck_instruction_set(void) {
  if (is_wide()) return "x86-64-v4";
#if defined(__x86_64__) && defined(__GLIBC__)
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
#if defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "generic";
#endif
}

CK_CLONES void ck_normal_lanes(uint64_t seed, uint32_t purpose, const uint32_t *numbers, uint32_t block,
                               float *normals) {
  const philox_keys keys = make_keys(seed);
  const noise_stream stream = make_stream(load_numbers(numbers), 0, purpose, &keys);
  normal_lanes(&stream, block, &keys, normals);
}

void ck_input_values(const struct ck_input *input, size_t steps, float *values) {
  column_input in;
  open_column_input(&in, input);
  for (size_t start = 0; start < steps; start += WIDTH) {
    in.constant = is_constant(&in.cursor, (int64_t)start);
    if (!in.constant) ck_fill_tile_fused(&in.cursor, (int64_t)start, 7, in.rows);
    for (size_t step = 0; step < WIDTH && start + step < steps; step++) {
      for (int phase = 0; phase < PHASES; phase++) {
        EACH_VECTOR {
          const vf value = in.constant ? constant_input(&in.cursor, phase, u) : in.rows[u][phase][step];
          store(values + ((start + step) * PHASES + (size_t)phase) * CK_COLUMN_LANES + u * WIDTH, value);
        }
      }
    }
  }
}
