/* Normals and products of small matrices without fused multiply-add: the same bits on every machine. */
#pragma STDC FP_CONTRACT OFF
#define SUFFIX _portable
#include "SensorNoiseKernels.h"
