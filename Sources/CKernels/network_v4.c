/* Network kernels for AVX-512: 32 registers of 16 numbers hold a tile of 6 by 4 vectors and what it needs. */
#if defined(__x86_64__)
#define LANES 16
#define TILE_ROWS 6
#define LEVEL ck_network_v4
#define LEVEL_NAME "x86-64-v4"
#include "NetworkKernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2"))), apply_to = function)
#include "NetworkVector.h"
#include "NetworkLevel.h"
#pragma clang attribute pop
#endif
