#ifndef CKERNELS_SAMPLE_QUANTIZATION_H
#define CKERNELS_SAMPLE_QUANTIZATION_H
#include <stddef.h>
#include <stdint.h>

/* The integer nearest to source[i] * scale - offset, ties to even, not below lowest nor above highest. The operations
 * are never fused, so that every CPU gives the same values; a value that is no number gives lowest. */
void ck_quantize(const double *source, int32_t *destination, size_t count, double scale, double offset, double lowest,
                 double highest);

/* Smallest and largest value; returns 0 when one is no finite number. Both are left alone when count is 0. */
int ck_range(const double *source, size_t count, double *lowest, double *highest);

/* The lower two or three bytes of every value, little-endian, one after the other. */
void ck_encode_int16(const int32_t *source, uint8_t *destination, size_t count);
void ck_encode_int24(const int32_t *source, uint8_t *destination, size_t count);
#endif
