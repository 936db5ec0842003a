#include "system_memory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

#ifdef _WIN32
#include <malloc.h>
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace flambeau {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMapped = 1 << 20;
constexpr int64_t kUnknown = std::numeric_limits<int64_t>::max();

#ifdef __linux__
int64_t controlGroupLimit() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    int64_t limit = 0;
    if (file >> limit && limit > 0) return limit;
  }
  return kUnknown;
}
#endif

}  // namespace

int64_t physicalMemory() {
#ifdef _WIN32
  MEMORYSTATUSEX status;
  status.dwLength = sizeof(status);
  return GlobalMemoryStatusEx(&status) ? static_cast<int64_t>(status.ullTotalPhys) : kUnknown;
#else
  const int64_t total =
      static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
#ifdef __linux__
  return std::min(total, controlGroupLimit());
#else
  return total;
#endif
#endif
}

int64_t availableMemory() {
#ifdef _WIN32
  MEMORYSTATUSEX status;
  status.dwLength = sizeof(status);
  return GlobalMemoryStatusEx(&status) ? static_cast<int64_t>(status.ullAvailPhys) : kUnknown;
#else
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::string unit;
  int64_t kilobytes = 0;
  while (file >> name >> kilobytes >> unit) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  return kUnknown;
#endif
}

void* systemAllocate(size_t bytes) {
#ifdef _WIN32
  return _aligned_malloc(bytes, kAlignment);
#else
  if (bytes >= kMapped) {
    void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? nullptr : data;
  }
  void* data = nullptr;
  return posix_memalign(&data, kAlignment, bytes) == 0 ? data : nullptr;
#endif
}

void systemFree(void* data, size_t bytes) {
#ifdef _WIN32
  _aligned_free(data);
#else
  if (bytes >= kMapped) {
    munmap(data, bytes);
  } else {
    free(data);
  }
#endif
}

}  // namespace flambeau
