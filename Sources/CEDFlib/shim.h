#ifndef CEDFLIB_SHIM_H
#define CEDFLIB_SHIM_H
#include <edflib.h>
#include <stdlib.h>

/* EDFlib's header struct is about 150 kB with a 640-element array, which Swift would import as a
   640-element tuple. It stays on the heap, and one signal's description is handed out at a time. */
static inline struct edf_hdr_struct *cedflib_header_allocate(void) {
  return (struct edf_hdr_struct *)calloc(1, sizeof(struct edf_hdr_struct));
}
static inline const struct edf_param_struct *cedflib_signal(const struct edf_hdr_struct *header, int signal) {
  return &header->signalparam[signal];
}
#endif
