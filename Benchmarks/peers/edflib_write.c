// Writes a file of 64 channels through EDFlib from samples in memory; time as JSON on standard output.
//
//   edflib-write FILE edf|bdf BYTES digital|physical [flush]
//
// digital:  one call with int for each signal of each record; the samples are made before the clock starts.
// physical: the same with double.
// flush:    fsync before the clock stops, as Evoke does before a file gets its name.
#include <edflib.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { channels = 64 };

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

static void require(int isTrue, const char *what) {
  if (isTrue) return;
  fprintf(stderr, "edflib-write: %s failed\n", what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: edflib-write FILE edf|bdf BYTES digital|physical [flush]\n");
    return 64;
  }
  const int bdf = strcmp(argv[2], "bdf") == 0;
  const int physical = strcmp(argv[4], "physical") == 0;
  const int rate = bdf ? 512 : 256;
  const int limit = bdf ? 8388608 : 32768;
  const long long records = atoll(argv[3]) / ((long long)channels * rate * (bdf ? 3 : 2));
  const long long perSignal = records * rate;
  const double gain = (4095.875 + 4096) / (2.0 * limit - 1);

  int *digital = physical ? NULL : malloc(sizeof(int) * perSignal * channels);
  double *volts = physical ? malloc(sizeof(double) * perSignal * channels) : NULL;
  require(digital != NULL || volts != NULL, "malloc");
  unsigned long long state = 1;
  for (long long index = 0; index < perSignal * channels; index++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const int value = (int)(state >> 40) % (2 * limit) - limit;
    if (physical) volts[index] = gain * (value + limit) - 4096;
    else digital[index] = value;
  }

  const double wall = wall_seconds(), cpu = cpu_seconds();
  const int handle =
      edfopen_file_writeonly(argv[1], bdf ? EDFLIB_FILETYPE_BDFPLUS : EDFLIB_FILETYPE_EDFPLUS, channels);
  require(handle >= 0, "edfopen_file_writeonly");
  for (int signal = 0; signal < channels; signal++) {
    char label[17];
    snprintf(label, sizeof label, "EEG %d", signal + 1);
    require(edf_set_label(handle, signal, label) == 0 && edf_set_samplefrequency(handle, signal, rate) == 0 &&
                edf_set_physical_maximum(handle, signal, 4095.875) == 0 &&
                edf_set_physical_minimum(handle, signal, -4096) == 0 &&
                edf_set_digital_maximum(handle, signal, limit - 1) == 0 &&
                edf_set_digital_minimum(handle, signal, -limit) == 0 &&
                edf_set_physical_dimension(handle, signal, "uV") == 0,
            "a header field");
  }
  for (long long record = 0; record < records; record++) {
    for (int signal = 0; signal < channels; signal++) {
      const long long place = signal * perSignal + record * rate;
      const int status = physical ? edfwrite_physical_samples(handle, volts + place)
                                  : edfwrite_digital_samples(handle, digital + place);
      require(status == 0, "writing samples");
    }
  }
  require(edfclose_file(handle) == 0, "edfclose_file");
  if (argc > 5) {
    const int descriptor = open(argv[1], O_WRONLY);
    require(descriptor >= 0 && fsync(descriptor) == 0, "fsync");
    close(descriptor);
  }
  printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"samples\": %lld}\n", wall_seconds() - wall, cpu_seconds() - cpu,
         perSignal * channels);
  return 0;
}
