#include "SampleDecoding.h"

#include <stddef.h>
#include <string.h>

#include "Clones.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

enum { LANES = 16 };

typedef float Values __attribute__((vector_size(64)));
typedef int16_t Words __attribute__((vector_size(32), aligned(1)));
typedef int32_t Integers __attribute__((vector_size(64)));
typedef uint8_t Bytes __attribute__((vector_size(64), aligned(1)));

#define INLINE static inline __attribute__((always_inline))

INLINE float value16(const uint8_t *source) {
  return (float)(int16_t)(uint16_t)(source[0] | source[1] << 8);
}

INLINE float value24(const uint8_t *source) {
  uint32_t word = (uint32_t)source[0] << 8 | (uint32_t)source[1] << 16 | (uint32_t)source[2] << 24;
  return (float)((int32_t)word >> 8);
}

/* How many values come before the next 64-byte boundary. */
INLINE size_t lead(const float *destination, size_t count) {
  size_t misalignment = (uintptr_t)destination / sizeof(float) % LANES;
  size_t values = misalignment == 0 ? 0 : LANES - misalignment;
  return values < count ? values : count;
}

CK_CLONES
void ck_decode_int16(const uint8_t *source, float *destination, size_t count, float gain, float offset) {
  size_t index = 0;
  for (size_t first = lead(destination, count); index < first; index++)
    destination[index] = value16(source + 2 * index) * gain + offset;
  for (; index + LANES <= count; index += LANES) {
    Words words;
    memcpy(&words, source + 2 * index, sizeof words);
    Values values = __builtin_convertvector(words, Values) * gain + offset;
    __builtin_nontemporal_store(values, (Values *)(destination + index));
  }
  for (; index < count; index++) destination[index] = value16(source + 2 * index) * gain + offset;
}

CK_CLONES
void ck_decode_int24(const uint8_t *source, float *destination, size_t count, float gain, float offset) {
  const Bytes zero = {0};
  size_t index = 0;
  for (size_t first = lead(destination, count); index < first; index++)
    destination[index] = value24(source + 3 * index) * gain + offset;
  /* A 64-byte load for 16 samples stays inside the source while six more samples follow. */
  for (; index + LANES + 6 <= count; index += LANES) {
    Bytes bytes;
    memcpy(&bytes, source + 3 * index, sizeof bytes);
    /* Each sample goes to the upper three bytes of a word, and an arithmetic shift brings the sign down. */
    Bytes spread = __builtin_shufflevector(
        bytes, zero, 64, 0, 1, 2, 64, 3, 4, 5, 64, 6, 7, 8, 64, 9, 10, 11, 64, 12, 13, 14, 64, 15, 16, 17, 64, 18, 19,
        20, 64, 21, 22, 23, 64, 24, 25, 26, 64, 27, 28, 29, 64, 30, 31, 32, 64, 33, 34, 35, 64, 36, 37, 38, 64, 39, 40,
        41, 64, 42, 43, 44, 64, 45, 46, 47);
    Integers integers = (Integers)spread >> 8;
    Values values = __builtin_convertvector(integers, Values) * gain + offset;
    __builtin_nontemporal_store(values, (Values *)(destination + index));
  }
  for (; index < count; index++) destination[index] = value24(source + 3 * index) * gain + offset;
}

void ck_finish_decoding(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
