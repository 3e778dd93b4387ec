/* Jansen-Rit columns with fused multiply-add where the processor has it. */
#pragma STDC FP_CONTRACT ON
#include "Clones.h"

#define SUFFIX _fused
#include "JansenRitSingle.h"

#undef SUFFIX
#define SUFFIX
#include "VectorMathValues.h"

/* jansen_rit_wide.c, for processors of the level x86-64-v4 */
uint32_t ck_columns_run_wide(int method, const struct ck_columns *columns);

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
