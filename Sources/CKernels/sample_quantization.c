#include "SampleQuantization.h"

#include <string.h>

#include "Clones.h"

#pragma STDC FP_CONTRACT OFF

CK_CLONES
void ck_quantize(const double *source, int32_t *destination, size_t count, double scale, double offset, double lowest,
                 double highest) {
  for (size_t index = 0; index < count; index++) {
    double exact = __builtin_rint(source[index] * scale - offset);
    /* In this order a comparison with NaN ends at a limit. */
    exact = exact > lowest ? exact : lowest;
    exact = exact < highest ? exact : highest;
    destination[index] = (int32_t)exact;
  }
}

CK_CLONES
int ck_range(const double *source, size_t count, double *lowest, double *highest) {
  enum { LANES = 16 };
  double low[LANES], high[LANES], sum[LANES];
  if (count == 0) return 1;
  for (int lane = 0; lane < LANES; lane++) {
    low[lane] = high[lane] = source[0];
    sum[lane] = 0;
  }
  size_t index = 0;
  for (; index + LANES <= count; index += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      const double value = source[index + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
      /* Zero times anything but a finite number is not a number, and stays in the sum. */
      sum[lane] += value * 0;
    }
  }
  for (; index < count; index++) {
    const double value = source[index];
    low[0] = value < low[0] ? value : low[0];
    high[0] = value > high[0] ? value : high[0];
    sum[0] += value * 0;
  }
  for (int lane = 1; lane < LANES; lane++) {
    low[0] = low[lane] < low[0] ? low[lane] : low[0];
    high[0] = high[lane] > high[0] ? high[lane] : high[0];
    sum[0] += sum[lane];
  }
  *lowest = low[0];
  *highest = high[0];
  return sum[0] == 0;
}

CK_CLONES
void ck_encode_int16(const int32_t *source, uint8_t *destination, size_t count) {
  for (size_t index = 0; index < count; index++) {
    const uint16_t word = (uint16_t)source[index];
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(destination + 2 * index, &word, sizeof word);
#else
    destination[2 * index] = (uint8_t)word;
    destination[2 * index + 1] = (uint8_t)(word >> 8);
#endif
  }
}

CK_CLONES
void ck_encode_int24(const int32_t *source, uint8_t *destination, size_t count) {
  size_t index = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  /* Four samples are twelve bytes: three whole words. */
  for (; index + 4 <= count; index += 4) {
    const uint32_t a = (uint32_t)source[index] & 0xFFFFFF, b = (uint32_t)source[index + 1] & 0xFFFFFF,
                   c = (uint32_t)source[index + 2] & 0xFFFFFF, d = (uint32_t)source[index + 3];
    const uint32_t words[3] = {a | b << 24, b >> 8 | c << 16, c >> 16 | d << 8};
    memcpy(destination + 3 * index, words, sizeof words);
  }
#endif
  for (; index < count; index++) {
    const uint32_t word = (uint32_t)source[index];
    destination[3 * index] = (uint8_t)word;
    destination[3 * index + 1] = (uint8_t)(word >> 8);
    destination[3 * index + 2] = (uint8_t)(word >> 16);
  }
}
