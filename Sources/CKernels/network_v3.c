/* Network kernels for AVX2: of 16 registers of 8 numbers, a tile takes 3 by 4. */
#if defined(__x86_64__)
#define LANES 8
#define TILE_ROWS 3
#define LEVEL ck_network_v3
#define LEVEL_NAME "x86-64-v3"
#include "NetworkKernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#include "NetworkVector.h"
#include "NetworkLevel.h"
#pragma clang attribute pop
#endif
