/* Jansen-Rit columns with fused multiply-add where the processor has it. */
#pragma STDC FP_CONTRACT ON
#define SUFFIX
#include "JansenRitSteps.h"

const char *ck_instruction_set(void) {
#if defined(__x86_64__) && defined(__GLIBC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
  return "x86-64";
#elif defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "generic";
#endif
}

CK_CLONES void ck_normal_lanes(uint64_t seed, uint32_t purpose, const uint32_t *numbers, uint32_t block,
                               float *normals) {
  EACH_VECTOR {
    vu lanes;
    vf values[4];
    memcpy(&lanes, numbers + u * WIDTH, sizeof lanes);
    normal_lanes(lanes, block, purpose, seed, values);
    for (int i = 0; i < 4; i++) store(normals + i * CK_COLUMN_LANES + u * WIDTH, values[i]);
  }
}
