#pragma once

#include <ATen/core/Tensor.h>
#include <node_api.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace flambeau {

/// What JavaScript holds instead of a tensor: slot index in the low 24 bits, generation above.
/// A double carries it exactly.
using Handle = uint64_t;

// Note [Handles]
// A table maps handles to tensors. Freeing a slot raises its generation, so a handle kept too long
// is recognised instead of reaching another tensor. A slot whose generations are used up is
// retired. Slots live in chunks that never move: a reference to a tensor stays valid while other
// tensors come and go.
//
// Who frees a tensor? The scope it was made in, `dispose`, or for a tensor outside every scope the
// garbage collector (`track`). The collector only marks: a handle whose JavaScript owner has just
// died may already be on its way into a native call, as that owner's last use. Marked tensors are
// therefore freed by `collect`, which runs after the next native operation or, when none comes,
// from the event loop.
class TensorTable {
 public:
  explicit TensorTable(napi_env env) : env_(env) {}
  ~TensorTable();
  TensorTable(const TensorTable&) = delete;
  TensorTable& operator=(const TensorTable&) = delete;

  Handle insert(at::Tensor tensor);
  /// The tensor, or a BindingError 'disposed' or 'invalidHandle'.
  at::Tensor& get(Handle handle) {
    Slot* slot = find(handle);
    if (slot == nullptr) throwMissing(handle);
    return slot->tensor;
  }
  bool alive(Handle handle) { return find(handle) != nullptr; }
  bool erase(Handle handle);
  size_t size() const { return live_; }

  void scopeBegin();
  void scopeEnd(const std::vector<Handle>& keep);
  void detachFromScopes(Handle handle);

  /// Lets the collector free the tensor when `owner` dies.
  void track(napi_value owner, Handle handle);
  /// Frees what the collector has marked.
  void collect() {
    if (!marked_.empty()) freeMarked();
  }

  /// The environment is ending: frees every tensor. Finalizers that come later find nothing.
  void clear();
  /// Deletes itself once the environment has ended and no finalizer is outstanding.
  void abandon();

  /// Tensors alive in all tables of the process.
  static int64_t processSize();

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation = 1;
    uint32_t nextFree = 0;
    int64_t reported = 0;
    bool alive = false;
    bool detached = false;
    bool kept = false;
  };
  static constexpr int kIndexBits = 24;
  static constexpr uint32_t kMaxSlots = 1u << kIndexBits;
  static constexpr uint32_t kMaxGeneration = (1u << 29) - 1;
  static constexpr int kChunkBits = 10;
  static constexpr uint32_t kChunkSize = 1u << kChunkBits;
  static constexpr uint32_t kNone = ~0u;

  Slot& slotAt(uint32_t index) { return chunks_[index >> kChunkBits][index & (kChunkSize - 1)]; }
  Slot* find(Handle handle) {
    const uint32_t index = handle & (kMaxSlots - 1);
    if (index >= used_) return nullptr;
    Slot& slot = slotAt(index);
    return slot.alive && slot.generation == (handle >> kIndexBits) ? &slot : nullptr;
  }
  [[noreturn]] void throwMissing(Handle handle);
  void freeMarked();
  void reportMemory(int64_t bytes);
  /// One callback fewer. True when the environment has ended and there is nothing to do.
  bool releaseCallback();
  static void onCollected(node_api_basic_env env, void* data, void* hint);

  napi_env env_;
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t used_ = 0;
  uint32_t firstFree_ = kNone;
  size_t live_ = 0;
  std::vector<Handle> scoped_;
  std::vector<size_t> scopeStarts_;
  std::vector<Handle> marked_;
  bool collectPosted_ = false;
  /// Finalizers still to come that point here.
  size_t callbacks_ = 0;
  bool abandoned_ = false;
};

}  // namespace flambeau
