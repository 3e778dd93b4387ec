/* Picks the network kernels of a level. */
#include "NetworkKernels.h"

extern const struct ck_network_kernels ck_network_baseline;
#if defined(__x86_64__)
extern const struct ck_network_kernels ck_network_v3, ck_network_v4;
#endif

const struct ck_network_kernels *ck_network_kernels(int level) {
  if (level == CK_LEVEL_BASELINE) return &ck_network_baseline;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == CK_LEVEL_V3 && __builtin_cpu_supports("x86-64-v3")) return &ck_network_v3;
  if (level == CK_LEVEL_V4 && __builtin_cpu_supports("x86-64-v4")) return &ck_network_v4;
#endif
  return NULL;
}
