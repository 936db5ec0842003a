#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>

#include "environment.h"

namespace flambeau {

/// A JavaScript function that libtorch may call, on any of its threads. See Note [Mailbox].
class JsCallback {
 public:
  JsCallback(Environment& environment, const Napi::Function& function);

  /// Runs `use` on the JavaScript thread with the function, and waits for it. What it throws,
  /// the function's own error included, is thrown here.
  void call(const std::function<void(Environment&, const Napi::Function&)>& use) const;

 private:
  /// Counts the callbacks alive in an environment.
  struct Count {
    explicit Count(std::shared_ptr<std::atomic<int>> total) : total(std::move(total)) {
      ++*this->total;
    }
    ~Count() { --*total; }
    std::shared_ptr<std::atomic<int>> total;
  };

  SharedReference function_;
  std::shared_ptr<Count> count_;
};

}  // namespace flambeau
