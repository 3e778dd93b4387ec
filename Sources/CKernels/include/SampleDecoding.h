#ifndef CKERNELS_SAMPLE_DECODING_H
#define CKERNELS_SAMPLE_DECODING_H
#include <stddef.h>
#include <stdint.h>

/* Stored samples, little-endian, to float32 physical values: destination[i] = source[i] * gain + offset.
 * Reads 2 (3) * count bytes at source, which needs no alignment, and writes count floats at destination.
 *
 * Where destination comes to lie on a 64-byte boundary, values are written past the caches: the output of a bulk read
 * is larger than they are, and a normal store would first read every line that it is about to overwrite. Call
 * ck_finish_decoding once before the values are handed to another thread.
 *
 * Multiplication and addition are never fused, so that every CPU gives the same values. */
void ck_decode_int16(const uint8_t *source, float *destination, size_t count, float gain, float offset);
void ck_decode_int24(const uint8_t *source, float *destination, size_t count, float gain, float offset);

/* Makes the values written past the caches visible. */
void ck_finish_decoding(void);
#endif
