#ifndef CKERNELS_NORMAL_FILL_H
#define CKERNELS_NORMAL_FILL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Normals 4 * first_block ..< 4 * (first_block + blocks) of a stream, mean 0 and standard deviation 1; blocks have
 * numbers below 2^32.
 *
 * Block b has the counter (b, stream, simulation, purpose) of Philox4x32-10 and the key (low word of seed, high word of
 * seed). Words become normals as in Philox.h: ck_standard_normals(seed, simulation, purpose, stream * 2^32 + b, ...)
 * has the bits of the portable variant. The other one fuses multiplication and addition where the processor can.
 */
void ck_fill_normals(uint64_t seed, uint32_t stream, uint32_t simulation, uint32_t purpose, uint32_t first_block,
                     size_t blocks, float *normals);
void ck_fill_normals_portable(uint64_t seed, uint32_t stream, uint32_t simulation, uint32_t purpose,
                              uint32_t first_block, size_t blocks, float *normals);

#endif
