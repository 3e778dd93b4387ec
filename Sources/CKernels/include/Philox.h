#ifndef CKERNELS_PHILOX_H
#define CKERNELS_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/*
 * Philox4x32-10, a counter-based random number generator: four random words are a function of a counter and a key, so
 * that any number can be had without those before it, on any thread.
 *
 * Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; the library Random123.
 */

/* The four words of one counter. */
struct ck_philox_words {
  uint32_t w0, w1, w2, w3;
};

static inline struct ck_philox_words ck_philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0,
                                               uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    const uint64_t first = (uint64_t)0xD2511F53u * c0, second = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)second;
    c3 = (uint32_t)first;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const struct ck_philox_words words = {c0, c1, c2, c3};
  return words;
}

/*
 * Normals 4 * first_block ..< 4 * (first_block + blocks) of a stream, mean 0 and standard deviation 1.
 *
 * Block b has the counter (low word of b, high word of b, stream, purpose) and the key (low word of seed, high word of
 * seed). Its words 0 and 1 give normals 0 and 1, its words 2 and 3 give normals 2 and 3, by the method of Box and
 * Muller: r cos(angle) and r sin(angle) with r = sqrt(-2 log((w0 / 2 + 0.5) / 2^31)), w0 / 2 rounded down, and
 * angle = 2 pi w1 / 2^32. None is larger than 6.7. The bits are the same on every machine.
 */
void ck_standard_normals(uint64_t seed, uint32_t stream, uint32_t purpose, uint64_t first_block, size_t blocks,
                         float *normals);

#endif
