// Reads all samples of a file through EDFlib, as float32; time and a checksum, as JSON on standard output.
//
//   edflib-read FILE record|channel keep|discard [threads]
//
// record:  one call for each signal of each record, in file order.
// channel: one call for each signal.
// keep:    fills an array [signal, sample] of float32; discard: reuses one buffer.
// threads: starts and ends a thread first; the C library then locks on every byte that EDFlib asks for.
#include <edflib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const long long stride = 1009;

static double wall_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void *idle(void *nothing) { return nothing; }

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: edflib-read FILE record|channel keep|discard [threads]\n");
    return 64;
  }
  const int by_record = strcmp(argv[2], "record") == 0;
  const int keep = strcmp(argv[3], "keep") == 0;
  if (argc > 4) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, idle, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }

  const double wall = wall_seconds(), cpu = cpu_seconds();
  struct edf_hdr_struct *header = calloc(1, sizeof *header);
  if (header == NULL || edfopen_file_readonly(argv[1], header, EDFLIB_DO_NOT_READ_ANNOTATIONS) != 0) {
    fprintf(stderr, "edflib-read: %s: EDFlib does not open it\n", argv[1]);
    return 1;
  }
  // The files of this comparison have the same rate in all signals.
  const int signals = header->edfsignals;
  const long long per_signal = header->signalparam[0].smp_in_file;
  const long long per_call = by_record ? header->signalparam[0].smp_in_datarecord : per_signal;
  double *buffer = malloc(per_call * sizeof *buffer);
  float *kept = keep ? malloc(signals * per_signal * sizeof *kept) : NULL;
  float *discarded = malloc(per_call * sizeof *discarded);
  if (buffer == NULL || discarded == NULL || (keep && kept == NULL)) return 1;

  double checksum = 0;
  for (long long first = 0; first < per_signal; first += per_call) {
    for (int signal = 0; signal < signals; signal++) {
      if (edfread_physical_samples(header->handle, signal, (int)per_call, buffer) != per_call) {
        fprintf(stderr, "edflib-read: %s: cannot read signal %d at %lld\n", argv[1], signal, first);
        return 1;
      }
      float *output = keep ? kept + signal * per_signal + first : discarded;
      for (long long i = 0; i < per_call; i++) output[i] = (float)buffer[i];
      for (long long i = (stride - first % stride) % stride; i < per_call; i += stride) checksum += output[i];
    }
  }
  printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"samples\": %lld, \"checksum\": %.6f}\n", wall_seconds() - wall,
         cpu_seconds() - cpu, signals * per_signal, checksum);
  return 0;
}
