/* Jansen-Rit columns for the level x86-64-v4 (AVX-512), which can look a value up in a vector. */
#include <stdlib.h> /* defines __GLIBC__ */

#if defined(__x86_64__) && defined(__GLIBC__)
#pragma STDC FP_CONTRACT ON
#include <immintrin.h>
#define WIDE
#define SUFFIX _wide
#define COLUMN_CLONES
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#include "VectorMath.h"

/* table[index % 16] */
INLINE vf lookup(vf index, vf table) { return (vf)_mm512_permutexvar_ps((__m512i)index, (__m512)table); }
INLINE vf lookup_in_memory(const float *values, vi place) { return (vf)_mm512_i32gather_ps((__m512i)place, values, 4); }

#include "JansenRitNetworkRun.h"
#include "JansenRitSingle.h"
#pragma clang attribute pop
#endif
