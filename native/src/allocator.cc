#include "allocator.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <bit>
#include <cstring>
#include <mutex>

#include "system_memory.h"

namespace flambeau {

namespace {

constexpr size_t kHeader = 64;
/// From here up a request is compared with the memory that is free before it is tried.
constexpr int64_t kLargeRequest = int64_t{256} << 20;

std::string megabytes(int64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

struct alignas(kHeader) CpuAllocator::Block {
  size_t index;
  Block* next;

  void* data() { return reinterpret_cast<char*>(this) + kHeader; }
  static Block* of(void* data) {
    return reinterpret_cast<Block*>(static_cast<char*>(data) - kHeader);
  }
};

CpuAllocator::CpuAllocator() : limit_(physicalMemory()), cacheLimit_(physicalMemory() / 4) {}

CpuAllocator& CpuAllocator::instance() {
  // Never destroyed: tensors may be freed while the process ends.
  static auto* allocator = new CpuAllocator();
  return *allocator;
}

void CpuAllocator::install() {
  constexpr uint8_t priority = 1;
  c10::SetAllocator(c10::kCPU, &instance(), priority);
}

size_t CpuAllocator::classOf(size_t blockBytes) {
  const size_t bytes = std::max(blockBytes, kSmallest) - 1;
  const size_t top = std::bit_width(bytes) - 1;
  return (top << kStepBits) + ((bytes >> (top - kStepBits)) & ((1 << kStepBits) - 1));
}

size_t CpuAllocator::bytesOfClass(size_t index) {
  const size_t top = index >> kStepBits;
  const size_t step = index & ((1 << kStepBits) - 1);
  return ((step + (1 << kStepBits) + 1) << (top - kStepBits));
}

c10::DataPtr CpuAllocator::allocate(size_t bytes) {
  if (bytes == 0) return {nullptr, nullptr, &release, at::Device(at::kCPU)};
  TORCH_CHECK_WITH(OutOfMemoryError, bytes < (size_t{1} << 60), "out of memory: tried to allocate ",
                   bytes, " bytes");
  const size_t index = classOf(bytes + kHeader);
  reserveWithinLimit(static_cast<int64_t>(bytesOfClass(index)));
  Block* block = takeCached(index);
  if (block == nullptr) block = makeBlock(index, bytes);
  notePeak();
  return {block->data(), block->data(), &release, at::Device(at::kCPU)};
}

void CpuAllocator::reserveWithinLimit(int64_t bytes) {
  const int64_t now = allocated_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  const int64_t limit = limit_.load(std::memory_order_relaxed);
  if (now > limit) {
    allocated_.fetch_sub(bytes, std::memory_order_relaxed);
    TORCH_CHECK_WITH(OutOfMemoryError, false, "out of memory: tried to allocate ",
                     megabytes(bytes), " with ", megabytes(now - bytes), " in use, the limit is ",
                     megabytes(limit));
  }
}

void CpuAllocator::notePeak() {
  const int64_t now = allocated_.load(std::memory_order_relaxed);
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

CpuAllocator::Block* CpuAllocator::takeCached(size_t index) {
  List& list = lists_[index];
  Block* block = nullptr;
  {
    const std::lock_guard<SpinLock> lock(list.lock);
    block = list.first;
    ++(block == nullptr ? list.misses : list.hits);
    if (block == nullptr) return nullptr;
    list.first = block->next;
  }
  cached_.fetch_sub(static_cast<int64_t>(bytesOfClass(index)), std::memory_order_relaxed);
  return block;
}

CpuAllocator::Block* CpuAllocator::makeBlock(size_t index, size_t requested) {
  const size_t bytes = bytesOfClass(index);
  const bool plausible = static_cast<int64_t>(requested) < kLargeRequest ||
                         static_cast<int64_t>(bytes) <= availableMemory() + cached_.load();
  void* memory = nullptr;
  if (plausible) {
    if (static_cast<int64_t>(bytes) >= kLargeRequest) emptyCache();
    memory = systemAllocate(bytes);
    if (memory == nullptr) {
      emptyCache();
      memory = systemAllocate(bytes);
    }
  }
  if (memory == nullptr) {
    allocated_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
    TORCH_CHECK_WITH(OutOfMemoryError, false, "out of memory: tried to allocate ",
                     megabytes(static_cast<int64_t>(requested)), ", the system has ",
                     megabytes(availableMemory()), " to give");
  }
  auto* block = static_cast<Block*>(memory);
  block->index = index;
  return block;
}

void CpuAllocator::release(void* data) {
  if (data != nullptr) instance().recycle(Block::of(data));
}

void CpuAllocator::recycle(Block* block) {
  const auto bytes = static_cast<int64_t>(bytesOfClass(block->index));
  allocated_.fetch_sub(bytes, std::memory_order_relaxed);
  if (cached_.fetch_add(bytes, std::memory_order_relaxed) + bytes >
      cacheLimit_.load(std::memory_order_relaxed)) {
    destroy(block);
    return;
  }
  List& list = lists_[block->index];
  const std::lock_guard<SpinLock> lock(list.lock);
  block->next = list.first;
  list.first = block;
}

void CpuAllocator::destroy(Block* block) {
  const size_t bytes = bytesOfClass(block->index);
  cached_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  systemFree(block, bytes);
}

void CpuAllocator::emptyCache() {
  for (List& list : lists_) {
    Block* block = nullptr;
    {
      const std::lock_guard<SpinLock> lock(list.lock);
      std::swap(block, list.first);
    }
    while (block != nullptr) {
      Block* next = block->next;
      destroy(block);
      block = next;
    }
  }
}

void CpuAllocator::setCacheLimit(int64_t bytes) {
  cacheLimit_ = bytes;
  if (cached_.load() > bytes) emptyCache();
}

c10::DeleterFnPtr CpuAllocator::raw_deleter() const { return &release; }

void CpuAllocator::copy_data(void* target, const void* source, std::size_t bytes) const {
  std::memcpy(target, source, bytes);
}

CpuAllocator::Stats CpuAllocator::stats() {
  Stats stats{allocated_, allocated_ + cached_, peak_, 0, 0, limit_};
  for (List& list : lists_) {
    const std::lock_guard<SpinLock> lock(list.lock);
    stats.allocations += list.hits + list.misses;
    stats.cacheHits += list.hits;
  }
  return stats;
}

void CpuAllocator::resetPeak() { peak_ = allocated_.load(); }

}  // namespace flambeau
