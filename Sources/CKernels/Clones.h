#ifndef CKERNELS_CLONES_H
#define CKERNELS_CLONES_H
/* Compiles a function for the baseline, AVX2 and AVX-512 levels of x86-64; the C library picks one when the program is
 * loaded. Without glibc's indirect functions there is one version. A function so marked may not be inlined or noinline,
 * and its helpers must be always_inline, or they would be compiled for the baseline alone. */
#include <stdlib.h> /* defines __GLIBC__; without it the test below is silently false */

#if defined(__x86_64__) && defined(__GLIBC__)
#define CK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
/* Where the AVX-512 level has code of its own. */
#define CK_CLONES_NARROW __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define CK_CLONES
#define CK_CLONES_NARROW
#endif
#endif
