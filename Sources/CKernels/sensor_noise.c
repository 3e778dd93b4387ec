/* Normals and products of small matrices with fused multiply-add where the processor has it. */
#pragma STDC FP_CONTRACT ON
#define SUFFIX
#include "SensorNoiseKernels.h"
