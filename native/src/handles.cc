#include "handles.h"

#include <algorithm>
#include <atomic>

#include "errors.h"
#include "node_api_experimental.h"

namespace flambeau {

namespace {

std::atomic<int64_t> processTensors{0};

// What V8 is told a tracked tensor weighs beyond its data, so that old ones are looked for too. The
// young are collected by count: see Note [Collecting young tensors] in core.
constexpr int64_t kTrackedOverhead = 2 * 1024;

}  // namespace

TensorTable::~TensorTable() { clear(); }

int64_t TensorTable::processSize() { return processTensors.load(std::memory_order_relaxed); }

Handle TensorTable::insert(at::Tensor tensor) {
  uint32_t index = firstFree_;
  if (index != kNone) {
    firstFree_ = slotAt(index).nextFree;
  } else {
    if (used_ == kMaxSlots) {
      throw BindingError("outOfMemory", "too many live tensors: the table holds " +
                                            std::to_string(kMaxSlots) +
                                            "; free some with tidy() or dispose()");
    }
    if ((used_ & (kChunkSize - 1)) == 0) chunks_.push_back(std::make_unique<Slot[]>(kChunkSize));
    index = used_++;
  }
  Slot& slot = slotAt(index);
  slot.tensor = std::move(tensor);
  slot.alive = true;
  slot.detached = false;
  const Handle handle = (static_cast<Handle>(slot.generation) << kIndexBits) | index;
  if (!scopeStarts_.empty()) scoped_.push_back(handle);
  ++live_;
  processTensors.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

bool TensorTable::erase(Handle handle) {
  Slot* slot = find(handle);
  if (slot == nullptr) return false;
  slot->alive = false;
  --live_;
  processTensors.fetch_sub(1, std::memory_order_relaxed);
  if (slot->reported != 0) reportMemory(-std::exchange(slot->reported, 0));
  const at::Tensor dropped = std::move(slot->tensor);
  if (++slot->generation < kMaxGeneration) {
    slot->nextFree = firstFree_;
    firstFree_ = handle & (kMaxSlots - 1);
  }
  return true;
}

void TensorTable::throwMissing(Handle handle) {
  const uint32_t index = handle & (kMaxSlots - 1);
  const uint64_t generation = handle >> kIndexBits;
  if (index < used_ && generation > 0 && generation < slotAt(index).generation) {
    throw BindingError("disposed", "the tensor was disposed, or its scope has ended");
  }
  throw BindingError("invalidHandle",
                     "no tensor of this environment has the handle " + std::to_string(handle));
}

void TensorTable::scopeBegin() { scopeStarts_.push_back(scoped_.size()); }

void TensorTable::scopeEnd(const std::vector<Handle>& keep) {
  if (scopeStarts_.empty()) throw BindingError("value", "scopeEnd without scopeBegin");
  const size_t start = scopeStarts_.back();
  scopeStarts_.pop_back();
  for (Handle handle : keep) {
    if (Slot* slot = find(handle)) slot->kept = true;
  }
  size_t end = start;
  for (size_t i = start; i < scoped_.size(); ++i) {
    const Handle handle = scoped_[i];
    Slot* slot = find(handle);
    if (slot == nullptr || slot->detached) continue;
    if (!slot->kept) {
      erase(handle);
    } else if (!scopeStarts_.empty()) {
      scoped_[end++] = handle;
    }
  }
  scoped_.resize(end);
  for (Handle handle : keep) {
    if (Slot* slot = find(handle)) slot->kept = false;
  }
}

void TensorTable::detachFromScopes(Handle handle) {
  get(handle);
  find(handle)->detached = true;
}

void TensorTable::reportMemory(int64_t bytes) {
  int64_t total;
  napi_adjust_external_memory(env_, bytes, &total);
}

void TensorTable::track(napi_value owner, Handle handle) {
  const at::Tensor& tensor = get(handle);
  Slot* slot = find(handle);
  if (napi_wrap(env_, owner, reinterpret_cast<void*>(handle), onCollected, this, nullptr) !=
      napi_ok) {
    throw BindingError("value", "this object already tracks a tensor");
  }
  ++callbacks_;
  slot->reported = kTrackedOverhead;
  if (tensor.has_storage() && !tensor.is_meta()) {
    slot->reported += static_cast<int64_t>(tensor.storage().nbytes());
  }
  reportMemory(slot->reported);
}

void TensorTable::onCollected(node_api_basic_env env, void* data, void* hint) {
  auto* table = static_cast<TensorTable*>(hint);
  if (table->releaseCallback()) return;
  table->marked_.push_back(reinterpret_cast<Handle>(data));
  if (table->collectPosted_) return;
  table->collectPosted_ = true;
  ++table->callbacks_;
  node_api_post_finalizer(
      env,
      [](napi_env, void* posted, void*) {
        auto* self = static_cast<TensorTable*>(posted);
        if (self->releaseCallback()) return;
        self->collectPosted_ = false;
        self->collect();
      },
      table, nullptr);
}

void TensorTable::freeMarked() {
  std::vector<Handle> marked;
  marked.swap(marked_);
  for (Handle handle : marked) erase(handle);
}

bool TensorTable::releaseCallback() {
  --callbacks_;
  if (!abandoned_) return false;
  if (callbacks_ == 0) delete this;
  return true;
}

void TensorTable::clear() {
  for (uint32_t index = 0; index < used_; ++index) {
    Slot& slot = slotAt(index);
    if (slot.alive) erase((static_cast<Handle>(slot.generation) << kIndexBits) | index);
  }
  scoped_.clear();
  scopeStarts_.clear();
  marked_.clear();
}

void TensorTable::abandon() {
  clear();
  abandoned_ = true;
  if (callbacks_ == 0) delete this;
}

}  // namespace flambeau
