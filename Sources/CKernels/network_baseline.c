/* Network kernels of vectors that every processor has: 16 registers of 4 numbers on x86-64, 32 on arm64. */
#define LANES 4
#if defined(__aarch64__)
#define TILE_ROWS 6
#define LEVEL_NAME "aarch64"
#elif defined(__x86_64__)
#define TILE_ROWS 3
#define LEVEL_NAME "x86-64"
#else
#define TILE_ROWS 3
#define LEVEL_NAME "generic"
#endif
#define LEVEL ck_network_baseline
#include "NetworkKernels.h"
#include "NetworkVector.h"
#include "NetworkLevel.h"
