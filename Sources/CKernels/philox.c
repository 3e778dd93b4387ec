#include "Philox.h"

#pragma STDC FP_CONTRACT OFF

#include "Clones.h"
#include "VectorMath.h"

/* Lanes are successive blocks of one stream. */
CK_CLONES
void ck_standard_normals(uint64_t seed, uint32_t stream, uint32_t purpose, uint64_t first_block, size_t blocks,
                         float *normals) {
  const vu lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (size_t done = 0; done < blocks; done += WIDTH) {
    const uint64_t first = first_block + done;
    const vu low = lane + (uint32_t)first;
    const vu carry = (vu)(low < lane) & 1u; /* lanes whose low word has passed 2^32 */
    vu c[4] = {low, carry + (uint32_t)(first >> 32), (vu){0} + stream, (vu){0} + purpose};
    vf values[4];
    philox_lanes(c, (uint32_t)seed, (uint32_t)(seed >> 32));
    box_muller(c[0], c[1], &values[0], &values[1]);
    box_muller(c[2], c[3], &values[2], &values[3]);
    const size_t count = blocks - done < WIDTH ? blocks - done : WIDTH;
    for (size_t i = 0; i < count; i++) {
      for (int word = 0; word < 4; word++) normals[4 * (done + i) + (size_t)word] = values[word][i];
    }
  }
}
