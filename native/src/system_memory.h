#pragma once

#include <cstddef>
#include <cstdint>

namespace flambeau {

/// Bytes of memory this process may use: the machine's, or its control group's where that is less.
int64_t physicalMemory();
/// Bytes that can still be had without swapping; the largest int64 where the system does not tell.
int64_t availableMemory();

/// `bytes` aligned to 64, or null.
void* systemAllocate(size_t bytes);
void systemFree(void* data, size_t bytes);

}  // namespace flambeau
