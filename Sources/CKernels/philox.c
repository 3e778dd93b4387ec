#include "Philox.h"

#pragma STDC FP_CONTRACT OFF

#include "Clones.h"
#include "VectorNoise.h"

/* Lanes are successive blocks of one stream. */
CK_CLONES
void ck_standard_normals(uint64_t seed, uint32_t stream, uint32_t purpose, uint64_t first_block, size_t blocks,
                         float *normals) {
  const philox_keys keys = make_keys(seed);
  const nu lane = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  for (size_t done = 0; done < blocks; done += NOISE_WIDTH) {
    const uint64_t first = first_block + done;
    const nu low = lane + (uint32_t)first;
    const nu carry = (nu)(low < lane) & 1u; /* lanes whose low word has passed 2^32 */
    nu c[4] = {low, carry + (uint32_t)(first >> 32), (nu){0} + stream, (nu){0} + purpose};
    nf values[4];
    philox_lanes(c, &keys);
    box_muller(c[0], c[1], &values[0], &values[1]);
    box_muller(c[2], c[3], &values[2], &values[3]);
    const size_t count = blocks - done < NOISE_WIDTH ? blocks - done : NOISE_WIDTH;
    for (size_t i = 0; i < count; i++) {
      for (int word = 0; word < 4; word++) normals[4 * (done + i) + (size_t)word] = values[word][i];
    }
  }
}
