#pragma once

#include <c10/core/Allocator.h>

#include <array>
#include <atomic>
#include <limits>
#include <thread>

namespace flambeau {

// Note [CPU allocator]
// libtorch's own CPU allocator asks malloc for every tensor. Under a binding's pattern, where the
// garbage collector frees late and in bursts, glibc does not reuse the large blocks: the process
// grows without end, and each new block costs page faults. This one keeps freed blocks in lists by
// size class and hands them out again.
//
// A block is a 64-byte header and the data behind it, so data is aligned to 64 bytes and the block
// is known from its data pointer alone. Size classes split each power of two in eight, so at most
// an eighth of a block is unused. Blocks from 1 MiB up come from the operating system directly and
// go back to it; smaller ones come from malloc.
class CpuAllocator final : public c10::Allocator {
 public:
  /// Makes it libtorch's CPU allocator, once for the process.
  static void install();
  static CpuAllocator& instance();

  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void* target, const void* source, std::size_t bytes) const override;

  struct Stats {
    int64_t allocated;
    int64_t reserved;
    int64_t peakAllocated;
    int64_t allocations;
    int64_t cacheHits;
    int64_t limit;
  };
  Stats stats();
  void resetPeak();
  /// Most bytes that live storages may hold together.
  void setLimit(int64_t bytes) { limit_ = bytes; }
  /// Most bytes that freed blocks may hold together.
  void setCacheLimit(int64_t bytes);
  /// Gives every cached block back.
  void emptyCache();

 private:
  struct Block;
  /// Held for a few instructions only, so a waiting thread spins.
  class SpinLock {
   public:
    void lock() {
      while (taken_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    }
    void unlock() { taken_.clear(std::memory_order_release); }

   private:
    std::atomic_flag taken_;
  };
  struct List {
    SpinLock lock;
    Block* first = nullptr;
    int64_t hits = 0;
    int64_t misses = 0;
  };
  static constexpr int kStepBits = 3;
  static constexpr size_t kSmallest = 128;
  static constexpr size_t kClasses = 58 << kStepBits;

  CpuAllocator();
  static size_t classOf(size_t blockBytes);
  static size_t bytesOfClass(size_t index);
  static void release(void* data);

  Block* takeCached(size_t index);
  Block* makeBlock(size_t index, size_t requested);
  void recycle(Block* block);
  void destroy(Block* block);
  void reserveWithinLimit(int64_t bytes);
  void notePeak();

  std::array<List, kClasses> lists_;
  std::atomic<int64_t> allocated_{0};
  std::atomic<int64_t> cached_{0};
  std::atomic<int64_t> peak_{0};
  std::atomic<int64_t> limit_;
  std::atomic<int64_t> cacheLimit_;
};

}  // namespace flambeau
