// VBI's C++ model of Jansen-Rit columns without Python, on request as peer-columns; see simulator_worker.py.
//
// It is compiled against the header that comes with the Python package `vbi`: c++ -O3 -DNDEBUG -I .../cpp/_src.
// The package keeps every step, of which we take what is sampled at 1 kHz; copying it out counts.
#include "jr_sde.hpp"

#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <sstream>

namespace {

constexpr size_t columns = 64;
constexpr double timedSeconds = 2, leastSeconds = 0.05;
// p = 220/s and 22/sqrt(s), in the milliseconds of the package; what the noise adds to y1' is A a times it.
const double meanInput = 0.22, kick = 3.25 * 100 * 22 / 1000 / std::sqrt(1000.0);

double cpuSeconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

/// Samples of shape [column, sample].
std::vector<double> simulate(const std::string &method, double dt, double seconds) {
    const double noise = method == "heun" ? 0 : kick;
    // Without a fixed seed the generator is seeded by the system, once for the process.
    JR_sde model(columns, 1000 * dt, 0, 1000 * seconds, 0, dim2(columns, dim1(columns, 0)), dim1(6 * columns, 0),
                 dim1(columns, 3.25), 22, 0.1, 0.05, 0.56, 6, 0.005, dim1(columns, 135), dim1(columns, 108),
                 dim1(columns, 33.75), dim1(columns, 33.75), meanInput, noise, 1);
    if (method == "eulerMaruyama") model.eulerIntegrate();
    else model.heunIntegrate();
    const size_t every = std::lround(1e-3 / dt), count = std::lround(1000 * seconds);
    const dim2 states = model.get_coordinates();
    std::vector<double> samples(columns * count);
    for (size_t column = 0; column < columns; column++)
        for (size_t sample = 0; sample < count; sample++)
            samples[column * count + sample] = states[sample * every][column];
    return samples;
}

} // namespace

int main() {
    std::cout << R"({"version": "the C++ header of that VBI", "methods": ["eulerMaruyama", "stochasticHeun"],)"
              << R"( "also": ["heun"]})" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream request(line);
        std::string verb, method, path;
        double dt, seconds, seed;
        request >> verb >> method >> dt;
        if (verb == "write") {
            request >> seconds >> seed >> path;
            const auto samples = simulate(method, dt, seconds);
            FILE *file = std::fopen(path.c_str(), "wb");
            if (!file || std::fwrite(samples.data(), 8, samples.size(), file) != samples.size() || std::fclose(file)) {
                std::cerr << path << ": cannot be written\n";
                return 1;
            }
            std::cout << R"({"type": "float64", "offset": 0})" << std::endl;
            continue;
        }
        int runs = 0;
        const double start = cpuSeconds();
        double elapsed = 0;
        while (elapsed < leastSeconds) {
            simulate(method, dt, timedSeconds);
            runs++;
            elapsed = cpuSeconds() - start;
        }
        std::cout << "{\"cpu\": " << elapsed / runs << ", \"runs\": " << runs << "}" << std::endl;
    }
}
